"""Where a chapter can be entered in its middle: the cell tagged ``start-here``.

After a break, or where a kernel died, one runs the cells above section 1, then that cell, and goes
on below it. Whatever lies between is skipped.
"""

import ast
import copy
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from tools.notebook_files import tags

TAG = "start-here"
_GUARD = re.compile(r"'(\w+)' not in globals\(\)")
_SECTION = re.compile(r"^## ", re.MULTILINE)


@dataclass(frozen=True)
class Parts:
    """The code cells of a chapter.

    Attributes:
        top: Those above section 1.
        skipped: Those from there on, up to the start-here cell.
        start: The start-here cell.
        below: Those below it.
    """

    top: list[NotebookNode]
    skipped: list[NotebookNode]
    start: NotebookNode
    below: list[NotebookNode]


@dataclass(frozen=True)
class Request:
    """What a start-here cell asks for: the names of values and of nets."""

    values: set[str]
    nets: set[str]


def parts(notebook: NotebookNode) -> Parts:
    """Return the parts of a chapter.

    Raises:
        ValueError: If it has no start-here cell or several, or none below its first section.
    """
    cells = notebook.cells
    places = [place for place, cell in enumerate(cells) if TAG in tags(cell)]
    if len(places) != 1:
        raise ValueError(f"has {len(places)} cells tagged {TAG}; a chapter has exactly one")
    (place,) = places
    section = next(
        (
            index
            for index, cell in enumerate(cells)
            if cell.cell_type == "markdown" and _SECTION.search(cell.source)
        ),
        len(cells),
    )
    if place < section or cells[place].cell_type != "code":
        raise ValueError(f"has no code cell tagged {TAG} below its first section")
    top, skipped, below = (
        [cell for cell in some if cell.cell_type == "code"]
        for some in (cells[:section], cells[section:place], cells[place + 1 :])
    )
    return Parts(top, skipped, cells[place], below)


def entered_in_the_middle(notebook: NotebookNode) -> NotebookNode:
    """Return a copy that holds only what is run by somebody who starts at the start-here cell.

    Raises:
        ValueError: As :func:`parts`.
    """
    found = parts(notebook)
    entered = copy.deepcopy(notebook)
    entered.cells = copy.deepcopy([*found.top, found.start, *found.below])
    return entered


def request(source: str) -> Request:
    """Return what a cell asks the recorded start for.

    Values are asked for by ``recorded["name"]``, nets by ``recorded.load("name", …)``.

    Raises:
        ValueError: If a name is not written out, so that nobody could record it.
    """
    values, nets = set(), set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Subscript(value=ast.Name(id="recorded"), slice=name):
                values.add(_written_out(name))
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="recorded"), attr="load"), args=[name, *_]
            ):
                nets.add(_written_out(name))
    return Request(values, nets)


def guard(source: str) -> str | None:
    """Return the name in ``if "name" not in globals():`` where all of a cell stands below it."""
    match ast.parse(source).body:
        case [ast.If(test=test, orelse=[])]:
            found = _GUARD.fullmatch(ast.unparse(test))
            return found and found[1]
    return None


def is_there_before_training_ends(name: str, skipped: list[NotebookNode]) -> bool:
    """Return whether cells set a name although a training of theirs may still be interrupted.

    Then the start-here cell, asked after the interruption, would take it for done.
    """
    is_set = False
    for statement in (one for cell in skipped for one in ast.parse(cell.source).body):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            continue  # nothing in it runs yet
        sets = any(
            isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
            for node in ast.walk(statement)
        )
        trains = any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "fit"
            for node in ast.walk(statement)
        )
        # "history = fit(…)" sets its name when the training is over, a loop may do it before.
        if trains and (is_set or (sets and not isinstance(statement, ast.Assign))):
            return True
        is_set |= sets
    return False


def _written_out(name: ast.expr) -> str:
    match name:
        case ast.Constant(value=str(text)):
            return text
    raise ValueError(f"asks for {ast.unparse(name)}; write the name out, in quotation marks")
