"""The exercises of chapter 03, pooling."""

from itertools import product

import numpy as np

from course_utils.checks.answers import Choice, Value
from course_utils.checks.core import Exercise
from course_utils.checks.judges import far_sight, keyhole, numpy_layers

# Exercise 03.2: five rows, so that the last one is dropped, and values below zero.
_MAP = np.array(
    [[-4, -2, 3, 1], [-8, -6, 0, 8], [5, 1, -1, -3], [-9, 7, -5, -7], [6, 2, 9, 4]], float
)


def _pooled(values: np.ndarray, *reduce) -> list:
    """Return what each of the functions makes of the 2×2 windows that fit."""
    height, width = (size // 2 for size in values.shape)
    windows = values[: 2 * height, : 2 * width].reshape(height, 2, width, 2)
    return [function(windows, axis=(1, 3)).tolist() for function in reduce]


def _strongest(windows: np.ndarray, axis: tuple[int, int]) -> np.ndarray:
    """Return the maximum as somebody takes it who does not look at signs."""
    largest, smallest = windows.max(axis), windows.min(axis)
    return np.where(abs(smallest) > largest, smallest, largest)


def _table(numbers: tuple[float, ...]) -> np.ndarray:
    return np.reshape(numbers, (2, 2))


_ANY = np.full((2, 2), np.nan)
_BOTH_POOLINGS = Value(
    expected=_pooled(_MAP, np.max, np.mean),
    mistakes=[
        (
            _pooled(_MAP, np.mean, np.max),
            "Both are right, in the other order: first the maxima, then the averages.",
        ),
        (
            _pooled(_MAP[1:], np.max, np.mean),
            "You let go of the first row. The first window begins in the upper left corner, and "
            "what does not fit is left over at the other end.",
        ),
        *(
            (
                _pooled(_MAP, largest, np.mean),
                "The averages are right. Among the maxima, mind the signs: of numbers below zero, "
                "the largest is the one nearest to zero.",
            )
            for largest in (_strongest, lambda windows, axis: abs(windows).max(axis))
        ),
        (
            _pooled(np.maximum(_MAP, 0), np.max, np.mean),
            "You counted everything below zero as 0. Pooling does not do that: where all four are "
            "negative, so are their maximum and their average.",
        ),
        (
            _pooled(_MAP, lambda windows, axis: np.maximum(windows.max(axis), 0), np.mean),
            "The averages are right. Where all four values lie below zero, so does the largest of "
            "them: there is no 0 in that window.",
        ),
        (
            _pooled(_MAP, np.max, np.sum),
            "The maxima are right. In the second table are the sums of the windows; an average "
            "needs one more step.",
        ),
        (
            _pooled(_MAP, np.max, np.min),
            "The maxima are right. The second table should hold what all four values come to "
            "together, not the smallest of them.",
        ),
        (
            np.full((2, 3, 2), np.nan),  # with whatever numbers the third row was filled
            "Your tables have a third row, made of the last row of the map alone. Unless it is "
            "told to pad, a pooling layer leaves out a window that is not whole.",
        ),
        *(
            (
                [*_pooled(_MAP, np.max), signs * np.abs(_pooled(_MAP, np.mean)[0])],
                "The maxima are right. Among the averages, mind the signs: add up each window "
                "once more, with a minus where the map has one.",
            )
            for signs in map(_table, product((1, -1), repeat=4))
        ),
        (
            [*_pooled(_MAP, np.max), _ANY],
            "The maxima are right. Of each window, the average is the sum of its four values, "
            "signs included, divided by four. Not all of yours are.",
        ),
        (
            [_ANY, *_pooled(_MAP, np.mean)],
            "The averages are right. The maximum of a window is the largest of its four values "
            "and stands in the map as it is. Not all of yours do.",
        ),
    ],
    otherwise=(
        "Draw the windows into the map, 2×2 each, from the upper left corner on: there are four "
        "whole ones. Of each, write down the largest value and the average, signs included."
    ),
)

# Exercise 03.3: a lone 1 in row 3, column 4; both poolings of the map start at 0.
_STAYS = np.array([[0, 1, 1], [0, 1, 1], [0, 0, 0]])


def _only(*moves: tuple[int, int]) -> np.ndarray:
    table = np.zeros((3, 3))
    for row, column in ((0, 0), *moves):
        table[row + 1, column + 1] = 1
    return table


_SURVIVED = Value(
    expected=_STAYS,
    mistakes=[
        (
            np.ones((3, 3)),
            "That would be full invariance by one pixel. Draw the borders of the windows into the "
            "map: some of these moves carry the 1 across one of them.",
        ),
        (
            _only(),
            "Pooling forgives more than that. The 1 may move wherever it stays inside its own "
            "window of four places, for the largest of the four is then the same.",
        ),
        (
            1 - _STAYS,
            "Everything is upside down: 1 stands for a move after which the pooled map is the "
            "same, 0 for one that changes it.",
        ),
        *(
            (
                np.flip(_STAYS, axes),
                "Right size, wrong corner. Rows and columns are counted from 0, and windows begin "
                "at even numbers. In which of its window's four places does the 1 stand?",
            )
            for axes in ((0,), (1,), (0, 1))
        ),
        (
            _only((-1, 0), (0, 1)),
            "One is missing: a move may be up and to the right at once. Does the 1 leave its "
            "window then?",
        ),
        (
            _STAYS - _only(),
            "Only the middle is wrong: it stands for no move at all, and then nothing changes.",
        ),
        (
            _only((-1, 0), (1, 0), (0, -1), (0, 1)),
            "These are the four straight moves. What counts is another thing: whether the 1 "
            "crosses the border between two windows.",
        ),
    ],
    otherwise=(
        "Draw the 8×8 map and the borders of its 2×2 windows, which lie behind every second row "
        "and column. Rows and columns are counted from 0. A move is forgiven where the 1 does not "
        "cross such a border. The table's middle stands for no move."
    ),
)

# Exercise 03.4: maps of 6×6×128, then Dense(20).
_WITH_FLATTEN, _WITH_GLOBAL = 20 * (6 * 6 * 128 + 1), 20 * (128 + 1)
_HEADS = Value(
    expected=[_WITH_FLATTEN, _WITH_GLOBAL],
    mistakes=[
        (
            [_WITH_GLOBAL, _WITH_FLATTEN],
            "Both are right, in the other order: first the head with Flatten.",
        ),
        (
            [_WITH_FLATTEN - 20, _WITH_GLOBAL - 20],
            "The weights are all there. Each unit of a dense layer also has a bias.",
        ),
        (
            [_WITH_FLATTEN, 20 * (6 * 6 + 1)],
            "With Flatten it is right. Global average pooling averages over the places of a map, "
            "not over the channels: how many numbers are left?",
        ),
        (
            [_WITH_FLATTEN, 20 * (1 + 1)],
            "With Flatten it is right. Global average pooling makes one number of each map, not "
            "one of them all.",
        ),
        (
            [_WITH_FLATTEN, 20 * (3 * 3 * 128 + 1)],
            "With Flatten it is right. Global pooling has a window as large as the map, whatever "
            "size that is; nothing of height and width is left.",
        ),
        (
            [_WITH_FLATTEN, _WITH_FLATTEN],
            "Pooling itself has no parameters, that is true. But the dense layer behind it gets "
            "fewer numbers than from Flatten. How many?",
        ),
        (
            [20 * (6 * 128 + 1), _WITH_GLOBAL],
            "With global average pooling it is right. Flatten hands over height times width times "
            "channels; you left one of the three out.",
        ),
        (
            [20 * (6 * 6 + 1), _WITH_GLOBAL],
            "With global average pooling it is right. Flatten hands over every place of every one "
            "of the maps, not of one.",
        ),
    ],
    otherwise=(
        "Ask of each head how many numbers arrive at the dense layer: every place of every map, or "
        "one number for each map. Each of its units has a weight for each of them, and a bias. "
        "Answer with two numbers in a list."
    ),
)

EXERCISES = [
    Exercise(
        number="03.1",
        title="How far do neighbours see together?",
        praise=(
            "Your function agrees for every stack tried, strides in all places included. With it "
            "you can say before any training whether a net can see what it is asked about, and how "
            "much of the picture its whole last map covers."
        ),
        judge=far_sight.judge,
    ),
    Exercise(
        number="03.2",
        title="Pooling by hand, with a row to spare",
        praise=(
            "In the first window everything is negative, and so is its maximum; and the 9, the "
            "largest value of all, was in the row that nobody read."
        ),
        judge=_BOTH_POOLINGS,
    ),
    Exercise(
        number="03.3",
        title="Which moves does pooling forgive?",
        praise=(
            "Three moves of eight, wherever a lone 1 stands: its window has just three other "
            "places. So one pooling forgives a move by one pixel less often than not. Several in "
            "a row forgive more, because one place of a later map is many pixels wide."
        ),
        judge=_SURVIVED,
    ),
    Exercise(
        number="03.4",
        title="Global average pooling or Flatten?",
        praise=(
            "One head has 36 times the weights of the other, one for each of the 36 places. And "
            "the smaller one takes pictures of any size: the number of maps does not change."
        ),
        judge=_HEADS,
    ),
    Exercise(
        number="03.5",
        title="Max pooling with NumPy",
        praise=(
            "Your function and Keras agree: windows that overlap, rows that are dropped, values "
            "below zero, channels apart. And not a single weight in it."
        ),
        judge=numpy_layers.judge_max_pool,
    ),
    Exercise(
        number="03.6",
        title="Project: see far for little",
        praise=(
            "Your stack sees far enough, within its budget; the check changed the pictures column "
            "by column and row by row, and every one in the field arrived. That is what depth and "
            "pooling buy: one layer with a window that large would cost ten times as much."
        ),
        judge=keyhole.judge,
    ),
    Exercise(
        number="03.Q1",
        title="What pooling does to a shape",
        praise=(
            "Height and width are halved, the channels stay: each map is pooled by itself. A "
            "quarter of the numbers is left."
        ),
        judge=Choice(
            "b",
            {
                "a": "Three halves are one too many: every channel is pooled by itself, so there "
                "are as many maps as before.",
                "c": "Pooling works along height and width; the channels are what it leaves alone. "
                "You have it the other way round.",
                "d": "Each window is 2 high and 2 wide, and the next one begins where it ends. How "
                "many of them stand side by side?",
            },
        ),
    ),
    Exercise(
        number="03.Q2",
        title="When forgetting where is a disaster",
        praise=(
            "It averages each map into one number, and where the ball was is gone. The three other "
            "questions ask whether something is there, or how much of it; an average can tell."
        ),
        judge=Choice(
            "c",
            {
                "a": "A cat anywhere in the photo is a cat. For this question it is a virtue that "
                "the average does not care for places.",
                "b": "That is what section 6 tried: of its nets, the one with global average "
                "pooling lost least when the digits moved. Which question asks for the place?",
                "d": "How much of a pattern there is, an average tells rather well. Which of the "
                "questions asks for a place?",
            },
        ),
    ),
]
