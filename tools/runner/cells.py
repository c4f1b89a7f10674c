"""A notebook's cells, and where each stands in words that lead a person to it."""

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from tools import notebook_files as files
from tools.notebook_files import tags

# Cells that papermill adds; they do not count when cells are numbered.
_ADDED_TAGS = {"injected-parameters", "papermill-error-cell-tag"}
_LONGEST_LINE = 90


@dataclass(frozen=True)
class Place:
    """One cell as a reader finds it.

    Attributes:
        number: Position among all cells of the notebook, from 1.
        id: The cell's id.
        heading: The nearest Markdown heading above, or an empty string.
        first_line: First line of the cell's source.
    """

    number: int
    id: str
    heading: str
    first_line: str

    def __str__(self) -> str:
        section = f' in "{self.heading}"' if self.heading else ""
        return f"cell {self.number} (id {self.id}){section}: {self.first_line}"


def read(path: Path) -> NotebookNode:
    """Return a notebook; cells without an id get one that is the same at every reading.

    Raises:
        ValueError: If the file is not a notebook of format 4.
    """
    try:
        notebook = files.read(path)
    except ValueError as error:
        raise ValueError(f"{path.name} {error}") from error
    for number, cell in enumerate(notebook.cells, start=1):
        cell.setdefault("id", f"cell-{number}")
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    return notebook


def executed_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells with code in them, without those that papermill added."""
    return [
        cell for _, cell in files.code_cells(notebook) if cell.source.strip() and not _added(cell)
    ]


def place_of(notebook: NotebookNode, wanted: NotebookNode) -> Place:
    """Say where ``wanted``, one of the notebook's own cells, stands."""
    number, heading = 0, ""
    for cell in notebook.cells:
        number += not _added(cell)
        if cell is wanted:
            break
        if cell.cell_type == "markdown" and not _added(cell):
            heading = _last_heading(cell.source) or heading
    first = next((line for line in wanted.source.splitlines() if line.strip()), "")
    return Place(number, wanted.get("id", "none"), heading, _shortened(first.strip()))


def place_of_execution(notebook: NotebookNode, execution_count: int) -> Place | None:
    """Say where the cell with an execution count stands; None if there is none."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.execution_count == execution_count:
            return place_of(notebook, cell)
    return None


def title_of(notebook: NotebookNode) -> str:
    """Return the notebook's first heading, or an empty string."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not _added(cell):
            for line in cell.source.splitlines():
                if line.startswith("#"):
                    return line.lstrip("#").strip()
    return ""


def _added(cell: NotebookNode) -> bool:
    return not _ADDED_TAGS.isdisjoint(tags(cell))


def _last_heading(markdown: str) -> str:
    heading, in_code = "", False
    for line in markdown.splitlines():
        if line.startswith("```"):
            in_code = not in_code
        elif line.startswith("#") and not in_code:
            heading = line.lstrip("#").strip()
    return heading


def _shortened(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…"
