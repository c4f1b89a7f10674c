"""Keys by which a chapter's code reads, and whether anything still writes them.

A word that is shown may also be a key, as in ``results = {"digit": …}`` and ``results["digit"]``.
Translated in one place only, it fails when the cell runs, perhaps in a long profile alone. So the
words that a variable can hold are followed through the cells in both languages: a key that was
written in English, and is not in Korean, is lost. Arguments are not followed into functions, nor
is what the package returns.
"""

import ast
import copy
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from tools import notebook_files as files
from tools import start_cells

#: What stands for a value in the middle of an f-string's words.
_ANY = "\0"
#: For each name what it is bound to, or what is added to it.
_Values = dict[str, list[ast.AST]]


def lost(english: NotebookNode, korean: NotebookNode) -> list[tuple[str, str]]:
    """Return the keys that only the translation reads in vain, each behind the id of its cell."""
    found = []
    for one, other in zip(_ways(english), _ways(korean), strict=True):
        for name, before, after in zip(one, _unwritten(one), _unwritten(other), strict=True):
            found += [
                (name, key)
                for how, keys in after.items()
                # A variable may hold other words, too, so that only their number can be compared.
                if how == "written out" or len(keys) > len(before.get(how, ()))
                for key in sorted(keys - before.get(how, set()))
            ]
    return list(dict.fromkeys(found))


def _ways(notebook: NotebookNode) -> Iterator[dict[str, ast.Module]]:
    """Yield the cells as they run from the top, and as they run for who starts in the middle."""
    cells = {cell.id: ast.parse(cell.source) for _, cell in files.code_cells(notebook)}
    try:
        parts = start_cells.parts(notebook)
    except ValueError:  # only chapters that train for long have such a cell
        yield cells
        return
    skipped = {cell.id for cell in parts.skipped}
    yield {name: tree for name, tree in cells.items() if name != parts.start.id}
    yield {name: tree for name, tree in cells.items() if name not in skipped}


def _unwritten(cells: dict[str, ast.Module]) -> list[dict[str, set[str]]]:
    """Return for each cell the words by which it reads and which nothing writes.

    They stand under the variable that holds them, or under ``"written out"``.
    """
    trees = [_Renaming().visit(copy.deepcopy(tree)) for tree in cells.values()]
    bound = [_gathered(tree, _bindings) for tree in trees]
    added = [_gathered(tree, _additions) for tree in trees]
    found = []
    for place, tree in enumerate(trees):
        found.append({})
        reads = [node for node in ast.walk(tree) if _is_read(node)]
        for read, key in [(one, key) for one in reads for key in _alternatives(one.slice)]:
            how, words = "written out", {_word(key)} - {None}
            if (variable := _variable(key)) and (held := _words(variable, place, bound, added)):
                how = variable.id.split("@")[0]
                words = {(_word(key) or _ANY).replace(_ANY, word) for word in held}
            written = _words(read.value, place, bound, added) if words else set()
            missing = {word for word in words if not any(_fit(word, one) for one in written)}
            found[-1].setdefault(how, set()).update(missing)
    return found


class _Renaming(ast.NodeTransformer):
    """Gives the variables of each loop and comprehension names of their own."""

    def __init__(self):
        self._loops = 0

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)  # inner loops first
        targets = [one.target for one in getattr(node, "generators", [])]
        targets += [node.target] if isinstance(node, ast.For) else []
        own = {name.id for target in targets for name in ast.walk(target) if _is_bound(name)}
        self._loops += 1
        for name in ast.walk(node) if own else ():
            if isinstance(name, ast.Name) and name.id in own:
                name.id += f"@{self._loops}"
        return node


def _alternatives(key: ast.expr) -> list[ast.expr]:
    """Return the keys by which ``x["a", "b"]`` and ``x["a" if y else "b"]`` read."""
    match key:
        case ast.Tuple(elts=parts):
            return [one for part in parts for one in _alternatives(part)]
        case ast.IfExp(body=one, orelse=other):
            return _alternatives(one) + _alternatives(other)
    return [key]


def _variable(key: ast.expr) -> ast.Name | None:
    """Return the one variable of a key, as in ``x[name]`` and ``x[f"both {name}"]``."""
    match key:
        case ast.Name():
            return key
        case ast.JoinedStr(values=values):
            shown = [one.value for one in values if isinstance(one, ast.FormattedValue)]
            if len(shown) == 1 and isinstance(shown[0], ast.Name):
                return shown[0]
    return None


def _words(
    node: ast.AST, place: int, bound: list[_Values], added: list[_Values], seen: set | None = None
) -> set[str]:
    """Return the words in an expression of the cell at a place, and those in what it names."""
    seen = set() if seen is None else seen
    found = set()
    for part in _parts(node):
        if (word := _word(part)) is not None:
            found.add(word)
        elif name := _name(part):
            last = next((i for i in range(place, -1, -1) if name in bound[i]), place + 1)
            if (step := (name, last, _is_read(part))) in seen:
                continue
            seen.add(step)
            for here in range(last, place + 1):
                for value in bound[here].get(name, []) + added[here].get(name, []):
                    held = _without_keys(value) if _is_read(part) else [value]
                    for one in held:
                        found |= _words(one, here, bound, added, seen)
    return found


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and what is inside, without the keys that it reads and parts of f-strings."""
    if isinstance(node, ast.keyword) and node.arg == "language":  # only the translation names one
        return
    yield node
    if isinstance(node, ast.JoinedStr) or (_is_read(node) and _name(node)):
        return
    for child in [node.value] if _is_read(node) else ast.iter_child_nodes(node):
        yield from _parts(child)


def _name(node: ast.AST) -> str | None:
    """Return the name that ``name`` or ``name["key"]`` takes words from."""
    match node:
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name), ctx=ast.Load()):
            return name
    return None


def _without_keys(value: ast.AST) -> list[ast.AST]:
    """Return what a dictionary holds, for who reads one of its values."""
    match value:
        case ast.Dict(values=values):
            return values
        case ast.DictComp(value=held):
            return [held]
    return [value]


def _is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)


def _is_bound(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _word(node: ast.AST) -> str | None:
    """Return what a string literal says, with ``_ANY`` for each value of an f-string."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_word(value) or _ANY for value in values)
    return None


def _fit(one: str, other: str) -> bool:
    """Return whether two words can be the same, whatever the values in them."""
    pairs = ((one, other), (other, one))
    return any(re.fullmatch(re.escape(a).replace(_ANY, ".*"), b, re.DOTALL) for a, b in pairs)


def _gathered(tree: ast.AST, pairs) -> _Values:
    values: _Values = {}
    for node in ast.walk(tree):
        for name, value in pairs(node):
            values.setdefault(name, []).append(value)
    return values


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that a statement binds anew, each with what it is bound to."""
    match node:
        case ast.Assign(targets=targets, value=value):
            pass
        case (
            ast.AnnAssign(target=target, value=ast.expr() as value)
            | ast.NamedExpr(target=target, value=value)
        ):
            targets = [target]
        case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
            targets = [target]
        case ast.FunctionDef(name=name):
            yield name, ast.Module(node.body, [])
            return
        case _:
            return
    pairs = [(target, value) for target in targets]
    match node, value:
        case (
            ast.For(target=ast.Tuple(elts=[key, one]))
            | ast.comprehension(target=ast.Tuple(elts=[key, one])),
            ast.Call(func=ast.Attribute(value=mapping, attr="items")),
        ):
            pairs = [(key, mapping), (one, ast.Subscript(mapping, ast.Constant(0), ast.Load()))]
    own = {one.id for one in ast.walk(value) if isinstance(one, ast.Name)}
    for target, value in pairs:
        for one in ast.walk(target):
            if _is_bound(one) and one.id not in own:
                yield one.id, value
                yield one.id.split("@")[0], value  # a loop's variable remains


def _additions(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names to whose value a statement adds something, each with that."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                match target:
                    case ast.Subscript():
                        yield _root(target), ast.Dict([target.slice], [value])
                    case ast.Name(id=name) if name not in dict(_bindings(node)):
                        yield name, value
        case ast.AugAssign(target=target, value=value):
            yield _root(target), value
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=target), args=args)):
            yield _root(target), ast.Tuple(args, ast.Load())


def _root(node: ast.expr) -> str:
    """Return the name at the beginning of ``name.attribute["key"]``; empty without one."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
