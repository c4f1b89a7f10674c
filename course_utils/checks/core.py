"""How an exercise is checked; what is asked stands in one module per chapter."""

import html
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real

# An exercise's judge takes the answer and returns None when it is right, otherwise the hint.
Judge = Callable[[object], str | None]

#: The hint for whoever hands over a result where the function itself is asked for.
NOT_A_FUNCTION = (
    "The check needs the function itself, not one of its results: keep the line that starts with "
    "def, and pass the function's name without parentheses."
)

_NOT_ANSWERED = (
    "Replace the three dots with your answer, then run that cell and this one. "
    "The rest of the notebook runs without it."
)


class WrongAnswer(AssertionError):
    """A wrong answer under ``COURSE_CHECKS=strict``, the setting of the course's own tests."""


class NotAnswered(Exception):
    """Raised by a judge when a written function still is the stub."""


class Failed(Exception):
    """A student's function raised; the message is the hint."""


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes:
        number: Chapter and exercise, such as ``"02.1"``.
        praise: What a right answer is told; says why it matters.
        judge: Returns the hint for a wrong answer, None for a right one.
    """

    number: str
    praise: str
    judge: Judge


@dataclass(frozen=True)
class Feedback:
    """What a student reads: the exercise's number, how it stands, and one paragraph.

    Attributes:
        number: Chapter and exercise.
        status: ``"right"``, ``"not yet right"`` or ``"not answered yet"``.
        message: One friendly paragraph.
    """

    number: str
    status: str
    message: str

    def __repr__(self) -> str:
        return f"Exercise {self.number}: {self.status}. {self.message}"

    def _repr_html_(self) -> str:
        color = {"right": "#009E73", "not yet right": "#D55E00"}.get(self.status, "#888888")
        return (
            f'<div style="border-left: 5px solid {color}; padding: 0.4em 1em">'
            f"<strong>Exercise {self.number}: {self.status}.</strong> "
            f"{html.escape(self.message)}</div>"
        )


def check(number: str, answer: object) -> Feedback:
    """Say how an answer stands.

    Args:
        number: Chapter and exercise, such as ``"02.1"``.
        answer: What the exercise asks for: a value, a function or a choice. ``...`` (Ellipsis),
            which every stub contains, and a function that returns it or None mean "not answered".

    Returns:
        The feedback, which a notebook shows as a paragraph.

    Raises:
        ValueError: If there is no such exercise; the message lists those of the chapter.
        WrongAnswer: Under ``COURSE_CHECKS=strict``, if the answer is wrong.

    Used in: every chapter.
    """
    exercise = _find(number)
    if answer is ... or answer is None:
        return Feedback(number, "not answered yet", _NOT_ANSWERED)
    try:
        hint = exercise.judge(answer)
    except NotAnswered:
        return Feedback(number, "not answered yet", _NOT_ANSWERED)
    except Failed as failure:
        hint = str(failure)
    if hint is None:
        return Feedback(number, "right", exercise.praise)
    if os.environ.get("COURSE_CHECKS") == "strict":
        raise WrongAnswer(f"Exercise {number}: {hint}")
    return Feedback(number, "not yet right", hint)


def call(function: Callable, *arguments: object) -> object:
    """Call a student's function.

    Raises:
        NotAnswered: If the function is still the stub, whose body is three dots.
        Failed: If the function raises or returns nothing; its message is a hint.

    Used in: the chapters' judges.
    """
    shown = ", ".join(repr(argument) for argument in arguments)
    try:
        result = function(*arguments)
    except Exception as error:  # whatever a student's code does, the answer is a sentence
        raise Failed(
            f"Called with ({shown}), your function stopped with "
            f"{type(error).__name__}: {error}. Try that call by itself in a new cell."
        ) from None
    if result is None or result is ...:
        if result is ... or _is_stub(function):
            raise NotAnswered
        raise Failed(
            f"Called with ({shown}), your function returned nothing. Does every branch end in a "
            "return? (Printing a number does not return it.)"
        )
    return result


def _is_stub(function: Callable) -> bool:
    """Return whether a function's body is nothing but three dots, comments and a docstring."""
    written = getattr(function, "__code__", None)
    return written is not None and written.co_code == _stub.__code__.co_code


def _stub(): ...


def as_number(result: object) -> float | None:
    """Return a number for whatever holds exactly one: int, float, NumPy scalar, tensor.

    Used in: the chapters' judges.
    """
    if isinstance(result, bool):
        return None
    if not isinstance(result, Real) and getattr(result, "shape", None) == ():
        result = float(result)
    return result if isinstance(result, Real) else None


def _find(number: str) -> Exercise:
    chapter = str(number).split(".")[0]
    try:
        module = importlib.import_module(f"course_utils.checks.chapter_{chapter}")
    except ModuleNotFoundError:
        raise ValueError(f"there is no exercise {number!r}: chapter {chapter!r} has none") from None
    for exercise in module.EXERCISES:
        if exercise.number == number:
            return exercise
    known = ", ".join(exercise.number for exercise in module.EXERCISES)
    raise ValueError(f"there is no exercise {number!r}; this chapter has {known}")
