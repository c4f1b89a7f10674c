"""How many seconds each code cell of a run will probably take.

The last run with the same profile and data knows it best. Without one, a chapter takes what it took
in the measured run behind the README's table, its trainings longer or shorter as they are planned;
cells that train share the trainings' part, all others the rest.
"""

import json
from collections.abc import Mapping

from nbformat import NotebookNode

from course_utils import profiles
from tools.runner import report
from tools.runner.cells import executed_cells, read
from tools.runner.options import REPOSITORY, Options, chapter_number

_MEASURED = REPOSITORY / "tools" / "measured_run.json"
_MEASURED_PROFILE = "demo"
_USUAL_CHAPTER = 60.0  # seconds of a chapter that nobody has measured
_TRAINING_PART = 0.6  # of the measured seconds
_LEAST = 0.05  # no cell is free, or the bar could stand still for many of them

Seconds = dict[str, dict[str, float]]


def of_cells(options: Options) -> Seconds:
    """Return the probable seconds of every code cell, by chapter and cell id."""
    known = report.last_cell_seconds(options)
    measured = _measured()
    weights: Seconds = {}
    for source in options.chapters:
        try:
            cells = executed_cells(read(source))
        except ValueError:  # the worker will say so
            cells = []
        seconds = known.get(source.stem) or _guessed(
            cells,
            measured.get(source.stem, _USUAL_CHAPTER),
            _work(options.profile, source.stem) / max(_work(_MEASURED_PROFILE, source.stem), 1),
        )
        usual = sum(seconds.values()) / max(len(seconds), 1)
        weights[source.stem] = {cell.id: max(seconds.get(cell.id, usual), _LEAST) for cell in cells}
    return weights


def _guessed(cells: list[NotebookNode], measured: float, longer: float) -> Mapping[str, float]:
    """Share a chapter's measured seconds out to its cells.

    Args:
        cells: The chapter's code cells.
        measured: Seconds of the whole chapter in the measured run.
        longer: How many times as much training is planned now.
    """
    training = {cell.id for cell in cells if ".fit(" in cell.source}
    part = _TRAINING_PART * measured if training else 0.0
    others = max(len(cells) - len(training), 1)
    return {
        cell.id: part * longer / len(training)
        if cell.id in training
        else (measured - part) / others
        for cell in cells
    }


def _measured() -> dict[str, float]:
    try:
        chapters = json.loads(_MEASURED.read_text(encoding="utf-8"))["chapters"]
        return {stem: float(chapter["seconds"]) for stem, chapter in chapters.items()}
    except (OSError, ValueError, KeyError):  # a course that was never measured
        return {}


def _work(profile: str, stem: str) -> int:
    plans = profiles.get(profile).of_chapter(chapter_number(stem))
    return sum(plan.work for plan in plans.values())
