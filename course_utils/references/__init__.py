"""What others measured: ranges over random seeds, and whole trainings shown in a second."""

import json
from dataclasses import dataclass
from pathlib import Path

from course_utils.language import translate
from course_utils.references import bands
from course_utils.references.bands import Band, Comparison, band, compare
from course_utils.references.runs import Beside, beside
from course_utils.references.starts import Start, start
from course_utils.training import History

__all__ = [
    "Band",
    "Beside",
    "Comparison",
    "Recorded",
    "Start",
    "band",
    "beside",
    "compare",
    "history",
    "names",
    "recorded",
    "start",
]

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
        return "\n".join(f"{translate(one)}: {translate(self.facts[one])}" for one in self.facts)


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


def history(name: str, profile: str = "demo", pictures: str = "drawn") -> History:
    """Return the recorded history of a training, marked as recorded; figures say so.

    >>> history("02.convnet").num_epochs
    3
    >>> history("small_convnet_real").num_epochs  # the lectures' recipe on the real photos
    30

    Args:
        name: Of a headline result, such as ``"05.augmented"``, whose history is that of the first
            random seed; or a name from :func:`names`.
        profile: The profile in which the headline result was measured.
        pictures: ``"drawn"`` or ``"real"``, for a headline result as well.

    Raises:
        ValueError: If no such training was recorded; the message lists those that were.

    Used in: 05, live demonstrations.
    """
    if name in names():
        return recorded(name).history
    path = bands.FOLDER / f"{name}-{profile}-{pictures}.json"
    if not path.exists():
        measured = [file.stem.rsplit("-", 2) for file in sorted(bands.FOLDER.glob("*.json"))]
        known = [*names(), *(f"{one} ({length}, {kind})" for one, length, kind in measured)]
        raise ValueError(
            f"no training was recorded as {name!r} in profile {profile!r} on {pictures!r} "
            f"pictures; there are {', '.join(known)}"
        )
    content = json.loads(path.read_text(encoding="utf-8"))["history"]
    del content["seed"]
    return History(**content, recorded=True)
