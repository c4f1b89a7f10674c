"""The exercises of chapter 02, convolution arithmetic."""

import math
from collections.abc import Callable

from course_utils import arithmetic
from course_utils.checks.core import NOT_A_FUNCTION, Exercise, as_number, call

# Sizes, kernels and strides that tell the usual mistakes apart: strides that do not divide, even
# kernels, a kernel as large as its input, a stride larger than the kernel.
_CASES = [
    (size, kernel_size, stride, padding)
    for size, kernel_size, stride in [
        (5, 3, 1),
        (6, 3, 2),
        (7, 3, 2),
        (8, 3, 3),
        (28, 5, 1),
        (7, 2, 1),
        (11, 4, 3),
        (10, 2, 4),
        (5, 5, 2),
    ]
    for padding in ("valid", "same")
]


def _judge_output_size(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = {}
    for case in _CASES:
        result = as_number(call(answer, *case))
        if result is None:
            return (
                f"For {_in_words(case)} your function does not return one number. Return the "
                "number of positions along one side, not a list or a text."
            )
        results[case] = result
    if all(results[case] == arithmetic.output_size(*case) for case in _CASES):
        return None
    for mistake, hint in _MISTAKES:
        if all(results[case] == mistake(*case) for case in _CASES):
            return hint
    return _closest_hint(results)


def _closest_hint(results: dict[tuple, float]) -> str:
    wrong = [case for case in _CASES if results[case] != arithmetic.output_size(*case)]
    fraction = [case for case in _CASES if results[case] % 1 != 0]
    if fraction:
        return (
            f"For {_in_words(fraction[0])} your function returns {results[fraction[0]]:g}, but "
            "places are whole numbers: a window stands somewhere or it does not. What happens to a "
            "last step that does not fit: does it count, under valid and under same?"
        )
    if all(case[3] == "same" for case in wrong):
        return (
            f"Under valid every size is right, under same not yet: look at {_in_words(wrong[0])}, "
            f"where yours says {results[wrong[0]]:g}. "
            "With enough zeros around, a window may start at every stride-th pixel of the input. "
            "How many starts are that?"
        )
    if all(case[3] == "valid" for case in wrong):
        return (
            f"Under same every size is right, under valid not yet: look at {_in_words(wrong[0])}, "
            f"where yours says {results[wrong[0]]:g}. "
            "Draw the row of pixels, slide the window until it no longer fits, and count."
        )
    return (
        f"Look at {_in_words(wrong[0])}, where yours says {results[wrong[0]]:g}. Draw the row of "
        "pixels, mark where the first and the "
        "last window start, and count the starts between them, both ends included."
    )


def _in_words(case: tuple[int, int, int, str]) -> str:
    size, kernel_size, stride, padding = case
    return f"input {size}, kernel {kernel_size}, stride {stride}, padding {padding!r}"


def _valid(size: int, kernel_size: int, stride: int) -> int:
    return (size - kernel_size) // stride + 1


def _same(size: int, stride: int) -> int:
    return math.ceil(size / stride)


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_MISTAKES: list[tuple[Callable[[int, int, int, str], float], str]] = [
    (
        lambda size, kernel, stride, padding: (
            _valid(size, kernel, stride) - 1 if padding == "valid" else _same(size, stride)
        ),
        "Your function counts the steps between windows instead of the windows: a fence with three "
        "gaps has four posts. Compare your answer for a kernel as large as the input, which fits "
        "exactly once.",
    ),
    (
        lambda size, kernel, stride, padding: (
            _valid(size, kernel, stride) if padding == "valid" else size
        ),
        "Under same you return the size of the input whatever the stride. Same keeps the size at "
        "stride 1 only: with a stride of 2 the window skips every other place, zeros or not.",
    ),
    (
        lambda size, kernel, stride, padding: (
            math.ceil((size - kernel) / stride) + 1 if padding == "valid" else _same(size, stride)
        ),
        "Under valid you let a last window start although it hangs over the edge: where the stride "
        "does not divide, the step that does not fit is dropped. Which way does Keras round?",
    ),
    (
        lambda size, kernel, stride, padding: _valid(size, kernel, stride),
        "Your function treats same like valid. With same, zeros are added around the input "
        "before the window starts to slide; how many places does it find then?",
    ),
]

EXERCISES = [
    Exercise(
        number="02.1",
        praise=(
            "Your function agrees with Keras for every kernel, stride and padding tried, strides "
            "that do not divide included. You can now size any stack of layers on paper."
        ),
        judge=_judge_output_size,
    ),
]
