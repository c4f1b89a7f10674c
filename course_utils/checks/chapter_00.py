"""The exercises of chapter 00, the self-test."""

import math
from collections.abc import Callable

from course_utils.checks.answers import Choice, Value
from course_utils.checks.core import Exercise
from course_utils.checks.judges.prerequisites import judge_centered, judge_share


def _costs(log: Callable = math.log, share: float = 1 / 4) -> list[float]:
    """Return the mean costs of the sure forecast and of the coin."""
    return [
        -share * sum(map(log, probabilities)) for probabilities in ([0.95] * 3 + [0.01], [0.5] * 4)
    ]


EXERCISES = [
    Exercise(
        number="00.1",
        title="A function: the share of hits",
        praise=(
            "Your function is right for numbers and for texts. You have just written the accuracy, "
            "the number by which nets are compared all through this course."
        ),
        judge=judge_share,
    ),
    Exercise(
        number="00.2",
        title="Reading a comprehension",
        praise=(
            "You read filter and expression in the right order, and // as a division that drops "
            "the rest. That is how pooling, in chapters 02 and 03, makes 5 rows out of 11."
        ),
        judge=Value(
            expected=[6, 3],
            asks_for="a list of numbers",
            otherwise=(
                "Walk through the list from its left. Behind the if stands who may pass (the rest "
                "of the division by 2 counts as true unless it is 0), in front of the for what is "
                "written down of them."
            ),
            mistakes=[
                (
                    [14, 6, 3, 2],
                    "You halve all four. The if lets only some of them pass: size % 2 is the rest "
                    "of the division by 2, and a rest of 0 counts as false.",
                ),
                (
                    [14, 2],
                    "You let the even sizes pass. Their rest after the division by 2 is 0, and 0 "
                    "counts as false.",
                ),
                (
                    [6.5, 3.5],
                    "The right ones pass. But // is the division that drops what stands behind the "
                    "point; a single stroke would keep it.",
                ),
                (
                    [13, 7],
                    "The right ones pass the filter. What is written down of them is not size, "
                    "but what stands in front of the for.",
                ),
            ],
        ),
    ),
    Exercise(
        number="00.3",
        title="The shape of a slice",
        praise=(
            "Slices keep an axis, a single number removes it. Whoever can say a shape before "
            "running the cell finds most mistakes of this course before they happen."
        ),
        judge=Value(
            expected=[64, 14],
            asks_for="a list of lengths, one for each axis that is left",
            otherwise=(
                "Take the three places between the commas one by one: how many indices does each "
                "pick? A slice keeps its axis; what does a single number do to it?"
            ),
            mistakes=[
                (
                    [64, 14, 1],
                    "The numbers are right, but a single index picks one column and then removes "
                    "its axis. A slice 5:6 would have kept it, with length 1.",
                ),
                (
                    [65, 14],
                    "A slice does not include its end: 100:164 begins with picture 100 and stops "
                    "before picture 164.",
                ),
                (
                    [64, 28],
                    "Two colons with a 2 behind them mean every second row. How many rows are "
                    "left of 28?",
                ),
                (
                    [64, 14, 5],
                    "A 5 alone is no length: it picks the column with index 5, and nothing else "
                    "of that axis is left. How many axes are there then?",
                ),
                (
                    [64, 14, 28],
                    "The last axis is not whole any more: the 5 picks one column of each picture. "
                    "What happens to that axis?",
                ),
            ],
        ),
    ),
    Exercise(
        number="00.4",
        title="Axes and broadcasting",
        praise=(
            "Each picture loses its own mean, whatever the shapes. You have avoided a mistake that "
            "raises no error: with as many pictures as columns, wrong axes fit as well."
        ),
        judge=judge_centered,
    ),
    Exercise(
        number="00.5",
        title="A slope by hand",
        praise=(
            "Downhill to the right, so the slope is negative. A net learns by walking down such "
            "slopes; chapter 01 does it with pencil and paper."
        ),
        judge=Value(
            expected=-3,
            otherwise=(
                "Find the slope at any x first: what do x² and −5x become? Then put in the 1. The "
                "figure helps: does the curve rise or fall there?"
            ),
            mistakes=[
                (
                    -4,
                    "That is the height of the curve at x = 1. The slope says how fast the height "
                    "changes there: the derivative of f, not f itself.",
                ),
                (
                    3,
                    "That is the slope at the orange dot of the figure. The question is about "
                    "another place: does the curve rise or fall there?",
                ),
                (
                    2,
                    "That is what x² contributes. The other part of f, −5x, has a slope as well, "
                    "the same everywhere.",
                ),
                (
                    -5,
                    "That is what −5x contributes, the same everywhere. What does x² add at x = 1?",
                ),
            ],
        ),
    ),
    Exercise(
        number="00.6",
        title="The chain rule",
        praise=(
            "One link times the other, each at the number that really arrives there. A net is a "
            "longer chain of such links, nothing else: you are ready for chapter 01."
        ),
        judge=Value(
            expected=30,
            tolerance=0.095,  # whoever nudges x by 0.01 or less finds nearly the right number
            otherwise=(
                "Ask twice. If x grows by a little, how many times as fast does q grow? If q grows "
                "by a little, how many times as fast does f grow, at the q that you have here? "
                "Along a chain these factors multiply."
            ),
            mistakes=[
                (
                    10,
                    "This is how f answers to q. But x moves q first, and more than one to one: "
                    "there is another factor.",
                ),
                (3, "This is how q answers to x. How does f answer to q?"),
                (
                    12,
                    "Both factors are there, but you took the slope of the square at x = 2. What "
                    "is squared is q: what number is that here?",
                ),
                (13, "You found both factors and added them. Along a chain they multiply."),
                (
                    30 + 9 * 0.1,
                    "You let x grow by 0.1, and on so long a way f already bends. What does the "
                    "ratio come to for ever smaller steps?",
                ),
                (
                    30 + 9 * 1,
                    "You let x grow by 1, and on so long a way f already bends. What does the "
                    "ratio come to for ever smaller steps?",
                ),
                (25, "This is f itself. The question is how fast it changes when x grows."),
                (6, "The slope of q² is not 2: it depends on where q stands."),
            ],
        ),
    ),
    Exercise(
        number="00.7",
        title="The shape of a dense layer",
        praise=(
            "The inner lengths meet and vanish, the outer ones stay, and the bias is added to "
            "every row. That line is a dense layer for a batch of pictures, complete."
        ),
        judge=Value(
            expected=[64, 128],
            asks_for="a list of lengths, one for each axis",
            otherwise=(
                "Write the shapes side by side. In a matrix product the two lengths that touch "
                "must agree, and vanish; the outer ones remain. Then the bias: does adding it "
                "change the shape?"
            ),
            mistakes=[
                (
                    [128, 64],
                    "The right lengths in the wrong order: rows come from the first matrix, one "
                    "for each picture.",
                ),
                (
                    [784, 784],
                    "You kept the lengths that touch. Those are summed over, and vanish.",
                ),
                (
                    [64, 784, 128],
                    "A product of two matrices is a matrix: over the length that both share, the "
                    "products are added up.",
                ),
                (
                    [64, 784],
                    "That is the shape of the pictures. After the product, each is described by "
                    "other numbers: how many columns do the weights have?",
                ),
                (
                    [128],
                    "That is the bias alone. It is added to every row, and the rows stay.",
                ),
            ],
        ),
    ),
    Exercise(
        number="00.8",
        title="Sure and wrong, or a coin?",
        praise=(
            "Three times nearly perfect, once sure and wrong, and the coin is cheaper. This cost "
            "is called cross-entropy, and nets are trained by it: to be sure has its price."
        ),
        judge=Value(
            expected=_costs,
            tolerance=0.006,
            otherwise=(
                "For each of the four pictures take −ln of the probability that the right answer "
                "got (np.log is ln), then the mean of the four. The sure one first, then the coin."
            ),
            mistakes=[
                (
                    _costs()[::-1],
                    "Both numbers are right, but the other way round: the sure one comes first. "
                    "And yes, it is the one that pays more.",
                ),
                *(
                    (
                        short,
                        "That is the right way; two digits behind the point are asked for, the "
                        "second rounded as usual. Give more digits than you need, and nothing is "
                        "lost.",
                    )
                    for short in ([1.2, 0.7], [1.19, 0.7], [1.2, 0.69], [1.18, 0.69])
                ),
                (_costs(share=1), "You added the four costs up. The mean divides by four."),
                (
                    [-one for one in _costs()],
                    "The logarithm of a number below 1 is negative, and a cost is not: where has "
                    "the minus sign gone?",
                ),
                (
                    _costs(math.log10),
                    "This is the logarithm to base 10. The natural one is meant, np.log or "
                    "math.log.",
                ),
                (
                    _costs(math.log2),
                    "This is the logarithm to base 2, a cost in bits. The natural one is meant, "
                    "np.log or math.log.",
                ),
                (
                    [-math.log((3 * 0.95 + 0.01) / 4), math.log(2)],
                    "The coin is right. For the other, you took the mean of the probabilities and "
                    "then the logarithm: that forgives the fourth picture. Costs first, then "
                    "their mean.",
                ),
                (
                    [0.75, 0.5],
                    "These are shares of hits. The cost asks how probable the right answer was "
                    "held to be, each time.",
                ),
            ],
        ),
    ),
    Exercise(
        number="00.Q1",
        title="Pixels divided by 255",
        praise=(
            "A division makes fractions, and NumPy's usual ones take 8 bytes instead of 1. That is "
            "why the chapters ask for float32, which takes half of that."
        ),
        judge=Choice(
            right="b",
            hints={
                "a": (
                    "That is what // would do, the division that drops the rest. A single stroke "
                    "makes fractions, in Python and in NumPy."
                ),
                "c": (
                    "Fractions, yes, but NumPy's usual ones, unless somebody asks for others: the "
                    "chapters write .astype with float32 for this reason."
                ),
                "d": (
                    "The array changes its type, and nobody complains: the result is a new array. "
                    "What it cannot do is write fractions into the old one, as /= would."
                ),
            },
        ),
    ),
    Exercise(
        number="00.Q2",
        title="Three sets of pictures",
        praise=(
            "Whoever chooses by a set of pictures has looked at it, and the best of ten is partly "
            "luck. Only pictures that had no say in the choice tell what is left of it."
        ),
        judge=Choice(
            right="c",
            hints={
                "a": (
                    "Then the test pictures have chosen, and the number that you report is the "
                    "luckiest of ten. What is left that nobody has looked at?"
                ),
                "b": (
                    "For choosing, those are the right ones. But the best of ten is best on them "
                    "partly by luck, and the report would keep that luck."
                ),
                "d": (
                    "On the pictures that it was trained on, a net may be good because it knows "
                    "them by heart. Which set shows the difference, and is still no test?"
                ),
            },
        ),
    ),
]
