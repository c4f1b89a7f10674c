"""The judge of exercise 03.1: what neighbouring values of a stack's last map see together."""

from course_utils import arithmetic
from course_utils.checks.answers import as_number
from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.language import translate

# Stacks that tell the usual mistakes apart, with strides first and last, several in a row, 1×1
# kernels, a stride larger than its kernel, and a single layer.
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
_CASES = [(stack, places) for stack in _STACKS for places in (1, 2, 7)]


def _seen(stack: list[tuple[int, int]], places: int) -> int:
    last = arithmetic.receptive_field(512, [arithmetic.Window(*layer) for layer in stack])[-1]
    return last.size + (places - 1) * last.jump


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


def _jump(stack: list[tuple[int, int]]) -> int:
    return _seen(stack, 2) - _seen(stack, 1)


# Whole wrong rules for a single place, each with the hint for somebody who wrote just that.
_FIELD_MISTAKES = [
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
# Whole wrong rules for several places, where a single one is right.
_PLACES_MISTAKES = [
    (
        lambda stack, places: _seen(stack, 1),
        "That is what one value sees. Its neighbours see a little further, each in its turn: how "
        "far apart do the fields of two neighbours begin?",
    ),
    (
        lambda stack, places: places * _seen(stack, 1),
        "You add up whole fields. Those of neighbours overlap: most pixels that the second sees, "
        "the first has seen already. How many are new?",
    ),
    (
        lambda stack, places: _seen(stack, 1) + places - 1,
        "You let each further neighbour add one pixel. In the last map neighbours are one place "
        "apart; how far apart are they in the picture?",
    ),
    (
        lambda stack, places: _seen(stack, places + 1),
        "One jump too many: between the first of the neighbours and the last lie fewer jumps than "
        "there are neighbours. Try your function with a single place.",
    ),
    (
        lambda stack, places: _seen(stack, 1) + (places - 1) * (_jump(stack) // stack[-1][1]),
        "One value is right. For its neighbours you take the jump as it is in front of the last "
        "layer. That layer has a stride of its own, which sets them further apart.",
    ),
]


def judge(answer: object) -> str | None:
    """Return the hint for a function that says how many pixels some places see together."""
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for stack, places in _CASES:
        result = as_number(call(answer, list(stack), places))
        if result is None:
            return translate(
                "For {stack} and {places} places your function does not return one number. Return "
                "a number of pixels.",
                stack=stack,
                places=places,
            )
        results.append(result)
    if results == [_seen(*case) for case in _CASES]:
        return None
    for rule, hint in _PLACES_MISTAKES:
        if results == [rule(*case) for case in _CASES]:
            return hint
    single = [result for result, (_, places) in zip(results, _CASES, strict=True) if places == 1]
    for rule, hint in _FIELD_MISTAKES:
        if single == [rule(stack) for stack in _STACKS]:
            return hint
    stack, places = next(
        case for case, result in zip(_CASES, results, strict=True) if result != _seen(*case)
    )
    if single == [_seen(stack, 1) for stack in _STACKS]:
        return translate(
            "For a single place everything is right. Look at the stack {stack} with {places} "
            "places: draw the field of the first of them, then that of the next, and see by how "
            "many pixels it is shifted.",
            stack=stack,
            places=places,
        )
    return translate(
        "Look at the stack {stack} with {places} places. For one place, go through the stack with "
        "two numbers in hand, the size of the field and the jump, and write both down after every "
        "layer, as in section 4.",
        stack=stack,
        places=places,
    )
