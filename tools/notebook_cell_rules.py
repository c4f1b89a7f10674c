"""The rules on what single cells hold: code, stored outputs, metadata, paths."""

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from tools.notebook_code import figure_functions, machine_paths, makes_figure, parse
from tools.notebook_files import CHECKED, code_cells, tags
from tools.notebook_lengths import written_lengths

Finding = tuple[int | None, str]

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"tags", "mystnb"}

_LONGEST_CELL = 20
# In running text, where much else begins with a stroke (3/4, and/or) or holds a backslash (LaTeX).
_ABSOLUTE_PATH = re.compile(
    r"(?<![\w.~…}\])*>-])/(?:home|root|Users|content|tmp|work|mnt|media|opt|var|data|Volumes|"
    r"kaggle)/"
    r"|\b[CD]:\\|\b[A-Za-z]:\\{1,2}[\w.-]+\\|\b[A-Za-z]:/(?:Users|Documents|Program|temp)\b"
    r"|(?:^|(?<=[\s\"'`(]))\\\\[A-Za-z][\w.-]+\\[\w$]"
    r"|file://",
    re.MULTILINE,
)
# Comments by which nbval is told, cell by cell, what the tag alone shall decide.
_NBVAL_COMMENT = re.compile(r"^\s*#\s*(?:NBVAL_|PYTEST_VALIDATE_)\w+\s*$", re.MULTILINE)


def output_fault(cell: NotebookNode) -> str | None:
    """Return what keeps nbval from comparing a checked cell's output, or None."""
    if not cell.outputs:
        return "has no output, so nothing would be compared"
    for output in cell.outputs:
        if output.output_type == "error" or output.get("name") == "stderr":
            return "has an error or a warning among its outputs"
        if any(kind.startswith("image/") or "widget" in kind for kind in output.get("data", {})):
            return "has a picture or widget among its outputs, which nbval does not compare"
    if not any(
        (output.get("text") or output.get("data", {}).get("text/plain", "")).strip()
        for output in cell.outputs
    ):
        return "has an output without text, so nothing would be compared"
    return None


def _not_empty(notebook: NotebookNode) -> Iterator[Finding]:
    for index, cell in enumerate(notebook.cells):
        if not cell.source.strip():
            yield index, "is empty; run `python -m tools.notebooks clean`"


def _cell_metadata(notebook: NotebookNode) -> Iterator[Finding]:
    for index, cell in enumerate(notebook.cells):
        if extra := sorted(set(cell.metadata) - CELL_METADATA):
            yield (
                index,
                f"has the metadata {', '.join(extra)}; run `python -m tools.notebooks clean`",
            )


def _outputs(notebook: NotebookNode) -> Iterator[Finding]:
    for index, cell in code_cells(notebook):
        if CHECKED not in tags(cell):
            if cell.outputs or cell.execution_count is not None:
                yield (
                    index,
                    f"keeps an output or a count without the tag {CHECKED}; "
                    "run `python -m tools.notebooks clean`",
                )
        elif fault := output_fault(cell):
            yield (
                index,
                f"is tagged {CHECKED} but {fault}; print text in it, draw elsewhere, and "
                "run `python -m tools.notebooks refresh`",
            )
        elif cell.execution_count is None:
            yield (
                index,
                f"is tagged {CHECKED} but has no execution count, so nbval would skip it; "
                "run `python -m tools.notebooks refresh`",
            )


def _plain_python(notebook: NotebookNode) -> Iterator[Finding]:
    for index, cell in code_cells(notebook):
        if parse(cell.source) is None:
            yield (
                index,
                "is not plain Python; a magic or a shell line that fails passes unseen in CI, "
                "so write Python instead",
            )
        if _NBVAL_COMMENT.search(cell.source):
            yield index, f"steers nbval by a comment; remove it, the tag {CHECKED} decides"


def _length(notebook: NotebookNode) -> Iterator[Finding]:
    for index, cell in code_cells(notebook):
        lines = len(cell.source.strip().splitlines())
        if lines > _LONGEST_CELL:
            yield (
                index,
                f"has {lines} lines; cut it into ideas of about fifteen, at most {_LONGEST_CELL}",
            )


def _epochs(notebook: NotebookNode) -> Iterator[Finding]:
    cells = list(code_cells(notebook))
    trees = [parse(cell.source) or parse("") for _, cell in cells]
    for position, line, deed in written_lengths(trees):
        yield (
            cells[position][0],
            f"{deed} in its line {line}; take the length from the profile as it is, as in "
            'profile["02.convnet"].epochs',
        )


def _alt_text(notebook: NotebookNode) -> Iterator[Finding]:
    trees = {index: parse(cell.source) or parse("") for index, cell in code_cells(notebook)}
    functions = set().union(*map(figure_functions, trees.values()))
    for index, tree in trees.items():
        image = notebook.cells[index].metadata.get("mystnb", {}).get("image", {})
        if makes_figure(tree, functions) and not str(image.get("alt", "")).strip():
            yield (
                index,
                "makes a figure without alt text; say in the cell's metadata, under "
                "mystnb.image.alt, what the figure shows",
            )


def _paths(notebook: NotebookNode) -> Iterator[Finding]:
    for index, cell in enumerate(notebook.cells):
        paths = []
        if cell.cell_type == "code":
            paths += machine_paths(parse(cell.source) or parse(""))
        for text in _texts([cell.source, cell.get("outputs", [])]):
            if found := _ABSOLUTE_PATH.search(text):
                paths.append(found[0] + "…")
        if paths:
            yield (
                index,
                f"holds a path of one machine ({paths[0]}); write or print it relative to "
                "the course's folder",
            )


def _texts(value: object) -> Iterator[str]:
    """Yield every string inside nested lists and dictionaries."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


CELL_RULES = (
    _not_empty,
    _cell_metadata,
    _outputs,
    _plain_python,
    _length,
    _epochs,
    _alt_text,
    _paths,
)
