"""Every exercise in its chapter's place: the solutions pass, the untouched stubs let it run on."""

import ast
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


def _nonsense(solution: str) -> str:
    """Return code that binds the name of a solution's last statement to a wrong answer."""
    answer = ast.parse(solution).body[-1]
    if isinstance(answer, ast.FunctionDef):
        return f"def {answer.name}(*anything):\n    return -1"
    return f"{answer.targets[0].id} = -1"


def test_nonsense_for_functions_and_for_values():
    assert _nonsense("def size(a):\n    return a").startswith("def size(*anything)")
    assert _nonsense("parts = [1]\nanswer = sum(parts)") == "answer = -1"


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
def test_every_check_refuses_nonsense(solutions, monkeypatch):
    """The control of the tests above: with nonsense for solutions each check must fail.

    Of the chapter only what every exercise finds, its beginning, is run.
    """
    monkeypatch.setenv("COURSE_CHECKS", "strict")
    stubs = [cell for cell in files.read(solutions).cells if "solution" in files.tags(cell)]
    chapter = files.read(NOTEBOOKS / solutions.name)
    code = [cell for cell in chapter.cells if cell.cell_type == "code"]
    check_cells = [cell for cell in code if "checks.check(" in cell.source]
    assert len(check_cells) == len(stubs)
    for cell in check_cells:
        cell.source = f"""try:
    {cell.source}
except checks.WrongAnswer:
    print("refused")"""
    begins = {"setup", "parameters", "start"}
    of_exercises = {cell.id for cell in (*stubs, *check_cells)}
    chapter.cells = [cell for cell in code if cell.id in begins | of_exercises]
    wrong = notebook_run.replace_cells(chapter, {cell.id: _nonsense(cell.source) for cell in stubs})
    executed = notebook_run.execute(wrong, NOTEBOOKS)
    outputs = {cell.id: cell.outputs for cell in executed.cells}
    for cell in check_cells:
        assert [output.get("text") for output in outputs[cell.id]] == ["refused\n"], cell.id
