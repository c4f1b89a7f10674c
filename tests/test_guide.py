"""The instructor's guide: minutes that add up, figures that are computed, seconds as measured."""

import json
import re

import pytest

from course_utils.checks import core
from tools import cell_seconds, guide, start_cells
from tools import notebook_files as files
from tools.notebook_files import ROOT
from tools.translation import code, prose

pytestmark = pytest.mark.unit

FOLDER = ROOT / "site" / "pages" / "instructors"
CHAPTERS = {path.stem.split("_")[0]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
PLANNED = [number for number in CHAPTERS if number.isdigit() and number != "00"]
PLAN = """\
# Plan

## A class

| minutes | | |
|---|---|---|
| 5 | together | ask |
| deck | slides, to **The rest is a loop** | |
| ({demo}) | chapter | run |
| deck | slides, to the end | |
| (rest) | questions | |
"""
WITH_A_DECK = "02_convolution_arithmetic"


def _page(number):
    return (FOLDER / f"{number}.md").read_text(encoding="utf-8")


def test_every_chapter_has_a_page_that_the_contents_name():
    contents = _page("index")
    for number in CHAPTERS:
        assert (FOLDER / f"{number}.md").exists(), f"write {number}.md"
        assert f"\n{number}\n" in contents, f"index.md does not list {number}"


@pytest.mark.parametrize("number", PLANNED)
def test_the_minutes_of_a_page_add_up(number):
    page = guide.complete(_page(number), CHAPTERS[number].stem)
    shown = re.findall(r"^\| (\(?)(\d+)\)? \|", page, re.MULTILINE)
    minutes = [int(number) for _, number in shown]
    assert sum(minutes) == guide.CLASS
    kept = sum(int(number) for bracket, number in shown if not bracket)
    assert kept <= guide.SHORT_CLASS
    assert f"## A class of {guide.CLASS} minutes" in page
    assert f"Without the rows in brackets it takes {kept}." in page


@pytest.mark.parametrize("number", CHAPTERS)
def test_the_korean_page_has_the_same_plan_and_nothing_in_english(number):
    korean = (FOLDER.parent / "ko" / "instructors" / f"{number}.md").read_text(encoding="utf-8")
    name = CHAPTERS[number].stem
    page = guide.complete(korean, name, "ko")  # words without Korean are an error
    assert list(prose.english_left(page)) == []
    tooltips = re.findall(r'title="([^"]*)"', page)
    assert [title for title in tooltips if not code.HANGUL.search(title)] == []
    assert re.findall(r"\d(?:&nbsp;| )s\b", page) == []
    if number in PLANNED:
        kept = [row.minutes for row in guide.plan(korean, name, "ko") if not row.optional]
        assert kept == [row.minutes for row in guide.plan(_page(number), name) if not row.optional]
        assert f"괄호 친 줄을 빼면 {sum(kept)}분입니다." in page
    questions = guide.questions(korean), guide.questions(_page(number))
    assert len(questions[0]) == len(questions[1])


def test_a_deck_lends_its_minutes():
    rows = guide.plan(PLAN.format(demo=30), WITH_A_DECK)
    slides = sum(rows[place].minutes for place in (1, 3))
    assert f"minutes: {slides}\n" in (ROOT / "slides" / f"{WITH_A_DECK}.md").read_text(
        encoding="utf-8"
    )
    assert [row.optional for row in rows] == [False, False, True, False, True]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("(30)", "(99)"), "the plan leaves -"),
        (("(30)", "60"), "without the rows in brackets the plan takes"),
        (("The rest is a loop", "No such slide"), "the deck has no slide 'No such slide'"),
        (("| deck | slides, to the end | |\n", ""), "no row of the plan holds the slides from"),
    ],
)
def test_a_plan_that_does_not_work_out_is_named(change, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        guide.complete(PLAN.format(demo=30).replace(*change), WITH_A_DECK)


def test_minutes_of_a_deck_that_does_not_exist_are_refused():
    with pytest.raises(ValueError, match="there is no deck"):
        guide.plan("## A class\n\n| deck | slides, to the end | |\n", "99_nothing")


@pytest.mark.parametrize("number", PLANNED)
def test_the_bank_has_questions_whose_figures_are_computed(number):
    page = _page(number)
    bank = guide.questions(page)
    assert 6 <= len(bank) <= 10
    assert len(bank) == len(re.findall(r"^\d+\. ", page, re.MULTILINE)), "an answer is missing"
    typed = [figure for one in bank for figure in guide.typed_figures(*one)]
    assert typed == [], "write {eval}`...`"
    asked = [cell.source for cell in files.read(CHAPTERS[number]).cells]
    for question, _ in bank:
        assert not any(question in source for source in asked), "the chapter asks this already"


@pytest.mark.parametrize(
    ("number", "place", "layers"),
    [
        ("01", 7, [(784,), ["Dense", 256], ["Dense", 10]]),
        ("01", 7, [(784,), ["Dense", 512], ["Dense", 10]]),
        ("02", 3, [(30, 30, 8), ["Conv2D", 16, 5]]),
        ("02", 7, [(30, 30, 64), ["Conv2D", 16, 1]]),
        ("05", 7, [(128,), ["Dense", 1]]),
        ("05", 7, [(128,), ["Dense", 2]]),
        ("06", 3, [(8, 8, 64), ["Conv2D", 128, 1]]),
        ("06", 3, [(8, 8, 64), ["Conv2D", 128, 3]]),
        ("06", 6, [(8, 8, 256), ["BatchNormalization"]]),
        ("06", 7, [(8, 8, 32), ["SeparableConv2D", 64, 5, {"use_bias": False}]]),
        ("06", 7, [(8, 8, 32), ["Conv2D", 64, 5, {"use_bias": False}]]),
        ("07", 6, [(7, 7, 1280), ["Flatten"], ["Dense", 2]]),
        ("07", 6, [(1280,), ["Dense", 2]]),
    ],
)
def test_parameters_in_answers_are_those_that_keras_counts(number, place, layers):
    import keras

    net = keras.Sequential([keras.Input(layers[0])])
    for name, *rest in layers[1:]:
        options = rest.pop() if rest and isinstance(rest[-1], dict) else {}
        net.add(getattr(keras.layers, name)(*rest, **options))
    page = guide.complete(_page(number), CHAPTERS[number].stem)
    _, answer = guide.questions(page)[place - 1]
    assert f"{net.count_params():,}" in re.findall(r"\d[\d,]*\d|\d", answer)


@pytest.mark.parametrize(
    ("question", "size", "stride", "padding"), [(1, 32, 2, "valid"), (1, 32, 2, "same")]
)
def test_sizes_in_answers_are_those_of_keras(question, size, stride, padding):
    import keras

    layer = keras.layers.Conv1D(1, 7, strides=stride, padding=padding)
    page = guide.complete(_page("02"), CHAPTERS["02"].stem)
    _, answer = guide.questions(page)[question - 1]
    assert str(layer.compute_output_shape((1, size, 1))[1]) in re.findall(r"\d+", answer)


def test_the_contents_name_the_lengths_of_the_plans():
    assert f"{guide.CLASS} minutes" in _page("index")
    assert f"{guide.SHORT_CLASS} minutes" in _page("index")


def test_the_seconds_to_the_cells_of_chapter_07_are_those_that_were_measured():
    measured = cell_seconds.load()["07_transfer_learning"]["demo"]["seconds"]
    names = list(measured)
    begin, tuned, normed = map(names.index, ("start-here", "fine-tune", "batch-norm"))
    seconds = [measured[name] for name in names]
    assert 25 <= sum(seconds[begin : tuned + 1]) <= 40 and "about half a minute" in _page("07")
    assert 17 <= sum(seconds[tuned + 1 : normed + 1]) <= 25 and "twenty seconds" in _page("07")


def test_a_typed_figure_is_noticed():
    assert guide.typed_figures("How many?", "12 of {eval}`3 * 8`, 97.8 %") == ["12", "97.8"]
    assert guide.typed_figures("How many of 12?", "12; a window of 5×5, see section 7.") == []


def test_what_cannot_be_computed_is_named():
    with pytest.raises(ValueError, match="02: .*1 / 0.* cannot be computed: division by zero"):
        guide.complete("{eval}`1 / 0`", "02")


@pytest.mark.parametrize("number", CHAPTERS)
def test_a_page_names_only_what_is_there(number):
    page = _page(number)
    exercises = {one.number for name in CHAPTERS for one in core.exercises(name)}
    named = set(re.findall(r"\b(?:0\d|A\d)\.(?:Q?\d)\b", page))
    assert named <= exercises
    titles = [title for title, _ in cell_seconds.sections(files.read(CHAPTERS[number]))]
    sections = {title.split(".")[0] for title in titles}
    assert set(re.findall(r"^\|[^|]*\| chapter, sections? (\d+)", page, re.MULTILINE)) <= sections


@pytest.mark.parametrize("number", PLANNED)
def test_whoever_starts_in_the_middle_finds_the_cells_of_that_row_below(number):
    rows = re.compile(r"^\|[^|]*\| chapter, from \*start here\*[^|]*\|(.*)$", re.MULTILINE)
    row = rows.search(_page(number))
    named = set(NAME.findall(row[1])) - guide.WORDS
    below = {cell.id for cell in start_cells.parts(files.read(CHAPTERS[number])).below}
    assert named and named <= below


NAME = re.compile(r"`([a-z]+(?:-[a-z0-9]+)*)`")


@pytest.mark.parametrize("number", CHAPTERS)
def test_every_name_of_a_cell_is_a_link_to_it_with_its_section(number):
    page, chapter = _page(number), CHAPTERS[number].stem
    completed = guide.complete(page, chapter)
    assert set(NAME.findall(completed)) <= guide.WORDS, "a name without a link"
    links = re.findall(
        r'<a href="([^"]+)" title="([^"]+)"><code>([^<]+)</code></a>(?:&nbsp;§(\d+))?', completed
    )
    assert {name for *_, name, _ in links} >= set(NAME.findall(page)) - guide.WORDS
    source = CHAPTERS[number].read_text(encoding="utf-8")
    cells = {cell.id: cell.cell_type for cell in files.read(CHAPTERS[number]).cells}
    for address, title, name, section in links:
        assert address == f"../chapters/{chapter}.html#cell-{name}"
        assert cells[name] == "code"
        if section:
            assert title.startswith(f"{section}. ")
            heading = source.index(f"## {section}. ")
            assert heading < source.index(f'"id": "{name}"'), "the section begins below the cell"


def test_a_name_that_no_cell_has_is_refused():
    with pytest.raises(ValueError, match="02_.*: the chapter has no cell 'no-such-cell'; correct"):
        guide.complete("| 5 | chapter | Run `no-such-cell`. |", "02_convolution_arithmetic")
    with pytest.raises(ValueError, match="no cell 'title'"):  # it is text, and has no anchor
        guide.complete("Run `title`.", "02_convolution_arithmetic")


def test_words_in_code_that_are_no_cells_stay_as_they_are():
    assert "`same`" in guide.complete("`same` pads.", "02_convolution_arithmetic")
    for path in CHAPTERS.values():
        assert not guide.WORDS & {cell.id for cell in files.read(path).cells}


@pytest.fixture
def report(tmp_path):
    """A run's report of a chapter with two sections."""

    def write(**changes):
        seconds = {"setup": 5.0, "numbers": 0.4, "train": 41.5}
        chapter = {"chapter": "02_example", "cell_seconds": seconds}
        run = {"passed": True, "meaningful": True, "profile": "demo", "data": "sample"}
        run |= {"jobs": 2, "threads": 1, "chapters": [chapter]}
        path = tmp_path / "report.json"
        path.write_text(json.dumps(run | changes), encoding="utf-8")
        return path

    return write


@pytest.fixture
def notebook():
    """The chapter of that report; one of its cells is new."""
    new = files.v4.new_notebook()
    for source, name in [
        (None, "setup"),
        ("## 1. Numbers", "numbers-intro"),
        (None, "numbers"),
        ("## 2. Train\n\nText", "train-intro"),
        (None, "train"),
        (None, "added"),
        ("## Nothing runs here", "end"),
    ]:
        make = files.v4.new_code_cell if source is None else files.v4.new_markdown_cell
        new.cells.append(make(source or "pass", id=name))
    return new


def test_seconds_are_summed_by_section(report, notebook):
    measured = cell_seconds.take_over(report(), {})
    table = cell_seconds.table(notebook, measured["02_example"])
    assert "| above section 1 | 5 | `setup` 5&nbsp;s |" in table
    assert "| 1. Numbers | under 1 |  |" in table
    assert re.search(r"\| 2\. Train \| 4[12] \| `train` 4[12]&nbsp;s \|", table)
    assert "1 cell of today's chapter did not exist then." in table
    assert "Nothing runs here" not in table


def test_another_profile_gets_a_column_of_its_own(report, notebook):
    measured = cell_seconds.take_over(report(), {})
    measured = cell_seconds.take_over(report(profile="full"), measured)
    table = cell_seconds.table(notebook, measured["02_example"])
    assert "| section | seconds in demo | seconds in full |" in table
    assert "Profile full: one run on" in table


def test_chapters_that_a_run_left_out_keep_their_seconds(report):
    before = {"01_other": {"demo": {"on": "a computer", "seconds": {"setup": 1.0}}}}
    assert cell_seconds.take_over(report(), before)["01_other"] == before["01_other"]


@pytest.mark.parametrize("change", [{"passed": False}, {"meaningful": False}, {"data": "download"}])
def test_seconds_of_other_runs_are_refused(report, change, tmp_path, capsys):
    store = tmp_path / "store.json"
    assert cell_seconds.main([str(report(**change)), "--store", str(store)]) == 1
    assert "not a passed run in profile demo or full on drawn pictures" in capsys.readouterr().err
    assert not store.exists()


def test_what_was_not_measured_is_said(notebook):
    assert cell_seconds.table(notebook, {}).startswith("Not measured yet")


def test_the_stored_seconds_are_those_of_chapters_that_exist():
    assert set(cell_seconds.load()) == {path.stem for path in CHAPTERS.values()}
