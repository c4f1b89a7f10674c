"""Whether the executed chapters in a build folder are what the web site may show.

A build folder keeps whatever was run last, chapter by chapter: another profile, other pictures, or
a chapter as it was before it changed.
"""

import ast
import itertools
import json
from pathlib import Path

from nbformat import NotebookNode

from tools import notebook_files as files
from tools.languages import LANGUAGES, folder_in

#: The tag of the cell in which papermill notes what it ran with.
INJECTED = "injected-parameters"


def check(build: Path, profile: str, language: str = LANGUAGES[0], root: Path = files.ROOT) -> None:
    """Compare the chapters with their executed copies.

    Args:
        build: Folder of the run, with its report.
        profile: In which every chapter must have run; the pictures must be the drawn ones.
        language: Of the chapters.
        root: Folder of the repository.

    Raises:
        ValueError: If a copy is missing, failed, ran otherwise, or is no copy of the chapter as it
            is now; the message names all of them and the remedy.
    """
    wrong = _run_failed(build / "report.json")
    for path in sorted(folder_in(root / "notebooks", language).glob("*.ipynb")):
        copy = build / "notebooks" / path.name
        if not copy.exists():
            wrong.append(f"there is no executed copy of {path.name}")
        elif fault := fault_of(files.read(copy), files.read(path), profile):
            wrong.append(f"{path.name}: the executed copy {fault}")
    if wrong:
        edition = "" if language == LANGUAGES[0] else f" EDITION={language}"
        remedy = f"make run PROFILE={profile} DATA=sample{edition}"
        raise ValueError("\n".join([*wrong, f"call {remedy} first"]))


def fault_of(copy: NotebookNode, chapter: NotebookNode, profile: str) -> str | None:
    """Return what is wrong with an executed copy, in words; None if nothing is."""
    wanted = {"PROFILE": profile, "DATA": "sample"}
    injected = [cell for cell in copy.cells if INJECTED in files.tags(cell)]
    ran_with = _assigned(injected[0].source) if injected else {}
    if different := {
        name: ran_with.get(name) for name in wanted if ran_with.get(name) != wanted[name]
    }:
        found = ", ".join(f"{name}={value}" for name, value in different.items())
        return f"ran with {found} rather than PROFILE={profile} DATA=sample"
    cells = [cell for cell in copy.cells if cell not in injected]
    for own, executed in itertools.zip_longest(chapter.cells, cells):
        if own is None or executed is None or _written(own) != _written(executed):
            return f"is not of the chapter as it is now, from cell {(own or executed).get('id')} on"
    return None


def _run_failed(report: Path) -> list[str]:
    try:
        passed = json.loads(report.read_text(encoding="utf-8"))["passed"]
    except FileNotFoundError:
        return ["no run has left its report"]
    except (ValueError, TypeError, KeyError):
        return [f"{report.name} of the last run cannot be read"]
    return [] if passed is True else ["the last run has failed"]


def _written(cell: NotebookNode) -> tuple:
    """Return what authors write of a cell."""
    return cell.get("id"), cell.cell_type, cell.source


def _assigned(source: str) -> dict[str, object]:
    """Return the constants that the lines of a cell give to names."""
    return {
        line.targets[0].id: line.value.value
        for line in ast.parse(source).body
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant)
    }
