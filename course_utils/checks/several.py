"""Mistakes in a row of numbers, each of which can be wrong by itself."""

import itertools
from collections.abc import Mapping, Sequence


def mistakes_in_parts(
    right: Sequence[float], parts: Sequence[Mapping[float, str]]
) -> list[tuple[tuple[float, ...], str]]:
    """Return the ``mistakes`` of a ``Value`` whose numbers can be wrong one by one.

    Args:
        right: The right numbers.
        parts: For each of them the usual wrong ones, each with its hint. Of several wrong numbers
            the first one decides.

    Used in: the chapters' judges.
    """
    choices = [(number, *wrong) for number, wrong in zip(right, parts, strict=True)]
    found = []
    for given in itertools.product(*choices):
        for number, expected, wrong in zip(given, right, parts, strict=True):
            if number != expected:
                found.append((given, wrong[number]))
                break
    return found
