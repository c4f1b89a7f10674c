"""A small repository of notebooks in order, for tests that break or change them."""

from pathlib import Path

from nbformat import NotebookNode, v4

from tools import notebook_files as files
from tools import notebooks
from tools.addresses import Addresses
from tools.notebook_cell_rules import METADATA
from tools.notebook_rules import check_notebook
from tools.notebook_template import PARAMETERS

NAME = "02_windows.ipynb"


def code(identifier: str, source: str, *tags: str, **metadata) -> NotebookNode:
    return v4.new_code_cell(source, id=identifier, metadata=metadata | {"tags": list(tags)})


def text(identifier: str, source: str) -> NotebookNode:
    return v4.new_markdown_cell(source, id=identifier)


def printed(cell: NotebookNode, line: str, count: int = 3) -> NotebookNode:
    cell.outputs = [v4.new_output("stream", name="stdout", text=line)]
    cell.execution_count = count
    return cell


def build_chapter() -> NotebookNode:
    # The last three cells stand for what needs the course's package; they do nothing when run.
    figure = "if False:\n    plots.windows()"
    results = "if False:\n    chapter.write_results('3', answer=answer)"
    release = 'if False:\n    runtime.start("02", PROFILE, DATA, release="0.0.0")'
    cells = [
        text("title", "# Small windows\n\nWhy look through one?"),
        text("objectives", "You will be able to\n\n- count\n- compare\n- explain\n\nIn minutes."),
        code("choices", PARAMETERS, "parameters"),
        printed(code("sizes", "size = (5 - 3) // 1 + 1\nprint(size)", files.CHECKED), "3\n"),
        text("fenced", "## 1. Windows\n\nLike this:\n\n```python\n# not a title\n```"),
        code("start-here", 'if "size" not in globals():\n    size = 2', "start-here"),
        code("stride-two", "answer = None", "exercise"),
        code("figure", figure, mystnb={"image": {"alt": "A window on a picture."}}),
        code("results", results),
        code("release", release),
    ]
    return v4.new_notebook(cells=cells, metadata=METADATA)


def build_solutions() -> NotebookNode:
    cells = [
        text("title", "# Solutions: small windows"),
        text("why", "Two steps at a time."),
        code("stride-two", "answer = (5 - 3) // 2 + 1", "solution"),
    ]
    return v4.new_notebook(cells=cells, metadata=METADATA)


class Repository:
    """A small repository with one chapter and its solutions, all of it in order."""

    def __init__(self, root: Path):
        self.root = root
        (root / "notebooks" / "solutions").mkdir(parents=True)
        self.declare("owner.example/small-course")
        self.chapter = root / "notebooks" / NAME
        self.solutions = root / "notebooks" / "solutions" / NAME
        for path, notebook in (
            (self.chapter, build_chapter()),
            (self.solutions, build_solutions()),
        ):
            path.write_text(files.render(notebook), encoding="utf-8")
        self.run("stamp")

    def declare(self, slug: str, release_ref: str = "main") -> None:
        (self.root / "pyproject.toml").write_text(
            f'[project.urls]\nRepository = "https://github.com/{slug}"\n'
            f'[tool.course]\nrelease_ref = "{release_ref}"\n',
            encoding="utf-8",
        )

    @property
    def course(self) -> files.Course:
        return files.Course.read(self.root)

    def run(self, *arguments: str) -> int:
        return notebooks.main(list(map(str, arguments)), root=self.root)

    def change(self, path: Path, change) -> None:
        notebook = files.read(path)
        change(Cells(notebook))
        path.write_text(files.render(notebook), encoding="utf-8")

    def findings(self) -> list[str]:
        paths = (self.chapter, self.solutions)
        return [line for path in paths for line in check_notebook(path, Addresses(self.course))]


class Cells:
    """A notebook whose cells are reached by id."""

    def __init__(self, notebook: NotebookNode):
        self.notebook = notebook

    def __getitem__(self, identifier: str) -> NotebookNode:
        return next(cell for cell in self.notebook.cells if cell.get("id") == identifier)

    def drop(self, identifier: str) -> None:
        self.notebook.cells.remove(self[identifier])

    def add(self, cell: NotebookNode) -> None:
        self.notebook.cells.append(cell)


def set_source(identifier, source):
    return lambda cells: cells[identifier].update(source=source)


def add_code(source, *tags, **metadata):
    return lambda cells: cells.add(code("added", source, *tags, **metadata))
