"""The README's table of chapters, written from the notebooks and from one measured run.

``python -m tools.chapter_table`` writes the table, ``--check`` only says whether it is up to date,
and ``--measured build/report.json`` first takes over the times and results of a passed run in
profile demo. What was measured is kept beside this file in ``measured_run.json``.
"""

import argparse
import json
import re
import sys
from pathlib import Path

from course_utils import profiles
from tools import generated_text, machine
from tools import notebook_files as files
from tools import notebook_template as template
from tools.runner.options import PROMISED_MEMORY_MB

MEASURED = Path(__file__).with_name("measured_run.json")
_MARKS = ("<!-- chapters: written by make tables -->", "<!-- end of chapters -->")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_QUESTION = re.compile(r"\*\*([^*]+\?)\*\*")


def main(arguments: list[str] | None = None, root: Path = files.ROOT) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.chapter_table", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if stale")
    parser.add_argument("--measured", type=Path, help="take over this run's times and results")
    parser.add_argument("--store", type=Path, default=MEASURED, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.measured:
            chosen.store.write_text(
                json.dumps(take_over(chosen.measured), indent=1, ensure_ascii=False) + "\n",
                encoding="utf-8",
            )
        measured = json.loads(chosen.store.read_text(encoding="utf-8"))
        readme = root / "README.md"
        text = readme.read_text(encoding="utf-8")
        new = table(files.Course.read(root), measured)
        fresh = generated_text.replace_between(text, _MARKS, new)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    if chosen.check:
        if fresh != text:
            print("README.md: the table of chapters is stale; run make tables", file=sys.stderr)
        return int(fresh != text)
    files.write_if_changed(readme, fresh)
    return 0


def take_over(report: Path) -> dict:
    """Return what the table needs of a run's report.

    Raises:
        ValueError: If the run failed, or did not run in profile demo on drawn pictures.
    """
    run = json.loads(report.read_text(encoding="utf-8"))
    if not run["passed"] or (run["profile"], run["data"]) != ("demo", "sample"):
        raise ValueError(
            f"{report.name} is not a passed run in profile demo on drawn pictures; make run first"
        )
    return {
        "hardware": machine.processor(),
        "jobs": run["jobs"],
        "threads": run["threads"],
        "seconds": round(run["seconds"]),
        "chapters": {
            chapter["chapter"]: {
                "seconds": round(chapter["seconds"]),
                "memory_mb": chapter["peak_memory_mb"],
                "headline": chapter["headline"],
                "planned_work": _planned_work(chapter["chapter"]),
            }
            for chapter in run["chapters"]
        },
    }


def title_and_question(path: Path) -> tuple[str, str]:
    """Return a chapter's title and the question that drives it.

    Raises:
        ValueError: If its first cell lacks one of them.
    """
    first = files.read(path).cells[0].source
    title, question = _TITLE.search(first), _QUESTION.search(first)
    if not (title and question):
        raise ValueError(f"{path.name}: the first cell needs a title and a **question?**")
    return title[1], question[1]


def table(course: files.Course, measured: dict) -> str:
    """Return the table of chapters as Markdown.

    Raises:
        ValueError: If a chapter was not measured, or has no title or no driving question.
    """
    lines = [
        "| | chapter | its question | time | memory | result | |",
        "|---|---|---|---|---|---|---|",
    ]
    for path in course.notebooks():
        if files.holds_solutions(path):
            continue
        title, question = title_and_question(path)
        if path.stem not in measured["chapters"]:
            raise ValueError(f"{path.name} was not measured; make run, then make tables")
        run = measured["chapters"][path.stem]
        if run["planned_work"] != _planned_work(path.stem):
            raise ValueError(
                f"{path.name} was measured under another plan than profiles.py has now; "
                "make run, then make tables"
            )
        if run["memory_mb"] > PROMISED_MEMORY_MB:
            raise ValueError(
                f"{path.name} took {run['memory_mb']:,} MB of memory; promised are at most "
                f"{PROMISED_MEMORY_MB:,}. Let it hold fewer pictures at once"
            )
        number = path.stem.split("_")[0]
        lines.append(
            f"| {number} | [{title}](notebooks/{path.name}) | {question} "
            f"| {_duration(run['seconds'])} | {run['memory_mb'] / 1000:.1f} GB "
            f"| {run['headline']} | {template.badge(course, path)} |"
        )
    lines += [
        "",
        f"Times, memory and results: one run of `make run` in profile demo on "
        f"{measured['hardware']}, {measured['jobs']} chapters at a time with "
        f"{machine.number(measured['threads'], 'thread')} each; yours will differ somewhat. "
        "Memory is the peak of a chapter's processes; CI stops a chapter at "
        f"{PROMISED_MEMORY_MB / 1000:g} GB.",
    ]
    return "\n".join(lines)


def _planned_work(chapter: str) -> int:
    """Return the pictures × epochs that profile demo plans for a chapter."""
    trainings = profiles.get("demo").of_chapter(chapter.split("_")[0])
    return sum(training.work for training in trainings.values())


def _duration(seconds: int) -> str:
    return f"{seconds} s" if seconds < 100 else f"{seconds / 60:.0f} min"


if __name__ == "__main__":
    sys.exit(main())
