"""The exercises of appendix A1, corrections."""

import math
from collections.abc import Callable

from course_utils.checks.answers import Choice, Value, as_bool
from course_utils.checks.core import NOT_A_FUNCTION, Exercise, call
from course_utils.language import translate

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
        if as_bool(result) is None:
            return (
                "Your function does not return True or False. Compare two numbers and return that."
            )
        results.append(as_bool(result))
    if _agree(results, _possible):
        return None
    for mistake, hint in _MISTAKES:
        if _agree(results, mistake):
            return hint
    printed, decimals, pictures = next(
        case for case, result in zip(_CASES, results, strict=True) if result != _possible(*case)
    )
    return translate(
        "Look at {printed} with {decimals} decimals on {pictures:,} pictures. Which whole numbers "
        "of right answers come near, and what would be printed for each of them?",
        printed=printed,
        decimals=decimals,
        pictures=pictures,
    )


def _agree(results: list[bool], rule: Rule) -> bool:
    return results == [rule(*case) for case in _CASES]


_LAYER = Value(
    expected=[29, 19_248],
    otherwise=(
        "Recompute both. The side: how many starts has a window of 5 on a row of 61, two apart? "
        "The parameters: a window goes through all channels of the input, and there is one for "
        "each filter."
    ),
    mistakes=[
        (
            [29, 19_200],
            "The side is right. The parameters are still those of the report, which forgets "
            "something: every filter has one number more than its window.",
        ),
        (
            [30, 19_248],
            "The parameters are right. The side is still that of the report: it lets a last window "
            "start that does not fit in. Where do the first and the last start?",
        ),
        (
            [31, 19_248],
            "The parameters are right. Your side is that of padding same; without a word about it, "
            "Keras pads nothing.",
        ),
        (
            [28, 19_248],
            "The parameters are right. For the side you counted the steps between windows: there "
            "is one window more than there are steps.",
        ),
        (
            [29, 1_248],
            "The side is right. For the parameters you gave each filter a flat window. It goes "
            "through all 16 channels of the input.",
        ),
        (
            [29, 19_216],
            "The side is right. You added a bias for each channel of the input. It belongs to the "
            "filters: count those.",
        ),
        ([30, 19_200], "These are the two numbers of the report, and neither of them is right."),
    ],
)

_PHOTOS = Value(
    expected=[46 * 64 + 1, 47 * 64],
    otherwise=(
        "How many photos fill 46 batches? With that many, a log would count to 46. How many more "
        "bring the last batch into being, and how many fit into it?"
    ),
    mistakes=[
        (
            [47 * 64] * 2,
            "You found the most. But the last batch of an epoch takes what is left, and that need "
            "not be a full one: how few photos still make it?",
        ),
        (
            [46 * 64, 47 * 64],
            "The most is right. With the fewest that you say, 46 full batches hold everything: is "
            "there a last one at all?",
        ),
        (
            [46 * 64 + 1, 48 * 64 - 1],
            "The fewest is right. With the most that you say, something is left over after 47 full "
            "batches. Where does it go?",
        ),
        (
            [47 * 64, 48 * 64 - 1],
            "So it would be if what does not fill a batch were left out. Keras makes a smaller "
            "last batch of it.",
        ),
        (
            [46 * 64 + 1, 47 * 64 - 1],
            "The fewest is right. The most is one too few: a last batch may be full.",
        ),
        ([47 * 64, 46 * 64 + 1], "Both numbers are right. The smaller one comes first."),
        (
            [3_200, 3_200],
            "That is what the text says. How many batches of 64 would that be? The log counts "
            "fewer.",
        ),
    ],
)

_NEGATIVE = Choice(
    right="b",
    hints={
        "a": (
            "The surest and rightest net gives the truth a probability of one, and the logarithm "
            "of that is zero. There is nothing to be won below it."
        ),
        "c": (
            "A learning rate that is too high makes the loss large, or NaN. Whatever the weights "
            "are, a sigmoid returns something between 0 and 1. Write the loss down for such a "
            "number. What else goes in?"
        ),
        "d": (
            "A rounded zero may print as −0.0000. Three whole units are no rounding. Write the "
            "loss down as a formula: which of its parts could turn its sign?"
        ),
    },
)

_THIRTY = Choice(
    right="a",
    hints={
        "b": (
            "No weight was trained on these pictures, but the choice was. Of thirty lucky numbers "
            "you kept the luckiest: section 3 counts what that is worth."
        ),
        "c": (
            "Another seed takes the luck of the training away, not the luck of the pictures: the "
            "winner was chosen because these pictures suit it."
        ),
        "d": (
            "A mean of all thirty hides the choice, and is no score of the net that you hand over: "
            "most of the thirty were worse for good reasons."
        ),
    },
)

_ALWAYS = Choice(
    right="c",
    hints={
        "a": (
            "Try to break it: a dense layer uses each weight once for a picture. How often does a "
            "convolution use each of its few weights?"
        ),
        "b": (
            "Look at correction number 1: the two orange dots of section 2 stand at different "
            "epochs."
        ),
        "d": (
            "The driving question of chapter 06 is a counterexample: a deeper plain net that "
            "learned less, even from its own training pictures."
        ),
    },
)


EXERCISES = [
    Exercise(
        number="A1.1",
        title="Can this accuracy be?",
        praise=(
            "Your function tells what can be from what cannot. Try it on any table of accuracies "
            "whose number of test pictures is given, beginning with your own."
        ),
        judge=_judge_possible,
    ),
    Exercise(
        number="A1.2",
        title="A layer that does not add up",
        praise=(
            "Two small slips, found with two lines of arithmetic: a window that hangs over the "
            "edge, and 48 biases that were forgotten. Both looked as good as the right numbers."
        ),
        judge=_LAYER,
    ),
    Exercise(
        number="A1.3",
        title="What a progress bar gives away",
        praise=(
            "So the 3,200 photos of the text can't be true: more than a hundred and ninety of them "
            "never reached the net. A log knows things that its author has forgotten."
        ),
        judge=_PHOTOS,
    ),
    Exercise(
        number="A1.4",
        title="A loss below zero",
        praise=(
            "With labels such as 1 and 2, or 0 to 9, the second half of the formula changes its "
            "sign, and the loss falls without an end. Nothing crashes. Look at the labels first."
        ),
        judge=_NEGATIVE,
    ),
    Exercise(
        number="A1.Q1",
        title="The best of thirty",
        praise=(
            "Choosing uses pictures up, as training does. Keep some that nobody opens before "
            "everything is chosen."
        ),
        judge=_THIRTY,
    ),
    Exercise(
        number="A1.Q2",
        title="Always and never",
        praise=(
            "The same window slides over a small and over a large picture, so that its weights "
            "do not ask for the size. The other three sentences fall to one example each."
        ),
        judge=_ALWAYS,
    ),
]
