"""The decks: what may stand in them, and how each slide looks in a real browser."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat import v4

from tools import deck_results, deck_rules, slides
from tools import notebook_files as files
from tools.notebook_files import ROOT

DECKS = sorted(path.stem for path in (ROOT / "slides").glob("[0-9A]*_*.md"))
DECKS += [f"ko/{name}" for name in DECKS]
SITE = Path(os.environ.get("COURSE_SITE", ROOT / "build" / "ci" / "site"))

unit = pytest.mark.unit
browser = pytest.mark.browser

GOOD = """\
---
minutes: 3
---

# Who knows more?

Chapter 02: a beginning

:::{notes} 1
Read the question aloud.
:::

## A window of 3×3

```{code-cell} python
---
tags: [remove-input]
mystnb:
  image:
    alt: A window.
---
answer = 42
```

It sees {eval}`answer` pixels, and {colab}`Open chapter 02 in Colab <02_good>`.

:::{notes} 2
Wait.
:::
"""


def source(name):
    """The file of a deck, such as ``02_convolution_arithmetic`` or, in Korean, ``ko/02_…``."""
    return ROOT / "slides" / f"{name}.md"


def _problems(text):
    return deck_rules.problems(deck_rules.read("02_good", text))


@unit
@pytest.mark.parametrize("name", DECKS)
def test_deck_follows_the_rules(name):
    text = source(name).read_text(encoding="utf-8")
    stem = source(name).stem
    deck, chapter = deck_rules.read(stem, text), files.read(ROOT / "notebooks" / f"{name}.ipynb")
    assert [*deck_rules.problems(deck), *deck_rules.wrong_counts(deck, chapter)] == []
    assert text.count("{.predict}") >= 3


@unit
def test_a_good_deck_has_no_problem():
    assert _problems(GOOD) == []


@unit
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("It sees", "It sees 97.8 % of", "97.8"),
        ("It sees", "It sees ½ of", "½"),
        ("It sees", "It sees `784` of", "784"),
        ("It sees", "It sees $x = 5$ of", "5"),
        ("A window of 3×3", "A window of 9 pixels", "9"),
        ("Wait.", "Wait 10 seconds.", "10"),
        ("alt: A window.", "alt: A window of 3 pixels.", "3"),
        ("?\n", "\n", "question"),
        ("minutes: 3", "minutes: 4", "promise 4 minutes, the notes 3"),
        (":::{notes} 2", ":::{notes} 20", "one to five whole minutes"),
        (":::{notes} 2", ":::{notes}", "one to five whole minutes"),
        ("Wait.", "", "say nothing"),
        ("<02_good>", "<03_other>", "lacks the link"),
        ("## A window", "# A window", "one title"),
        ("It sees", "It " * 61, "not one idea"),
        ("It sees", "```{code-cell} python\nprint(answer)\n```\n\nIt sees", "2 cells"),
        ("tags: [remove-input]", "tags: []\nx: y", None),
    ],
)
def test_what_breaks_a_rule_is_named(old, new, found):
    assert old in GOOD
    problems = "\n".join(_problems(GOOD.replace(old, new, 1)))
    assert (found or "") in problems
    assert bool(problems) == (found is not None)


@unit
@pytest.mark.parametrize(
    ("promised", "found"),
    [
        ("Two exercises, with a pencil.", None),
        ("Two exercises and one quick question.", None),
        ("연습 두 개와 짧은 질문 한 개.", None),
        ("Eight exercises, with a pencil.", "promises 8 exercises, the chapter has 2"),
        ("Two exercises and two quick questions.", "promises 2 quick questions, the chapter has 1"),
        ("연습 여덟 개.", "promises 8 exercises, the chapter has 2"),
        ("연습 두 개와 짧은 질문 네 개.", "promises 4 quick questions, the chapter has 1"),
        ("Some exercises.", "does not say how many"),
    ],
)
def test_exercises_that_a_chapter_does_not_have_are_named(promised, found):
    deck = deck_rules.read("02_good", GOOD.replace("It sees", f"{promised}\n\nIt sees"))
    tags = {"tags": ["exercise"]}
    ids = ["exercise-02-1", "exercise-02-2", "question-02-1"]
    cells = [v4.new_code_cell("x = ...", id=one, metadata=tags) for one in ids]
    problems = "\n".join(deck_rules.wrong_counts(deck, v4.new_notebook(cells=cells)))
    assert (found or "") in problems
    assert bool(problems) == (found is not None)


@unit
@pytest.mark.parametrize(
    ("code", "found"), [("x = 1\n" * 13, "13 lines of code"), ("x" * 71, "longer than 70")]
)
def test_code_that_is_shown_can_be_read_from_the_last_row(code, found):
    hidden = GOOD.replace("answer = 42", code)
    assert _problems(hidden) == []
    shown = hidden.replace("tags: [remove-input]", "tags: [shown]")
    assert found in "\n".join(_problems(shown))


@unit
def test_a_block_that_is_not_closed_is_named():
    with pytest.raises(ValueError, match="not closed"):
        deck_rules.read("02_good", GOOD.rstrip().removesuffix(":::"))
    with pytest.raises(ValueError, match="begins with its facts"):
        deck_rules.read("02_good", "# No facts")


@unit
def test_an_unknown_deck_is_named_with_those_that_exist():
    for wanted in ("99", "02,99"):
        with pytest.raises(slides.BuildError, match=f"CHAPTERS='{wanted}': no deck '99'; .*01, 02"):
            slides.choose(wanted)


@unit
def test_decks_are_chosen_as_chapters_are():
    names = [deck.stem[:2] for deck in slides.choose("A1, 2", ROOT / "slides" / "ko")]
    assert names == ["02", "A1"]
    assert len(slides.choose("")) == len(list((ROOT / "slides").glob("[0-9A]*_*.md")))


@unit
@pytest.mark.parametrize(
    ("edition", "languages"), [("", ["en", "ko"]), ("ko", ["ko"]), ("fr", ["fr"])]
)
def test_make_slides_builds_the_chapters_and_the_edition_that_were_asked_for(edition, languages):
    planned = subprocess.run(
        ["make", "-n", "-o", ".venv/.installed-docs", "slides", f"EDITION={edition}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert f"for language in {' '.join(languages)}; do" in planned
    assert '--language "$language" --only "$CHAPTERS"' in planned


@unit
def test_results_of_another_plan_are_refused(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "slides")
    import deck

    name = "02_convolution_arithmetic"
    assert 0 < deck.results(name)["convnet_accuracy"] <= 1
    monkeypatch.setattr(deck, "planned_work", lambda chapter: 1)
    with pytest.raises(ValueError, match="another plan"):
        deck.results(name)
    with pytest.raises(ValueError, match="was not measured"):
        deck.results("99_unknown")


@unit
def test_a_recorded_training_is_marked_and_another_is_refused(monkeypatch):
    import matplotlib.pyplot as plt

    from course_utils import references
    from course_utils.training import History

    monkeypatch.syspath_prepend(ROOT / "slides")
    import deck

    history = references.history("06.mini_xception")
    _, ax = plt.subplots()
    deck.show_recorded(history, "accuracy", ax)
    assert ax.get_title(loc="right") == "recorded"
    drawn = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
    metrics = history.metrics
    assert drawn == {"training": metrics["accuracy"], "validation": metrics["val_accuracy"]}
    with pytest.raises(ValueError, match="only what references.history returns"):
        deck.show_recorded(History({"loss": [1.0, 0.5]}), "loss", ax)
    plt.close()


def unmarked(text: str) -> list[str]:
    """Headings of slides that draw a recorded training without saying that it was recorded."""
    found = []
    for slide in deck_rules.read("02_good", text).slides:
        code = "\n".join(cell.source for cell in slide.cells if "setup" not in cell.tags)
        drawn = re.search(
            r"references\.history\(|references\.recorded\(.*ax\.plot", code, re.DOTALL
        )
        if drawn and not re.search(r"deck\.(mark|show)_recorded\(", code):
            found.append(slide.heading)
    return found


@unit
@pytest.mark.parametrize("name", DECKS)
def test_a_recorded_curve_says_so_on_its_slide(name):
    assert unmarked(source(name).read_text(encoding="utf-8")) == []


@unit
def test_a_recorded_curve_without_its_mark_is_noticed():
    curve = 'ax.plot(references.history("01.mlp").metrics["loss"])'
    assert unmarked(GOOD.replace("answer = 42", curve)) == ["A window of 3×3"]
    marked = f"{curve}\ndeck.mark_recorded(ax)"
    assert unmarked(GOOD.replace("answer = 42", marked)) == []


@unit
def test_only_results_of_a_run_in_profile_demo_are_taken_over(tmp_path, capsys):
    (tmp_path / "report.json").write_text(
        '{"passed": true, "profile": "ci", "data": "sample"}', encoding="utf-8"
    )
    store = tmp_path / "measured.json"
    assert deck_results.main([str(tmp_path), "--store", str(store)]) == 1
    assert "profile demo" in capsys.readouterr().err
    assert not store.exists()


@pytest.mark.notebooks
def test_a_deck_whose_cell_fails_is_not_built(tmp_path):
    pytest.importorskip("myst_nb")
    for name, cell in {"02_good": "answer = 42", "03_broken": "answer = unknown"}.items():
        text = GOOD.replace("answer = 42", cell).replace("---\n", "---\nfile_format: mystnb\n", 1)
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    slides.build([tmp_path / "02_good.md"], tmp_path / "good")
    page = (tmp_path / "good" / "02_good.html").read_text(encoding="utf-8")
    assert re.search(r"It sees <span[^>]*>42</span> pixels", page)
    with pytest.raises(slides.BuildError, match="name 'unknown' is not defined"):
        slides.build([tmp_path / "03_broken.md"], tmp_path / "broken")


# What is wrong with the slide on the screen, in words. Numbers are pixels of a slide of 1280 × 720.
LOOK = """() => {
  const slide = Reveal.getCurrentSlide(), frame = slide.getBoundingClientRect(), found = [];
  const hidden = one => one.closest("aside, script, style") || !one.getClientRects().length;
  const shown = [...slide.querySelectorAll("*")].filter(one => !hidden(one));
  for (const one of shown.filter(one => !one.parentElement.closest("math"))) {
    const box = one.getBoundingClientRect(), style = getComputedStyle(one), name = one.localName;
    if (box.left < frame.left + 20 || box.right > frame.right - 20) found.push(`${name} too wide`);
    if (box.top < frame.top + 20 || box.bottom > frame.bottom - 20) found.push(`${name} too low`);
    if (one.scrollWidth > one.clientWidth + 1 && style.overflowX !== "visible")
      found.push(`${name} cut off`);
    if (parseFloat(style.fontSize) < 20) found.push(`${name} in small letters`);
    if (style.textTransform !== "none") found.push(`${name} in capital letters`);
    if (name === "img" && !(one.complete && one.naturalWidth)) found.push("no picture");
    if (name === "img" && !one.alt) found.push("picture without description");
    if (name === "math" && box.height < 10) found.push("formula not drawn");
  }
  const parts = shown.filter(one => one.parentElement === slide);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const boxes = parts.map(one => one.getBoundingClientRect());
  if (boxes.some((a, i) => boxes.slice(i + 1).some(b => meet(a, b)))) found.push("parts overlap");
  return [...new Set(found)];
}"""


@pytest.fixture
def decks():
    """The folder of the built site."""
    if not (SITE / "slides").is_dir():
        remedy = f"{SITE} holds no decks; call make site-ci first"
        (pytest.fail if os.environ.get("COURSE_BROWSER") == "required" else pytest.skip)(remedy)
    return SITE


def page_of(name):
    """Where a deck's page lies on the site."""
    return f"{'ko/' if name.startswith('ko/') else ''}slides/{name.removeprefix('ko/')}.html"


def _show(visit, address):
    seen = visit(address, width=1280, height=720)
    seen.page.wait_for_function("window.Reveal && Reveal.isReady()")
    seen.page.evaluate("document.fonts.ready")
    return seen.page


@browser
@pytest.mark.parametrize("name", DECKS)
def test_every_slide_can_be_read(decks, serve, visit, name):
    page = _show(visit, serve(decks) + page_of(name))
    written = deck_rules.read(name, source(name).read_text(encoding="utf-8"))
    assert page.evaluate("Reveal.getTotalSlides()") == len(written.slides)
    wrong = {}
    for number in range(1, len(written.slides) + 1):
        if problems := page.evaluate(LOOK):
            wrong[number] = problems
        assert page.evaluate("Reveal.getCurrentSlide().dataset.timing") == str(
            60 * written.slides[number - 1].minutes
        )
        page.keyboard.press("ArrowRight")
    assert wrong == {}
    assert page.evaluate("Reveal.isLastSlide()")


@browser
@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("<p>much</p>" * 20, "p too low"),
        ("<p style='width: 1300px; max-width: none'>wide</p>", "p too wide"),
        ("<pre style='overflow: hidden; width: 50px'>longer than this</pre>", "pre cut off"),
        ("<p style='margin-top: -200px'>over the heading</p>", "parts overlap"),
        ("<p style='font-size: 12px'>small</p>", "p in small letters"),
        ("<p style='text-transform: uppercase'>loud</p>", "p in capital letters"),
        ("<img src='data:image/png,' alt='nothing'>", "no picture"),
        ("<img src='data:image/png,'>", "picture without description"),
    ],
)
def test_what_cannot_be_read_is_noticed(decks, serve, visit, added, found):
    page = _show(visit, serve(decks) + page_of(DECKS[0]))
    page.keyboard.press("ArrowRight")
    assert page.evaluate(LOOK) == []
    page.evaluate("more => Reveal.getCurrentSlide().insertAdjacentHTML('beforeend', more)", added)
    assert found in page.evaluate(LOOK)


@browser
@pytest.mark.parametrize("name", DECKS)
def test_a_deck_brings_its_letters_and_its_hangul(decks, serve, visit, name):
    from fontTools.ttLib import TTFont

    page = _show(visit, serve(decks) + page_of(name))
    page.wait_for_function("[...document.fonts].every(font => font.status === 'loaded')")
    page_text = set(page.evaluate("document.body.textContent"))
    hangul = {letter for letter in page_text if "가" <= letter <= "힣"}
    font = TTFont((decks / page_of(name)).parent / "_static" / "fonts" / "text-regular.woff")
    assert hangul and hangul <= set(map(chr, font.getBestCmap()))


@browser
def test_the_speaker_sees_notes_and_time(decks, serve, visit):
    page = _show(visit, serve(decks) + page_of(DECKS[0]))
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    popup.value.locator(".speaker-controls-notes .value p.minutes").wait_for()
    assert " min" in popup.value.locator(".speaker-controls-notes .value p.minutes").inner_text()


@browser
@pytest.mark.parametrize("name", DECKS)
def test_the_handout_has_one_page_a_slide(decks, chromium, tmp_path, name):
    handout = slides.print_handout(chromium, decks / page_of(name), tmp_path).read_bytes()
    assert handout.startswith(b"%PDF")
    written = deck_rules.read(name, source(name).read_text(encoding="utf-8"))
    pages = re.findall(rb"/Type\s*/Page\b(?!s)", handout)
    assert len(pages) == len(written.slides)


@pytest.mark.notebooks
@pytest.mark.parametrize("option", [None, "--handout-if-possible"])
def test_a_missing_browser_is_named_with_its_remedy(tmp_path, option):
    stale = tmp_path / "02_convolution_arithmetic.pdf"
    stale.write_bytes(b"%PDF of an earlier deck")
    options = ["--only", "02", "--out", str(tmp_path), *([option] if option else [])]
    code = (
        "import shutil; shutil.which = lambda name: None\n"
        "from tools import slides\n"
        "slides.build = lambda *arguments: None\n"
        f"raise SystemExit(slides.main({options}))"
    )
    no_copy = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=no_copy, capture_output=True, text=True
    )
    assert done.returncode == (0 if option else 1)
    assert "apt install chromium" in done.stderr
    assert ("WITHOUT HANDOUTS" in done.stderr) == ("1 built" in done.stdout) == bool(option)
    assert stale.exists() != bool(option)
