"""Finds training lengths that a notebook writes itself instead of taking them from the profile.

Whatever is named ``epochs`` may be computed, but from nothing that stands in the notebook as a
number: ``profile["02.convnet"].epochs`` passes, ``profile["02.convnet"].epochs * 10`` does not.
The syntax tree is read, so that a sentence about epochs is not taken for a training.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

_LENGTH = re.compile(r"epochs$|^initial_epoch$|^steps_per_epoch$", re.IGNORECASE)
_DIGITS = re.compile(r"\s*\d+(\.\d*)?\s*")
_TRAINING_METHODS = {"fit", "train_on_batch", "train_step"}

Values = dict[str, list[ast.expr]]


def written_lengths(trees: Iterable[ast.AST]) -> Iterator[tuple[int, int, str]]:
    """Yield the training lengths that are written in a notebook's cells.

    Args:
        trees: The syntax trees of all cells, since a number may get its name in an earlier one.

    Yields:
        Position of the cell among ``trees``, line in it, and what is done there.
    """
    trees = list(trees)
    values: Values = defaultdict(list)
    for tree in trees:
        for node in ast.walk(tree):
            for name, value in _variables(node):
                values[name].append(value)
    for position, tree in enumerate(trees):
        for node in ast.walk(tree):
            for line, deed in _written(node, values):
                yield position, line, deed


def _written(node: ast.AST, values: Values) -> Iterator[tuple[int, str]]:
    for name, value in [*_variables(node), *_arguments_and_items(node)]:
        if _LENGTH.search(name) and _holds_number(value, values):
            yield value.lineno, f"writes {name} as a number"
    match node:
        case ast.Call(func=ast.Name(id="Training") | ast.Attribute(attr="Training")):
            yield node.lineno, "plans a training"
        case ast.For(target=ast.Name(id="epoch"), iter=repeated) if _is_count(repeated, values):
            yield repeated.lineno, "writes epochs as a number"
    if _repeats_training(node, values):
        yield node.lineno, "repeats a training as often as a number says"


def _repeats_training(node: ast.AST, values: Values) -> bool:
    match node:
        case ast.For(target=target, iter=repeated):
            named = isinstance(target, ast.Name) and target.id == "epoch"
            return not named and _is_count(repeated, values) and _trains(node)
        case (
            ast.ListComp(generators=loops)
            | ast.SetComp(generators=loops)
            | ast.DictComp(generators=loops)
            | ast.GeneratorExp(generators=loops)
        ):
            return _trains(node) and any(_is_count(loop.iter, values) for loop in loops)
    return False


def _trains(tree: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr in _TRAINING_METHODS
        for node in ast.walk(tree)
    )


def _is_count(repeated: ast.expr, values: Values) -> bool:
    """Return whether a loop runs over a ``range`` whose end is a number of the notebook.

    ``range(1, len(nets) + 1)`` holds a number and yet is none: how far it goes is not written.
    """
    match repeated:
        case ast.Call(func=ast.Name(id="range"), args=[end] | [_, end, *_]):
            return _is_number(end, values, frozenset())
        case ast.Call(func=ast.Name(id="enumerate" | "reversed" | "tqdm"), args=[inner, *_]):
            return _is_count(inner, values)
    return False


def _is_number(value: ast.expr, values: Values, seen: frozenset[str]) -> bool:
    """Return whether an expression is made of numbers of the notebook alone."""
    match value:
        case ast.Constant():
            return _is_digit(value)
        case ast.UnaryOp(operand=operand):
            return _is_number(operand, values, seen)
        case ast.BinOp(left=left, right=right):
            return _is_number(left, values, seen) and _is_number(right, values, seen)
        case ast.Call(func=ast.Name(), args=[_, *_] as arguments):
            return all(_is_number(argument, values, seen) for argument in arguments)
        case ast.Name(id=name) if name not in seen:
            return any(_is_number(given, values, seen | {name}) for given in values.get(name, ()))
    return False


def _holds_number(value: ast.expr, values: Values, seen: frozenset[str] = frozenset()) -> bool:
    """Return whether a number of the notebook stands anywhere in an expression.

    Names are followed to what they are given, as far as that is itself written or computed.
    Neither keys in brackets count nor what attributes belong to: ``profile["02.mlp"].epochs``.
    """
    match value:
        case ast.Constant():
            return _is_digit(value)
        case ast.Name(id=name):
            return name not in seen and any(
                _holds_number(given, values, seen | {name})
                for given in values.get(name, ())
                if _is_written_or_computed(given)
            )
        case ast.Subscript(value=container):
            return _holds_number(container, values, seen)
        case ast.Attribute(value=ast.Name()):
            return False
    return any(
        _holds_number(child, values, seen)
        for child in ast.iter_child_nodes(value)
        if isinstance(child, ast.expr | ast.keyword | ast.comprehension)
    )


def _is_written_or_computed(value: ast.expr) -> bool:
    """Return whether a value is no call of something that may take numbers of another kind."""
    match value:
        case ast.Call(func=ast.Name(id="int" | "float" | "round" | "min" | "max" | "range")):
            return True
        case ast.Call() | ast.Attribute() | ast.ListComp() | ast.DictComp() | ast.Lambda():
            return False
    return True


def _is_digit(constant: ast.Constant) -> bool:
    written = constant.value
    if isinstance(written, str):  # as in int("30")
        return bool(_DIGITS.fullmatch(written))
    return isinstance(written, int | float) and not isinstance(written, bool)


def _arguments_and_items(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield each value that this node hands on under a name, with the name."""
    match node:
        case ast.Call(func=ast.Attribute(attr="fit"), args=[_, _, _, epochs, *_]):
            yield "epochs", epochs
        case ast.keyword(arg=str(name), value=value):
            yield name, value
        case ast.Dict(keys=keys, values=values):
            for key, value in zip(keys, values, strict=True):
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value, value


def _variables(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield each value that this node binds to a name, with the name."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _assigned(target, value)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield from _assigned(target, value)
        case ast.NamedExpr(target=target, value=value) | ast.AugAssign(target=target, value=value):
            yield from _assigned(target, value)
        case ast.For(target=target, iter=ast.Tuple(elts=values) | ast.List(elts=values)):
            for value in values:
                yield from _assigned(target, value)
        case ast.arguments():
            positional = [*node.posonlyargs, *node.args]
            with_default = positional[len(positional) - len(node.defaults) :] + node.kwonlyargs
            for parameter, default in zip(
                with_default, [*node.defaults, *node.kw_defaults], strict=True
            ):
                if default is not None:
                    yield parameter.arg, default


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
