"""Test accuracy of both recipes after equal epochs, in pairs that share a seed."""

import math
import statistics
from pathlib import Path

from tools.bench import recipes
from tools.bench.worker import Worker

#: 95 % points of Student's t distribution by degrees of freedom: 90 % lies between ±.
_STUDENT_T = {1: 6.314, 2: 2.920, 3: 2.353, 4: 2.132, 5: 2.015, 6: 1.943, 7: 1.895, 8: 1.860}
_STUDENT_T |= {9: 1.833, 10: 1.812, 11: 1.796, 12: 1.782, 13: 1.771, 14: 1.761, 15: 1.753}


def train_pair(case: recipes.Case, pictures: Path, seed: int) -> dict[str, float]:
    """Train both recipes from the same initial weights and return their test accuracies."""
    found = {}
    for side in recipes.SIDES:
        with Worker(case, side, pictures, case.accuracy_size, seed) as worker:
            answer = worker.ask("train", case.epochs)
        found[side] = answer["accuracy"]
        found[f"{side}_seconds"] = answer["seconds"]
    return found


def interval(differences: list[float]) -> tuple[float, float]:
    """Return the 90 % confidence interval of the mean of paired differences.

    Raises:
        ValueError: For fewer than two pairs or more than sixteen.

    >>> interval([0.0, 0.01, -0.01])
    (-0.01686, 0.01686)
    """
    freedom = len(differences) - 1
    if freedom not in _STUDENT_T:
        raise ValueError(f"2 to 16 pairs are needed, got {len(differences)}")
    mean = statistics.fmean(differences)
    half = _STUDENT_T[freedom] * statistics.stdev(differences) / math.sqrt(len(differences))
    return round(mean - half, 5), round(mean + half, 5)
