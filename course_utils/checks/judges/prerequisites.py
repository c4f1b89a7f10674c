"""Judges of the functions that chapter 00, the self-test, asks for."""

from collections.abc import Callable

import numpy as np

from course_utils.checks.answers import as_array, as_number
from course_utils.checks.core import NOT_A_FUNCTION, Failed, call
from course_utils.language import translate

# Repeated labels, texts, and a case for each way to be all right or all wrong.
_ANSWERED = [
    ([3, 1, 4], [3, 1, 5]),
    ([7, 7], [7, 7]),
    ([0, 0], [1, 1]),
    ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]),
    (["cat", "dog", "dog", "cat"], ["cat", "cat", "dog", "dog"]),
]


def _hits(predicted: list, labels: list) -> int:
    return sum(one == other for one, other in zip(predicted, labels, strict=True))


# The right rule, then whole wrong ones with the hint for somebody who wrote just that.
_SHARES: list[tuple[Callable[[list, list], float], str | None]] = [
    (lambda predicted, labels: _hits(predicted, labels) / len(labels), None),
    (
        _hits,
        "Your function counts the hits. As a share they are easier to compare: of a thousand "
        "digits, seven hits are few, of eight they are many. What is missing is one division.",
    ),
    (
        lambda predicted, labels: 100 * _hits(predicted, labels) / len(labels),
        "These are percent. The exercise asks for a share between 0 and 1, as all of this course's "
        "accuracies are; percent are only printed.",
    ),
    (
        lambda predicted, labels: 1 - _hits(predicted, labels) / len(labels),
        "This is the share of the mistakes. Which places does your comparison count: those where "
        "the two lists agree, or those where they differ?",
    ),
    (
        lambda predicted, labels: _hits(predicted, labels) // len(labels),
        "Two strokes, //, divide and throw away what stands behind the point. A share needs it.",
    ),
    (
        lambda predicted, labels: sum(one in labels for one in predicted) / len(labels),
        "Your function asks whether a prediction stands anywhere among the labels. It has to stand "
        "in the same place: zip(predicted, labels) walks through both lists side by side.",
    ),
]


def judge_share(answer: object) -> str | None:
    """Judge 00.1, the share of predictions that are right."""
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for predicted, labels in _ANSWERED:
        try:
            result = call(answer, list(predicted), list(labels))
        except Failed as failure:
            if "'bool'" in failure.stopped_with:
                return (
                    "These are lists, not arrays: == between two lists asks whether they are equal "
                    "as a whole, and answers with a single True or False. Go through them place "
                    "by place, for example with zip(predicted, labels)."
                )
            raise
        if isinstance(result, bool | np.bool_):
            return (
                "Your function returns True or False: two lists compared as a whole give one "
                "verdict. Compare them place by place, for example with zip(predicted, labels)."
            )
        number = as_number(result)
        if number is None:
            return "Your function does not return one number. Return the share of hits."
        results.append(number)
    for rule, hint in _SHARES:
        if all(_near(one, rule(*case)) for one, case in zip(results, _ANSWERED, strict=True)):
            return hint
    share = _SHARES[0][0]
    if any(
        all(
            _near(one, round(share(*case), digits))
            for one, case in zip(results, _ANSWERED, strict=True)
        )
        for digits in range(1, 6)
    ):
        return (
            "These shares are right, but rounded. Whoever compares two nets wants the share as it "
            "is; round a number where it is printed, not where it is computed."
        )
    for number, case in zip(results, _ANSWERED, strict=True):
        if not _near(number, share(*case)):
            return translate(
                "For the predictions {predicted} and the labels {labels} your function returns "
                "{number:.6g}. Go through the places one by one: in how many do both lists agree, "
                "and how many places are there?",
                predicted=case[0],
                labels=case[1],
                number=number,
            )
    raise AssertionError("a wrong answer is wrong somewhere")


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6


_random = np.random.default_rng(0)
# The second has as many pictures as rows and columns: some mistakes raise an error elsewhere only.
_PICTURES = [
    _random.uniform(0, 255, size=(5, 4, 6)),
    _random.uniform(0, 255, size=(6, 6, 6)),
    _random.integers(0, 256, size=(2, 3, 5), dtype=np.uint8),
]

_CENTERED: list[tuple[Callable[[np.ndarray], np.ndarray], str | None]] = [
    (lambda pictures: pictures - pictures.mean(axis=(1, 2), keepdims=True), None),
    (
        lambda pictures: pictures - pictures.mean(),
        "You subtract the mean of all pictures from each of them: one number for all. Each picture "
        "has a mean of its own. Which axes does the mean have to run over, and which one not?",
    ),
    (
        lambda pictures: pictures - pictures.mean(axis=0),
        "With axis=0 the mean runs over the pictures, and what is left is a mean picture of height "
        "× width. The axis that you name is the one that disappears.",
    ),
    (
        lambda pictures: pictures - pictures.mean(axis=1, keepdims=True),
        "You subtract one mean for each column of a picture: axis=1 runs over the rows only. The "
        "mean of a whole picture runs over two axes at once.",
    ),
    (
        lambda pictures: pictures - pictures.mean(axis=2, keepdims=True),
        "You subtract one mean for each row of a picture: axis=2 runs along the row only. The mean "
        "of a whole picture runs over two axes at once.",
    ),
    (
        lambda pictures: pictures.mean(axis=(1, 2), keepdims=True) - pictures,
        "All numbers are right but for their sign: pictures minus means, not means minus pictures.",
    ),
    (
        lambda pictures: pictures - pictures.sum(axis=(1, 2), keepdims=True),
        "You subtract the sum of a picture's pixels. The mean is that, divided by their number.",
    ),
]


def judge_centered(answer: object) -> str | None:
    """Judge 00.4, pictures without their own means."""
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for pictures in _PICTURES:
        try:
            result = as_array(call(answer, pictures.copy()))
        except Failed as failure:
            if "broadcast" in str(failure):
                return (
                    "NumPy could not bring the two shapes together. Broadcasting lines them up "
                    "from the right: means of shape (5,) do not fit (5, 4, 6), means of shape "
                    "(5, 1, 1) do. The argument keepdims=True keeps such axes of length 1."
                )
            raise
        if result is None:
            return "Your function does not return an array of numbers. Return the new pictures."
        if result.shape == pictures.shape[:1]:
            return (
                "Your function returns the means themselves, one for each picture. What is asked "
                "for are the pictures, each without its mean."
            )
        if result.shape != pictures.shape:
            return translate(
                "For pictures of shape {shape} your function returns the shape {returned}. "
                "Subtracting a mean from every pixel leaves the shape as it is.",
                shape=pictures.shape,
                returned=result.shape,
            )
        results.append(result)
    for rule, hint in _CENTERED:
        if all(_alike(*pair, rule) for pair in zip(results, _PICTURES, strict=True)):
            return hint
    good = [_alike(*pair, _CENTERED[0][0]) for pair in zip(results, _PICTURES, strict=True)]
    if good == [True, False, True]:
        return (
            "Your function is right, except where there are as many pictures as rows. Then the "
            "shapes fit in a way that you did not mean: print the shape of your means."
        )
    if good == [True, True, False]:
        return (
            "With fractions your function is right, with pixels of type uint8, whole numbers from "
            "0 to 255, it is not: a mean is no whole number, and less than it is negative."
        )
    return (
        "The shape is right, the numbers are not. Look at a single picture: after the subtraction "
        "its own mean is 0, and two of its pixels differ by as much as before."
    )


def _alike(result: np.ndarray, pictures: np.ndarray, rule: Callable) -> bool:
    return np.allclose(result, rule(pictures), atol=1e-3)  # 16 bits in between are too few
