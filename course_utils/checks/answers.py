"""Judges for short answers: values, choices between letters, and several of either in a row."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from course_utils.language import translate


@dataclass(frozen=True)
class Value:
    """Judge of a number or of an array of numbers, in any form that holds them.

    Attributes:
        expected: The right value, or a function that computes it when it is asked for.
        otherwise: The hint for a wrong answer that no other hint is meant for.
        mistakes: Pairs of a wrong value, in which NaN stands for any number, and the hint for
            whoever arrives at it.
        tolerance: Largest difference in each number that still counts as right.
        asks_for: What the hint about an answer's form calls the right one, where its shape is a
            part of what is asked.
    """

    expected: object
    otherwise: str
    mistakes: Sequence[tuple[object, str]] = ()
    tolerance: float = 1e-6
    asks_for: str = ""

    @property
    def right(self) -> np.ndarray:
        """The right value as an array."""
        return np.asarray(self.expected() if callable(self.expected) else self.expected, float)

    def __call__(self, answer: object) -> str | None:
        """Return the hint for an answer, None where it is right."""
        right = self.right
        wanted = translate(self.asks_for) if self.asks_for else _form(right)
        if isinstance(answer, Callable):
            return translate(
                "This is a function. The exercise asks for {wanted}, not for a way to it.",
                wanted=wanted,
            )
        given = as_array(answer)
        if given is None:
            return translate(
                "The exercise asks for {wanted}; this answer is something else.", wanted=wanted
            )
        if given.size == 0:
            return translate("This answer is empty. The exercise asks for {wanted}.", wanted=wanted)
        if not np.isfinite(given).all():
            return "There is no finite number in some place of this answer: it holds NaN or inf."
        if self._equal(given, right):
            return None
        for mistake, hint in self.mistakes:
            if self._equal(given, np.asarray(mistake, float)):
                return hint
        if given.ndim != right.ndim or given.shape != right.shape and not self.asks_for:
            return translate(
                "This answer is {given}; the exercise asks for {wanted}.",
                given=_form(given),
                wanted=wanted,
            )
        return self.otherwise

    def _equal(self, one: np.ndarray, other: np.ndarray) -> bool:
        if one.shape != other.shape:
            return False
        return bool(np.all((abs(one - other) <= self.tolerance) | np.isnan(other)))


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
        return translate(
            "Answer with one letter in quotation marks: {some} or {last}.",
            some=", ".join(some),
            last=last,
        )


@dataclass(frozen=True)
class Parts:
    """Judge of a row of numbers that are found one after the other.

    The hint is the one for the first number that is wrong.

    Attributes:
        parts: By what it is, in the words that begin the hint, the judge of each number.
    """

    parts: Mapping[str, Value]

    @property
    def right(self) -> list[float]:
        """The right numbers, in order."""
        return [float(part.right) for part in self.parts.values()]

    def __call__(self, answer: object) -> str | None:
        """Return the hint for an answer, None where it is right."""
        malformed = Value(self.right, otherwise="")(answer)
        if malformed is None or malformed:
            return malformed
        for (name, part), number in zip(self.parts.items(), as_array(answer), strict=True):
            if hint := part(number):
                return f"{translate(name)}: {translate(hint)}"
        return None


@dataclass(frozen=True)
class Letters:
    """Judge of one letter for each of several cases, in their order.

    Attributes:
        right: The right letters, lower case, by case.
        hints: What whoever chose a wrong letter should look at again, by case and letter.
    """

    right: Mapping[str, str]
    hints: Mapping[str, Mapping[str, str]]

    def __call__(self, answer: object) -> str | None:
        """Return the hint for the first wrong letter, None where all are right."""
        given = self._read(answer)
        if given is None:
            *some, last = self.right
            return translate(
                "Answer with a list of {number} letters in quotation marks, one for each of {some} "
                "and {last}, in this order.",
                number=len(self.right),
                some=", ".join(some),
                last=last,
            )
        wrong = [case for case, letter in given.items() if letter != self.right[case]]
        if not wrong:
            return None
        case = wrong[0]
        number = len(given) - len(wrong)
        unknown = translate('"{letter}" is none of the letters to choose from.', letter=given[case])
        right = "1 of {all} is right." if number == 1 else "{number} of {all} are right."
        return " ".join(
            [
                translate(right, number=number, all=len(given)),
                translate(
                    "Look at {case} again: {hint}",
                    case=case,
                    hint=translate(self.hints[case].get(given[case], unknown)),
                ),
            ]
        )

    def _read(self, answer: object) -> dict[str, str] | None:
        """Return the letters by case, from whatever holds as many as there are cases."""
        if isinstance(answer, Mapping):
            answer = {str(case).strip().upper(): letter for case, letter in answer.items()}
            if set(answer) != set(self.right):
                return None
            answer = [answer[case] for case in self.right]
        if isinstance(answer, str):
            answer = [sign for sign in answer if sign.isalpha()]
        try:
            letters = [str(letter).strip().strip(".()").lower() for letter in answer]
        except TypeError:  # nothing that can be gone through
            return None
        if len(letters) != len(self.right) or any(len(letter) != 1 for letter in letters):
            return None
        return dict(zip(self.right, letters, strict=True))


def _form(numbers: np.ndarray) -> str:
    """Return the shape of an answer in words."""
    if numbers.ndim == 0:
        return translate("one number")
    if numbers.ndim == 1:
        return translate("a list of {number} numbers", number=len(numbers))
    return translate("a table of numbers in the shape {shape}", shape=numbers.shape)


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


def as_bool(result: object) -> bool | None:
    """Return True or False for whatever holds just that: bool, NumPy bool, tensor; None otherwise.

    Used in: the chapters' judges.
    """
    if isinstance(result, bool | np.bool_):
        return bool(result)
    if getattr(result, "shape", None) == () and getattr(result, "dtype", None) in (bool, "bool"):
        return bool(result)
    return None


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
