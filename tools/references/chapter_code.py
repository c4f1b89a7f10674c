"""What a chapter's cells compute, as text to be hashed: a recording is stale when it changes.

Comments, layout and statements that only import, print or draw may change without a new recording.
"""

import ast
import re
from collections.abc import Iterable
from dataclasses import asdict

from nbformat import NotebookNode

from course_utils import profiles
from tools import fingerprint as hashes
from tools import notebook_code
from tools import notebook_files as files

#: Cells that compute nothing that others need.
_OTHER_CELLS = {"setup", "parameters", "exercise", "start-here"}
#: What a statement begins with that only prints, shows or checks, or dresses a figure.
_SHOWS = re.compile(r"print|checks|explorers|ax|axes|fig|figure|bars")


def fingerprint(chapter: str, cells: Iterable[NotebookNode], profile: str) -> str:
    """Return a hash of what cells compute, of the chapter's plans, and of the drawn pictures.

    Args:
        chapter: The chapter's number, such as ``"04"``.
        cells: Code cells of the chapter, in their order.
        profile: The profile in which they are run.
    """
    from course_utils.data import pipeline
    from course_utils.samples import digits, hands, horses_humans, pets

    generators = (digits, hands, horses_humans, pets, pipeline)
    plans = profiles.get(profile).of_chapter(chapter)
    return hashes.of(
        {
            "code": computing(cell for cell in cells if not _OTHER_CELLS & set(files.tags(cell))),
            "plans": {name: asdict(plan) for name, plan in plans.items()},
            "pictures": [module.VERSION for module in generators],
        }
    )


def computing(cells: Iterable[NotebookNode]) -> list:
    """Return all statements of code cells but those that only import, print or draw."""
    trees = [ast.parse(cell.source) for cell in cells]
    drawing = set().union(*map(notebook_code.figure_functions, trees))
    return [
        _described(statement)
        for tree in trees
        for statement in tree.body
        if not _only_shows(statement, drawing)
    ]


def _only_shows(statement: ast.stmt, drawing: set[str]) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=ast.Call(func=called)):
            while isinstance(called, ast.Attribute | ast.Subscript):
                called = called.value
            if isinstance(called, ast.Name) and _SHOWS.fullmatch(called.id):
                return True
        case ast.Assign():
            pass
        case _:
            return False
    return notebook_code.makes_figure(statement, drawing)


def _described(node: object) -> object:
    """Return a syntax tree as lists, alike in all versions of Python; without the release."""
    if isinstance(node, ast.keyword) and node.arg == "release":
        return "release"  # a new one computes the same
    if isinstance(node, ast.AST):
        fields = [[name, _described(value)] for name, value in ast.iter_fields(node)]
        return [type(node).__name__, *(field for field in fields if field[1] not in (None, []))]
    if isinstance(node, list):
        return [_described(one) for one in node]
    return None if node is None else repr(node)
