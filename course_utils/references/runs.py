"""A chapter's results beside those of two other runs, for all numbers that have no range."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: One file per chapter, written by ``python -m tools.references.runs``.
FOLDER = Path(__file__).with_name("runs")
#: What was recorded: the profile and the pictures that everybody has.
PROFILE, DATA = "demo", "sample"
#: What reading a file raises that was cut off, edited or written by another release.
_DAMAGES = (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True)
class Beside:
    """Numbers of this run and of recorded ones; prints as a table.

    Attributes:
        rows: By name, the number of this run, then those of the recorded runs.
        conditions: How to read them and what they ran on; or why there are none.
    """

    rows: dict[str, list[float]]
    conditions: str

    def __str__(self) -> str:
        if not self.rows:
            return self.conditions
        width = max(map(len, self.rows)) + 2
        titles = ["this run", *(f"recorded {n}" for n in range(1, self._num_recorded + 1))]
        lines = [" " * width + "".join(f"{title:>12}" for title in titles)]
        for name, numbers in self.rows.items():
            lines.append(f"{name:{width}}" + "".join(f"{one:>12.3g}" for one in numbers))
        return "\n".join([*lines, self.conditions])

    def _repr_pretty_(self, printer, cycle) -> None:
        printer.text(str(self))

    @property
    def _num_recorded(self) -> int:
        return len(next(iter(self.rows.values()))) - 1


def beside(written: Path | None, folder: Path = FOLDER) -> Beside:
    """Put a chapter's results beside those of other runs, which began with other random weights.

    A lesson ends with it: whatever is wrong with a file is said, and is no error.

    Args:
        written: The file that ``chapter.write_results`` returned; None if there is none.
        folder: Where the recorded runs lie.

    Used in: chapters that compare several nets.
    """
    if written is None:
        return Beside({}, "No comparison with other runs (the results could not be written).")
    recorded = folder / written.name
    if not recorded.exists():
        return Beside({}, "")
    try:
        results = json.loads(written.read_text(encoding="utf-8"))
        return _compare(results, json.loads(recorded.read_text(encoding="utf-8")))
    except _DAMAGES as error:
        return Beside(
            {},
            f"No comparison with other runs ({recorded} or {written} is damaged: {error!r}). "
            "Installing the course again mends the first, running the chapter again the second.",
        )


def _compare(results: dict[str, Any], record: dict[str, Any]) -> Beside:
    """Compare the results of this run with a record; one of ``_DAMAGES`` if either is damaged."""
    if (results["profile"], results["data"]) != (PROFILE, DATA):
        return Beside({}, f"Other runs were recorded in profile {PROFILE} on drawn pictures only.")
    if notes := results.get("notes"):
        return Beside({}, f"No comparison with other runs ({', '.join(notes)}).")
    runs = [dict(numbers_in(values)) for values in (results["values"], *record["runs"])]
    if len(runs) == 1:
        raise ValueError("no run is recorded")
    names = [name for name in runs[1] if all(name in run for run in runs)]
    rows = {name: [run[name] for run in runs] for name in names}
    facts = "; ".join(record["facts"].values())
    conditions = (
        "A difference that the recorded runs show as well is luck: they began with other random "
        f"weights. (Recorded on {facts})"
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
