"""The exercises of appendix A2, how fast and why."""

import math
from collections.abc import Callable

from course_utils.checks.core import NOT_A_FUNCTION, Exercise, as_number, call

# Layers on machines: multiply-adds, bytes to be moved, operations and bytes per second at best.
# Once either limit decides, and once one multiply-add must count as two operations to decide.
_CASES = [
    (300e6, 4e6, 150e9, 10e9),
    (4e6, 4e6, 150e9, 10e9),
    (32e6, 4e6, 150e9, 10e9),
    (32e6, 2e6, 700e9, 10e9),
    (0, 4e6, 150e9, 10e9),
    (45e6, 8e6, 100e9, 10e9),
]


def _least_seconds(multiply_adds: float, num_bytes: float, peak: float, bandwidth: float) -> float:
    return max(2 * multiply_adds / peak, num_bytes / bandwidth)


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_MISTAKES: list[tuple[Callable[[float, float, float, float], float], str]] = [
    (
        lambda work, size, peak, bandwidth: 2 * work / peak + size / bandwidth,
        "Your function lets the machine do one after the other. The roofline supposes the best "
        "case: while it multiplies, the next numbers are already on their way.",
    ),
    (
        lambda work, size, peak, bandwidth: max(work / peak, size / bandwidth),
        "Almost: how many operations is one multiply-add? The peak counts a multiplication and an "
        "addition apart.",
    ),
    (
        lambda work, size, peak, bandwidth: min(2 * work / peak, size / bandwidth),
        "Your function returns the time of whoever is done first. A layer is done when both the "
        "multiplying and the moving are.",
    ),
    (
        lambda work, size, peak, bandwidth: 2 * work / peak,
        "Your function looks at the multiplying alone. What does it say of relu, which multiplies "
        "nothing and still has to read and write every value?",
    ),
    (
        lambda work, size, peak, bandwidth: size / bandwidth,
        "Your function looks at the moving alone. A layer that uses each number a thousand times "
        "may need longer for its multiplications.",
    ),
    (
        lambda work, size, peak, bandwidth: min(peak, bandwidth * 2 * work / size),
        "That is the height of the roof, a rate in operations per second. Asked is a time: the "
        "seconds that this layer needs under that roof.",
    ),
]


def _judge_least_seconds(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for case in _CASES:
        result = as_number(call(answer, *case))
        if result is None:
            return "Your function does not return one number. Return a time in seconds."
        results.append(float(result))
    if _agree(results, _least_seconds):
        return None
    for mistake, hint in _MISTAKES:
        if _agree(results, mistake):
            return hint
    work, size, peak, bandwidth = next(
        case
        for case, result in zip(_CASES, results, strict=True)
        if not math.isclose(result, _least_seconds(*case), rel_tol=1e-6)
    )
    return (
        f"Look at {work / 1e6:g} million multiply-adds and {size / 1e6:g} million bytes on a "
        f"machine with {peak / 1e9:g} billion operations and {bandwidth / 1e9:g} billion bytes a "
        "second. How long do the operations take by themselves, how long the bytes?"
    )


def _agree(results: list[float], rule: Callable[[float, float, float, float], float]) -> bool:
    return all(
        math.isclose(result, rule(*case), rel_tol=1e-6)
        for case, result in zip(_CASES, results, strict=True)
    )


EXERCISES = [
    Exercise(
        number="A2.1",
        praise=(
            "Your function is the roofline, read as a time. With two numbers of a machine and two "
            "of a layer you can now say, before any code is written, how fast it can be at best."
        ),
        judge=_judge_least_seconds,
    ),
]
