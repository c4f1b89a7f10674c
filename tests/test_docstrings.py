"""The "Used in:" lines of course_utils against the chapters that exist.

Two things are checked for every chapter that has a notebook. Whatever its cells, its solutions or
its judges name directly must list it. And where it is listed, it must lead there: by names, from
its cells through the functions of course_utils. Names are not objects (there is more than one
``load``), so that this second check finds only what a chapter cannot use at all.
"""

import ast
import importlib
import inspect
import json
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "course_utils"


def listed(docstring: str | None, chapters: set[str]) -> set[str] | None:
    """The existing chapters that a docstring's line lists; None where it names no chapters."""
    line = re.search(r"^\s*Used in: (.+)$", docstring or "", re.MULTILINE)
    if line and line[1].rstrip(".") == "every chapter":
        return set(chapters)
    # Chapters are 01, 02, …; appendices A1, A2, …
    numbers = re.findall(r"\b(?:\d\d|A\d)\b", line[1]) if line else []
    return set(numbers) & chapters if numbers else None


def chapter_code(number: str) -> list[ast.Module]:
    """The parsed cells of a chapter and its solutions, and its judges."""
    cells = []
    for path in ROOT.glob(f"notebooks/**/{number}_*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                lines = "".join(cell["source"]).splitlines()
                cells.append("\n".join(line for line in lines if not line.startswith(("%", "!"))))
    cells += [path.read_text("utf-8") for path in PACKAGE.glob(f"checks/chapter_{number}.py")]
    return [ast.parse(cell) for cell in cells]


def named_objects(trees: list[ast.Module]) -> list[object]:
    """What the code names of course_utils: ``plots.show_lines`` after importing ``plots``."""
    imported, found = {}, []
    nodes = [node for tree in trees for node in ast.walk(tree)]
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "course_utils":
            for alias in node.names:
                module = importlib.import_module(node.module)
                if not hasattr(module, alias.name):  # a module of a package, not imported so far
                    importlib.import_module(f"{node.module}.{alias.name}")
                thing = getattr(module, alias.name)
                imported[alias.asname or alias.name] = thing
                found.append(thing)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            found.append(getattr(imported.get(node.value.id), node.attr, None))
    return [one for one in found if inspect.isfunction(one) or inspect.isclass(one)]


def mentions(*trees: ast.AST) -> set[str]:
    """All names and attributes in the code."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    imports = {node.name for node in nodes if isinstance(node, ast.alias)}
    return attributes | imports | {node.id for node in nodes if isinstance(node, ast.Name)}


DEFINITION = (ast.FunctionDef, ast.ClassDef)


def definitions(tree: ast.Module) -> list[tuple[str, ast.AST]]:
    """The functions, classes, methods and constants of a module, by name."""
    found = []
    for node in tree.body:
        if isinstance(node, DEFINITION):
            found.append((node.name, node))
            inner = node.body if isinstance(node, ast.ClassDef) else []
            found += [(method.name, method) for method in inner if isinstance(method, DEFINITION)]
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [(one.id, node) for one in targets if isinstance(one, ast.Name)]
    return found


def reachable(start: set[str], leads_to: dict[str, set[str]]) -> set[str]:
    """All names to which the first ones lead."""
    reached, waiting = set(), list(start)
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += leads_to.get(name, ())
    return reached


def wrong_lines() -> list[str]:
    """One sentence for each "Used in:" line that is not true."""
    numbers = {path.name[:2] for path in ROOT.glob("notebooks/*.ipynb")}
    code = {number: chapter_code(number) for number in sorted(numbers)}
    modules = {path: ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    leads_to: dict[str, set[str]] = {}
    for tree in modules.values():
        for name, node in definitions(tree):
            leads_to.setdefault(name, set()).update(mentions(node))
    reached = {number: reachable(mentions(*trees), leads_to) for number, trees in code.items()}

    wrong = set()
    for number, trees in code.items():
        for thing in named_objects(trees):
            lists = listed(thing.__doc__, numbers)
            if lists is not None and number not in lists:
                wrong.add(f"{thing.__module__}.{thing.__name__} does not list {number}")
    for path, tree in modules.items():
        inside = [*definitions(tree), (path.stem, tree)]
        for name, node in inside:
            if not isinstance(node, (*DEFINITION, ast.Module)):
                continue
            names = {one for one, _ in inside} if node is tree else {name}
            for number in listed(ast.get_docstring(node), numbers) or ():
                if not names & reached[number]:
                    wrong.add(f"{path.relative_to(ROOT)}: {name} lists {number}, which uses it not")
    return sorted(wrong)


def test_used_in_lines_are_true():
    assert not wrong_lines()


def test_a_wrong_line_is_found(monkeypatch):
    from course_utils import plots

    monkeypatch.setattr(plots.show_pooling, "__doc__", "Show it.\n\n    Used in: 02, 08.\n")
    assert "course_utils.plots.windows.show_pooling does not list 03" in wrong_lines()


def test_what_a_line_lists():
    assert listed("Do it.\n\n    Used in: 02, 08.\n", {"02", "03"}) == {"02"}
    assert listed("Do it.\n\n    Used in: every chapter.", {"02", "03"}) == {"02", "03"}
    assert listed("Do it.\n\n    Used in: the builders of this package.", {"02"}) is None
    assert listed("Do it.\n\n    Used in: 02, A1, A2.", {"02", "A2"}) == {"02", "A2"}
    assert listed(None, {"02"}) is None
