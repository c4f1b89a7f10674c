"""The explorers in Korean: no word is missing, none is English, and the chapters quote them."""

import copy
import json
import re
from pathlib import Path

import numpy as np
import pytest

from course_utils import explorers, language
from course_utils.explorers import display
from tools import notebook_files as files
from tools.translation import edition, prose
from tools.translation.code import HANGUL

TABLE = json.loads(
    (Path(display.__file__).parent / "front_end" / "words.json").read_text(encoding="utf-8")
)
#: What stays in Latin letters: Keras' names, names of keys, and one in brackets.
LATIN = re.compile(r"\b(?:valid|same|Tab|Home|End|JavaScript)\b")
SETTINGS = {
    "augmentation": {"flip": True, "translation": 0.1, "contrast": 0.3},
    "convolution": {"image": np.eye(6), "kernel": np.eye(2), "strides": 3},
    "pooling": {"pool_size": 3, "padding": "same"},
    "receptive_field": {"size": 12, "layers": [{"dilation_rate": 2, "padding": "same"}]},
}


@pytest.fixture(autouse=True)
def english_again(monkeypatch):
    monkeypatch.delenv("COURSE_LANGUAGE", raising=False)
    yield
    language.use(None)


def english_words(text: str) -> list[str]:
    """Words in Latin letters that a Korean reader should not meet."""
    return re.findall(r"[A-Za-z]{2,}", LATIN.sub("", text))


def forms(words: str | dict[str, str]) -> list[str]:
    return list(words.values()) if isinstance(words, dict) else [words]


def placeholders(words: str | dict[str, str]) -> set[str]:
    return {name for text in forms(words) for name in re.findall(r"\{(\w*)\}", text)}


def faults(table: dict[str, dict]) -> list[str]:
    """What is wrong with the Korean words beside the English ones."""
    english, korean = table["en"], table["ko"]
    found = [f"only one language says {key!r}" for key in english.keys() ^ korean.keys()]
    for key in english.keys() & korean.keys():
        if placeholders(english[key]) != placeholders(korean[key]):
            found.append(f"{key!r} puts other values in")
        for text in forms(korean[key]):
            words = re.sub(r"\{\w*\}", "", text)
            found += [f"{key!r} says {word!r}" for word in english_words(words)]
            found += [f"{key!r} writes {one!r}" for one in prose.wrong_terms(text, prose.terms())]
        if isinstance(korean[key], dict) and "other" not in korean[key]:
            found.append(f"{key!r} has no form for other numbers")
    return found


@pytest.mark.unit
def test_both_languages_say_the_same():
    assert faults(TABLE) == []
    assert list(TABLE["en"]) == list(TABLE["ko"])


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda ko: ko.pop("cover"), "only one language says 'cover'"),
        (lambda ko: ko.update(more="더"), "only one language says 'more'"),
        (lambda ko: ko.update(place="{row}행"), "'place' puts other values in"),
        (lambda ko: ko.update(place="{row}행 {columns}열"), "'place' puts other values in"),
        (lambda ko: ko.update(cover=TABLE["en"]["cover"]), "'cover' says 'Cover'"),
        (lambda ko: ko.update(stride="보폭"), "'stride' writes"),
        (lambda ko: ko.update(jump={"one": "{count}픽셀"}), "'jump' has no form"),
    ],
)
def test_a_fault_in_the_korean_words_is_found(change, fault):
    table = copy.deepcopy(TABLE)
    change(table["ko"])
    assert any(one.startswith(fault) for one in faults(table))


#: Everything that is shown or read out, without code.
SHOWN = """(section) => [...section.querySelectorAll("*")]
  .filter((one) => !one.closest(".code"))
  .flatMap((one) => [
    one.ariaLabel, one.title, one.alt, one.getAttribute("aria-valuetext"),
    ...[...one.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data),
  ])
  .filter((text) => text && text.trim())"""


def shown(page) -> list[str]:
    return page.locator("section").evaluate(SHOWN)


@pytest.mark.browser
@pytest.mark.parametrize("name", SETTINGS)
def test_a_korean_explorer_shows_no_english_word(open_page, name):
    language.use("ko")
    page = open_page(explorers.page(name, **SETTINGS[name]))
    section = page.locator("section[lang=ko]")
    section.locator(".help").wait_for()
    if name == "augmentation":
        page.get_by_role("img", name="원본").wait_for()
    texts = shown(page)
    # Every option, and every slider from its least to its most, as far as it goes.
    for box in section.get_by_role("combobox").all():
        for value in box.locator("option").evaluate_all("(all) => all.map((one) => one.value)"):
            box.select_option(value)
            texts += shown(page)
    for slider in section.get_by_role("slider").all():
        for bound in ("min", "max"):
            slider.fill(slider.get_attribute(bound))
            texts += shown(page)
    for button in section.get_by_role("button").all():
        if button.is_visible() and button.is_enabled():
            button.click()
            texts += shown(page)
    assert [text for text in texts if english_words(text)] == []
    assert len({text for text in texts if HANGUL.search(text)}) > 25


@pytest.mark.browser
def test_an_english_word_on_the_page_is_found(open_page, monkeypatch):
    monkeypatch.setattr(
        display, "words", lambda _: TABLE["ko"] | {"output label": TABLE["en"]["output label"]}
    )
    page = open_page(explorers.page("pooling", language="ko"))
    page.locator("section").wait_for()
    assert any("Output" in english_words(text) for text in shown(page))


@pytest.mark.browser
def test_a_window_speaks_korean_in_whole_sentences(open_page):
    image, kernel = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 0], [0, -1]]
    page = open_page(explorers.page("convolution", image=image, kernel=kernel, language="ko"))
    page.get_by_role("gridcell").nth(1).hover()
    assert page.get_by_role("status").inner_text() == (
        "출력의 0행 1열: 2·1 + 3·0 + 5·0 + 6·(−1) = −4. "
        "창이 읽는 곳은 입력의 행 0부터 1까지, 열 1부터 2까지입니다."
    )
    page.get_by_label("뒤에 나올 값 가리기").check()
    page.get_by_role("button", name="다음").click()
    assert page.get_by_role("gridcell").all_inner_texts() == ["−4", "−4", "−4", "?"]


@pytest.mark.browser
@pytest.mark.parametrize("name", SETTINGS)
def test_without_scripts_the_still_figure_is_korean(open_page, name, recwarn):
    explorer = getattr(explorers, name)(**SETTINGS[name], language="ko")
    page = open_page(explorer.html(), java_script_enabled=False)
    assert english_words(page.inner_text("figcaption")) == []
    assert page.inner_text("figcaption").startswith(explorer.sentence)
    assert page.locator("figure img").get_attribute("alt") == explorer.sentence
    # A face without Hangul would draw boxes, and matplotlib would warn of each.
    assert not [one for one in recwarn if "Glyph" in str(one.message)]


@pytest.mark.unit
@pytest.mark.parametrize("name", SETTINGS)
def test_the_still_figure_has_no_english_label(name):
    import matplotlib.pyplot as plt
    from matplotlib.text import Text

    with language.speaking("ko"):
        figure = getattr(explorers, name)(**SETTINGS[name]).draw()
    labels = [one.get_text() for one in figure.findobj(Text)]
    plt.close(figure)
    labels = [re.sub(r"\$.*?\$", "", label) for label in labels]  # the weights' names
    assert any(HANGUL.search(label) for label in labels)
    assert [label for label in labels if english_words(label)] == []


@pytest.mark.unit
def test_the_chapter_chooses_the_language_and_an_argument_overrules_it():
    assert explorers.pooling().options["language"] == "en"
    assert explorers.pooling(language="ko").options["language"] == "ko"
    assert language.current() == "en"
    language.use("ko")
    assert explorers.pooling().options["words"] == TABLE["ko"]
    english = explorers.pooling(language="en")
    assert english.sentence.startswith("Which of 8 positions")
    assert "The interactive figure needs JavaScript." in english.html()
    assert language.current() == "ko"
    with pytest.raises(ValueError, match="it speaks en, ko"):
        explorers.pooling(language="xx")
    assert language.current() == "ko"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("convolutions", {}, "'convolutions': 그런 탐색기는 없습니다"),
        ("convolution", {"size": 13}, "size: 1부터 12까지의 정수여야 합니다. 받은 값: 13"),
        ("convolution", {"padding": "full"}, 'padding: "valid"나 "same"이어야 합니다'),
        ("convolution", {"image": [[1, 2]]}, "정사각형이어야 합니다. 받은 형태: 1×2"),
        ("convolution", {"image": [1, 2]}, "image: 행과 열의 개수가 같은"),
        ("convolution", {"kernel": [[1e9]]}, "kernel: −999와 999 사이의 수만"),
        ("pooling", {"kind": "min"}, 'kind: "max"나 "average"여야 합니다'),
        ("receptive_field", {"layers": []}, "층은 한 개에서 열 개까지입니다. 받은 개수: 0"),
        ("receptive_field", {"layers": [{"kind": "dense"}]}, "층 1, kind: convolution, "),
        ("receptive_field", {"layers": [{}, {"units": 3}]}, "층 2: 여기서 쓸 수 없는 이름: units"),
        ("receptive_field", {"layers": [{"filters": 0}]}, "층 1, filters: 1부터 512까지의 정수"),
        ("augmentation", {"fill_mode": "mirror"}, "fill_mode: reflect, .* 가운데 하나"),
        ("augmentation", {"rotation": 0.6}, "rotation: 0부터 0.5까지의 수여야 합니다"),
        ("augmentation", {"picture": np.zeros((4, 4))}, "picture: .*uint8 배열이어야 합니다"),
    ],
)
def test_wrong_values_are_named_in_korean(name, settings, message):
    language.use("ko")
    with pytest.raises(ValueError, match=message):
        explorers.page(name, **settings)


@pytest.mark.unit
def test_what_keras_refuses_is_a_korean_sentence():
    still = explorers.page("convolution", size=2, kernel_size=3, language="ko")
    assert "창은 3행에 걸치는데 입력은 2행뿐입니다" in still
    both = explorers.page("convolution", strides=2, dilation_rate=2, language="ko")
    assert "스트라이드 2에 팽창 2처럼 둘 다 1보다 크면" in both
    stack = [{}, {"kernel_size": 5}]
    broken = explorers.receptive_field(size=4, layers=stack, language="ko")
    assert broken.sentence.startswith("층 2: 출력이 없습니다. 창은 5행에 걸치는데 입력은 2행뿐")


def quotes_of_nothing(text: str) -> list[str]:
    """What a text puts in quotation marks although no explorer says it."""
    said = {form for words in TABLE["ko"].values() for form in forms(words)}
    return [quoted for quoted in re.findall("‘([^’]*)’", text) if quoted not in said]


@pytest.mark.unit
def test_korean_chapters_quote_the_words_on_the_buttons():
    quoting = [
        part
        for chapter in edition.chapters(files.Course.read())
        for part in chapter.parts()
        if part.id.startswith("explore") and "‘" in part.text
    ]
    assert quoting
    assert {part.id: quotes_of_nothing(part.text) for part in quoting} == {
        part.id: [] for part in quoting
    }


@pytest.mark.unit
def test_a_quotation_that_is_on_no_button_is_found():
    assert quotes_of_nothing("‘다음’이나 ‘그다음’을 누르세요.") == ["그다음"]
