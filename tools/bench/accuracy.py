"""Test accuracy of both recipes after equal epochs, in pairs that share a seed."""

from pathlib import Path

import numpy as np
from scipy import stats

from tools import fingerprint as hashes
from tools.bench import pictures, recipes
from tools.bench.worker import Worker


def fingerprint(case: recipes.Case) -> str:
    """Return a hash of both recipes; pairs of another one must not be mixed with new ones."""
    import keras

    from course_utils import precision
    from course_utils.data import pipeline
    from course_utils.samples import digits, pets

    before = keras.config.dtype_policy()
    chosen = precision.choose()  # as the course's side does in its process
    keras.config.set_dtype_policy(before)
    sides = {side: recipes.build(case, side, case.accuracy_size) for side in recipes.SIDES}
    lengths = [case.accuracy_size, case.batch_size, case.epochs, case.start_epochs]
    return hashes.of(
        {
            "models": {side: hashes.model(model) for side, model in sides.items()},
            "precision": chosen,
            "lengths": lengths + (["calms down"] if case.calms_down else []),
            "counts": pictures.DIGITS if case.name == "mnist_convnet" else pictures.ACCURACY,
            "pictures": [digits.VERSION, pets.VERSION, pipeline.VERSION],
        }
    )


def train_pair(case: recipes.Case, source: Path, seed: int) -> dict[str, float]:
    """Train both recipes from the same initial weights and return their test accuracies."""
    found, weights = {}, None
    if case.start_epochs:
        plain = recipes.CASES["small_convnet"]
        with Worker(plain, "course", source, case.accuracy_size, seed) as worker:
            worker.ask("train", case.start_epochs)
            weights = worker.ask("weights")
    for side in recipes.SIDES:
        with Worker(case, side, source, case.accuracy_size, seed, in_memory=True) as worker:
            answer = worker.ask("train", case.epochs, weights, case.calms_down)
        found[side] = answer["accuracy"]
    return found


def interval(differences: list[float]) -> tuple[float, float]:
    """Return the 90 % confidence interval of the mean of paired differences.

    Raises:
        ValueError: For fewer than two pairs.

    >>> interval([0.0, 0.01, -0.01])
    (-0.01686, 0.01686)
    """
    if len(differences) < 2:
        raise ValueError(f"an interval needs at least 2 pairs, got {len(differences)}")
    half = stats.t.ppf(0.95, len(differences) - 1) * stats.sem(differences)
    mean = np.mean(differences)
    return round(float(mean - half), 5), round(float(mean + half), 5)
