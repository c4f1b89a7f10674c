"""The progress of a run, told by a clock that the tests set."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from tools.runner import weights
from tools.runner.options import Options
from tools.runner.progress import Progress

pytestmark = pytest.mark.unit


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def options(folder: Path, chapters: dict[str, dict[str, str]], **chosen) -> Options:
    """Write chapters, given as sources by cell id, and choose them."""
    for stem, sources in chapters.items():
        cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in sources.items()]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{stem}.ipynb")
    return Options.choose(notebooks=folder, build=folder / "build", **chosen)


def remember(chosen: Options, seconds: dict[str, dict[str, float]]) -> None:
    """Leave the report of an earlier run."""
    chapters = [{"chapter": stem, "cell_seconds": cells} for stem, cells in seconds.items()]
    report = {"profile": chosen.profile, "data": chosen.data, "chapters": chapters}
    chosen.build.mkdir()
    (chosen.build / "report.json").write_text(json.dumps(report), encoding="utf-8")


def shown(text: str) -> list[tuple[int, int]]:
    """Return per cent done and seconds left of every printed line."""
    found = re.findall(r"(\d+)%, about (\d+):(\d+) left", text)
    return [(int(share), 60 * int(minutes) + int(rest)) for share, minutes, rest in found]


@pytest.fixture
def one_chapter(tmp_path) -> Options:
    chosen = options(tmp_path, {"90_one": {"a": "1", "b": "2"}})
    remember(chosen, {"90_one": {"a": 100, "b": 100}})
    return chosen


def test_a_run_like_the_last_one_is_foretold(one_chapter, capsys):
    clock = Clock()
    progress = Progress(one_chapter, clock)
    progress.cell("90_one", "started", "a")
    for clock.now in (50, 100):
        progress.tick()
    progress.cell("90_one", "finished", "a")
    progress.cell("90_one", "started", "b")
    clock.now = 150
    progress.tick()
    clock.now = 200
    progress.cell("90_one", "finished", "b")
    printed = capsys.readouterr().err
    assert shown(printed) == [(25, 150), (50, 100), (75, 50), (100, 0)]
    assert "[00:50]  25%, about 02:30 left: 90_one cell 1/2" in printed
    assert "90_one cell 2/2" in printed


@pytest.mark.parametrize("slowness", [0.5, 3])
def test_the_time_left_never_rises_while_a_cell_runs(one_chapter, capsys, slowness):
    clock = Clock()
    progress = Progress(one_chapter, clock)
    left = []
    for cell in "ab":
        progress.cell("90_one", "started", cell)
        of_cell = []
        for _ in range(5):
            clock.now += 20 * slowness
            of_cell.append(progress._seconds_left())
        progress.cell("90_one", "finished", cell)
        assert of_cell == sorted(of_cell, reverse=True)
        assert of_cell[0] > of_cell[-1]
        left.append(progress._seconds_left())
    # Two fifths of the second cell, at a pace that the first one taught.
    assert of_cell[1] == pytest.approx(60 * slowness, rel=0.3)
    # After half of the work, the pace is nearly known; at the end nothing is left.
    assert left[0] == pytest.approx(100 * slowness, rel=0.2)
    assert left[1] == 0
    capsys.readouterr()


def test_chapters_side_by_side_take_half_the_time_but_the_longest_takes_its_own(tmp_path):
    chapters = {stem: {"a": "1"} for stem in ("90_one", "91_two", "92_three")}
    chosen = options(tmp_path, chapters, jobs=2)
    remember(chosen, {"90_one": {"a": 60}, "91_two": {"a": 60}, "92_three": {"a": 60}})
    progress = Progress(chosen, Clock())
    assert progress._seconds_left() == pytest.approx(90)
    progress.end_chapter("90_one", passed=True)
    progress.end_chapter("91_two", passed=False)
    assert progress._seconds_left() == pytest.approx(60)


def test_a_first_run_weighs_training_by_the_plan(tmp_path):
    stem = "02_convolution_arithmetic"
    sources = {"import": "import keras", "train": "model.fit(x)", "draw": "plots.show()"}
    measured = json.loads(weights._MEASURED.read_text(encoding="utf-8"))["chapters"][stem][
        "seconds"
    ]
    demo = weights.of_cells(options(tmp_path, {stem: sources}))[stem]
    assert sum(demo.values()) == pytest.approx(measured)
    assert demo["train"] == pytest.approx(0.6 * measured)
    assert demo["import"] == demo["draw"]
    full = weights.of_cells(options(tmp_path, {stem: sources}, profile="full"))[stem]
    assert full["train"] > 8 * demo["train"]
    assert full["draw"] == demo["draw"]


def test_a_cell_that_the_report_does_not_know_weighs_as_usual(tmp_path):
    chosen = options(tmp_path, {"90_one": {"a": "1", "b": "2", "new": "3"}})
    remember(chosen, {"90_one": {"a": 10, "b": 0}})
    assert weights.of_cells(chosen)["90_one"] == {"a": 10, "b": 0.05, "new": 5}
