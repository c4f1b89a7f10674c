"""The table at the end of a run, and the same as JSON."""

import json
import unicodedata
from pathlib import Path

from course_utils import profiles
from tools import atomic_files
from tools.runner.options import Options, as_typed
from tools.runner.outcome import Outcome

_HEADINGS = ("chapter", "cells", "seconds", "MB at most", "pictures × epochs", "result", "copy")
_NUMBERS = {1, 2, 3, 4}  # columns set to the right


def write(options: Options, outcomes: list[Outcome], seconds: float) -> Path:
    """Write ``report.json`` into the build folder and return its path.

    Args:
        options: How the course was run.
        outcomes: What came out of every chapter.
        seconds: Wall-clock time of the whole run.
    """
    path = _path(options)
    content = {
        "profile": options.profile,
        "data": options.data,
        "meaningful": profiles.get(options.profile).meaningful,
        "jobs": options.jobs,
        "threads": options.threads,
        "seconds": seconds,
        "passed": not any(outcome.failures for outcome in outcomes),
        "chapters": [outcome.as_json() for outcome in outcomes],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_files.write(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return path


def last_cell_seconds(options: Options) -> dict[str, dict[str, float]]:
    """Return how long every cell took in the last run like this one, by chapter and cell id."""
    try:
        last = json.loads(_path(options).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if (last.get("profile"), last.get("data")) != (options.profile, options.data):
        return {}
    return {chapter["chapter"]: chapter["cell_seconds"] for chapter in last["chapters"]}


def table(options: Options, outcomes: list[Outcome]) -> str:
    """Return the table that the run prints."""
    rows = [_HEADINGS, *(_row(options, outcome) for outcome in outcomes)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(_aligned(row, widths)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def failures(outcomes: list[Outcome]) -> str:
    """Return every failure in words, chapter by chapter; empty if there is none."""
    blocks = [
        f"FAILED {outcome.chapter}\n"
        + "\n\n".join("\n".join(failure.lines()) for failure in outcome.failures)
        for outcome in outcomes
        if outcome.failures
    ]
    return "\n\n".join(blocks)


def first_page(options: Options, outcomes: list[Outcome]) -> str | None:
    """Return the path of the first executed chapter as a web page; None if there is none."""
    pages = [copy for outcome in outcomes for copy in outcome.copies if copy.endswith(".html")]
    return as_typed(options.build / pages[0]) if pages else None


def _path(options: Options) -> Path:
    return options.build / "report.json"


def _row(options: Options, outcome: Outcome) -> tuple[str, ...]:
    memory = outcome.peak_memory_mb
    copies = [as_typed(options.build / copy) for copy in outcome.copies]
    return (
        outcome.chapter,
        f"{outcome.cells}",
        f"{outcome.seconds:.1f}",
        "?" if memory is None else f"{memory:,}",
        f"{outcome.pictures_trained:,}",
        _result(options, outcome),
        f"{copies[0]}, .html" if copies else "none",
    )


def _result(options: Options, outcome: Outcome) -> str:
    if outcome.failures:
        return f"FAILED: {outcome.failures[0].error}"
    return outcome.headline if profiles.get(options.profile).meaningful else "not meaningful"


def _aligned(row: tuple[str, ...], widths: list[int]) -> list[str]:
    padding = [" " * (width - _width(text)) for text, width in zip(row, widths, strict=True)]
    return [
        space + text if column in _NUMBERS else text + space
        for column, (text, space) in enumerate(zip(row, padding, strict=True))
    ]


def _width(text: str) -> int:
    """Return the columns that a text takes on a terminal; Hangul takes two a letter."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
