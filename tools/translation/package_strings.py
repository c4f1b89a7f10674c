"""Sentences of ``course_utils`` that students read, and the tables of their translations.

A module's sentences are what it hands to ``language.translate``, directly or through a variable;
what it passes on under one of the names in ``_SHOWN_FIELDS``; and, in ``checks``, everything that
reads like a sentence, since hints stand in tables there. A module is judged once it has a table.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import course_utils
from course_utils import language
from tools.languages import KOREAN

PACKAGE = Path(course_utils.__file__).parent
FOLDER = language.FOLDER / KOREAN

#: Arguments whose strings are translated where they are shown.
_SHOWN_FIELDS = {"summary", "content", "sample_content", "asks_for"}
_SENTENCE = re.compile(r"[a-z]{2}.* |\w .*[a-z]{2}", re.DOTALL)
_FIELD = re.compile(r"\{[^{}]*\}")


def tables() -> list[str]:
    """Return the modules that have a table, such as ``plots/windows``."""
    return sorted(
        path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.rglob("*.json")
    )


def table_path(module: str) -> Path:
    """Return where a module's table lies."""
    return FOLDER / f"{module}.json"


def sentences(module: str) -> list[str]:
    """Return a module's sentences in English, in order.

    Raises:
        ValueError: If there is no such module.
    """
    path = PACKAGE / f"{module}.py"
    if not path.is_file():
        raise ValueError(f"there is no module {module!r}; write it such as plots/windows")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    literals = [*_translated(tree), *_fields(tree)]
    if module.startswith("checks/"):
        literals += _in_checks(tree)
    literals.sort(key=lambda literal: (literal.lineno, literal.col_offset))
    found = [literal.value for literal in literals]
    if module == "references/bands":
        sources = PACKAGE / "references" / "source_figures.json"
        found += json.loads(sources.read_text(encoding="utf-8")).values()
    if module == "references/__init__":  # what the recorded trainings ran on
        from course_utils import references  # loads TensorFlow

        for path in sorted(references.bands.FOLDER.glob("*.json")):
            facts = references.recorded(*path.stem.rsplit("-", 2)).facts
            found += [*facts, facts["pictures"]]
    if module == "references/runs":  # the names of the recorded numbers
        from course_utils.references import runs  # loads TensorFlow

        for path in sorted(runs.FOLDER.glob("*.json")):
            first = json.loads(path.read_text(encoding="utf-8"))["runs"][0]
            found += [name for name, _ in runs.numbers_in(first)]
    return list(dict.fromkeys(found))


def unwired(module: str) -> list[str]:
    """Return the f-strings of a module of ``checks`` that go around the tables.

    Words with values in them are handed to ``translate("… {name} …", name=value)``.
    """
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    silent = _silent(tree)
    return [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        and node not in silent
        and "</" not in ast.unparse(node)
        and any(
            isinstance(part, ast.Constant) and re.search(r"[a-z]{2,} +[a-z]{2,}", part.value)
            for part in node.values
        )
    ]


def findings() -> list[str]:
    """Return a line for everything that is wrong with the tables."""
    lines, seen = [], {}
    for module in tables():
        table = json.loads(table_path(module).read_text(encoding="utf-8"))
        try:
            wanted = sentences(module)
        except ValueError as error:
            lines.append(f"translations/{KOREAN}: {error}")
            continue
        lines += [f"{module}: {problem}" for problem in _problems(table, wanted)]
        if module.startswith("checks/"):
            lines += [f"{module}: hand {text} to translate(…)" for text in unwired(module)]
        for english, translated in table.items():
            if seen.setdefault(english, translated) != translated:
                lines.append(f"{module}: {english!r} is translated otherwise in another table")
    return lines


def _problems(table: dict[str, str], wanted: list[str]) -> Iterator[str]:
    for sentence in wanted:
        if not table.get(sentence):
            yield f"no Korean for {sentence!r}; run `python -m tools.translation strings`"
    for sentence, translated in table.items():
        if sentence not in wanted:
            yield f"the code does not say {sentence!r} any more"
        # A count may be left out where the language has no plural; nothing may be made up.
        elif unknown := set(_FIELD.findall(translated)) - set(_FIELD.findall(sentence)):
            yield f"{sentence!r} has no {', '.join(sorted(unknown))}"
        elif missing := set(_FIELD.findall(sentence)) - set(_FIELD.findall(translated)):
            if translated:
                yield f"the Korean of {sentence!r} lacks {', '.join(sorted(missing))}"


def _translated(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield what is handed to ``translate``, also through a variable or a table."""
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                named.setdefault(name, []).append(value)
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="translate"),
                args=[ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name))],
            ):
                for value in named.get(name, []):
                    yield from _constants(value)
            case ast.Call(func=ast.Name(id="translate"), args=[text]):
                yield from _constants(text)


def _constants(node: ast.expr) -> Iterator[ast.Constant]:
    match node:
        case ast.Constant(value=str()):
            yield node
        case ast.IfExp(body=one, orelse=other):
            yield from _constants(one)
            yield from _constants(other)
        case ast.Dict(values=values):
            for value in values:
                yield from _constants(value)


def _fields(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _SHOWN_FIELDS:
            yield from _constants(node.value)


def _in_checks(tree: ast.Module) -> Iterator[ast.Constant]:
    silent = _silent(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if node not in silent and _SENTENCE.search(node.value):
                yield node


def _silent(tree: ast.Module) -> set[ast.AST]:
    """Return the strings that students do not read: documentation, errors of ours, parts of HTML.

    A literal inside an f-string belongs to that.
    """
    silent: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Module(body=[ast.Expr(value=text), *_]):
                silent.add(text)
            case ast.FunctionDef() | ast.ClassDef():
                if isinstance(node.body[0], ast.Expr):
                    silent.add(node.body[0].value)
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name))) if name != "Failed":
                silent.update(ast.walk(node))
            case ast.JoinedStr(values=values):
                silent.update(values)
    return silent
