"""Every exercise in its chapter's place: the solutions pass, the untouched stubs let it run on."""

from pathlib import Path

import nbformat
import pytest

from tools import notebook_files as files
from tools import notebook_run

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
SOLUTIONS = sorted((NOTEBOOKS / "solutions").glob("*.ipynb"))

pytestmark = [pytest.mark.notebooks, pytest.mark.slow]


def _feedback(notebook: nbformat.NotebookNode) -> list[str]:
    """Return what the check cells answered, in order."""
    return [
        output["data"]["text/plain"]
        for cell in notebook.cells
        if cell.cell_type == "code" and "checks.check(" in cell.source
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]


def test_every_chapter_with_exercises_has_solutions():
    if not (NOTEBOOKS / "solutions").is_dir():
        pytest.skip("the course was handed out without notebooks/solutions")
    assert [path.name for path in SOLUTIONS] == sorted(
        path.name for path in NOTEBOOKS.glob("*.ipynb")
    )


@pytest.mark.parametrize("solutions", SOLUTIONS, ids=lambda path: path.stem)
def test_solutions_pass_in_the_chapters_place(solutions, monkeypatch):
    monkeypatch.setenv("COURSE_CHECKS", "strict")
    executed = notebook_run.run_with_solutions(NOTEBOOKS / solutions.name, solutions)
    answers = _feedback(executed)
    assert answers
    assert all(": right." in answer for answer in answers), answers


@pytest.mark.parametrize("solutions", SOLUTIONS, ids=lambda path: path.stem)
def test_solutions_run_by_themselves(solutions, monkeypatch):
    """As a student opens them: without anything that the chapter defines."""
    monkeypatch.setenv("COURSE_CHECKS", "strict")
    notebook = files.read(solutions)
    answers = _feedback(notebook_run.execute(notebook, solutions.parent))
    assert len(answers) == sum("solution" in files.tags(cell) for cell in notebook.cells)
    assert all(": right." in answer for answer in answers), answers


@pytest.mark.parametrize("solutions", SOLUTIONS, ids=lambda path: path.stem)
def test_a_wrong_answer_fails_in_the_chapters_place(solutions, monkeypatch):
    """The control of the test above: with nonsense for solutions the same run must fail."""
    monkeypatch.setenv("COURSE_CHECKS", "strict")
    nonsense = files.read(solutions)
    exercises = [cell for cell in nonsense.cells if "solution" in files.tags(cell)]
    for cell in exercises:
        name = cell.source.split("(")[0].removeprefix("def ")
        cell.source = f"def {name}(*anything):\n    return -1"
    chapter = files.read(NOTEBOOKS / solutions.name)
    wrong = notebook_run.replace_cells(chapter, {cell.id: cell.source for cell in exercises})
    with pytest.raises(ValueError, match="WrongAnswer"):
        notebook_run.execute(wrong, NOTEBOOKS)
