"""How long every cell of the chapters took, for who plans a class.

``python -m tools.cell_seconds build/report.json`` takes over a run of the course, in any profile
whose results mean something, and keeps it beside this file in ``measured_cells.json``; chapters
that the run left out keep what was measured before. ``table`` shows a chapter's seconds section by
section.
"""

import argparse
import json
import re
import sys
from pathlib import Path

from nbformat import NotebookNode

from tools import atomic_files, machine, start_cells
from tools import notebook_files as files

MEASURED = Path(__file__).with_name("measured_cells.json")
#: What stands for the title of the cells that no section holds.
ABOVE = "above section 1"
#: Cells that take at least so many seconds are named.
_LONG = 3
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.cell_seconds", description=__doc__)
    parser.add_argument("report", type=Path, help="the report of a run: build/report.json")
    parser.add_argument("--store", type=Path, default=MEASURED, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    try:
        measured = take_over(chosen.report, load(chosen.store))
        text = json.dumps(measured, indent=1, ensure_ascii=False) + "\n"
        atomic_files.write(chosen.store, text)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def load(path: Path = MEASURED) -> dict:
    """Return what was measured, by chapter and profile; empty where nothing was."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def take_over(report: Path, measured: dict) -> dict:
    """Return what was measured before together with a run's seconds.

    Raises:
        ValueError: If the run failed, its results mean nothing, or its pictures were not drawn.
    """
    run = json.loads(report.read_text(encoding="utf-8"))
    if not (run["passed"] and run["meaningful"] and run["data"] == "sample"):
        raise ValueError(
            f"{report.name} is not a passed run in profile demo or full on drawn pictures; "
            "make run first"
        )
    where = (
        f"{machine.processor()}, {machine.number(run['jobs'], 'chapter')} at a time with "
        f"{machine.number(run['threads'], 'thread')} each"
    )
    new = {
        chapter["chapter"]: {run["profile"]: {"on": where, "seconds": chapter["cell_seconds"]}}
        for chapter in run["chapters"]
    }
    return {name: measured.get(name, {}) | new.get(name, {}) for name in sorted({*measured, *new})}


def table(notebook: NotebookNode, measured: dict) -> str:
    """Return the seconds of a chapter, section by section, as Markdown.

    Args:
        notebook: The chapter.
        measured: What was measured of it, by profile.
    """
    if not measured:
        return "Not measured yet: `make run`, then `make tables`."
    runs = {profile: measured[profile]["seconds"] for profile in sorted(measured)}
    headings = [f"seconds in {profile}" for profile in runs]
    lines = [
        f"| section | {' | '.join(headings)} | its longest cells, in {next(iter(runs))} |",
        f"|---|{'---:|' * len(runs)}---|",
    ]
    for title, ids in sections(notebook):
        first = next(iter(runs.values()))
        longest = sorted((one for one in ids if first.get(one, 0) >= _LONG), key=first.get)[::-1]
        named = ", ".join(f"`{one}` {first[one]:.0f}&nbsp;s" for one in longest[:3])
        sums = [_seconds(sum(run.get(one, 0) for one in ids)) for run in runs.values()]
        lines.append(f"| {title} | {' | '.join(sums)} | {named} |")
    for profile, run in measured.items():
        lines += ["", f"Profile {profile}: one run on {run['on']}.{_notes(notebook, run)}"]
    return "\n".join(lines)


def sections(notebook: NotebookNode) -> list[tuple[str, list[str]]]:
    """Return the headings of a chapter with the ids of the code cells below each."""
    found: list[tuple[str, list[str]]] = [(ABOVE, [])]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            found[-1][1].append(cell.id)
        elif titles := _SECTION.findall(cell.source):
            found += [(title, []) for title in titles]
    return [(title, ids) for title, ids in found if ids]


def _notes(notebook: NotebookNode, run: dict) -> str:
    """Say what the start-here cell spares, and which cells the measurement does not know."""
    notes = ""
    try:
        skipped = start_cells.parts(notebook).skipped
    except ValueError:  # only chapters that train for long have such a cell
        skipped = []
    if skipped:
        spared = sum(run["seconds"].get(cell.id, 0) for cell in skipped)
        notes += f" Whoever enters at *start here* skips {spared:.0f} s of them."
    new = [cell.id for _, cell in files.code_cells(notebook) if cell.id not in run["seconds"]]
    if new:
        notes += f" {machine.number(len(new), 'cell')} of today's chapter did not exist then."
    return notes


def _seconds(number: float) -> str:
    return "under 1" if number < 0.95 else f"{number:.0f}"


if __name__ == "__main__":
    sys.exit(main())
