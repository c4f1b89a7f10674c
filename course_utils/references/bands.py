"""Is that what others get? A result beside the range over random seeds and the lectures' figure."""

import json
import math
import re
import statistics
from dataclasses import dataclass
from pathlib import Path

from course_utils import profiles
from course_utils.language import columns, translate

#: Where measured accuracies lie, one file per training, profile and kind of pictures.
FOLDER = Path(__file__).with_name("measured")
_SOURCES = Path(__file__).with_name("source_figures.json")
#: 97.5 % points of Student's t distribution by the number of seeds (degrees of freedom + 1).
_STUDENT_T = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306}
_NORMAL = 1.960


@dataclass(frozen=True)
class Band:
    """Where the result of one more run lies in 95 of 100 cases.

    Attributes:
        values: The measured accuracies by seed.
        num_test_pictures: Number of pictures that each was measured on.
        facts: What it ran on: hardware, minutes, precision, versions.
    """

    values: dict[str, float]
    num_test_pictures: int
    facts: dict[str, str]

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return statistics.fmean(self.values.values())

    @property
    def limits(self) -> tuple[float, float]:
        """Lower and upper end: the prediction interval over seeds, widened by the test set's error.

        For n seeds the interval is the mean ± t √(1 + 1/n) s, which is 3.04 s for five. The
        binomial error of the accuracy on the test pictures is added to it in squares.
        """
        number, mean = len(self.values), self.mean
        seeds = (
            _STUDENT_T[number] * math.sqrt(1 + 1 / number) * statistics.stdev(self.values.values())
        )
        pictures = _NORMAL * math.sqrt(mean * (1 - mean) / self.num_test_pictures)
        half = math.hypot(seeds, pictures)
        return max(0.0, mean - half), min(1.0, mean + half)


@dataclass(frozen=True)
class Comparison:
    """A measured accuracy beside its band and the source's figure; prints as three lines.

    Attributes:
        value: The accuracy that was measured now.
        band: The band for this profile and these pictures; None if none was measured.
        source: What the lectures print, in words; None if they print nothing comparable.
        conditions: Profile and pictures, in words.
    """

    value: float
    band: Band | None
    source: str | None
    conditions: str

    @property
    def inside(self) -> bool | None:
        """Whether the value lies inside the band; None without a band."""
        if self.band is None:
            return None
        lower, upper = self.band.limits
        return lower <= self.value <= upper

    def __str__(self) -> str:
        return "\n".join(f"{name}{' ' * (14 - columns(name))}{text}" for name, text in self._rows())

    def _repr_pretty_(self, printer, cycle) -> None:
        printer.text(str(self))

    def _rows(self) -> list[tuple[str, str]]:
        rows = [(translate("this run"), f"{self.value:.1%}")]
        if self.band is None:
            rows.append(
                (
                    translate("our range"),
                    translate("not measured for {conditions}", conditions=self.conditions),
                )
            )
        else:
            lower, upper = self.band.limits
            if self.inside:
                verdict = translate("yours lies inside")
            elif self.value > upper:
                verdict = translate("yours is better")
            else:
                verdict = translate(
                    "yours is lower: run all cells again after a restart, then compare the versions"
                )
            rows.append(
                (
                    translate("our range"),
                    translate(
                        "{lower:.1%} to {upper:.1%} ({number} seeds, {conditions}): {verdict}",
                        lower=lower,
                        upper=upper,
                        number=len(self.band.values),
                        conditions=self.conditions,
                        verdict=verdict,
                    ),
                )
            )
            facts = "; ".join(map(in_words, self.band.facts.values()))
            rows.append((translate("measured on"), facts))
        if self.source:
            rows.append((translate("the lectures"), translate(self.source)))
        return rows


def in_words(fact: str) -> str:
    """Return what was noted while measuring in the language of today."""
    if found := re.fullmatch(r"(\d+) cores of an (.+)", fact):
        return translate("{number} cores of an {kind}", number=found[1], kind=found[2])
    if found := re.fullmatch(r"([\d.]+) minutes a seed", fact):
        return translate("{number} minutes a seed", number=found[1])
    if found := re.fullmatch(r"([\d.]+) minutes for the whole chapter", fact):
        return translate("{number} minutes for the whole chapter", number=found[1])
    return fact


def compare(name: str, value: float, profile: profiles.Profile, data: str) -> Comparison:
    """Put a result beside the range that other seeds reached and beside the lectures' figure.

    Args:
        name: Name of the training, as in ``profiles``: ``"02.convnet"``.
        value: The test accuracy that was just measured, 0 to 1.
        profile: The profile in force.
        data: What ``DATA`` says: ``"sample"`` or where real pictures came from.

    Raises:
        ValueError: If ``value`` is no share between 0 and 1.
        KeyError: If the profile has no training of that name.

    Used in: every chapter with a headline result.
    """
    value = float(value)
    if not 0 <= value <= 1:
        raise ValueError(f"an accuracy lies between 0 and 1, got {value}")
    profile[name]  # a misspelt name must not read as "not measured"
    # A folder may hold any photos: no range was measured for those.
    pictures = {"sample": "drawn", "download": "real"}.get(data)
    conditions = {
        "drawn": "profile {profile}, drawn pictures",
        "real": "profile {profile}, real pictures",
        None: "profile {profile}, your own pictures",
    }
    sources = json.loads(_SOURCES.read_text(encoding="utf-8"))
    return Comparison(
        value,
        band(name, profile.name, pictures) if pictures else None,
        sources.get(name),
        translate(conditions[pictures], profile=profile.name),
    )


def band(name: str, profile: str, pictures: str) -> Band | None:
    """Return the band of a training, or None if fewer than two seeds were measured.

    Args:
        name: Name of the training.
        profile: Name of the profile.
        pictures: ``"drawn"`` or ``"real"``.

    Used in: tools that write tables.
    """
    path = FOLDER / f"{name}-{profile}-{pictures}.json"
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    if len(content["values"]) < 2:
        return None
    return Band(content["values"], content["num_test_pictures"], content["facts"])
