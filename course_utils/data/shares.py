"""The arithmetic of random splits: shares, counts, and groups that are not cut."""

import itertools
import math
from collections.abc import Mapping

import numpy as np


def of_subsets(validation: float, test: float | None) -> dict[str, float]:
    """Return the share of each subset.

    Raises:
        ValueError: If a share is not between 0 and 1, or nothing is left for training.

    Used in: 04, 05.
    """
    given = {"validation": validation} | ({} if test is None else {"test": test})
    for name, fraction in given.items():
        if not 0 < fraction < 1:
            hint = "; test=None for no test" if name == "test" and fraction == 0 else ""
            raise ValueError(f"{name} must lie between 0 and 1, got {fraction}{hint}")
    rest = 1 - sum(given.values())
    if rest < 1e-9:
        raise ValueError(f"{as_text(given)} add up to {1 - rest:g}: nothing is left for training")
    return {"train": rest} | given


def check_seed(seed: int) -> None:
    """Raise a ValueError for a seed that NumPy does not take.

    Used in: 04, 05.
    """
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")


def as_text(fractions: Mapping[str, float]) -> str:
    """Return the shares as they are written in a call.

    Used in: 04, 05.
    """
    return ", ".join(f"{name}={share:g}" for name, share in fractions.items())


def counts(num_pictures: int, fractions: Mapping[str, float]) -> dict[str, int]:
    """Return how many of a class's pictures go into each subset.

    Used in: 04, 05.
    """
    found = {name: round(num_pictures * share) for name, share in fractions.items()}
    return found | {"train": num_pictures - sum(found.values()) + found["train"]}


def fewest(fractions: Mapping[str, float]) -> int:
    """Return the smallest number of pictures of a class that leaves no subset empty.

    >>> fewest({"train": 0.6, "validation": 0.2, "test": 0.2})
    3

    Used in: 04, 05.
    """
    start = math.ceil(0.5 / min(fractions.values()))
    return next(n for n in itertools.count(start) if min(counts(n, fractions).values()) > 0)


def assign(
    sizes: Mapping[str, np.ndarray], fractions: Mapping[str, float], seed: int
) -> dict[str, str]:
    """Return the subset of each group, from the largest group to the smallest.

    Each goes where it fills the most empty places (a subset without pictures of a class), and
    among those where the subsets then come nearest to their shares.

    Args:
        sizes: Number of pictures of each class, float array (classes,), by the group's name.
        fractions: Share of each subset.
        seed: Decides among groups of one size.

    Used in: 05.
    """
    names = list(fractions)
    total = sum(sizes.values())
    wanted = np.outer(list(fractions.values()), total)
    filled = np.zeros_like(wanted)
    shuffled = np.random.default_rng(seed).permutation(sorted(sizes)).tolist()
    chosen = {}
    for group in sorted(shuffled, key=lambda group: -sizes[group].sum()):
        costs = []
        for place in range(len(names)):
            after = filled.copy()
            after[place] += sizes[group]
            costs.append(((after == 0).sum(), (((after - wanted) / total) ** 2).sum()))
        best = min(range(len(names)), key=costs.__getitem__)
        filled[best] += sizes[group]
        chosen[group] = names[best]
    return chosen
