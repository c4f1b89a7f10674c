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
    "real_weights",
    "recorded",
    "start",
]


@dataclass(frozen=True)
class Recorded:
    """One recorded training: of the random seeds that were measured, the first.

    Attributes:
        history: Its metrics, epoch by epoch, marked as recorded.
        test_accuracy: Accuracy of the weights that were kept, on the test pictures.
        facts: What it ran on: pictures, seed, the other seeds' accuracies, hardware, minutes,
            precision, versions.
    """

    history: History
    test_accuracy: float
    facts: dict[str, str]

    def __str__(self) -> str:
        facts = self.facts.items()
        return "\n".join(
            f"{translate(name)}: {translate(bands.in_words(fact))}" for name, fact in facts
        )


def recorded(name: str, profile: str = "demo", pictures: str = "drawn") -> Recorded:
    """Return a recorded training of a headline result.

    >>> recorded("04.small_convnet", "full", "real").history.num_epochs  # the lectures' recipe
    30

    Args:
        name: Name of the training, as in ``profiles``: ``"05.augmented"``.
        profile: The profile in which it was measured, or ``"ladder"``.
        pictures: ``"drawn"`` or ``"real"``.

    Raises:
        ValueError: If no such training was recorded; the message lists those that were.

    Used in: 04, 07, A1.
    """
    path = bands.FOLDER / f"{name}-{profile}-{pictures}.json"
    if not path.exists():
        measured = [file.stem.rsplit("-", 2) for file in sorted(bands.FOLDER.glob("*.json"))]
        known = ", ".join(f"{one} ({length}, {kind})" for one, length, kind in measured)
        raise ValueError(
            f"no training was recorded as {name!r} in profile {profile!r} on {pictures!r} "
            f"pictures; there are {known}"
        )
    content = json.loads(path.read_text(encoding="utf-8"))
    values, kept = content["values"], content["history"]
    seed = str(kept.pop("seed"))
    accuracies = ", ".join(f"{value:.1%}" for value in values.values())
    facts = {"pictures": pictures, "seed": seed, "test accuracy of all seeds": accuracies}
    return Recorded(History(**kept, recorded=True), values[seed], facts | content["facts"])


def history(name: str, profile: str = "demo", pictures: str = "drawn") -> History:
    """Return the history of a recorded training, marked as recorded; figures say so.

    >>> history("02.convnet").num_epochs
    3

    Args and errors are those of :func:`recorded`.

    Used in: 05, 06, live demonstrations.
    """
    return recorded(name, profile, pictures).history


def real_weights() -> dict[str, float]:
    """Return what MobileNetV2's features reach on real photos, by how the pixels were scaled.

    The head is solved on photos 0 to 124 of each class, the accuracy is that of 1500 to 1649.

    >>> list(real_weights())
    ['preprocess_input', 'divided by 255', 'as they are']

    Used in: 07.
    """
    path = Path(__file__).with_name("real_weights.json")
    return json.loads(path.read_text(encoding="utf-8"))["accuracies"]
