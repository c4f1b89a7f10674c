"""The exercises of chapter 08, what convnets see."""

import numpy as np

from course_utils.checks.answers import Choice, Value
from course_utils.checks.core import Exercise
from course_utils.checks.judges.looking_inside import judge_find_mark, judge_recall_and_precision

_RARE = Value(
    expected=36 / 180,
    tolerance=0.003,
    otherwise=(
        "Fill in the confusion matrix of the thousand visitors first: how many of the cats are "
        "taken for dogs, how many of the dogs are found? Then read off the column of the alarms."
    ),
    mistakes=[
        (
            0.9,
            "That is the share of the dogs that are found, the recall: a row. Asked is about the "
            "alarms, a column, and cats are in it, too.",
        ),
        (
            450 / 525,
            "That holds for the test, where both animals are equally frequent. At the flap there "
            "are many more cats that can cause a false alarm: count there.",
        ),
        (
            852 / 1000,
            "That is the share of all visitors who are judged rightly, the accuracy. Most of them "
            "are cats that raise no alarm. Look at the alarms alone.",
        ),
        (
            0.8,
            "You have the right column, and took its other cell: this share of the alarms is about "
            "cats. Asked is the share of dogs.",
        ),
        (
            0.04,
            "That is the share of dogs among the visitors. The alarms pick out dogs better than "
            "chance does. How many alarms are there, and how many of them are for dogs?",
        ),
        (
            0.036,
            "The dogs that are found are right, but you divide by all visitors. Divide by the "
            "alarms, right ones and false ones.",
        ),
        (
            36 / (36 + 75),
            "The alarms for dogs are right. The false ones are still those of the test, where "
            "there were fewer cats: how many of the visiting cats are taken for dogs?",
        ),
        (20, "Right, but in per cent. Asked is the share itself: divide by a hundred."),
    ],
)

_MAPS = np.array([[[2, 0], [1, 4]], [[0, 6], [1, 2]]])
_GRADIENTS = np.array([[[1, 0], [0, 3]], [[-1, -1], [0, 0]]])
_WEIGHTS = _GRADIENTS.mean(axis=(1, 2))


def _heat(weights: np.ndarray) -> np.ndarray:
    """Return the sum of the maps, each times its weight, which may differ from place to place."""
    return (weights.reshape(2, *weights.shape[1:] or (1, 1)) * _MAPS).sum(axis=0)


_HEAT = Value(
    expected=np.maximum(_heat(_WEIGHTS), 0),
    tolerance=0.01,
    otherwise=(
        "Go in three steps. One weight per map: the mean of its four gradients. At each of the "
        "four places: first value times first weight plus second value times second weight. Then "
        "relu."
    ),
    mistakes=[
        (
            np.maximum(_heat(_GRADIENTS), 0),
            "You multiply each value with the gradient at its own place. Grad-CAM first takes the "
            "mean of a map's gradients, so that a map has one weight for all its places.",
        ),
        (
            _heat(_WEIGHTS),
            "Almost: one place speaks against the class. The heat map shows only what speaks for "
            "it.",
        ),
        (
            np.maximum(_heat(4 * _WEIGHTS), 0),
            "The pattern is right, the numbers are four times too large: a map's weight is the "
            "mean of its gradients, not their sum.",
        ),
        (
            np.maximum(_heat(_WEIGHTS), 0) / 3,
            "That is the heat map already divided by its maximum, good for drawing. Asked is the "
            "one before that step.",
        ),
        (
            _heat(np.maximum(_WEIGHTS, 0)),
            "You left the second map out because its weight is negative. It counts: where it is "
            "active, it takes away from what the first map says. The relu comes after the sum.",
        ),
        (
            _heat(abs(_WEIGHTS)),
            "You took the weights without their signs. A map with a negative weight speaks against "
            "the class, so that it must be subtracted.",
        ),
        (
            np.maximum(_heat(_WEIGHTS), 0).T,
            "The numbers are right, but rows and columns have changed places. The first list is "
            "the upper row.",
        ),
    ],
)

_CALIBRATION = Value(
    expected=(10 * 0.25 + 30 * 0.1) / 40,
    tolerance=0.0006,
    otherwise=(
        "Two bins, two distances: between the certainty that was claimed and the share that was "
        "right. Take each without its sign, then their mean, a bin counting by its answers."
    ),
    mistakes=[
        (
            0.175,
            "Both distances are right, and you gave them the same say. One bin holds three times "
            "as many answers as the other: a mean over answers, not over bins.",
        ),
        (
            0.0125,
            "That is the distance between the mean certainty and the accuracy. On average this net "
            "is indeed honest, as too sure here and too modest there cancel. Take the distance "
            "within each bin first, without its sign.",
        ),
        (
            -0.0125,
            "Here a bin that is too sure and one that is too modest cancel. A distance has no "
            "sign: an answer that is too modest is badly calibrated, too.",
        ),
        *(
            (rounded, "The way may be right, but this is rounded too far: give three decimals.")
            for rounded in (0.13, 0.14)
        ),
        (13.75, "Right, but in per cent. Asked is the share itself: divide by a hundred."),
        (
            0.25,
            "That is the distance in the worse bin. The expected calibration error takes the mean "
            "over all answers.",
        ),
        (
            0.0625,
            "You count only the bin in which the net is too sure. The other one is wrong in the "
            "other direction, and counts.",
        ),
        (
            0.3,
            "That is the share of wrong answers. A net may be wrong often and still well "
            "calibrated, if it says so. Compare what it claims with what happens, bin by bin.",
        ),
        (
            5.5,
            "These are the distances, summed over all answers. Divide by their number, so that "
            "it is a mean.",
        ),
    ],
)

_REASON = Choice(
    right="d",
    hints={
        "a": (
            "More photos from the same archive have the same habit: cows on grass, camels on sand. "
            "A net that looks at the ground only passes this test as well as one that knows cows."
        ),
        "b": (
            "Another seed meets the same photos, and the ground is the easiest clue in them again. "
            "Two nets that agree may well share a bad habit."
        ),
        "c": (
            "A reliability diagram compares certainty with truth. On photos where the ground is "
            "always right, a net that looks at the ground can be certain and right. It says how "
            "sure, not why."
        ),
    },
)

_ASCENT = Choice(
    right="c",
    hints={
        "a": (
            "Something was changed so that the filter responds more, but was it the filter? Look "
            "at what the tape watches in section 5, and at what the step is added to."
        ),
        "b": (
            "The net has been shown odd pictures, but it learns from a picture only where an "
            "optimizer changes its weights. Which cell of section 5 does that?"
        ),
        "d": (
            "Number and length of the steps decide how the picture turns out. Before you ask how "
            "far the net has moved, ask whether it has moved at all."
        ),
    },
)

_COOLED = Choice(
    right="b",
    hints={
        "a": (
            "A score above 0 stays above 0 when it is divided by T, and a probability above one "
            "half stays above one half. Section 7 asserts just this."
        ),
        "c": (
            "All scores are divided by the same number. If one is larger than the other before, "
            "what about afterwards?"
        ),
        "d": (
            "Its certainties fall, but in the same order: are the hundred surest not the same "
            "hundred pictures? And not one of their answers changes."
        ),
    },
)


EXERCISES = [
    Exercise(
        number="08.1",
        title="Two kinds of mistake",
        praise=(
            "Your function tells the two kinds of mistake apart. An accuracy of 95 % can hide a "
            "class of which not one picture is found; these two numbers cannot."
        ),
        judge=judge_recall_and_precision,
    ),
    Exercise(
        number="08.2",
        title="An alarm for rare dogs",
        praise=(
            "So four alarms of five are false, though the net finds nine of ten dogs. Precision "
            "depends on how rare a class is. Before you use a net, fill in the matrix for the "
            "place where it will work."
        ),
        judge=_RARE,
    ),
    Exercise(
        number="08.3",
        title="Grad-CAM by hand",
        praise=(
            "That is Grad-CAM. The second map is never seen in the picture, and yet it has its "
            "say: it wiped out the place where only it was active, and dimmed two others."
        ),
        judge=_HEAT,
    ),
    Exercise(
        number="08.4",
        title="Honest on average, and yet not",
        praise=(
            "On average this net claims almost exactly what it reaches, and yet no single claim of "
            "it holds. That is why calibration is measured bin by bin."
        ),
        judge=_CALIBRATION,
    ),
    Exercise(
        number="08.5",
        title="Right for the wrong reason?",
        praise=(
            "Only this experiment separates the two clues that always came together. If the "
            "answers follow the ground, you have your proof; if they follow the animal, your "
            "suspicion was wrong, and you know it."
        ),
        judge=_REASON,
    ),
    Exercise(
        number="08.6",
        title="Find the planted mark",
        praise=(
            "Your function finds what decides, without looking inside the net and with no gradient "
            "at all. It works for any net that answers, even for one behind a website."
        ),
        judge=judge_find_mark,
    ),
    Exercise(
        number="08.Q1",
        title="What gradient ascent changes",
        praise=(
            "Not one weight has moved: the picture climbed. Training and gradient ascent use the "
            "same gradients and hold on to different things."
        ),
        judge=_ASCENT,
    ),
    Exercise(
        number="08.Q2",
        title="What cooling changes",
        praise=(
            "Cooling leaves every answer and every order as it is, and pulls certainties towards "
            "one half. So whatever compares them with a fixed number, such as 80 %, changes."
        ),
        judge=_COOLED,
    ),
]
