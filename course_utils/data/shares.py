"""The arithmetic of random splits: shares, counts, and groups that are not cut."""

import itertools
import numbers
from collections.abc import Mapping, Sequence

import numpy as np

#: All ways to share groups among subsets are compared up to this number: with three subsets those
#: of nine groups, with two those of fourteen.
_MOST_WAYS = 20_000
#: Orders in which more groups than that are placed before an empty place is accepted.
_MOST_ORDERS = 100


def of_subsets(validation: float, test: float | None) -> dict[str, float]:
    """Return the share of each subset.

    Raises:
        ValueError: If a share is no number between 0 and 1, or nothing is left for training.

    Used in: 04, 05.
    """
    given = {"validation": validation} | ({} if test is None else {"test": test})
    for name, fraction in given.items():
        if not isinstance(fraction, numbers.Real) or isinstance(fraction, bool):
            raise ValueError(f"{name} must be a number between 0 and 1, got {fraction!r}")
        if not 0 < fraction < 1:
            hint = "; test=None for no test" if name == "test" and fraction == 0 else ""
            raise ValueError(f"{name} must lie between 0 and 1, got {fraction}{hint}")
    given = {name: float(fraction) for name, fraction in given.items()}
    rest = 1 - sum(given.values())
    if rest < 1e-9:
        raise ValueError(f"{as_text(given)} add up to {1 - rest:g}: nothing is left for training")
    return {"train": rest} | given


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
    numbers_of_pictures = itertools.count(len(fractions))
    return next(n for n in numbers_of_pictures if min(counts(n, fractions).values()) > 0)


def assign(
    sizes: Mapping[str, np.ndarray], fractions: Mapping[str, float], seed: int
) -> dict[str, str]:
    """Return the subset of each group: no subset without a class, and then near to the shares.

    Groups that have no class in common, not even by way of other groups, do not matter to each
    other, so that each such circle of groups is assigned by itself. In a small one all ways are
    compared and the nearest is taken. In a larger one the groups are placed one by one.

    Args:
        sizes: Number of pictures of each class, float array (classes,), by the group's name.
        fractions: Share of each subset.
        seed: Decides among ways that are equally near.

    Used in: 04, 05.
    """
    subsets = list(fractions)
    random = np.random.default_rng(seed)
    chosen = {}
    for circle in _circles(sizes):
        circle = [circle[place] for place in random.permutation(len(circle))]
        counts = np.stack([sizes[name] for name in circle])
        counts = counts[:, counts.any(axis=0)]
        wanted = np.outer(list(fractions.values()), counts.sum(axis=0))
        if len(subsets) ** len(circle) <= _MOST_WAYS:
            places = _nearest_of_all(counts, wanted, random)
        else:
            places = _one_by_one(counts, wanted, random)
        chosen |= {name: subsets[place] for name, place in zip(circle, places, strict=True)}
    return chosen


def _circles(sizes: Mapping[str, np.ndarray]) -> list[list[str]]:
    """Return the groups in lists; two that share a class are in the same one."""
    circles: list[tuple[set[int], list[str]]] = []
    for name in sorted(sizes):
        classes, members = set(np.flatnonzero(sizes[name]).tolist()), [name]
        apart = []
        for circle in circles:
            if classes & circle[0]:
                classes, members = classes | circle[0], circle[1] + members
            else:
                apart.append(circle)
        circles = [*apart, (classes, members)]
    return [members for _, members in circles]


def _nearest(filled: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Return the places of all ways with the fewest empty places that are nearest to the shares.

    Args:
        filled: Pictures of each class in each subset, float array (ways, subsets, classes).
        wanted: The same as the shares would have it, float array (subsets, classes).
    """
    empty = (filled == 0).sum(axis=(1, 2))
    far = (((filled - wanted) / wanted.sum(axis=0)) ** 2).sum(axis=(1, 2))
    # Ways that are equally near must not be told apart by the last bits, which computers differ in.
    far = np.where(empty == empty.min(), far.round(9), np.inf)
    return np.flatnonzero(far == far.min())


def _nearest_of_all(
    counts: np.ndarray, wanted: np.ndarray, random: np.random.Generator
) -> list[int]:
    """Return the subset of each group as one of the nearest of all ways has it."""
    num_groups, num_subsets = len(counts), len(wanted)
    ways = np.indices((num_subsets,) * num_groups).reshape(num_groups, -1)
    filled = np.stack([(ways == place).T @ counts for place in range(num_subsets)], axis=1)
    return ways[:, random.choice(_nearest(filled, wanted))].tolist()


def _one_by_one(
    counts: np.ndarray, wanted: np.ndarray, random: np.random.Generator
) -> Sequence[int]:
    """Place each group where it fills the most empty places, and among those comes nearest.

    The groups come from the largest to the smallest. Where that leaves a place empty, other orders
    are tried: first the groups that hold a class which few groups have, then by chance.
    """
    num_subsets = len(wanted)
    rarity = np.where(counts > 0, (counts > 0).sum(axis=0), np.inf).min(axis=1)
    by_size = np.argsort(-counts.sum(axis=1), kind="stable")
    orders = [by_size, by_size[np.argsort(rarity[by_size], kind="stable")]]
    orders += [random.permutation(len(counts)) for _ in range(_MOST_ORDERS - len(orders))]
    best = None
    for order in orders:
        filled, places = np.zeros_like(wanted), np.zeros(len(counts), int)
        for group in order:
            ways = np.repeat(filled[None], num_subsets, axis=0)
            ways[range(num_subsets), range(num_subsets)] += counts[group]
            places[group] = _nearest(ways, wanted)[0]
            filled = ways[places[group]]
        num_empty = (filled == 0).sum()
        if best is None or num_empty < best[0]:
            best = num_empty, places.tolist()
        if num_empty == 0:
            break
    return best[1]
