"""The exercises of chapter 05, augmentation."""

from collections.abc import Callable

from course_utils.checks.answers import Choice, Letters, Parts, Value, as_bool
from course_utils.checks.core import NOT_A_FUNCTION, Exercise, call
from course_utils.checks.judges import augmentation_layers, fitting_loss, mirroring
from course_utils.language import translate

_CHANGES = ("mirror", "half turn", "turn by 10 degrees", "slightly darker")
# By kind of pictures, the changes after which at least one label is no longer true.
_LIES: dict[str, set[str]] = {
    "cats or dogs": set(),
    "digits": {"mirror", "half turn"},
    "left or right hands": {"mirror"},
    "cells, healthy or sick": set(),
    "clocks without numerals or marks, read to the minute": {
        "mirror",
        "half turn",
        "turn by 10 degrees",
    },
}
_CASES = [(pictures, change) for pictures in _LIES for change in _CHANGES]


def _keeps_label(pictures: str, change: str) -> bool:
    return change not in _LIES[pictures]


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_MISTAKES: list[tuple[Callable[[str, str], bool], str]] = [
    (
        lambda pictures, change: True,
        "Your function finds every change harmless. Then a 6 on its head would still be a 6, and "
        "a left hand in the mirror still a left one.",
    ),
    (
        lambda pictures, change: False,
        "Your function trusts no change at all. Is a photo of a cat no longer one of a cat when a "
        "cloud passes before the sun?",
    ),
    (
        lambda pictures, change: not _keeps_label(pictures, change),
        "Everything is upside down: your function says True where the label lies. Read the "
        "question again: it asks where the label is kept.",
    ),
    (
        lambda pictures, change: (
            _keeps_label(pictures, change) and (pictures, change) != ("cats or dogs", "half turn")
        ),
        "One case is left. You may never meet an upside-down pet, but that is the other question. "
        "This one is: what would you call it?",
    ),
    (
        lambda pictures, change: change == "mirror" or _keeps_label(pictures, change),
        "Your function lets every mirror pass. Hold your left hand, a 6 and a clock in front of "
        "one.",
    ),
    (
        lambda pictures, change: change == "half turn" or _keeps_label(pictures, change),
        "Your function lets every half turn pass. Section 2 turned a digit that far.",
    ),
    (
        lambda pictures, change: change != "mirror" and _keeps_label(pictures, change),
        "Your function rejects every mirror. For which of the sets could you not even say whether "
        "a picture has been mirrored?",
    ),
]

# What to think about, by the first case that is wrong.
_HINTS = {
    "cats or dogs": "What would you call the animal in the changed picture?",
    "digits": "Go through all ten digits; one that becomes another digit, or none, is enough.",
    "left or right hands": "Do it with your own hand: turn it, then look at it in a mirror.",
    "cells, healthy or sick": "Does a picture through a microscope have an up and a left?",
    "clocks without numerals or marks, read to the minute": (
        "Where do the hands point afterwards, and what time is that, if any?"
    ),
}


def _judge_keeps_label(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for pictures, change in _CASES:
        result = call(answer, pictures, change)
        if as_bool(result) is None:
            return translate(
                "For ({pictures!r}, {change!r}) your function returns {result}. "
                "Return True or False.",
                pictures=pictures,
                change=change,
                result=_shortened(result),
            )
        results.append(as_bool(result))
    if results == [_keeps_label(*case) for case in _CASES]:
        return None
    for mistake, hint in _MISTAKES:
        if results == [mistake(*case) for case in _CASES]:
            return hint
    pictures, change = next(
        case for case, result in zip(_CASES, results, strict=True) if result != _keeps_label(*case)
    )
    return translate(
        "Think again about {pictures!r} and {change!r}. {hint}",
        pictures=pictures,
        change=change,
        hint=translate(_HINTS[pictures]),
    )


def _shortened(result: object) -> str:
    text = " ".join(repr(result).split())
    return text if len(text) <= 40 else f"{text[:40]}…"


_judge_versions = Parts(
    {
        "Mirror and shift": Value(
            14,
            mistakes=[
                (6, "a shift may go to the left or to the right, or be none at all."),
                (8, "that is one way only; a shift may also go to the left."),
                (12, "a shift by nothing is one of the shifts."),
                (
                    7,
                    "these are the places. In each of them, the picture may be mirrored or not.",
                ),
                (9, "mirror and shift can be combined, so their numbers are not added."),
                (13, "the untouched picture counts as one of its versions."),
            ],
            otherwise="for the picture as it is, list the places it can have. And mirrored?",
        ),
        "Both mirrors": Value(
            4,
            mistakes=[
                (2, "each of the two mirrors is used or not, by itself."),
                (3, "neither, one, the other: and what about both together?"),
            ],
            otherwise="each mirror is used or not. Which combinations are there?",
        ),
        "Both mirrors, then turns": Value(
            8,
            mistakes=[
                (
                    16,
                    "that is how many ways there are to get there. Do they all lead to different "
                    "pictures? Take a sheet of paper, mirror it both ways, and compare.",
                ),
                (
                    12,
                    "some of these ways lead to the same picture. Look at what a sheet of paper "
                    "looks like after both mirrors.",
                ),
                (4, "a quarter turn makes what no mirror makes: try it with a sheet of paper."),
                (
                    6,
                    "take a sheet of paper, draw an R that shows through, and write down every "
                    "position in which it can lie, front and back.",
                ),
                (7, "the untouched picture counts as one of its versions."),
            ],
            otherwise=(
                "write an R on a sheet, turn it in four steps, then mirror it and do it again. "
                "Does one more mirror, the other one, add anything new?"
            ),
        ),
    }
)

_judge_dropout = Parts(
    {
        "Zeros in training": Value(
            2000,
            mistakes=[
                (
                    8000,
                    "the number that Dropout takes in Keras is the share that is lost, not the "
                    "one that is kept.",
                ),
                (5000, "half of the values are lost at a rate of 0.5; this rate is another one."),
                (0, "this is what happens outside of training. In training some are lost."),
            ],
            otherwise="which share of the ten thousand does the rate say, and is it lost or kept?",
        ),
        "The others in training": Value(
            7.5,
            mistakes=[
                (
                    6,
                    "left as they are, they would make the mean fall, and outside of training "
                    "the next layer would meet more than it is used to.",
                ),
                (
                    12,
                    "doubling keeps the mean where half of the values are lost. What keeps it "
                    "where fewer are?",
                ),
                (30, "you divide by the share that is lost. Which share has to carry the mean?"),
                (4.8, "this makes them smaller. After some are lost, what has to grow?"),
                (
                    7.2,
                    "nearly: with a fifth more in each, work out the mean of all ten thousand. Is "
                    "it where it was?",
                ),
            ],
            otherwise="all values together must have the same mean as before. Work out their sum.",
        ),
        "Outside of training": Value(
            6,
            mistakes=[
                (
                    4.8,
                    "that is how dropout was first described: scale when the net is used. Keras "
                    "has already scaled in training, so nothing is left to do.",
                ),
                (7.5, "nothing is lost here, so nothing has to make up for it."),
                (0, "dropout rests outside of training; nothing is lost."),
            ],
            otherwise="what is lost here, and what has to be made up for?",
        ),
    }
)

_judge_pipelines = Letters(
    right={"A": "e", "B": "b", "C": "a", "D": "c"},
    hints={
        "A": {
            "a": "the layers stand in the net, and the validation pictures do go through them. "
            "What do they do while fit validates?",
            "b": "here cache keeps the pictures as they were read. Does anything random happen "
            "before it?",
            "c": "count the divisions by 255 on the way from file to convolution.",
            "d": "in section 5 a twin proved what these layers do outside of training.",
        },
        "B": {
            "a": "the line with validation changes nothing about the pictures.",
            "c": "count the divisions by 255 on the way from file to convolution.",
            "d": "the net itself holds no augmentation, so a photo shown to it later is safe.",
            "e": "in the second epoch, where does a batch come from, and which steps does it skip?",
        },
        "C": {
            "b": "here cache comes first, so the dice are thrown anew in every epoch.",
            "c": "count the divisions by 255 on the way from file to convolution.",
            "d": "the net itself holds no augmentation, so a photo shown to it later is safe.",
            "e": "read both lines, then think of section 5: what is the score a score of?",
        },
        "D": {
            "a": "the validation pictures are not turned or mirrored anywhere. Something else "
            "happens to them, and to the others.",
            "b": "here cache comes first, so the dice are thrown anew in every epoch.",
            "d": "the net itself holds no augmentation, so a photo shown to it later is safe.",
            "e": "follow one white pixel, 255, from the file to the first convolution. Which "
            "number arrives there?",
        },
    },
)

EXERCISES = [
    Exercise(
        number="05.1",
        title="When does the label lie?",
        praise=(
            "You looked at the pictures before choosing. No library can do that for you, and it "
            "is the only part of augmentation that needs a human."
        ),
        judge=_judge_keeps_label,
    ),
    Exercise(
        number="05.2",
        title="How many versions are there?",
        praise=(
            "Sixteen ways lead to half as many pictures, because two mirrors together are a half "
            "turn. Before you count on an augmentation, count what it makes: shifts, turns and "
            "zooms by fractions are the ones that never run out."
        ),
        judge=_judge_versions,
    ),
    Exercise(
        number="05.3",
        title="Dropout by hand",
        praise=(
            "What is lost is made up for at once, in training, so the finished net needs no "
            "correction. In old articles you will meet the opposite order; both keep the mean."
        ),
        judge=_judge_dropout,
    ),
    Exercise(
        number="05.4",
        title="Four pipelines, three mistakes",
        praise=(
            "None of the three raises an error. B is the quietest: it trains, it scores, and after "
            "its first epoch it never shows a new version."
        ),
        judge=_judge_pipelines,
    ),
    Exercise(
        number="05.5",
        title="Choose the loss",
        praise=(
            "All of your losses are minus the logarithm of what the net gives to the truth, also "
            "where no activation made probabilities. Check that first when a loss looks odd."
        ),
        judge=fitting_loss.judge,
    ),
    Exercise(
        number="05.6",
        title="Mirror one half of the pictures",
        praise=(
            "Half of the pictures are mirrored, others each time, every one in its own place, and "
            "none outside of training. That is what RandomFlip does, and now you have proved it."
        ),
        judge=mirroring.judge,
    ),
    Exercise(
        number="05.7",
        title="Translate an old recipe",
        praise=(
            "Degrees, directions, one zoom or two, and what fills the corners: your layers do "
            "what the old tool did, on a GPU if there is one."
        ),
        judge=augmentation_layers.judge_translation,
    ),
    Exercise(
        number="05.8",
        title="A policy for road signs",
        praise=(
            "Your versions differ in what differs on the road, and in nothing that the label "
            "hangs on. Somebody who copied the recipe for cats would have mirrored the arrows."
        ),
        judge=augmentation_layers.judge_policy,
    ),
    Exercise(
        number="05.Q1",
        title="Which pictures are augmented?",
        praise=(
            "Training pictures are there to be varied, the others to be measured with. A ruler "
            "should not change its length."
        ),
        judge=Choice(
            right="c",
            hints={
                "a": "Three sets treated alike sound fair. But section 5 judged one and the same "
                "net five times on an augmented set; what came out?",
                "b": "By the validation pictures you choose the epoch. What did the dice of "
                "section 5 do to that choice?",
                "d": "New photos are varied enough as they come. And would two people who test "
                "the same net get the same score?",
            },
        ),
    ),
    Exercise(
        number="05.Q2",
        title="Better on new pictures than on old ones?",
        praise=(
            "Two different nets were measured, as it were: one on tilted pictures and with half "
            "of its features missing, the other whole and on straight ones. No reason to worry."
        ),
        judge=Choice(
            right="a",
            hints={
                "b": "A leak may lift the validation score up to that of the training set. What "
                "could lift it above?",
                "c": "Overfitting pulls the curves apart the other way round.",
                "d": "With swapped sets the net would train on the validation pictures, and know "
                "those better in time. Is there something simpler, that happens in training "
                "only?",
            },
        ),
    ),
]
