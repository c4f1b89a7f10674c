"""The exercises of appendix A1, corrections."""

import math
from collections.abc import Callable

from course_utils.checks.core import NOT_A_FUNCTION, Exercise, call

# Printed accuracy, decimals, pictures. Possible and impossible ones, with fractions that round up
# and down, few and many decimals, all right and none right. None lies on the edge of two roundings.
_CASES = [
    (0.8135, 4, 504),
    (0.8125, 4, 504),
    (0.8115, 4, 504),
    (0.69, 2, 2000),
    (0.7, 1, 3),
    (0.5, 1, 3),
    (0.67, 2, 3),
    (0.66, 2, 3),
    (0.333, 3, 3),
    (0.334, 3, 3),
    (1.0, 4, 1027),
    (0.9995, 4, 1027),
    (0.999, 4, 1027),
    (0.0, 4, 256),
    (0.8594, 4, 256),
    (0.86, 4, 256),
    (0.86, 2, 256),
    (0.75, 2, 8),
]

Rule = Callable[[float, int, int], bool]


def _possible(printed: float, decimals: int, pictures: int) -> bool:
    right_answers = round(printed * pictures)
    return math.isclose(round(right_answers / pictures, decimals), printed, abs_tol=1e-9)


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_MISTAKES: list[tuple[Rule, str]] = [
    (
        lambda printed, decimals, pictures: math.isclose(
            printed * pictures, round(printed * pictures), abs_tol=1e-9
        ),
        "Your function wants the number of right answers to come out whole. But what is printed is "
        "rounded, so that it comes out only nearly whole: go to the nearest whole number, and back "
        "to what a log would print for it.",
    ),
    (
        lambda printed, decimals, pictures: math.isclose(
            round(int(printed * pictures) / pictures, decimals), printed, abs_tol=1e-9
        ),
        "Almost: you cut the decimals of the number of right answers off. What was rounded down "
        "for printing belongs to the whole number above.",
    ),
    (
        lambda printed, decimals, pictures: math.isclose(
            round(round(printed * pictures) / pictures, 4), printed, abs_tol=1e-9
        ),
        "Your function always rounds to four decimals. Some logs print two, and then many more "
        "accuracies look alike: use `decimals`.",
    ),
    (
        lambda printed, decimals, pictures: True,
        "Your function says yes to everything. There is always a whole number of right answers "
        "nearby; the question is what would be printed for it.",
    ),
    (
        lambda printed, decimals, pictures: False,
        "Your function says no to everything. If you compare with ==, is what you compare with "
        "rounded, as the printed number was?",
    ),
    (
        lambda printed, decimals, pictures: not _possible(printed, decimals, pictures),
        "Your function is upside down: it calls just the impossible ones possible.",
    ),
]


def _judge_possible(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for case in _CASES:
        result = call(answer, *case)
        if str(result) not in ("True", "False"):  # a NumPy bool prints the same
            return (
                "Your function does not return True or False. Compare two numbers and return that."
            )
        results.append(str(result) == "True")
    if _agree(results, _possible):
        return None
    for mistake, hint in _MISTAKES:
        if _agree(results, mistake):
            return hint
    printed, decimals, pictures = next(
        case for case, result in zip(_CASES, results, strict=True) if result != _possible(*case)
    )
    return (
        f"Look at {printed} with {decimals} decimals on {pictures:,} pictures. Which whole numbers "
        "of right answers come near, and what would be printed for each of them?"
    )


def _agree(results: list[bool], rule: Rule) -> bool:
    return results == [rule(*case) for case in _CASES]


EXERCISES = [
    Exercise(
        number="A1.1",
        praise=(
            "Your function tells what can be from what cannot. Try it on any table of accuracies "
            "whose number of test pictures is given, beginning with your own."
        ),
        judge=_judge_possible,
    ),
]
