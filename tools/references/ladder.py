"""The ladder: does each chapter's net beat the one before it, when all else is equal?

All rungs see the same pictures at the same size (``lengths.LADDER``). A rung is clearly above the
one before if the means lie further apart than the seeds of either.
"""

from dataclasses import dataclass

from course_utils import references
from course_utils.references import Band
from tools.references.lengths import LADDER

#: With fewer, best and worst lie close together by chance.
_FEWEST_SEEDS = 3
_FROM_SCRATCH = {
    "04.small_convnet": "small convnet",
    "05.augmented": "with augmentation and dropout",
    "06.mini_xception": "mini-Xception",
}
#: By kind of pictures and name of the experiment, from the bottom. The base that ships knows
#: drawings only.
RUNGS = {
    "drawn": _FROM_SCRATCH | {"07.fine_tuned": "borrowed base, fine-tuned"},
    "real": _FROM_SCRATCH | {"07.mobilenet": "MobileNetV2, fine-tuned"},
}


@dataclass(frozen=True)
class Rung:
    """One net of the ladder.

    Attributes:
        title: Chapter and net.
        band: Its accuracies over the seeds.
        before: Those of the rung below; None for the lowest.
    """

    title: str
    band: Band
    before: Band | None

    @property
    def gain(self) -> float | None:
        """Return how much the mean is above that of the rung before; None for the lowest."""
        return None if self.before is None else self.band.mean - self.before.mean

    @property
    def verdict(self) -> str:
        """Say whether means lie further apart than the best and the worst seed of either."""
        if self.before is None:
            return ""
        if min(len(self.band.values), len(self.before.values)) < _FEWEST_SEEDS:
            return "too few seeds to say"
        widest = max(spread(self.band), spread(self.before))
        if self.gain < 0:
            return "clearly lower" if -self.gain > widest else "lower, not clearly"
        return "clearly" if self.gain > widest else "not clearly"


def spread(band: Band) -> float:
    """Return the distance of the best seed from the worst."""
    return max(band.values.values()) - min(band.values.values())


def rungs(pictures: str) -> list[Rung]:
    """Return the rungs measured on ``"drawn"`` or ``"real"`` pictures, from the bottom."""
    titles = RUNGS[pictures]
    measured = {name: references.band(name, LADDER.name, pictures) for name in titles}
    known = [(name, band) for name, band in measured.items() if band is not None]
    below = [None, *(band for _, band in known)]
    return [
        Rung(f"{name.split('.')[0]}: {titles[name]}", band, before)
        for (name, band), before in zip(known, below, strict=False)  # nothing is above the last
    ]


def table(pictures: str) -> str:
    """Return the ladder as a table in Markdown, with what it was measured on."""
    found = rungs(pictures)
    rows = [
        "| net | mean | lowest and highest | above the one before | seeds | minutes a seed "
        "| numbers |",
        "|---|---|---|---|---|---|---|",
    ]
    machines = {}  # a set that keeps its order
    for rung in found:
        values, facts = rung.band.values.values(), rung.band.facts
        gain = "" if rung.gain is None else f"{100 * rung.gain:+.1f}".replace("-", "−")
        verdict = "" if rung.gain is None else f" points: {rung.verdict}"
        rows.append(
            f"| {rung.title} | {rung.band.mean:.1%} | {min(values):.1%} and {max(values):.1%} "
            f"| {gain}{verdict} | {len(values)} | {facts['minutes'].split()[0]} "
            f"| {facts['precision']} |"
        )
        machines[f"Measured on {facts['hardware']}; {facts['versions']}"] = None
    return "\n\n".join(["\n".join(rows), *machines])
