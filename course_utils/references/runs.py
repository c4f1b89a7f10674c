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


@dataclass(frozen=True)
class Beside:
    """Numbers of this run and of recorded ones; prints as a table.

    Attributes:
        rows: By name, the number of this run (None if its file could not be written), then those
            of the recorded runs.
        conditions: How to read them and what they ran on; or why there are none.
    """

    rows: dict[str, list[float | None]]
    conditions: str

    def __str__(self) -> str:
        if not self.rows:
            return self.conditions
        width = max(map(len, self.rows)) + 2
        titles = ["this run", *(f"recorded {n}" for n in range(1, self._num_recorded + 1))]
        lines = [" " * width + "".join(f"{title:>12}" for title in titles)]
        for name, numbers in self.rows.items():
            lines.append(f"{name:{width}}" + "".join(f"{_shown(one):>12}" for one in numbers))
        return "\n".join([*lines, self.conditions])

    def _repr_pretty_(self, printer, cycle) -> None:
        printer.text(str(self))

    @property
    def _num_recorded(self) -> int:
        return len(next(iter(self.rows.values()))) - 1


def beside(written: Path, folder: Path = FOLDER) -> Beside:
    """Put a chapter's results beside those of other runs, which began with other random weights.

    Args:
        written: The file that ``chapter.write_results`` returned.
        folder: Where the recorded runs lie.

    Used in: chapters that compare several nets.
    """
    recorded = folder / written.name
    if not recorded.exists():
        return Beside({}, "")
    record = json.loads(recorded.read_text(encoding="utf-8"))
    mine = {}
    if written.exists():
        results = json.loads(written.read_text(encoding="utf-8"))
        if (results["profile"], results["data"]) != (PROFILE, DATA):
            text = f"Other runs were recorded in profile {PROFILE} on drawn pictures only."
            return Beside({}, text)
        if results["notes"]:
            return Beside({}, f"No comparison with other runs ({', '.join(results['notes'])}).")
        mine = dict(numbers_in(results["values"]))
    runs = [dict(numbers_in(values)) for values in record["runs"]]
    names = [name for name in runs[0] if all(name in run for run in runs)]
    rows = {name: [mine.get(name), *(run[name] for run in runs)] for name in names}
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


def _shown(number: float | None) -> str:
    return "–" if number is None else f"{number:.3g}"
