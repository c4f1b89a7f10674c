"""What the Python in a notebook's cells does, read from its syntax tree.

A tree has no comments, and strings in it are only strings, so that a sentence about figures is not
taken for one. Training lengths have a module of their own, ``notebook_lengths``.
"""

import ast
import re
from collections.abc import Iterator

_MACHINE_PATH = re.compile(r"/\w|[A-Za-z]:[\\/]|\\\\\w|~(?:\w*[\\/]|$)")
_FIGURE_MODULES = {"plots", "plt"}
_MAKE_NO_FIGURE = {"use_style", "imread", "close"}


def parse(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell, or None where it is not plain Python."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def machine_paths(tree: ast.AST) -> Iterator[str]:
    """Yield every string that begins as the path of a file on one machine does.

    What is appended to another string, as in ``f"{folder}/cats"``, begins nothing.
    """
    appended = set()
    for node in ast.walk(tree):  # what holds a string comes before it
        match node:
            case ast.JoinedStr(values=[_, *later]):
                appended.update(later)
            case ast.BinOp(op=ast.Add(), right=right):
                appended.add(right)
            case ast.Constant(value=str(text)) if node not in appended:
                if _MACHINE_PATH.match(text):
                    yield text


def figure_functions(tree: ast.AST) -> set[str]:
    """Return the names of the functions defined in ``tree`` that make figures."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and any(makes_figure(statement, set()) for statement in node.body)
    }


def makes_figure(tree: ast.AST, functions: set[str]) -> bool:
    """Return whether running ``tree`` makes a figure.

    That is a call of a function of ``plots`` or ``plt``, or of one of ``functions``. What stands
    inside a function definition does not run yet.
    """
    return any(
        isinstance(node, ast.Call)
        and (
            (_module_of(node.func) in _FIGURE_MODULES and node.func.attr not in _MAKE_NO_FIGURE)
            or (isinstance(node.func, ast.Name) and node.func.id in functions)
        )
        for node in _executed(tree)
    )


def calls_method(tree: ast.AST, name: str) -> bool:
    """Return whether ``tree`` calls a method or function of a module called ``name``."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        for node in ast.walk(tree)
    )


def _module_of(function: ast.expr) -> str | None:
    """Return ``"plots"`` for ``plots.some_figure``."""
    match function:
        case ast.Attribute(value=ast.Name(id=name)):
            return name
    return None


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through a tree without the bodies of functions."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.Lambda):
            yield from _executed(child)
