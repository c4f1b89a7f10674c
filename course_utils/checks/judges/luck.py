"""The judge of exercise 04.4: how far an accuracy may be luck."""

import math
from collections.abc import Callable

from course_utils.checks.answers import as_number
from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.language import translate

_LUCK_CASES = [(0.8, 1000), (0.9, 100), (0.5, 400), (0.69, 2000), (0.95, 5000), (0.3, 250)]


def _luck(accuracy: float, num_pictures: int) -> float:
    return 1.96 * math.sqrt(accuracy * (1 - accuracy) / num_pictures)


_EXTREMES = (
    "These numbers are too large, and differ as tosses do. Did you take the largest and the "
    "smallest of all tosses? Those grow the longer you toss; leave out the outermost 1 of 20 "
    "first. (If you have done that: what stands after ± is half of the range that is left.)"
)
_LUCK_MISTAKES: list[tuple[Callable[[float, int], float], str]] = [
    (
        lambda accuracy, n: 100 * _luck(accuracy, n),
        "The size is right, the unit is not: return a fraction of 1, as the accuracy is one, not "
        "percentage points.",
    ),
    (
        lambda accuracy, n: 2 * _luck(accuracy, n),
        "This is the whole width of the range, from its lower to its upper end. What stands after "
        "the sign ± is half of it.",
    ),
    (
        lambda accuracy, n: _luck(accuracy, n) / 1.96,
        "This is one standard deviation, within which only two tests of three fall. For 19 of 20, "
        "how many standard deviations does it take?",
    ),
    (
        lambda accuracy, n: accuracy * (1 - accuracy) / n,
        "This is the variance. Something with squares in it cannot be added to an accuracy: one "
        "step is missing, and then a factor.",
    ),
    (
        lambda accuracy, n: 1.96 * accuracy * (1 - accuracy) / n,
        "There is a variance where a standard deviation belongs. With four times as many "
        "pictures, luck becomes half as large, not a quarter.",
    ),
    (
        lambda accuracy, n: 1.96 * math.sqrt(n * accuracy * (1 - accuracy)),
        "This is how far the number of right answers may be luck, in pictures. What part of all "
        "the test pictures is that?",
    ),
    (
        lambda accuracy, n: 1 / math.sqrt(n),
        "The rule of thumb, one over the root of the number of pictures, is for an accuracy near "
        "one half. Who is right nearly always has less room for luck.",
    ),
    (
        lambda accuracy, n: math.sqrt(2) * _luck(accuracy, n),
        "This is for the difference of two accuracies, each with its own luck. Here is one.",
    ),
    (
        lambda accuracy, n: 1.96 * math.sqrt(accuracy / n),
        "Luck must be as large for a net that is right 90 % of the time as for one that is wrong "
        "90 % of the time. Is that so in your formula?",
    ),
]


def judge(answer: object) -> str | None:
    """Return the hint for a function that says how far an accuracy may be luck."""
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for case in _LUCK_CASES:
        result = as_number(call(answer, *case))
        if result is None or not math.isfinite(result):
            return translate(
                "For an accuracy of {accuracy} on {num_pictures:,} pictures your function does not "
                "return one finite number, the one that would stand after the sign ±.",
                accuracy=case[0],
                num_pictures=case[1],
            )
        results.append(result)
    if _about(_luck, results):
        return None
    if any(
        all(
            abs(result - round(_luck(*case), digits)) < 1e-9
            for case, result in zip(_LUCK_CASES, results, strict=True)
        )
        for digits in (1, 2, 3)
    ):
        return (
            "These numbers are right, but rounded. With many pictures luck is small, and rounding "
            "makes it nothing, or twice as large. Return it with all of its digits."
        )
    if _are_extremes(results):
        return _EXTREMES
    for rule, hint in _LUCK_MISTAKES:
        if _about(rule, results):
            return hint
    accuracy, num_pictures = next(
        case
        for case, result in zip(_LUCK_CASES, results, strict=True)
        if not _about(_luck, [result], [case])
    )
    return translate(
        "Look at an accuracy of {accuracy} on {num_pictures:,} pictures. Toss a coin that falls "
        "on the right side so often, as many times as there are pictures, count, and do all that "
        "a thousand times: how far from its mean does the share lie in 19 cases of 20?",
        accuracy=accuracy,
        num_pictures=num_pictures,
    )


def _are_extremes(results: list[float]) -> bool:
    """Return whether results look like the most extreme of many tosses.

    The outermost of thousands of tosses lie about twice as far from the mean as 19 of 20 do; or
    four times, for somebody who takes the whole range. A formula would be off by the same factor
    everywhere, tosses are not.
    """
    factors = [result / _luck(*case) for case, result in zip(_LUCK_CASES, results, strict=True)]
    if min(factors) <= 0 or max(factors) - min(factors) < 1e-3 * max(factors):
        return False
    return all(1.4 < one < 2.6 for one in factors) or all(3 < one < 5 for one in factors)


def _about(rule: Callable, results: list[float], cases: list | None = None) -> bool:
    """Return whether results agree with a rule as nearly as a simulation can."""
    for case, result in zip(cases or _LUCK_CASES, results, strict=True):
        # Simulated accuracies come in steps of one picture.
        scale = rule(*case) / _luck(*case)
        if abs(result - rule(*case)) > scale * (0.08 * _luck(*case) + 0.5 / case[1]):
            return False
    return True
