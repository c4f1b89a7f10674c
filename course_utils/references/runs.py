"""A chapter's results beside those of two other runs, for all numbers that have no range."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from course_utils.language import translate
from course_utils.references import bands

#: One file per chapter, written by ``python -m tools.references.runs``.
FOLDER = Path(__file__).with_name("runs")
#: What was recorded: the profile and the pictures that everybody has.
PROFILE, DATA = "demo", "sample"
#: What reading a file raises that was cut off, edited or written by another release.
_DAMAGES = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Beside:
    """Numbers of this run and of recorded ones; shown and printed as a table.

    Attributes:
        rows: By name, the number of this run, then those of the recorded runs.
        conditions: How to read them and what they ran on; or why there are none.
    """

    rows: dict[str, list[float]]
    conditions: str

    def __str__(self) -> str:
        if not self.rows:
            return self.conditions
        lines = ["".join(f"{title:>12}" for title in self._titles)]
        for name, numbers in self.rows.items():  # names last: Hangul is not two columns everywhere
            lines.append("".join(f"{one:>12.3g}" for one in numbers) + f"   {translate(name)}")
        return "\n".join([*lines, self.conditions])

    def _repr_pretty_(self, printer, cycle) -> None:
        printer.text(str(self))

    def _repr_html_(self) -> str | None:
        """Return a table whose names and conditions wrap, so that it fits a phone."""
        if not self.rows:
            return None
        left = 'style="text-align: left; font-weight: normal"'
        right = 'style="text-align: right"'
        heads = "".join(f"<th {right}>{escape(title)}</th>" for title in self._titles)
        rows = []
        for name, numbers in self.rows.items():
            cells = "".join(f"<td {right}>{one:.3g}</td>" for one in numbers)
            rows.append(f"<tr><th {left}>{escape(translate(name))}</th>{cells}</tr>")
        return (
            f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
            f"<p>{escape(self.conditions)}</p>"
        )

    @property
    def _titles(self) -> list[str]:
        num_recorded = len(next(iter(self.rows.values()))) - 1
        recorded = (translate("recorded {n}", n=n) for n in range(1, num_recorded + 1))
        return [translate("this run"), *recorded]


def beside(written: Path | None, folder: Path = FOLDER) -> Beside:
    """Put a chapter's results beside those of other runs, which began with other random weights.

    A lesson ends with it: whatever is wrong with a file is said, and is no error.

    Args:
        written: The file that ``chapter.write_results`` returned; None if there is none.
        folder: Where the recorded runs lie.

    Used in: chapters that compare several nets.
    """
    if written is None:
        return Beside(
            {}, translate("No comparison with other runs (the results could not be written).")
        )
    recorded = folder / written.name
    if not recorded.exists():
        return Beside({}, "")
    try:
        results = json.loads(written.read_text(encoding="utf-8"))
        return _compare(results, json.loads(recorded.read_text(encoding="utf-8")))
    except _DAMAGES as error:
        return Beside(
            {},
            translate(
                "No comparison with other runs ({recorded} or {written} is damaged: {error!r}). "
                "Installing the course again mends the first, running the chapter again the "
                "second.",
                recorded=recorded,
                written=written,
                error=error,
            ),
        )


def _compare(results: dict[str, Any], record: dict[str, Any]) -> Beside:
    """Compare the results of this run with a record; one of ``_DAMAGES`` if either is damaged."""
    if (results["profile"], results["data"]) != (PROFILE, DATA):
        return Beside(
            {},
            translate(
                "Other runs were recorded in profile {profile} on drawn pictures only.",
                profile=PROFILE,
            ),
        )
    if notes := results.get("notes"):
        return Beside(
            {}, translate("No comparison with other runs ({notes}).", notes=", ".join(notes))
        )
    runs = [dict(numbers_in(values)) for values in (results["values"], *record["runs"])]
    if len(runs) == 1:
        raise ValueError("no run is recorded")
    names = [name for name in runs[1] if all(name in run for run in runs)]
    rows = {name: [run[name] for run in runs] for name in names}
    facts = "; ".join(map(bands.in_words, record["facts"].values()))
    conditions = translate(
        "If a row differs by as much from run to run as two rows differ from each other, the "
        "difference between the rows is luck: the runs began with other random weights. "
        "(Recorded on {facts})",
        facts=facts,
    )
    return Beside(rows, conditions)


def numbers_in(values: dict[str, Any], before: str = "") -> Iterator[tuple[str, float]]:
    """Yield every single number of nested dictionaries under a name in words; lists are left out.

    >>> dict(numbers_in({"test_accuracy": 0.9, "unseen": {"deep": 0.5}, "curve": [1, 2]}))
    {'test accuracy': 0.9, 'unseen, deep': 0.5}
    """
    for key, value in values.items():
        name = f"{before}{key}".replace("_", " ")
        if isinstance(value, dict):
            yield from numbers_in(value, f"{name}, ")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield name, value
