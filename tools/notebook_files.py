"""Where the course's notebooks lie, and how they are read and written.

Notebooks are read and written with nbformat's plain JSON reader and writer. Its public ``read``
and ``write`` also validate, and then invent the cell ids that are missing; here a missing id has
to stay visible.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode, v4

import course_utils
from tools import atomic_files

ROOT = Path(__file__).resolve().parents[1]

CHECKED = "nbval-check-output"


@dataclass(frozen=True)
class Course:
    """The facts about the course that its notebooks repeat.

    Attributes:
        root: The repository's folder.
        repository: The repository's address on GitHub.
        release_ref: The branch or tag that badges and set-up cells point to.
        version: The version of ``course_utils`` that the notebooks belong to.
    """

    root: Path
    repository: str
    release_ref: str
    version: str = course_utils.__version__

    @classmethod
    def read(cls, root: Path = ROOT) -> "Course":
        """Read the facts from the ``pyproject.toml`` in ``root``.

        Raises:
            ValueError: If the address is not a repository on GitHub, or the release is neither
                ``main`` nor the tag of this version.
        """
        settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        repository = settings["project"]["urls"]["Repository"]
        release_ref = settings["tool"]["course"]["release_ref"]
        if not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", repository):
            raise ValueError(
                f"pyproject.toml: Repository is {repository!r}; "
                "write https://github.com/<owner>/<repository>"
            )
        if release_ref not in ("main", f"v{cls.version}"):
            raise ValueError(
                f"pyproject.toml: release_ref is {release_ref!r}; "
                f"write 'main' before the release and 'v{cls.version}' after it"
            )
        return cls(root, repository, release_ref)

    @property
    def slug(self) -> str:
        """The address without its host: ``owner/repository``."""
        return self.repository.removeprefix("https://github.com/")

    def notebooks(self) -> list[Path]:
        """Return all chapters and all solutions, in order."""
        folder = self.root / "notebooks"
        return [*sorted(folder.glob("*.ipynb")), *sorted(folder.glob("solutions/*.ipynb"))]

    def name_of(self, path: Path) -> str:
        """Return a file's path as messages show it: inside the repository where it lies there."""
        path = path.resolve()
        return (
            path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name
        )


def holds_solutions(path: Path) -> bool:
    """Return whether a notebook holds the solutions of a chapter rather than a chapter."""
    return path.parent.name == "solutions"


def tags(cell: NotebookNode) -> list[str]:
    """Return a cell's tags."""
    return cell.metadata.get("tags", [])


def code_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Yield every code cell with its index among all cells."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            yield index, cell


def place(index: int, cell: NotebookNode) -> str:
    """Return the words by which messages name a cell; people count cells from one."""
    return f"cell {index + 1} ({cell.get('id', 'no id')})"


def read(path: Path) -> NotebookNode:
    """Read a notebook as it stands.

    Raises:
        ValueError: If the file is not a notebook of format 4.
    """
    try:
        notebook = v4.reads(path.read_text(encoding="utf-8"))
        if notebook.nbformat != 4:
            raise ValueError(f"its format is {notebook.nbformat}")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(
            f"is not a notebook of format 4 ({error}); restore it with git, or open it in "
            "JupyterLab and save it again"
        ) from error
    return notebook


def render(notebook: NotebookNode) -> str:
    """Return the one way in which a notebook is written, so that git shows only real changes."""
    return v4.writes(notebook) + "\n"


def write_if_changed(path: Path, text: str) -> bool:
    """Write a file whole or not at all, and only where its content changes.

    Returns:
        Whether the file changed.
    """
    if path.read_bytes() == text.encode("utf-8"):
        return False
    atomic_files.write(path, text)
    return True
