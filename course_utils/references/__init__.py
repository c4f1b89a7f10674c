"""What others measured: ranges over random seeds, and whole trainings shown in a second."""

import json
from dataclasses import dataclass
from pathlib import Path

from course_utils.references.bands import Band, Comparison, band, compare
from course_utils.training import History

__all__ = ["Band", "Comparison", "Recorded", "band", "compare", "names", "recorded"]

_FOLDER = Path(__file__).with_name("histories")


@dataclass(frozen=True)
class Recorded:
    """One recorded training.

    Attributes:
        history: Its metrics, epoch by epoch, marked as recorded.
        test_accuracy: Accuracy of the weights that were kept, on the test pictures.
        facts: What it ran on: pictures, image size, seed, precision, hardware, minutes, versions.
    """

    history: History
    test_accuracy: float
    facts: dict[str, str]

    def __str__(self) -> str:
        return "\n".join(f"{name}: {value}" for name, value in self.facts.items())


def names() -> list[str]:
    """Return the names of all recorded trainings.

    >>> "small_convnet_drawn" in names()
    True
    """
    return sorted(path.stem for path in _FOLDER.glob("*.json"))


def recorded(name: str) -> Recorded:
    """Return the training that was recorded under ``name``.

    Raises:
        ValueError: If there is none; the message lists those that exist.

    Used in: 04, 07, A1.
    """
    if name not in names():
        raise ValueError(f"no training was recorded as {name!r}; there are {', '.join(names())}")
    content = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    history = History(**content["history"], recorded=True)
    return Recorded(history, content["test_accuracy"], content["facts"])
