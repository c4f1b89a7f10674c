"""The exercises of chapter 01, learning weights."""

from collections.abc import Callable, Sequence

from course_utils import graphs
from course_utils.checks.core import NOT_A_FUNCTION, Exercise, as_number, call

_GRAPH = graphs.Graph("a = x * y", "b = y + z", "f = a * b")
# All factors differ from each other, from 0 and from 1, so that no mistake gives the right number.
_CASES = [(2.0, 3.0, -1.0), (-2.0, 5.0, -4.0), (0.5, -3.0, 7.0), (4.0, -1.5, -2.0)]


def _expected(x: float, y: float, z: float) -> tuple[float, ...]:
    total = _GRAPH.backward(_GRAPH.forward(x=x, y=y, z=z)).total
    return total["x"], total["y"], total["z"]


def _three_numbers(result: object) -> tuple[float, ...] | None:
    """Return three numbers for a list, tuple, array or tensor of three, or a dictionary of them."""
    if isinstance(result, dict):
        result = [result.get(name) for name in "xyz"] if set(result) == set("xyz") else None
    if not isinstance(result, Sequence) and getattr(result, "shape", None) != (3,):
        return None
    numbers = tuple(as_number(one) for one in result)
    return numbers if len(numbers) == 3 and None not in numbers else None


def _agree(found: Sequence[float], wanted: Sequence[float]) -> bool:
    return all(abs(a - b) <= 1e-4 * max(1.0, abs(b)) for a, b in zip(found, wanted, strict=True))


def _judge_gradients(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for case in _CASES:
        numbers = _three_numbers(call(answer, *case))
        if numbers is None:
            return (
                "Your function does not return three numbers. End it with a return of the three "
                "gradients, separated by commas, in the order x, y, z."
            )
        results.append(numbers)
    if all(_agree(found, _expected(*case)) for found, case in zip(results, _CASES, strict=True)):
        return None
    for mistake, hint in _MISTAKES:
        if all(_agree(found, mistake(*case)) for found, case in zip(results, _CASES, strict=True)):
            return hint
    return _first_wrong(results)


def _first_wrong(results: list[tuple[float, ...]]) -> str:
    for found, case in zip(results, _CASES, strict=True):
        for name, one, wanted in zip(
            "zxy", _by_ease(found), _by_ease(_expected(*case)), strict=True
        ):
            if not _agree([one], [wanted]):
                place = f"x = {case[0]:g}, y = {case[1]:g}, z = {case[2]:g}"
                return f"At {place} your df/d{name} is {one:g}, which is not right. {_NUDGE}"
    raise AssertionError("a wrong answer is wrong somewhere")


def _by_ease(gradients: Sequence[float]) -> tuple[float, ...]:
    """Order the gradients as somebody finds them: z and x have one path each, y has two."""
    x, y, z = gradients
    return z, x, y


_NUDGE = (
    "Draw the graph, write the values above the arrows and walk back from f: at every node "
    "upstream times local. You can check yourself by nudging that input by 0.001."
)

# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_MISTAKES: list[tuple[Callable[[float, float, float], tuple[float, ...]], str]] = [
    (
        lambda x, y, z: (y * (y + z), x * (y + z), x * y),
        "df/dx and df/dz are right, and so is one of the two paths of y, the one through the "
        "product a. But y is also read by b. What comes back along that arrow, and what happens "
        "where paths meet?",
    ),
    (
        lambda x, y, z: (y * (y + z), x * y, x * y),
        "df/dx and df/dz are right, and so is one of the two paths of y, the one through the sum "
        "b. But y is also read by a. What comes back along that arrow, and what happens where "
        "paths meet?",
    ),
    (
        lambda x, y, z: (y * (y + z), x * (y + z) * x * y, x * y),
        "You have found both paths of y, and you multiply them. Along one path factors multiply; "
        "what does x in section 3 do, which is used twice as well?",
    ),
    (
        lambda x, y, z: (y, x + 1, 1.0),
        "These are local gradients: how a and b answer to x, y and z. What is missing is the "
        "upstream gradient of each, how f answers to a and to b.",
    ),
    (
        lambda x, y, z: (y * x * y, x * x * y + y + z, y + z),
        "You let f hand a's own value to a, and b's own to b. A product hands each input the value "
        "of the other one: look again at the arrows into × in section 2.",
    ),
    (
        lambda x, y, z: (x * y, x * (y + z) + x * y, y * (y + z)),
        "The three numbers are all there, but not in the order x, y, z.",
    ),
]

EXERCISES = [
    Exercise(
        number="01.1",
        praise=(
            "Your function agrees with backpropagation at every point tried, and both paths of y "
            "are in it. What a framework does for millions of weights is this, with arrays."
        ),
        judge=_judge_gradients,
    ),
]
