"""How an exercise is checked; what is asked stands in one module per chapter."""

import copy
import html
import importlib
import os
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_utils.checks import progress
from course_utils.language import translate

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
_LONGEST_REASON = 150


class WrongAnswer(AssertionError):
    """A wrong answer under ``COURSE_CHECKS=strict``, the setting of the course's own tests."""


class NotAnswered(Exception):
    """Raised by a judge when a written function still is the stub."""


class Failed(Exception):
    """A student's function gave nothing that could be judged; the message is the hint.

    Attributes:
        stopped_with: Kind and message of the error that the function raised; empty if none.
        returned_nothing: Whether it ran through and returned None.
    """

    def __init__(self, hint: str, stopped_with: str = "", returned_nothing: bool = False):
        super().__init__(hint)
        self.stopped_with = stopped_with
        self.returned_nothing = returned_nothing


@dataclass(frozen=True)
class Exercise:
    """One exercise or quick question.

    Attributes:
        number: Chapter and exercise, such as ``"02.1"``; quick questions are ``"02.Q1"``.
        title: What it is about, in a few words, for the table of progress.
        praise: What a right answer is told; says why it matters.
        judge: Returns the hint for a wrong answer, None for a right one.
    """

    number: str
    title: str
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
        heading = translate(
            "Exercise {number}: {status}.", number=self.number, status=translate(self.status)
        )
        return f"{heading} {self.message}"

    def _repr_html_(self) -> str:
        color = {"right": "#009E73", "not yet right": "#D55E00"}.get(self.status, "#888888")
        heading = translate(
            "Exercise {number}: {status}.", number=self.number, status=translate(self.status)
        )
        return (
            f'<div style="border-left: 5px solid {color}; padding: 0.4em 1em">'
            f"<strong>{html.escape(heading)}</strong> "
            f"{html.escape(self.message)}</div>"
        )


def check(number: str, answer: object) -> Feedback:
    """Say how an answer stands.

    Args:
        number: Chapter and exercise, such as ``"02.1"``.
        answer: What the exercise asks for: a value, a function or a choice. ``...`` (Ellipsis),
            which every stub contains, and a function that returns it or None mean "not answered".

    Returns:
        The feedback, which a notebook shows as a paragraph. It is remembered for
        :func:`course_utils.checks.report`.

    Raises:
        ValueError: If there is no such exercise; the message lists those of the chapter.
        WrongAnswer: Under ``COURSE_CHECKS=strict``, if the answer is wrong.

    Used in: every chapter.
    """
    exercise = _find(number)
    strict = os.environ.get("COURSE_CHECKS") == "strict"
    if answer is ... or answer is None:
        return Feedback(number, "not answered yet", translate(_NOT_ANSWERED))
    random_state = random.getstate()  # Keras layers that a judge builds draw their seeds from it
    try:
        hint = exercise.judge(answer)
    except NotAnswered:
        return Feedback(number, "not answered yet", translate(_NOT_ANSWERED))
    except Failed as failure:
        hint = str(failure)
    except Exception as error:  # an answer that nobody thought of must not end in a stack trace
        hint = translate(
            "The check cannot make sense of this answer ({reason}). Compare its form, a number, a "
            "list, a function or a letter, with what the exercise asks for.",
            reason=reason(error),
        )
    finally:
        random.setstate(random_state)
    if not strict:  # the course's own tests are nobody's progress
        progress.record(number, right=hint is None)
    if hint is None:
        return Feedback(number, "right", translate(exercise.praise))
    hint = translate(hint)  # most hints stand in a table, in English
    if strict:
        raise WrongAnswer(f"Exercise {number}: {hint}")
    return Feedback(number, "not yet right", hint)


def call(function: Callable, *arguments: object) -> object:
    """Call a student's function.

    Raises:
        NotAnswered: If the function is still the stub, whose body is three dots.
        Failed: If the function raises, returns nothing, or changes what it was given; its message
            is a hint.

    Used in: the chapters' judges.
    """
    shown = ", ".join(map(_shown, arguments))
    given = [_snapshot(argument) for argument in arguments]
    try:
        result = function(*arguments)
    except Exception as error:  # whatever a student's code does, the answer is a sentence
        raise Failed(
            translate(
                "Called with ({arguments}), your function stopped with {reason}. "
                "Try that call by itself in a new cell.",
                arguments=shown,
                reason=reason(error),
            ),
            stopped_with=reason(error),
        ) from None
    if result is None or result is ...:
        if result is ... or _is_stub(function):
            raise NotAnswered
        raise Failed(
            translate(
                "Called with ({arguments}), your function returned nothing. Does every branch end "
                "in a return? (Printing a number does not return it.)",
                arguments=shown,
            ),
            returned_nothing=True,
        )
    if not all(map(_unchanged, given, arguments)):
        raise Failed(
            "Your function changes what it is given: after the call, its argument is another one. "
            "Whoever calls it may still need that. Work on a copy, or build a new list or array."
        )
    return result


def exercises(chapter: str) -> tuple[Exercise, ...]:
    """Return a chapter's exercises and quick questions, such as those of ``"02"``.

    Raises:
        ValueError: If there is no such chapter, or it has no exercises.

    Used in: checks.report.
    """
    if not str(chapter).isalnum():
        raise ValueError(f"{chapter!r} is no chapter; they are called 02 or A1")
    try:
        module = importlib.import_module(f"course_utils.checks.chapter_{chapter}")
    except ModuleNotFoundError:
        raise ValueError(f"chapter {chapter!r} has no exercises") from None
    return tuple(module.EXERCISES)


def _find(number: str) -> Exercise:
    try:
        of_chapter = exercises(str(number).partition(".")[0])
    except ValueError as error:
        raise ValueError(f"there is no exercise {number!r}: {error}") from None
    for exercise in of_chapter:
        if exercise.number == number:
            return exercise
    known = ", ".join(exercise.number for exercise in of_chapter)
    raise ValueError(f"there is no exercise {number!r}; this chapter has {known}")


def reason(error: Exception) -> str:
    """Return an error's kind and message, cut where Keras writes a page.

    Used in: the chapters' judges.
    """
    text = " ".join(str(error).split())
    if len(text) > _LONGEST_REASON:
        text = text[:_LONGEST_REASON].rstrip() + " …"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _shown(argument: object) -> str:
    """Return an argument in words that fit into a sentence."""
    if hasattr(argument, "shape") and argument.shape != ():
        return translate("an array of shape {shape}", shape=tuple(argument.shape))
    text = repr(argument)
    return text if len(text) <= _LONGEST_REASON else text[:_LONGEST_REASON] + " …"


def _is_stub(function: Callable) -> bool:
    """Return whether a function's body is nothing but three dots, comments and a docstring."""
    written = getattr(function, "__code__", None)
    if written is None:
        return False
    return written.co_code in (_stub.__code__.co_code, _explained_stub.__code__.co_code)


def _stub(): ...


def _explained_stub():
    """Like a stub of a chapter whose docstring says what it should do."""
    ...


def _snapshot(argument: object) -> object:
    """Return a copy of what a function could change in place, None for everything else."""
    return copy.deepcopy(argument) if isinstance(argument, list | dict | set | np.ndarray) else None


def _unchanged(before: object, after: object) -> bool:
    return before is None or _same(before, after)


def _same(before: object, after: object) -> bool:
    """Compare what may be nested; floats that were changed and changed back may differ a little."""
    if isinstance(before, np.ndarray) and isinstance(after, np.ndarray):
        if before.dtype.kind != "f":
            return np.array_equal(before, after)
        alike = before.shape == after.shape
        return alike and np.allclose(before, after, rtol=1e-6, atol=1e-9, equal_nan=True)
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, dict) and isinstance(after, dict):
        return list(before) == list(after) and all(_same(before[key], after[key]) for key in before)
    return bool(before is after or before == after or repr(before) == repr(after))
