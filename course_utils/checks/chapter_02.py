"""The exercises of chapter 02, convolution arithmetic."""

import math

import numpy as np

from course_utils.checks.answers import Choice, Value
from course_utils.checks.core import Exercise
from course_utils.checks.judges import digit_contest, numpy_layers, sizes

# Exercise 02.2: one output of both kinds of convolution.
_PATCH = np.array([[3, 1, 1], [0, 3, 3], [2, 3, 4]])
_KERNEL = np.array([[0, 0, 0], [-1, -1, 0], [0, 2, 1]])


def _sums(*kernels: np.ndarray) -> list[int]:
    return [int((_PATCH * kernel).sum()) for kernel in kernels]


_TURNED = _KERNEL[::-1, ::-1]
_BOTH_SUMS = Value(
    expected=_sums(_KERNEL, _TURNED),
    mistakes=[
        (
            _sums(_TURNED, _KERNEL),
            "Both numbers are there, in the other order. First comes what frameworks compute, with "
            "the kernel laid down as it is written; then what mathematics calls a convolution.",
        ),
        (
            _sums(_KERNEL, _KERNEL),
            "You used the kernel as it is written both times. For the second number, turn it by "
            "half a turn before you lay it on the patch.",
        ),
        (
            _sums(_TURNED, _TURNED),
            "You turned the kernel both times. A framework does not: it lays the nine weights on "
            "the patch just as they are written.",
        ),
        (
            _sums(_KERNEL, _KERNEL[::-1]),
            "The first number is right. For the second you turned the kernel upside down only; a "
            "half turn also exchanges left and right.",
        ),
        (
            _sums(_KERNEL, _KERNEL[:, ::-1]),
            "The first number is right. For the second you exchanged left and right only; a half "
            "turn also puts the last row first.",
        ),
        (
            _sums(_KERNEL, _KERNEL.T),
            "The first number is right. For the second you mirrored the kernel along its diagonal, "
            "rows for columns. A half turn is another thing: its first weight becomes its last.",
        ),
        *(
            (
                _sums(_KERNEL, np.rot90(_KERNEL, quarters)),
                "The first number is right. For the second, you turned the kernel by a quarter; it "
                "takes a half turn.",
            )
            for quarters in (1, 3)
        ),
        (
            _sums(abs(_KERNEL), abs(_TURNED)),
            "You lost the minus signs: a bright pixel under a negative weight counts against the "
            "pattern.",
        ),
        (
            _sums(abs(_KERNEL), _TURNED),
            "The second number is right. In the first you lost the minus signs: a bright pixel "
            "under a negative weight counts against the pattern.",
        ),
        (
            [math.nan, *_sums(_TURNED)],
            "The second number is right. The first is the simpler one: the kernel stays as it is "
            "written, each weight meets the pixel in the same place, and the products are added.",
        ),
        (
            [*_sums(_KERNEL), math.nan],
            "The first number is right. For the second, write the turned kernel down before you "
            "multiply: its first weight is the old last one, and so on backwards through all nine.",
        ),
    ],
    otherwise=(
        "Go through it weight by weight. Strike out the pixels that lie under a zero, and write "
        "down what is left with its sign. Then turn the kernel by half a turn, so that its first "
        "weight becomes its last, and do it again."
    ),
)

# Exercises 02.4 and 02.5 are about the same network, which stands in the text:
#   Conv2D(16, 5, strides=2), MaxPooling2D(2), Conv2D(24, 3, strides=2, same, use_bias=False),
#   Flatten, Dense(5) on 46×64×3.
_SHAPE = Value(
    expected=[5, 8, 24],
    mistakes=[
        (
            [8, 5, 24],
            "Right numbers, wrong order: Keras writes the height first, then the width.",
        ),
        (
            [24, 5, 8],
            "Right numbers, wrong order: in this course the channels come last, as Keras has them.",
        ),
        (
            [6, 8, 24],
            "The width is right, the height is not. Somewhere you rounded up where a last row "
            "fell off: under valid, a window that does not fit is left out, pooling included.",
        ),
        (
            [5, 7, 24],
            "The height is right, the width is not. The last convolution pads: under same, the "
            "size divided by the stride is rounded up.",
        ),
        (
            [10, 15, 24],
            "You let the last convolution keep height and width. Same does that at stride 1 only.",
        ),
        (
            [4, 7, 24],
            "You treated the last convolution as if it did not pad. It says same.",
        ),
        (
            [11, 15, 24],
            "The last map is smaller. Did you apply all three layers, each with its own rule?",
        ),
        (
            [5, 8, 16],
            "Height and width are right. The depth of a map is the number of kernels of the layer "
            "that made it, here the last one.",
        ),
        (
            [5, 8, 16 * 24],
            "Height and width are right. The channels do not multiply: each kernel adds up over "
            "all channels that come in, and gives one map.",
        ),
        (
            [5, 8, 3],
            "Height and width are right. The colours are gone after the first layer: the depth of "
            "a map is the number of kernels of the layer that made it.",
        ),
    ],
    otherwise=(
        "Go layer by layer and write down height and width after each. Three questions for every "
        "layer: how far does its window move, what happens at the border, and what becomes of a "
        "last step that does not fit?"
    ),
)

_FIRST = 16 * (3 * 5 * 5 + 1)
_SECOND = 24 * 16 * 3 * 3  # has no biases
_LAST = 5 * (5 * 8 * 24 + 1)
_COUNT = Value(
    expected=_FIRST + _SECOND + _LAST,
    mistakes=[
        (
            _FIRST + _SECOND + 24 + _LAST,
            "Nearly. One of the layers says use_bias=False, and you gave it its biases all the "
            "same.",
        ),
        (
            _FIRST - 16 + _SECOND + _LAST - 5,
            "These are the weights alone. Two of the layers also have a bias for each of their "
            "outputs: a convolution one for each kernel, a dense layer one for each unit.",
        ),
        (
            _FIRST - 16 + _SECOND + _LAST,
            "The biases of the first layer are missing: one for each of its kernels.",
        ),
        (
            _FIRST + _SECOND + _LAST - 5,
            "The biases of the dense layer are missing: one for each of its units.",
        ),
        (
            16 * (5 * 5 + 1) + 24 * 3 * 3 + _LAST,
            "Your kernels are flat. A kernel has a slice for each channel that comes in: three in "
            "the first layer, and in the second as many as the first has kernels.",
        ),
        (
            16 * (5 * 5 + 1) + _SECOND + _LAST,
            "The first layer is too small: it reads a photo in colour, and its kernels have a "
            "slice for each of the channels that come in. The other layers are right.",
        ),
        (
            _FIRST + 24 * 3 * 3 + _LAST,
            "The kernels of the second convolution are deeper than that: they have a slice for "
            "each of the maps that come in, not for one.",
        ),
        (
            _FIRST + 24 * 3 * 3 * 3 + _LAST,
            "The second convolution does not see three colours any more. How many maps does it "
            "get?",
        ),
        (
            _FIRST + _SECOND,
            "The dense layer is missing, and it has more parameters than the rest.",
        ),
        (
            _FIRST + _SECOND + 5 * (24 + 1),
            "You gave the dense layer one number for each map. Flatten hands it every place of "
            "every map.",
        ),
        (
            _FIRST + _SECOND + 5 * (10 * 15 * 24 + 1),
            "Your last map is too large, and so is the dense layer: the last convolution has a "
            "stride of 2, and same does not undo it.",
        ),
        *(
            (
                _FIRST + _SECOND + 5 * (size * 24 + 1),
                "The convolutions are right, the dense layer is not: check height and width of the "
                "last map, which Flatten hands to it. Exercise 02.4 asks for them.",
            )
            for size in (6 * 8, 5 * 7, 4 * 7, 11 * 15)
        ),
    ],
    otherwise=(
        "Make a ledger: one line for each layer, with the numbers that one of its outputs reads, "
        "plus one for the bias where there is one, times its kernels or units. Pooling and Flatten "
        "have none. Which line are you least sure of?"
    ),
)

EXERCISES = [
    Exercise(
        number="02.1",
        title="How large is the output?",
        praise=(
            "Your function agrees with Keras for every kernel, stride and padding tried, strides "
            "that do not divide included. You can now size any stack of layers on paper."
        ),
        judge=sizes.judge_output_size,
    ),
    Exercise(
        number="02.2",
        title="Which of the two convolutions?",
        praise=(
            "Same patch, same nine weights, two answers that do not even agree in sign. Whoever "
            "types in a kernel from a textbook has to know which of the two is meant; whoever "
            "learns it does not."
        ),
        judge=_BOTH_SUMS,
    ),
    Exercise(
        number="02.3",
        title="Where do the zeros of same go?",
        praise=(
            "Your function agrees with Keras, odd zeros, large strides and all. Note what follows: "
            "with stride 2 the same layer pads an even picture on one side and an odd one on both."
        ),
        judge=sizes.judge_zeros,
    ),
    Exercise(
        number="02.4",
        title="Predict a shape before running it",
        praise=(
            "That is what Keras will say. Three roundings in three layers, two down and one up: "
            "whoever gets them right on paper is not surprised by a shape again."
        ),
        judge=_SHAPE,
    ),
    Exercise(
        number="02.5",
        title="Count an unknown network",
        praise=(
            "Every weight accounted for. Half of them stand in the dense layer, although it has "
            "five units: it has weights for every place, the convolutions for one window."
        ),
        judge=_COUNT,
    ),
    Exercise(
        number="02.6",
        title="A convolution layer with NumPy",
        praise=(
            "Your function and Keras agree, for several channels, kernels that are not square and "
            "strides that do not divide. There is nothing in a convolution layer that you have not "
            "written yourself now; the rest is speed."
        ),
        judge=numpy_layers.judge_convolve,
    ),
    Exercise(
        number="02.7",
        title="Project: beat our convnet",
        praise=(
            "Your net keeps to the rules: no more parameters and no more steps than ours. And "
            "where the profile trains long enough for accuracies to mean something, it did no "
            "worse than ours on digits that neither had seen. How few parameters would still do?"
        ),
        judge=digit_contest.judge,
    ),
    Exercise(
        number="02.Q1",
        title="Larger digits, more parameters?",
        praise=(
            "The same 320 parameters read a stamp or a poster. Only the dense layer has weights "
            "for places, and there are more places now."
        ),
        judge=Choice(
            "d",
            {
                "a": "Not all: a kernel of 3×3 has nine weights for each channel, whatever it "
                "slides over. Which layer has weights for every place of its input?",
                "b": "The convolutions stand in more places, so they work more. But it is the same "
                "kernel that stands there each time. Which layer has weights of its own for each "
                "place?",
                "c": "The convolutions indeed stay as they are. But the last map is larger now, "
                "and Flatten hands all of it to the layer behind.",
            },
        ),
    ),
    Exercise(
        number="02.Q2",
        title="What does the map of a moved digit do?",
        praise=(
            "It moves along: equivariance. What comes in two pixels further to the right goes out "
            "two places further to the right, and everything else is up to the layers behind."
        ),
        judge=Choice(
            "a",
            {
                "b": "That would be invariance. A layer whose map stayed the same could not say "
                "where it found something. What did section 7 find in the first layer's maps?",
                "c": "That happens to a dense layer, whose weights belong to places. A convolution "
                "uses the same weights everywhere, so the same patch gives the same number "
                "wherever it stands.",
                "d": "With a stride of 2 it would be half as far. At stride 1 there is one output "
                "for each place where the window can stand.",
            },
        ),
    ),
]
