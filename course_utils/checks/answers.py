"""Judges for the two short kinds of answers: values, and choices between letters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np


@dataclass(frozen=True)
class Value:
    """Judge of a number or of an array of numbers, in any form that holds them.

    Attributes:
        expected: The right value, or a function that computes it when it is asked for.
        otherwise: The hint for a wrong answer that no other hint is meant for.
        mistakes: Pairs of a wrong value and the hint for whoever arrives at it.
        tolerance: Largest difference in each number that still counts as right.
    """

    expected: object
    otherwise: str
    mistakes: Sequence[tuple[object, str]] = ()
    tolerance: float = 1e-6

    @property
    def right(self) -> np.ndarray:
        """The right value as an array."""
        return np.asarray(self.expected() if callable(self.expected) else self.expected, float)

    def __call__(self, answer: object) -> str | None:
        """Return the hint for an answer, None where it is right."""
        right = self.right
        wanted = "one number" if right.ndim == 0 else f"numbers in the shape {right.shape}"
        if isinstance(answer, Callable):
            return f"This is a function. The exercise asks for {wanted}, not for a way to it."
        given = as_array(answer)
        if given is None:
            return f"The exercise asks for {wanted}; this answer is something else."
        if given.size == 0:
            return f"This answer is empty. The exercise asks for {wanted}."
        if not np.isfinite(given).all():
            return "There is no finite number in some place of this answer: it holds NaN or inf."
        if self._equal(given, right):
            return None
        for mistake, hint in self.mistakes:
            if self._equal(given, np.asarray(mistake, float)):
                return hint
        if given.shape != right.shape:
            shape = "one number" if given.ndim == 0 else f"the shape {given.shape}"
            return f"This answer has {shape}; the exercise asks for {wanted}."
        return self.otherwise

    def _equal(self, one: np.ndarray, other: np.ndarray) -> bool:
        return one.shape == other.shape and bool(np.all(abs(one - other) <= self.tolerance))


@dataclass(frozen=True)
class Choice:
    """Judge of one letter.

    Attributes:
        right: The right letter, lower case.
        hints: By letter, what whoever chose it should look at again.
    """

    right: str
    hints: Mapping[str, str]

    @property
    def letters(self) -> list[str]:
        """All letters that can be chosen."""
        return sorted({self.right, *self.hints})

    def __call__(self, answer: object) -> str | None:
        """Return the hint for an answer, None where it is right."""
        letter = answer.strip().strip(".()").lower() if isinstance(answer, str) else None
        if letter == self.right:
            return None
        if letter in self.hints:
            return self.hints[letter]
        *some, last = (f'"{letter}"' for letter in self.letters)
        return f"Answer with one letter in quotation marks: {', '.join(some)} or {last}."


def as_number(result: object) -> float | None:
    """Return a number for whatever holds exactly one: int, float, NumPy scalar, tensor.

    Used in: the chapters' judges.
    """
    if isinstance(result, bool | np.bool_):
        return None
    if not isinstance(result, Real) and getattr(result, "shape", None) == ():
        try:
            result = float(result)
        except (TypeError, ValueError):
            return None
    return result if isinstance(result, Real) else None


def as_array(answer: object) -> np.ndarray | None:
    """Return an array of floats for numbers in lists, tuples, arrays or tensors; None otherwise.

    Used in: the chapters' judges.
    """
    number = as_number(answer)
    if number is not None:
        return np.asarray(number, float)
    if isinstance(answer, str | bytes | bool) or not hasattr(answer, "__len__"):
        return None
    try:
        array = np.asarray(answer)
    except Exception:  # rows of different lengths, symbolic tensors, objects of all kinds
        return None
    # Other formats that TensorFlow has, such as bfloat16, are of kind V or f.
    if array.dtype.kind not in "iuf" and array.dtype.name != "bfloat16" and array.size:
        return None
    return array.astype(float)
