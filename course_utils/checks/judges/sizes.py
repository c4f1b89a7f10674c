"""Judges of functions that size convolutions and place their zeros, for chapter 02."""

import math
from collections.abc import Callable

from course_utils import arithmetic
from course_utils.checks.answers import as_array, as_number
from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.language import translate

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


def judge_output_size(answer: object) -> str | None:
    """Return the hint for a function that sizes a convolution, None for a right one."""
    if not callable(answer):
        return NOT_A_FUNCTION
    results = {}
    for case in _CASES:
        result = as_number(call(answer, *case))
        if result is None:
            return translate(
                "For {case} your function does not return one number. Return the number of "
                "positions along one side, not a list or a text.",
                case=_in_words(case),
            )
        results[case] = result
    if all(results[case] == arithmetic.output_size(*case) for case in _CASES):
        return None
    for mistake, hint in _SIZE_MISTAKES:
        if all(results[case] == mistake(*case) for case in _CASES):
            return hint
    return _closest_hint(results)


def _closest_hint(results: dict[tuple, float]) -> str:
    wrong = [case for case in _CASES if results[case] != arithmetic.output_size(*case)]
    fraction = [case for case in _CASES if results[case] % 1 != 0]
    if fraction:
        return translate(
            "For {case} your function returns {result:g}, but places are whole numbers: a window "
            "stands somewhere or it does not. What happens to a last step that does not fit: does "
            "it count, under valid and under same?",
            case=_in_words(fraction[0]),
            result=results[fraction[0]],
        )
    first = {"case": _in_words(wrong[0]), "result": results[wrong[0]]}
    if all(case[3] == "same" for case in wrong):
        return translate(
            "Under valid every size is right, under same not yet: look at {case}, where yours says "
            "{result:g}. With enough zeros around, a window may start at every stride-th pixel of "
            "the input. How many starts are that?",
            **first,
        )
    if all(case[3] == "valid" for case in wrong):
        return translate(
            "Under same every size is right, under valid not yet: look at {case}, where yours says "
            "{result:g}. Draw the row of pixels, slide the window until it no longer fits, and "
            "count.",
            **first,
        )
    return translate(
        "Look at {case}, where yours says {result:g}. Draw the row of pixels, mark where the first "
        "and the last window start, and count the starts between them, both ends included.",
        **first,
    )


def _in_words(case: tuple[int, int, int, str]) -> str:
    size, kernel_size, stride, padding = case
    return translate(
        "input {size}, kernel {kernel_size}, stride {stride}, padding {padding!r}",
        size=size,
        kernel_size=kernel_size,
        stride=stride,
        padding=padding,
    )


def _valid(size: int, kernel_size: int, stride: int) -> int:
    return (size - kernel_size) // stride + 1


def _same(size: int, stride: int) -> int:
    return math.ceil(size / stride)


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_SIZE_MISTAKES: list[tuple[Callable[[int, int, int, str], float], str]] = [
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


# Where `same` puts its zeros: exercise 02.3.
_PADDED = [
    *((10, 3, 2), (9, 3, 2), (8, 5, 2), (7, 5, 2), (28, 3, 1), (5, 2, 1), (10, 2, 4)),
    *((9, 2, 4), (12, 1, 3), (11, 1, 2), (224, 7, 2), (6, 6, 1), (10, 3, 3), (31, 5, 4)),
]


def _missing(size: int, kernel_size: int, stride: int) -> int:
    """Return how many places the windows read beyond the input; below 0 where they end earlier."""
    return (math.ceil(size / stride) - 1) * stride + kernel_size - size


def _halves(total: int) -> tuple[int, int]:
    return total // 2, total - total // 2


_ZERO_MISTAKES: list[tuple[Callable[[int, int, int], tuple[int, int]], str]] = [
    (
        lambda size, kernel, stride: _halves(max(_missing(size, kernel, stride), 0))[::-1],
        "You place the right number of zeros, but on the wrong side where it is odd. Look at the "
        "figure in section 4 again: at which end does Keras put the one that is left over?",
    ),
    (
        lambda size, kernel, stride: (kernel // 2, kernel // 2),
        "Your function puts half a kernel of zeros on each side, always. So does PyTorch when it "
        "is told to, and at stride 1 an odd kernel needs that. With a stride, ask how far the last "
        "window really reaches.",
    ),
    (
        lambda size, kernel, stride: _halves(kernel - 1),
        "Your function is right for stride 1, and it forgets the stride. The windows then start "
        "further apart, and the last one may reach less far beyond the end.",
    ),
    (
        lambda size, kernel, stride: _halves(_missing(size, kernel, stride)),
        "Your function is right wherever zeros are needed. Where the stride is larger than the "
        "kernel, the windows may end before the input does. How many zeros are added then?",
    ),
    (
        lambda size, kernel, stride: (0, max(_missing(size, kernel, stride), 0)),
        "The number of zeros is right, but you put all of them at the end. They are shared between "
        "both ends, as evenly as possible.",
    ),
    (
        lambda size, kernel, stride: (max(_missing(size, kernel, stride), 0) // 2,) * 2,
        "One zero goes missing whenever their number is odd: both ends get the half, rounded down. "
        "Where does the one that is left over go?",
    ),
    (
        lambda size, kernel, stride: (-(-max(_missing(size, kernel, stride), 0) // 2),) * 2,
        "Whenever the number of zeros is odd, you add one too many, so that both ends look alike. "
        "Keras adds as few as it can.",
    ),
    (
        lambda size, kernel, stride: (max(_missing(size, kernel, stride), 0),) * 2,
        "You put all the zeros at both ends, twice as many as are needed. Share them out.",
    ),
]


def judge_zeros(answer: object) -> str | None:
    """Return the hint for a function that places the zeros of same, None for a right one."""
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for case in _PADDED:
        result = as_array(call(answer, *case))
        if result is None or result.shape != (2,):
            return translate(
                "For {case} your function does not return two numbers. Return how many zeros stand "
                "before the input and how many after it, as in: return before, after.",
                case=_of_same(case),
            )
        results.append(tuple(result))
    right = [arithmetic.padding_amounts(*case, "same") for case in _PADDED]
    if results == right:
        return None
    for mistake, hint in _ZERO_MISTAKES:
        if results == [mistake(*case) for case in _PADDED]:
            return hint
    wrong = next(place for place, result in enumerate(results) if result != right[place])
    before, after = results[wrong]
    return translate(
        "Look at {case}, where yours says {before:g} before and {after:g} after. How many windows "
        "are there under same, on how many places do they stand from the first place to the last, "
        "and how many of those lie outside of the input?",
        case=_of_same(_PADDED[wrong]),
        before=before,
        after=after,
    )


def _of_same(case: tuple[int, int, int]) -> str:
    size, kernel_size, stride = case
    return translate(
        "input {size}, kernel {kernel_size}, stride {stride}",
        size=size,
        kernel_size=kernel_size,
        stride=stride,
    )
