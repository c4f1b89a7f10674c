"""What the Python in a notebook's cells does, read from its syntax tree.

A tree has no comments, and strings in it are only strings, so that a sentence about epochs is not
taken for a training.
"""

import ast
import re
from collections.abc import Iterator

_LENGTH = re.compile(r"(^|_)epochs$|^initial_epoch$|^steps_per_epoch$", re.IGNORECASE)
_FIGURE_MODULES = {"plots", "plt"}
_MAKE_NO_FIGURE = {"use_style", "imread", "close"}


def parse(source: str) -> ast.Module | None:
    """Return the syntax tree of a cell, or None where it is not plain Python."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None


def written_lengths(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of every training length that is written as a number.

    A length that comes from the profile is an attribute such as ``profile["02.convnet"].epochs``;
    it may be computed with. Numbers chosen by a condition count as written.
    """
    for node in ast.walk(tree):
        for name, value in _named_values(node):
            if _LENGTH.search(name) and _is_number(value):
                yield value.lineno, name


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


def _named_values(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield each value that this node gives a name, with the name."""
    match node:
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _assigned(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _assigned(target, value)
        case ast.NamedExpr(target=target, value=value) | ast.AugAssign(target=target, value=value):
            yield from _assigned(target, value)
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value
        case ast.arguments():
            positional = [*node.posonlyargs, *node.args]
            with_default = positional[len(positional) - len(node.defaults) :] + node.kwonlyargs
            for parameter, default in zip(
                with_default, [*node.defaults, *node.kw_defaults], strict=True
            ):
                if default is not None:
                    yield parameter.arg, default
        case ast.Call(func=ast.Attribute(attr="fit"), args=[_, _, _, epochs, *_]):
            yield "epochs", epochs
        case ast.For(target=ast.Name(id="epoch"), iter=ast.Call() as numbers):
            yield "epochs", numbers


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    match target, value:
        case (
            (ast.Tuple(elts=names) | ast.List(elts=names)),
            (ast.Tuple(elts=values) | ast.List(elts=values)),
        ):
            for name, single in zip(names, values, strict=False):
                yield from _assigned(name, single)
        case ((ast.Name(id=name) | ast.Attribute(attr=name)), _):
            yield name, value
        case ast.Subscript(slice=ast.Constant(value=str(name))), _:
            yield name, value


def _is_number(value: ast.expr) -> bool:
    """Return whether an expression is a number without anything from elsewhere."""
    match value:
        case ast.Constant(value=number):
            return isinstance(number, int | float) and not isinstance(number, bool)
        case ast.UnaryOp(operand=operand):
            return _is_number(operand)
        case ast.BinOp(left=left, right=right):
            return _is_number(left) and _is_number(right)
        case ast.IfExp(body=body, orelse=orelse):
            return _is_number(body) or _is_number(orelse)
        case ast.BoolOp(values=values) | ast.Call(func=ast.Name(id="min" | "max"), args=values):
            return any(map(_is_number, values))
        case ast.Call(func=ast.Name(id="range" | "int"), args=[_, *_] as values):
            return all(map(_is_number, values))
    return False


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
