"""The exercises of chapter 01, learning weights."""

from collections.abc import Callable, Sequence

from course_utils import graphs
from course_utils.checks.answers import Choice, Value, as_number
from course_utils.checks.core import NOT_A_FUNCTION, Exercise, call
from course_utils.checks.judges.gradients import judge_blame, judge_numerical_gradient
from course_utils.checks.judges.last_layers import judge_last_layers
from course_utils.language import translate

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
                return translate(
                    "At {place} your df/d{name} is {number:g}, which is not right. {hint}",
                    place=place,
                    name=name,
                    number=one,
                    hint=translate(_NUDGE),
                )
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
        "Your df/dx and df/dz are right, and so is one of the two paths of y, the one through the "
        "product a. But y is also read by b. What comes back along that arrow, and what happens "
        "where paths meet?",
    ),
    (
        lambda x, y, z: (y * (y + z), x * y, x * y),
        "Your df/dx and df/dz are right, and so is one of the two paths of y, the one through the "
        "sum b. But y is also read by a. What comes back along that arrow, and what happens where "
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

_RATES = [1 / 8, 1 / 4]  # of 4·(w + 1)², whose gradient is 8·(w + 1)
_LAYERS = [3072 * 128 + 128, 128 * 64 + 64, 64 * 10 + 10]

EXERCISES = [
    Exercise(
        number="01.1",
        title="Backpropagation by hand",
        praise=(
            "Your function agrees with backpropagation at every point tried, and both paths of y "
            "are in it. What a framework does for millions of weights is this, with arrays."
        ),
        judge=_judge_gradients,
    ),
    Exercise(
        number="01.2",
        title="One weight in two places",
        praise=(
            "The weight is blamed once for each place where it works, and the blames add up. In "
            "chapter 02 one weight works in hundreds of places of a picture, and learns like this."
        ),
        judge=Value(
            expected=66,
            otherwise=(
                "First forward, h, g, o, d and C, with a pencil. Then backward: C reads d twice, "
                "and w is read by two products, so two numbers come back to it. What happens to "
                "numbers where paths meet?"
            ),
            mistakes=[
                (
                    30,
                    "This is what comes back along the short path, from o = w·g. But w also made "
                    "h, and h made g. What comes back along that path?",
                ),
                (
                    36,
                    "This is what comes back along the long path, through h and g. But w is read "
                    "a second time, right before o.",
                ),
                (33, "Both paths are there. But C = d·d reads d twice, and you count it once."),
                (
                    11,
                    "So strongly does o answer to w. How strongly does C answer to o? That "
                    "upstream gradient is still missing.",
                ),
                (
                    1080,
                    "You found what comes back along both paths, and multiplied it. Along a path "
                    "factors multiply; what happens where paths meet?",
                ),
                (
                    6,
                    "This is the blame of o. Walk on, backward through the product o = w·g, in "
                    "which w is one of the two factors.",
                ),
            ],
        ),
    ),
    Exercise(
        number="01.3",
        title="How long may a step be?",
        praise=(
            "At the first rate one step arrives, between the two each jumps over the bottom and "
            "still comes closer, and beyond the second all is lost, wherever you begin."
        ),
        judge=Value(
            expected=_RATES,
            tolerance=1e-4,
            otherwise=(
                "Take one step from w = 0: compute the gradient there and the new weight for a "
                "learning rate r. By which factor has the distance to −1 been multiplied? When is "
                "that factor 0, and when is it beyond −1?"
            ),
            mistakes=[
                (
                    [1 / 4, 1 / 8],
                    "Both numbers are right, but the other way round: the rate that arrives in one "
                    "step comes first.",
                ),
                *(
                    (
                        [rounded, 1 / 4],
                        "You are there, but the first number is rounded. Give all of its digits, "
                        "or let Python divide.",
                    )
                    for rounded in (0.12, 0.13, 0.1)
                ),
                (
                    [1 / 4, 1 / 2],
                    "Their ratio is right. The derivative of a square has a factor of 2; is it in "
                    "your gradient?",
                ),
                (
                    [1 / 2, 1],
                    "Their ratio is right. These are the rates for (w + 1)² alone. What does the "
                    "factor before it do to the gradient?",
                ),
                (
                    [1 / 8, 1 / 8],
                    "The first is right. A longer step jumps over the bottom, but does it land "
                    "farther away than it began? Try one that is a little longer.",
                ),
                (
                    [1 / 8, 1],
                    "The first is right. At a rate of 1 the distance is already multiplied by −7 "
                    "in every step. Where does it begin to grow?",
                ),
                (
                    [1 / 8, 1 / 2],
                    "The first is right. At this second rate each step lands three times as far "
                    "away, on the other side. Where does that begin?",
                ),
            ],
        ),
    ),
    Exercise(
        number="01.4",
        title="Parameters of a dense stack",
        praise=(
            "Inputs times units, and one bias for each unit. Nearly all of them stand where the "
            "picture comes in; chapter 02 asks whether so many are needed there."
        ),
        judge=Value(
            expected=_LAYERS,
            otherwise=(
                "For each layer two questions: how many numbers does one unit read, and how many "
                "units are there? A unit has one weight for each number that it reads, and a bias."
            ),
            mistakes=[
                (sum(_LAYERS), "That is their sum. Give the three layers one by one, in a list."),
                (
                    [3072 * 128, 128 * 64, 64 * 10],
                    "These are the weights, the tables of the products. Each unit also adds a "
                    "number of its own, its bias, and that is learned as well.",
                ),
                (
                    [1024 * 128 + 128, *_LAYERS[1:]],
                    "The second and the third are right. In the first, a pixel in colour is not "
                    "one number: how many does Flatten make of the picture?",
                ),
                (
                    [1024 * 128, 128 * 64, 64 * 10],
                    "Two things are missing: a pixel in colour is more than one number, and each "
                    "unit has a bias.",
                ),
                (
                    [3072 * 128 + 3072, 128 * 64 + 128, 64 * 10 + 64],
                    "You count a bias for each input. It is the unit that adds one, after it has "
                    "summed up all of its products.",
                ),
                (
                    [3072 * 128 + 1, 128 * 64 + 1, 64 * 10 + 1],
                    "You count a single bias for the whole layer. Every unit has one of its own.",
                ),
                (
                    [0, *_LAYERS],
                    "Right for four layers, but Flatten, which has nothing to learn, is not asked "
                    "for: three numbers, for the three dense layers.",
                ),
            ],
        ),
    ),
    Exercise(
        number="01.5",
        title="The right end for a net",
        praise=(
            "All four ends fit. Some wrong pairs stop with an error; others train, badly, and "
            "nobody says why."
        ),
        judge=judge_last_layers,
    ),
    Exercise(
        number="01.6",
        title="Blame behind softmax",
        praise=(
            "Said minus should have said, for small outputs and for enormous ones. The trick with "
            "the largest output is inside every framework, for the same reason."
        ),
        judge=judge_blame,
    ),
    Exercise(
        number="01.7",
        title="A gradient check of your own",
        praise=(
            "Your function finds the gradient of losses that it knows nothing about, bends "
            "included. It is slow, and it is what every backward pass on earth is tested against."
        ),
        judge=judge_numerical_gradient,
    ),
    Exercise(
        number="01.Q1",
        title="A gradient of 0",
        praise=(
            "Only here, only for this digit. A black pixel, a silent unit and the bottom of a "
            "valley all look alike to the weight."
        ),
        judge=Choice(
            right="d",
            hints={
                "a": (
                    "At the bottom of a valley the gradient is 0, but it is also 0 for a weight "
                    "whose pixel is black (section 7). Had that one found its best value?"
                ),
                "b": (
                    "The silent net of section 5 was wrong, and both of its weights got 0. What "
                    "does a gradient tell about: the mistake, or the weight's part in it?"
                ),
                "c": (
                    "On this digit it learns nothing, true. But the next one may have ink where "
                    "this one is black, or wake the unit up."
                ),
            },
        ),
    ),
    Exercise(
        number="01.Q2",
        title="A negative gradient",
        praise=(
            "Minus a negative number: the weight grows, towards where the loss is smaller. The "
            "sign of the weight itself has no part in it."
        ),
        judge=Choice(
            right="a",
            hints={
                "b": (
                    "That step follows the gradient, to where the loss grows. In the update rule "
                    "stands a minus; what does it do to a negative gradient?"
                ),
                "c": (
                    "The direction is right, the length is not: the gradient is multiplied by the "
                    "learning rate before the weight moves."
                ),
                "d": (
                    "The sign of a gradient does not say whether the weight is good. It says to "
                    "which side the loss grows, for positive and negative weights alike."
                ),
            },
        ),
    ),
]
