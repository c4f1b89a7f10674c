"""Pages and decks in Korean follow the English ones; what does not is named."""

import re
from collections import Counter

import pytest

from tools import machine, site_pages
from tools.translation import documents, generated, prose

pytestmark = pytest.mark.unit

ENGLISH = """# Sizes

One **window** looks at [the picture](chapters/02.ipynb), and {eval}`seen` of it.

```{code-cell} python
# one number
print(f"{seen['all']} of 64 pixels")
plots.show("the picture", size=3)
```

:::{notes} 2
Let somebody guess the size first; in chapter 02 it was 5 of 12.
:::

<!-- sizes: written by make tables -->

| training | pictures |
|---|---|
| # | 1,200 images/s |

<!-- end of sizes -->

## What is next?

A longer look at the borders.
"""
KOREAN = """# 크기

**창** 하나가 [이미지](chapters/02.ipynb)를 봅니다. 본 것은 {eval}`seen`입니다.

```{code-cell} python
# 수 하나
print(f"픽셀 64개 가운데 {seen['all']}")
plots.show("이미지", size=3)
```

:::{notes} 2
먼저 누군가에게 크기를 맞혀 보게 하세요. 2장에서는 12 가운데 5였습니다.
:::

<!-- sizes: written by make tables -->
<!-- end of sizes -->

## 다음은 무엇일까요?

가장자리를 더 오래 들여다봅니다.
"""


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page and its translation, made and stamped."""
    monkeypatch.setattr(documents, "ROOT", tmp_path)
    monkeypatch.setattr(documents, "FOLLOWED", tmp_path / "followed.json")
    english, korean = tmp_path / "site/pages/sizes.md", tmp_path / "site/pages/ko/sizes.md"
    korean.parent.mkdir(parents=True)
    english.write_text(ENGLISH, encoding="utf-8")
    korean.write_text(KOREAN, encoding="utf-8")
    assert documents.main(["make"]) == 0
    assert documents.main(["stamp"]) == 0
    return korean


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_stamped_page_is_in_order(page):
    assert list(documents.findings(page)) == []
    assert "| 1,200장/초 |" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("가장자리를", "경계를", "changed after it was stamped"),
        ("size=3", "size=4", "another program"),
        ("seen['all']", "seen['half']", "another program"),
        (" {seen['all']}", "", "another program"),
        ("64개", "46개", "lacks the numbers 64"),
        ("12 가운데 5", "12 가운데 6", "lacks the numbers 5"),
        (" 2장에서는 12 가운데 5였습니다.", "", "lacks the numbers 12, 2, 5"),
        ("본 것은 {eval}`seen`입니다.", "", "other values"),
        ('show("이미지"', "show(이미지", "another program"),
        ("{notes} 2", "{notes} 3", "other blocks"),
        ("chapters/02.ipynb", "chapters/03.ipynb", "other links"),
        ("{eval}`seen`", "{eval}`size`", "other values"),
        ("1,200장/초", "1,300장/초", "tables are not those"),
        ("## 다음은", "### 다음은", "headings of other levels"),
        ("가장자리를 더", "a longer look at the borders 더", "still holds English"),
        ("**창** 하나", "**창(window)**은", "stars"),
        ("가장자리를", "*가장자리*를", "slants"),
        ("크기를 맞혀", "피처 맵을 맞혀", "the course says 특성 맵"),
    ],
)
def test_what_is_wrong_is_named(page, old, new, said):
    replace(page, old, new)
    assert any(said in line for line in documents.findings(page))
    assert documents.main(["check"]) == 1


def test_a_section_whose_english_has_changed_is_named_until_it_is_stamped(page, capsys):
    replace(documents.english_of(page), "A longer look", "Another look")
    lines = list(documents.findings(page))
    assert len(lines) == 1 and lines[0].startswith("## 다음은") and "has changed" in lines[0]
    # Stamping without a changed translation needs the flag.
    assert documents.main(["stamp"]) == 1
    assert "--unchanged" in capsys.readouterr().out
    assert documents.main(["stamp", str(page), "--unchanged"]) == 0
    assert list(documents.findings(page)) == []


def test_only_sections_that_were_translated_anew_are_stamped_without_the_flag(page):
    english = documents.english_of(page)
    replace(english, "A longer look", "Another look")
    replace(english, "# Sizes", "# All sizes")
    replace(page, "가장자리를", "경계를")
    assert documents.main(["stamp"]) == 1
    assert [line.split(":")[0] for line in documents.findings(page)] == ["# 크기"]


def test_a_section_put_in_between_leaves_the_others_stamped_as_they_were(page):
    english = documents.english_of(page)
    for path, added in ((english, "## New\n\nWords.\n\n"), (page, "## 새로\n\n말.\n\n")):
        heading = "## What is next?" if path == english else "## 다음은"
        replace(path, heading, added + heading)
    replace(english, "A longer look", "No look")
    assert documents.main(["stamp"]) == 1  # of the section below, only the English has changed
    assert [line.split(":")[0] for line in documents.findings(page)] == ["## 다음은 무엇일까요?"]


def test_a_generated_part_that_one_side_lacks_is_named(page):
    replace(page, "<!-- end of sizes -->", "<!-- end of nothing -->")
    assert any("other generated parts" in line for line in documents.findings(page))


@pytest.mark.parametrize("command", ["new", "make", "stamp", "check"])
def test_an_english_file_is_refused(page, capsys, command):
    assert documents.main([command, str(documents.english_of(page))]) == 1
    assert "is no Korean page; name one such as" in capsys.readouterr().err


def test_stamping_everything_unseen_is_refused(page, capsys):
    with pytest.raises(SystemExit):
        documents.main(["stamp", "--unchanged"])
    assert "needs the files" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["site/pages/ko/sizes.md", "slides/ko/02_x.md", "README.ko.md"])
@pytest.mark.parametrize("command", ["check", "make", "stamp"])
def test_a_page_or_deck_without_an_english_one_is_named(page, capsys, name, command):
    other = documents.ROOT / name
    other.parent.mkdir(parents=True, exist_ok=True)
    other.write_text(KOREAN, encoding="utf-8")
    english = documents.english_of(other)
    english.unlink(missing_ok=True)
    assert documents.main([command]) == 1
    said = "".join(capsys.readouterr())
    assert f"{name}: translates {english.relative_to(documents.ROOT)}, which does not exist" in said


def test_a_translation_that_was_begun_is_never_overwritten(page, capsys):
    assert documents.main(["new", str(page)]) == 1
    assert "is there already" in capsys.readouterr().err


def test_a_new_page_begins_in_english(page):
    other = documents.ROOT / "README.ko.md"
    (documents.ROOT / "README.md").write_text(ENGLISH, encoding="utf-8")
    assert documents.main(["new", str(other)]) == 0
    assert other.read_text(encoding="utf-8") == ENGLISH
    assert any("never stamped" in line for line in documents.findings(other))


def test_headings_inside_of_blocks_are_no_sections():
    text = "# One\n\n```\n# a comment\n```\n\n:::{notes} 1\n## no heading\n:::\n\n## Two\n"
    assert [piece.split("\n")[0] for piece in documents.sections(text)] == ["", "# One", "## Two"]


def test_generated_words_without_korean_are_named():
    with pytest.raises(ValueError, match="'sheep and # goats'"):
        generated.translated("| seeds | sheep and 12 goats |")


def test_numbers_keep_their_places():
    assert generated.translated("| 12.5% to 13% |") == "| 12.5%에서 13% |"
    shown = generated.translated(
        "Measured in 7 minutes on 2 cores of an Intel Xeon Processor, with Python 3.11"
    )
    assert shown == "인텔 제온 프로세서의 코어 2개에서 7분 동안 측정, Python 3.11"


PROCESSORS = {
    "Intel Xeon Processor": "인텔 제온 프로세서",
    "Quux Zeta 12-Core CPU @ 2.20GHz": "Quux Zeta 12-Core CPU @ 2.20GHz",
    "Intel(R) Frob(TM) Family 6, Genuine": "Intel Frob Family 6 Genuine",
}


@pytest.mark.parametrize("name", PROCESSORS)
@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("profile demo, drawn pictures, {}", "demo 프로파일, 그린 이미지, {}"),
        (
            "Profile demo: one run on {}, 1 chapter at a time with 4 threads each. 3 cells of "
            "today's chapter did not exist then.",
            "demo 프로파일: {}에서 한 번 실행, 한 번에 장 1개씩, 스레드는 4개씩. 지금 장에 있는 셀 "
            "가운데 3개는 그때 없었습니다.",
        ),
        (
            "Measured on {}; Python 3.11, tensorflow 2.21, keras 3.15, numpy 2.4, matplotlib 3.11",
            None,
        ),
    ],
)
def test_a_processor_that_nobody_has_heard_of_keeps_its_name(
    name, count, english, korean, monkeypatch, tmp_path
):
    monkeypatch.setattr(machine, "_CPU_INFO", tmp_path / "none")
    monkeypatch.setattr(machine.platform, "processor", lambda: name)
    monkeypatch.setattr(machine.os, "cpu_count", lambda: count)
    measured_on = f"{PROCESSORS[name]}의 코어 {count}개"
    made = generated.translated(english.format(machine.processor()))
    assert made == korean.format(measured_on) if korean else measured_on in made


def test_a_sentence_about_a_processor_needs_korean_words_nevertheless():
    with pytest.raises(ValueError, match="'found in # cores of an {processor}, by chance'"):
        generated.translated("found in 2 cores of an Intel Xeon Processor, by chance")


@pytest.mark.parametrize(
    "untouched", ["| `import keras` | 4.2 | **3.3 ×** |", "이미 한국어", "```{image} a.png", ""]
)
def test_what_holds_no_words_stays(untouched):
    assert generated.translated(untouched) == untouched


def test_links_keep_their_targets_and_titles_are_those_of_the_chapters():
    assert generated.translated("| [Pooling](notebooks/03_pooling.ipynb) |") == (
        "| [풀링](notebooks/03_pooling.ipynb) |"
    )


def test_a_word_that_a_link_holds_too_is_translated_where_it_is_read():
    shown = generated.translated("| [Pooling](notebooks/seeds.ipynb) | seeds | 86 s |")
    assert shown == "| [풀링](notebooks/seeds.ipynb) | 시드 | 86초 |"


@pytest.mark.parametrize(
    "name", sorted(set(site_pages.PARTS) - {"pictures", "explorers", "changes"})
)
def test_generated_parts_of_the_site_show_the_same_numbers_in_korean(name, tmp_path):
    english, korean = (
        site_pages.fill(f"<!-- {name} -->", tmp_path, spoken) for spoken in ("en", "ko")
    )
    assert name == "modules" or list(prose.english_left(korean)) == []
    if name in ("modules", "decks", "chapters", "exercises"):  # titles may say "8분의 1"
        return
    numbers = [Counter(re.findall(r"\d+(?:[.,]\d+)*", text)) for text in (english, korean)]
    assert numbers[0] == numbers[1]


def test_every_page_and_deck_of_the_course_has_a_korean_one():
    there = {documents.english_of(path) for path in documents.documents()}
    wanted = [documents.ROOT / "README.md", documents.ROOT / "CHANGELOG.md"]
    wanted += sorted((documents.ROOT / "slides").glob("[0-9A]*_*.md"))
    pages = documents.ROOT / "site/pages"
    wanted += [path for path in sorted(pages.rglob("*.md")) if pages / "ko" not in path.parents]
    assert [
        path.relative_to(documents.ROOT).as_posix() for path in wanted if path not in there
    ] == []
