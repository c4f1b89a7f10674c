"""Words in a cell's code: where they stand, how they are replaced, and what must stay the same."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator

from tools.translation.source import Replacements, meaning

HANGUL = re.compile(r"[\u3131-\u318e\uac00-\ud7a3]")
_WORDS = re.compile(r"[A-Za-z]{2,}[ ,;:]+(?:[a-z]+[ ,]+)*[A-Za-z]{2,}")
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_WIDTH = re.compile(r"(?<![.\d])\d+")
_LITERAL = ast.Constant | ast.JoinedStr
#: Arguments that name something to a library and show nothing.
_NEVER_SHOWN = {"activation", "cmap", "color", "linestyle", "loss", "metrics", "name", "optimizer"}
_NEVER_SHOWN |= {"padding", "edgecolor", "ha", "va", "kernel_initializer"}


def comments(source: str) -> list[str]:
    """Return the comments of a cell, each with its number sign."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


def strings(source: str) -> list[ast.expr]:
    """Return the string literals of a cell that could be shown, in order, each f-string whole."""
    return list(_strings(ast.parse(source)))


def keys(source: str) -> list[ast.expr]:
    """Return the string literals with which something is read, as in ``results["digit"]``."""
    tree = ast.parse(source)
    formatted = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    inside = {part for node in formatted for part in ast.walk(node)}  # replaced with the f-string
    read = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
    ]
    return [key for node in read if node not in inside for key in _strings(node.slice)]


def are_words(node: ast.expr) -> bool:
    """Return whether a literal holds words that surely are meant to be read."""
    return any(_WORDS.search(part.value) for part in ast.walk(node) if _is_string(part))


def could_be_words(node: ast.expr) -> bool:
    """Return whether a literal holds at least a word; whether it is shown, an author decides."""
    return any(
        re.search(r"[A-Za-z]{3}", part.value) and not re.search(r"[\d_./]", part.value)
        for part in ast.walk(node)
        if _is_string(part)
    )


def replace(source: str, wanted: Replacements) -> str:
    """Return a cell's code with the strings, keys and comments that have a translation replaced."""
    lines = [line.encode("utf-8") for line in source.splitlines(keepends=True)]
    changes = []
    found = [(node, wanted.strings) for node in strings(source)]
    found += [(node, wanted.keys) for node in keys(source)]
    for node, translations in found:
        if (new := translations.get(meaning(node))) is not None:
            span = (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)
            changes.append((*span, new))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and token.string in wanted.comments:
            before = len(token.line[: token.start[1]].encode("utf-8"))
            end = before + len(token.string.encode("utf-8"))
            span = (token.start[0], before), (token.start[0], end)
            changes.append((*span, wanted.comments[token.string]))
    for (row, column), (last_row, last_column), new in sorted(changes, reverse=True):
        rest = lines[last_row - 1][last_column:]
        lines[row - 1 : last_row] = [lines[row - 1][:column] + new.encode("utf-8") + rest]
    return b"".join(lines).decode("utf-8")


def said_in(source: str) -> str:
    """Return the words that a cell could show, without the values in f-strings."""
    return "\n".join(" ".join(_words(node)) for node in strings(source))


def same_program(english: str, translated: str) -> bool:
    """Return whether two cells differ in nothing but comments and shown strings.

    A string may differ where the translation holds Hangul, and then hold the same values in
    another order. ``runtime.start`` may be told a language.
    """
    return _same(ast.parse(english), ast.parse(translated))


def _strings(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.JoinedStr) or _is_string(node):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        named = isinstance(child, ast.keyword) and child.arg in _NEVER_SHOWN
        # A key that is read was written down elsewhere: see `keys`.
        is_read = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load)
        if not named and not (is_read and child is node.slice):
            yield from _strings(child)


def _same(one: object, other: object) -> bool:
    if isinstance(one, _LITERAL) and isinstance(other, _LITERAL):
        return _same_literal(one, other)
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if not isinstance(one, ast.AST):
        return one == other
    return all(_same(value, _field(one, other, name)) for name, value in ast.iter_fields(one))


def _field(one: ast.AST, other: ast.AST, name: str) -> object:
    """Return a field of a node of the translation, without the language of ``runtime.start``."""
    value = getattr(other, name)
    if name != "keywords" or not ast.unparse(one).startswith("runtime.start("):
        return value
    return [keyword for keyword in value if keyword.arg != "language"]


def _same_literal(one: ast.expr, other: ast.expr) -> bool:
    """Return whether two literals show the same values, and the same words if not Korean ones."""
    if not _same_values(_values(one), _values(other)):
        return False
    return bool(HANGUL.search(ast.unparse(other))) or _words(one) == _words(other)


def _same_values(one: Counter, other: Counter) -> bool:
    """Return whether values are the same, but for words in them of which the others are Korean."""
    left, right = (
        Counter((_STRING.sub("''", value[0]), *value[1:]) for value in some.elements())
        for some in (one - other, other - one)
    )
    return left == right and all(HANGUL.search(value[0]) for value in other - one)


def _words(node: ast.expr) -> list[str]:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    return "".join(texts).split()


def _values(node: ast.expr) -> Counter:
    """Return what a literal shows beside its words; of a number, the number.

    How wide a value is printed may differ, for Hangul takes two columns.
    """
    if isinstance(node, ast.Constant):
        return Counter() if _is_string(node) else Counter([(repr(node.value),)])
    return Counter(
        (
            ast.unparse(part.value),
            part.conversion,
            _WIDTH.sub("", ast.unparse(part.format_spec)) if part.format_spec else "f''",
        )
        for part in node.values
        # A string laid out to a width, as in f"{'size':>8}", is words.
        if isinstance(part, ast.FormattedValue) and not _is_string(part.value)
    )


def _is_string(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
