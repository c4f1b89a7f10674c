"""Run notebooks the short way: to store the outputs that are compared, and to test exercises."""

import copy
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from tools.notebook_cell_rules import output_fault
from tools.notebook_files import CHECKED, place, read, tags

# What every such run has in common: the shortest profile, the drawn pictures, no log lines.
SHORT_RUN = {"COURSE_PROFILE": "ci", "COURSE_DATA": "sample", "TF_CPP_MIN_LOG_LEVEL": "2"}


def execute(
    notebook: NotebookNode, folder: Path, environment: Mapping[str, str] | None = None
) -> NotebookNode:
    """Return a copy of a notebook, run in its folder.

    Its results go to a temporary folder, so that they don't replace those of a longer run.

    Args:
        notebook: The notebook.
        folder: Where its kernel works.
        environment: Variables that differ from those of a short run: profile ``ci``, drawn
            pictures, results that nobody keeps.

    Raises:
        ValueError: If a cell raises an error; the message names both.
    """
    executed = copy.deepcopy(notebook)
    for cell in executed.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        executed,
        timeout=600,
        kernel_name="python3",
        coalesce_streams=True,  # how a print is cut into pieces depends on the moment
        resources={"metadata": {"path": str(folder)}},
    )
    with tempfile.TemporaryDirectory() as results:
        try:
            variables = SHORT_RUN | {"COURSE_RESULTS": results} | dict(environment or {})
            client.execute(env=os.environ | variables)
        except CellExecutionError as error:
            raise ValueError(
                f"{_failed_cell(executed)} raises {error.ename}: {error.evalue}"
            ) from error
    return executed


def refresh(notebook: NotebookNode, folder: Path) -> list[str]:
    """Run a notebook and store the outputs of its cells tagged ``nbval-check-output``.

    A notebook without such cells is not run. On an error the notebook stays as it was.

    Returns:
        The names of the cells whose output changed.

    Raises:
        ValueError: If a cell raises an error, or a tagged one has no text to compare.
    """
    checked = [index for index, cell in enumerate(notebook.cells) if CHECKED in tags(cell)]
    if not checked:
        return []
    executed = execute(notebook, folder).cells
    faults = [
        f"{place(index, executed[index])} {fault}"
        for index in checked
        if (fault := output_fault(executed[index]))
    ]
    if faults:
        raise ValueError("; ".join(faults))
    changed = []
    for index in checked:
        cell = notebook.cells[index]
        if _without_counts(cell.outputs) != _without_counts(executed[index].outputs):
            changed.append(place(index, cell))
        cell.outputs = executed[index].outputs
        cell.execution_count = executed[index].execution_count
    return changed


def replace_cells(notebook: NotebookNode, sources: Mapping[str, str]) -> NotebookNode:
    """Return a copy of a notebook in which cells have other sources.

    Args:
        notebook: The notebook.
        sources: New sources by cell id.

    Raises:
        ValueError: If the notebook has no cell of one of the ids.
    """
    replaced = copy.deepcopy(notebook)
    cells = {cell.id: cell for cell in replaced.cells}
    if unknown := sorted(set(sources) - set(cells)):
        raise ValueError(f"the notebook has no cell {', '.join(unknown)}")
    for identifier, source in sources.items():
        cells[identifier].source = source
    return replaced


def run_with_solutions(chapter: Path, solutions: Path) -> NotebookNode:
    """Run a chapter with its exercises solved: solutions take the place of stubs of the same id.

    Args:
        chapter: The chapter's notebook.
        solutions: The notebook whose cells tagged ``solution`` solve the exercises.

    Returns:
        The chapter as it was run.

    Raises:
        ValueError: If a solution has no stub, or a cell raises an error.
    """
    solved = {cell.id: cell.source for cell in read(solutions).cells if "solution" in tags(cell)}
    return execute(replace_cells(read(chapter), solved), chapter.resolve().parent)


def _failed_cell(executed: NotebookNode) -> str:
    return next(
        place(index, cell)
        for index, cell in enumerate(executed.cells)
        if any(output.output_type == "error" for output in cell.get("outputs", []))
    )


def _without_counts(outputs: list[NotebookNode]) -> list[dict]:
    return [{**output, "execution_count": None} for output in outputs]
