"""What a caller may hand in: each check returns the value in one form, or says what is wrong."""

import operator
import os
from pathlib import Path
from typing import Any


def whole_number(name: str, value: object, least: int) -> int:
    """Return a whole number, also one of NumPy, as Python's own; True is none.

    >>> whole_number("batch_size", 32, least=1)
    32

    Raises:
        ValueError: If it is no whole number, or less than ``least``.

    Used in: 02, 03, 04, 05.
    """
    number = _as_integer(value)
    if number is None:
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    if number < least:
        raise ValueError(f"{name} must be {least} or more, got {number:,}")
    return number


def size(name: str, value: object, available: int) -> int:
    """Return how many pictures are asked for; None stands for all that are available.

    Raises:
        ValueError: If that is no whole number from 1 to ``available``.

    Used in: 02, 03, 04, 05.
    """
    if value is None:
        return available
    number = _as_integer(value)
    if number is None:
        raise ValueError(f"{name} must be a whole number of pictures or None, got {value!r}")
    if not 1 <= number <= available:
        raise ValueError(f"{name} must be from 1 to {available:,}, got {number:,}")
    return number


def seed(value: object) -> int:
    """Return the seed of a random choice.

    Raises:
        ValueError: If it is no whole number that both NumPy and TensorFlow take.

    Used in: 04, 05.
    """
    number = whole_number("seed", value, least=0)
    if number >= 2**63:
        raise ValueError(f"seed must be less than 2**63, got {number}")
    return number


def path(name: str, value: object) -> Path:
    """Return a path, in which ``~`` stands for the home folder.

    Raises:
        ValueError: If it is no path.

    Used in: 04, 05.
    """
    # An empty string would stand for the current folder.
    if not isinstance(value, str | os.PathLike) or not os.fspath(value):
        raise ValueError(f"{name} must be a path, got {value!r}")
    return Path(os.path.expanduser(value))  # leaves an unknown user's ~ as it is


def instance(name: str, value: object, kind: type, origin: str) -> Any:
    """Return the value, an object of this course.

    Args:
        name: The argument.
        value: What was handed in.
        kind: What it must be.
        origin: The functions that return such an object, in words.

    Raises:
        ValueError: If it is something else.

    Used in: 04, 05.
    """
    if not isinstance(value, kind):
        raise ValueError(
            f"{name} must be a {kind.__name__}, as {origin} returns it, got {_kind_of(value)}"
        )
    return value


def _as_integer(value: object) -> int | None:
    """Return Python's own whole number; None for what is none, such as 2.0, "2" or True."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def _kind_of(value: object) -> str:
    """Return a short description; a whole set of pictures would fill the screen."""
    return repr(value) if isinstance(value, str | int | None) else f"a {type(value).__name__}"
