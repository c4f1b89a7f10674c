"""The exercises of chapter 03, pooling."""

from course_utils import arithmetic
from course_utils.checks.core import NOT_A_FUNCTION, Exercise, as_number, call

# Stacks that tell the usual mistakes apart: strides first and last, several in a row, 1×1 kernels,
# a stride larger than its kernel, and a single layer.
_STACKS = [
    [(3, 1)],
    [(3, 1), (3, 1)],
    [(3, 1), (2, 2), (3, 1), (2, 2), (3, 1)],
    [(3, 2), (3, 1)],
    [(5, 2), (3, 2), (3, 2)],
    [(3, 1), (1, 1), (2, 2), (3, 1)],
    [(7, 2), (3, 2), (1, 1), (3, 1), (3, 1)],
    [(2, 4), (3, 1)],
]


def _expected(stack: list[tuple[int, int]]) -> int:
    windows = [arithmetic.Window(*layer) for layer in stack]
    return arithmetic.receptive_field(512, windows)[-1].size


def _judge_receptive_field(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for stack in _STACKS:
        handed = list(stack)
        result = as_number(call(answer, handed))
        if handed != stack:
            return "Your function changes the list that it is given. Read from it, nothing else."
        if result is None:
            return f"For {stack} your function does not return one number. Return a size in pixels."
        results.append(result)
    if results == [_expected(stack) for stack in _STACKS]:
        return None
    for mistake, hint in _MISTAKES:
        if results == [mistake(stack) for stack in _STACKS]:
            return hint
    wrong = next(
        stack for stack, result in zip(_STACKS, results, strict=True) if result != _expected(stack)
    )
    return (
        f"Look at the stack {wrong}. Go through it with two numbers in hand, the size of the field "
        "and the jump, and write both down after every layer, as in section 4."
    )


def _field(stack: list[tuple[int, int]], *, jump_first=False, stride=True, add=-1, start=1) -> int:
    """Return the receptive field as somebody computes it who makes one of the usual mistakes."""
    size, jump = start, 1
    for kernel_size, step in stack:
        if jump_first:
            jump *= step
        size += (kernel_size + add) * jump
        if stride and not jump_first:
            jump *= step
    return size


_MISTAKES = [
    (
        lambda stack: _field(stack, stride=False),
        "Your function treats every stride as 1. After a stride, neighbouring values lie further "
        "apart in the picture, so each later window reaches further: that is what the jump is for.",
    ),
    (
        lambda stack: _field(stack, jump_first=True),
        "You let a layer's own stride widen its own window. A layer reads values that are as far "
        "apart as the layers before have left them; its own stride counts from the next layer on.",
    ),
    (
        lambda stack: _field(stack, add=0),
        "Every layer adds one neighbour too many. A window of three reaches only two neighbours "
        "beyond the value that it starts from.",
    ),
    (
        lambda stack: _field(stack, start=0),
        "You are off by the pixel you started from: before the first layer, a value sees itself.",
    ),
]

EXERCISES = [
    Exercise(
        number="03.1",
        praise=(
            "Your function agrees for every stack tried, strides in all places included. With it "
            "you can say before any training whether a net can see what it is asked about."
        ),
        judge=_judge_receptive_field,
    ),
]
