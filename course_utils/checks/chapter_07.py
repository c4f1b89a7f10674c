"""The exercises of chapter 07, transfer learning."""

from collections.abc import Iterable

from course_utils.checks.answers import Choice, Parts, Value
from course_utils.checks.core import Exercise
from course_utils.checks.judges import borrowed_base, unfreezing

# 07.2: parameters of the layers in the text, and what of a normalization's four numbers learns
_CONVOLUTIONS_OF_2 = (432, 4_608, 18_432)
_NORMS_OF_2 = (64, 128, 256)
_HEAD_OF_2 = 65
_ALL_OF_2 = sum((*_CONVOLUTIONS_OF_2, *_NORMS_OF_2, _HEAD_OF_2))
_AFTER_C = sum(_CONVOLUTIONS_OF_2) + sum(_NORMS_OF_2) // 2 + _HEAD_OF_2
_LAST_TWO = _CONVOLUTIONS_OF_2[2] + _NORMS_OF_2[2] // 2

_FORGOT_HEAD = "And the head? It is part of the model, and nobody has frozen it."
_MOVING = (
    "Among these are means and variances. A normalization has four numbers for each channel; which "
    "of them does an optimizer never touch?"
)

_SWITCHES = Parts(
    {
        "After line A": Value(
            _HEAD_OF_2,
            "The whole base is frozen. What is left of the model?",
            [
                (0, _FORGOT_HEAD),
                (_ALL_OF_2, "That is every parameter of the model, frozen or not."),
                (_HEAD_OF_2 - 1, "The unit of the head has a bias, too."),
            ],
        ),
        "After line B": Value(
            _HEAD_OF_2 + _CONVOLUTIONS_OF_2[2],
            "Line A has handed its switch down to every layer. Which one of them does line B turn "
            "on again, and what does the model learn beside it?",
            [
                (
                    _HEAD_OF_2,
                    "You let the base overrule its layer, as it did in Keras 2; ask the base, and "
                    "it still says so. But the model, which is what you compile, asks every weight "
                    "by itself. Build it and count.",
                ),
                (_CONVOLUTIONS_OF_2[2], _FORGOT_HEAD),
                (
                    _HEAD_OF_2 + _LAST_TWO,
                    "The normalization behind this layer has a switch of its own, and nobody has "
                    "touched it.",
                ),
                (0, _FORGOT_HEAD),
            ],
        ),
        "After line C": Value(
            _AFTER_C,
            "A base that is switched on switches on all of its layers. Add up what an optimizer "
            "can change in each of them, and the head.",
            [
                (_ALL_OF_2, _MOVING),
                (
                    _ALL_OF_2 - _HEAD_OF_2,
                    "And the head? It is part of the model, and nobody has frozen it. And among "
                    "these are moving averages.",
                ),
                (_AFTER_C - _HEAD_OF_2, _FORGOT_HEAD),
                (
                    sum(_CONVOLUTIONS_OF_2) + _HEAD_OF_2,
                    "The normalizations are switched on, too. Of their four numbers for each "
                    "channel, some learn by gradients.",
                ),
                (
                    _CONVOLUTIONS_OF_2[2] + _HEAD_OF_2,
                    "The line speaks to the base as a whole, and that reaches every layer in it.",
                ),
                (_HEAD_OF_2, "This line switches the base on, and with it every layer inside."),
            ],
        ),
        "After line D": Value(
            _LAST_TWO + _HEAD_OF_2,
            "All layers but the last two are frozen again. Which two are these, and what of them "
            "learns?",
            [
                (_LAST_TWO + _NORMS_OF_2[2] // 2 + _HEAD_OF_2, _MOVING),
                (_LAST_TWO, _FORGOT_HEAD),
                (
                    _CONVOLUTIONS_OF_2[2] + _HEAD_OF_2,
                    "The last two layers are a convolution and a normalization. The loop freezes "
                    "by position and spares both.",
                ),
                (
                    _AFTER_C - _LAST_TWO,
                    "That is the other half: [:-2] means all layers *except* the last two.",
                ),
                (
                    _NORMS_OF_2[2] // 2 + _HEAD_OF_2,
                    "The last two layers of the base stay awake, not the last one only.",
                ),
            ],
        ),
    }
)

# 07.4: milliseconds for a picture through the base, and for a step of the head with it
_BASE_MS, _HEAD_MS, _PICTURES, _EPOCHS, _VERSIONS = 6, 0.2, 1_500, 20, 5
_PASS = _BASE_MS * _PICTURES / 1000
_HEADS = _HEAD_MS * _PICTURES / 1000 * _EPOCHS

_SECONDS = Parts(
    {
        "Cached": Value(
            _PASS + _HEADS,
            "Each picture goes through the base how often? And through the head?",
            [
                (_PASS, "That is the base's part. The head trains for all epochs."),
                (_HEADS, "That is the head's part. Each picture once goes through the base."),
                (_PASS + _HEADS / _EPOCHS, "The head is trained for more than one epoch."),
                (
                    _PASS * _EPOCHS + _HEADS,
                    "Here the base works anew in every epoch. What is kept in a cache need not be "
                    "computed again.",
                ),
            ],
            tolerance=0.05,
        ),
        "Base in the model": Value(
            _PASS * _EPOCHS + _HEADS,
            "Augmentation makes new versions in each epoch. Who has to look at all of them?",
            [
                (
                    _PASS + _HEADS,
                    "This is the same as with a cache. But a version that nobody has seen before "
                    "has no features yet.",
                ),
                (_PASS * _EPOCHS, "That is the base's part. The head takes its time as well."),
                ((_PASS * _EPOCHS + _HEADS) / _EPOCHS, "That is one epoch; planned are more."),
            ],
            tolerance=0.05,
        ),
        "Five versions cached": Value(
            _PASS * _VERSIONS + _HEADS,
            "The base sees five versions of each picture, once. The head sees one version of each "
            "picture in an epoch, as before.",
            [
                (_PASS * _VERSIONS, "That is the base's part. The head takes its time as well."),
                (
                    _VERSIONS * (_PASS + _HEADS),
                    "The base has five times as much to do, the head has not: an epoch takes one "
                    "of the five versions of each picture.",
                ),
                (
                    _VERSIONS * (_PASS * _EPOCHS + _HEADS),
                    "Here the base works anew in every epoch. These versions are cached.",
                ),
                (
                    _PASS + _HEADS,
                    "Five versions are five pictures to the base; each has features of its own.",
                ),
            ],
            tolerance=0.05,
        ),
    }
)

_ORDER = "bedafc"
# Pairs of steps, first and later one, with the hint for whoever has them the other way round.
_BEFORE = [
    (
        "be",
        "You train before the head is on the frozen base: there is nothing to train yet. Which "
        "step makes the model?",
    ),
    (
        "ed",
        "You unfreeze before the new head has been trained. What a random head sends back through "
        "the base, section 6 has shown.",
    ),
    (
        "da",
        "You fine-tune before the last block is unfrozen: then small steps move the head alone. "
        "Keras looks at the switches when it compiles.",
    ),
    (
        "af",
        "You compare the two nets before the second one exists.",
    ),
    (
        "fc",
        "You open the test set before you have decided. A picture that has helped to choose the "
        "net cannot judge it any more.",
    ),
]


def _judge_order(answer: object) -> str | None:
    letters = _letters(answer)
    if letters is None or sorted(letters) != sorted(_ORDER):
        return (
            "Answer with the six letters in their order, each once, as one text in quotation "
            "marks: the first step first."
        )
    for (first, later), hint in _BEFORE:
        if letters.index(first) > letters.index(later):
            return hint
    return None


def _letters(answer: object) -> list[str] | None:
    """Return the letters of a text such as "b, e" or "b → e", or of a list of letters."""
    if not isinstance(answer, str | Iterable):
        return None
    try:
        text = "".join(part for part in answer if isinstance(part, str))
    except TypeError:  # a scalar array
        return None
    return [sign for sign in text.lower() if sign.isalpha()]


_BROKEN = Choice(
    "d",
    {
        "a": "More epochs at this rate go on as they began: each step is larger than the distance "
        "between what the base knew and what is left of it.",
        "b": "Smaller steps are half of it. But from where do they start? What the large steps "
        "have overwritten is not in these weights any more.",
        "c": "The rate has just broken one block. What would it do to the others, which know the "
        "edges and colours?",
    },
)

_DRIFTED = Choice(
    "b",
    {
        "a": "The kernels were compared, and they have hardly moved. Which numbers does a layer "
        "change without any gradient, so that the learning rate does not slow them down?",
        "c": "Luck does happen, but not of this size: on a thousand pictures it is worth about two "
        "percent. And the training accuracy rose meanwhile.",
        "d": "It has hardly moved with such small steps, and if it had, the training accuracy "
        "would fall as well. What differs between training and validation?",
    },
)

EXERCISES = [
    Exercise(
        number="07.1",
        title="Unfreeze the right layers",
        praise=(
            "The base learns from that layer on, and its batch normalizations keep what they know. "
            "Compile the model again before you train it, and prove afterwards that the weights "
            "have moved."
        ),
        judge=unfreezing.judge_prepare,
    ),
    Exercise(
        number="07.2",
        title="Which numbers learn now?",
        praise=(
            "You read switches like Keras 3 does: a base hands its switch down to its layers, from "
            "then on every weight answers for itself, and a normalization learns with half of its "
            "numbers."
        ),
        judge=_SWITCHES,
    ),
    Exercise(
        number="07.3",
        title="A base without a manual",
        praise=(
            "Two numbers, the smallest and the largest, tell the four kinds apart, dark and pale "
            "photos included. Look at them before you feed any base that you borrow."
        ),
        judge=borrowed_base.judge_expectation,
    ),
    Exercise(
        number="07.4",
        title="What does augmentation cost here?",
        praise=(
            "A cache belongs to fixed pictures, so new versions cost new passes. Five cached "
            "versions are the bargain between: most of the time saved, some variety bought."
        ),
        judge=_SECONDS,
    ),
    Exercise(
        number="07.5",
        title="Six steps in order",
        praise=(
            "Freeze, train the head, unfreeze, compile again with small steps, choose by "
            "validation, test once: each step needs the one before it."
        ),
        judge=_judge_order,
    ),
    Exercise(
        number="07.6",
        title="Project: a head for the small base",
        praise=(
            "The base is in, it knows what it knew, pictures reach it in the size and the range "
            "that it knows, and the head is all that learns. Train it, and you have a pet detector."
        ),
        judge=borrowed_base.judge_head,
    ),
    Exercise(
        number="07.Q1",
        title="The first epoch of fine-tuning",
        praise=(
            "A rate that is too large does its harm in the first steps, and a smaller one after it "
            "starts from the ruins. That is why the weights are saved before fine-tuning."
        ),
        judge=_BROKEN,
    ),
    Exercise(
        number="07.Q2",
        title="Nothing moved, and yet",
        praise=(
            "The moving means and variances follow the batches whatever the learning rate is, "
            "and only prediction uses them. Keep the normalizations frozen."
        ),
        judge=_DRIFTED,
    ),
]
