"""Judges of chapter 07 on bases: which layers learn, what one expects, a head attached to one."""

from collections.abc import Callable, Iterator

import numpy as np

from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.checks.judges import built_nets
from course_utils.language import translate

#: The pictures of 07.6 are twice as large as those that the base has learned from.
_SHAPE, _SIDE = (192, 192, 3), 96
#: Ways to make a picture smaller differ, and 16 bits round, by less than this (of -1 to 1).
_ROUNDING = 0.04
#: What normalizations keep without learning it.
_STATISTICS = {"moving_mean", "moving_variance", "mean", "variance", "count"}


# 07.3, what a base expects: pictures as they went into it


def _prepared() -> list[tuple[str, str, np.ndarray]]:
    """Return batches with what was done to them and what their pictures are called.

    Dark and pale ones are among them, so that no rule about extremes alone gets through.
    """
    random = np.random.default_rng(7)
    pictures = {
        "ordinary photos": random.integers(0, 256, (3, 8, 8, 3)),
        "dark photos": random.integers(3, 41, (2, 6, 7, 3)),
        "pale photos": random.integers(90, 236, (4, 5, 5, 3)),
        "very pale photos": random.integers(123, 256, (2, 6, 6, 3)),
    }
    pictures["very pale photos"][0, 0, 0] = 123
    batches = []
    for photos, pixels in pictures.items():
        raw = pixels.astype("float32")
        batches += [
            ("0 to 255", photos, pixels.astype("uint8")),
            ("0 to 255", photos, raw),
            ("0 to 1", photos, raw / 255),
            ("-1 to 1", photos, raw / 127.5 - 1),
            (
                "mean subtracted",
                photos,
                raw[..., ::-1] - np.array([103.939, 116.779, 123.68], "float32"),
            ),
        ]
    return batches


_WORDS = ("0 to 255", "0 to 1", "-1 to 1", "mean subtracted")


def _ends(batch: np.ndarray) -> tuple[float, float]:
    return float(batch.min()), float(batch.max())


def _by_rule(low: float, high: float) -> str:
    if low >= 0:
        return "0 to 255" if high > 1 else "0 to 1"
    return "-1 to 1" if low >= -1 and high <= 1 else "mean subtracted"


# Each is a whole wrong rule of the smallest and the largest value, and the hint for it.
_RULES: list[tuple[Callable[[float, float], str], str]] = [
    (
        lambda low, high: "-1 to 1" if -1 <= low < 0 else _by_rule(low, high),
        "Nearly. Once a batch goes below 0 your function looks at its smallest value only. In very "
        "pale photos even a mean subtracted leaves that just below 0. What of the other end?",
    ),
    (
        lambda low, high: "0 to 1" if high <= 1 else _by_rule(low, high),
        "Your function is content as soon as nothing exceeds 1. Then it does not see that some "
        "batches go below 0. Which of the two ends has to be looked at first?",
    ),
    (
        lambda low, high: "0 to 255" if high > 1 else "0 to 1",
        "Your function looks at the largest value only. Two of the four kinds hold negative "
        "numbers, which nobody notices from above.",
    ),
    (
        lambda low, high: "-1 to 1" if low < 0 else _by_rule(low, high),
        "Every batch with negative values is the same to your function. But in one of the two "
        "kinds, values may lie a hundred below zero.",
    ),
    (
        lambda low, high: "mean subtracted" if low < 0 else _by_rule(low, high),
        "Every batch with negative values is the same to your function. But one of the two kinds "
        "never leaves a small interval.",
    ),
    (
        lambda low, high: {255: "0 to 255", 1: "0 to 1"}.get(
            high, "-1 to 1" if low == -1 else "mean subtracted"
        ),
        "Your function waits for a pixel that is exactly white or exactly black. Not every batch "
        "holds one: among these are dark and pale photos. What can be said with inequalities?",
    ),
    (
        lambda low, high: "0 to 1" if 0 <= low and high <= 128 else _by_rule(low, high),
        "Dark photos mislead your function: their pixels are small numbers, and still far larger "
        "than anything that was divided.",
    ),
]


def judge_expectation(answer: object) -> str | None:
    """Judge ``what_it_expects(batch)``."""
    if not callable(answer):
        return NOT_A_FUNCTION
    batches = _prepared()
    results = []
    for _, _, batch in batches:
        word = call(answer, batch)
        word = word.strip().lower().replace("−", "-") if isinstance(word, str) else None
        if word not in _WORDS:
            return translate(
                "Your function returns something else than one of the four texts: {texts}.",
                texts=", ".join(f'"{one}"' for one in _WORDS),
            )
        results.append(word)
    wrong = [
        (photos, batch, word)
        for (kind, photos, batch), word in zip(batches, results, strict=True)
        if word != kind
    ]
    if not wrong:
        return None
    if len(set(results)) == 1:
        return translate(
            'Your function says "{text}" whatever it is given. Look into the batch.',
            text=results[0],
        )
    for rule, hint in _RULES:
        if results == [rule(*_ends(batch)) for _, _, batch in batches]:
            return hint
    photos, batch, word = wrong[0]
    low, high = _ends(batch)
    return translate(
        "A batch of {photos} whose values go from {low:.2f} to {high:.2f} is, to your function, "
        '"{text}". Which of the four kinds can hold both of these values?',
        photos=translate(photos),
        low=low,
        high=high,
        text=word,
    )


# 07.6, a head on the small base


def judge_head(answer: object) -> str | None:
    """Judge ``pet_net()``: its form, which weights learn, and what arrives at the base."""
    from course_utils import models

    net = built_nets.build(answer)
    base = models.load_small_base()
    return (
        _wrong_form(net)
        or _wrong_base(net, base)
        or _wrong_switches(net, base)
        or _wrong_pixels(net, base)
        or _wrong_answers(net)
    )


def _wrong_form(net) -> str | None:
    shapes = getattr(net, "input_shape", None), getattr(net, "output_shape", None)
    if None in shapes:
        return (
            "The check cannot follow the layers of this model. Build it as the chapter does: call "
            "layers on keras.Input, then keras.Model(inputs, outputs)."
        )
    if shapes[0] != (None, *_SHAPE):
        return translate(
            "Your net takes {taken}. It should take batches of pictures of {size}, as they come, "
            "and make them fit for the base inside.",
            taken=shapes[0],
            size="×".join(map(str, _SHAPE)),
        )
    if len(shapes[1]) == 4:
        return translate(
            "Your net returns maps, {returned}. What did section 1 do with the places of the "
            "maps, before a single unit read the features?",
            returned=shapes[1],
        )
    if shapes[1] != (None, 1):
        return translate(
            "Your net returns {returned} for a batch. Asked for is one number for a picture.",
            returned=shapes[1],
        )
    return None


def _same(weight, other) -> bool:
    if weight.shape != other.shape:
        return False
    first, second = (np.asarray(one.numpy(), "float32") for one in (weight, other))
    return np.allclose(first, second, atol=1e-3)


def _kernels(weights) -> list:
    """Return the weights of convolutions, in order: those that no other layer could have."""
    return [one for one in weights if len(one.shape) == 4]


def _wrong_base(net, base) -> str | None:
    found, wanted = _kernels(net.weights), _kernels(base.weights)
    shapes = [tuple(one.shape) for one in found]
    if any(tuple(one.shape) not in shapes for one in wanted):
        return (
            "The small base is not in your net, or not all of it. models.load_small_base() returns "
            "it; call it on the pictures, as the chapter's with_head does."
        )
    known = sum(any(_same(one, other) for other in found) for one in wanted)
    if known < len(wanted):
        return (
            "The base in your net has the right form, but it does not know what it should: some of "
            "its weights are not the pretrained ones. Which argument of models.load_small_base "
            "chooses them?"
        )
    return None


def _counts(net, base) -> tuple[int, int, int]:
    """Return how many numbers learn in the base, outside of it, and how many there do not."""

    def size(weights) -> int:
        return sum(int(np.prod(weight.shape)) for weight in weights)

    left = list(net.weights)
    for weight in base.weights:
        match = next((one for one in left if _same(one, weight)), None)
        left = [one for one in left if one is not match]
    learn = {id(weight) for weight in net.trainable_weights}
    of_head = [weight for weight in left if id(weight) in learn]
    left = [one for one in left if one.path.rpartition("/")[2] not in _STATISTICS]
    return (
        size(net.trainable_weights) - size(of_head),
        size(of_head),
        size(left) - size(of_head),
    )


def _wrong_switches(net, base) -> str | None:
    in_base, in_head, kept = _counts(net, base)
    if not in_head and not in_base:
        return (
            "Nothing in your net is trainable. The switch belongs to the base alone; whoever turns "
            "it on the whole net freezes the new head as well."
        )
    if not in_head:
        return "There is no head that could learn: what turns the base's features into an answer?"
    if in_base == base.count_params() - _num_moving(base):
        return translate(
            "Everything learns: {number:,} numbers of the base, too. The base comes frozen from "
            "models.load_small_base; something in your function thaws it.",
            number=in_base,
        )
    if in_base:
        return translate(
            "Of the base, {number:,} numbers are still trainable. Freeze the base as a whole, "
            "its batch normalizations included.",
            number=in_base,
        )
    if kept:
        return translate(
            "Besides the base, {number:,} numbers in your net do not learn. The head should learn "
            "as a whole, and the pictures reach the base as they are.",
            number=kept,
        )
    return None


def _num_moving(base) -> int:
    moving = [one for one in base.weights if "moving" in one.path]
    return sum(int(np.prod(one.shape)) for one in moving)


def _layers(model) -> Iterator:
    for layer in model.layers:
        yield from _layers(layer) if hasattr(layer, "layers") else [layer]


def _wrong_pixels(net, base) -> str | None:
    """Listen at the base's first convolution: do raw pixels arrive there as they should?"""
    wanted = _kernels(base.weights)[0]
    first = next(
        layer
        for layer in _layers(net)
        if type(layer).__name__ == "Conv2D" and _same(layer.kernel, wanted)
    )
    heard = []
    original = first.call

    def listening(inputs, *arguments, **options):
        heard.append(np.asarray(inputs.numpy(), "float32"))
        return original(inputs, *arguments, **options)

    pixels = _smooth_pictures()
    first.call = listening
    try:
        net(pixels, training=False)
    finally:
        del first.call
    arrives, small = heard[0], pixels.reshape(2, _SIDE, 2, _SIDE, 2, 3).mean(axis=(2, 4))
    if arrives.shape != small.shape:
        return translate(
            "Your net shows the base pictures of {height}×{width}. Nothing stops it, but the base "
            "has learned from {side}×{side}: an animal of another size is a stranger to it. What "
            "brings each picture to that size first?",
            height=arrives.shape[1],
            width=arrives.shape[2],
            side=_SIDE,
        )
    if np.allclose(arrives, small / 127.5 - 1, atol=_ROUNDING):
        return None
    deeds = {
        "divides by 255": small / 255,
        "brings pixels to values from -1 to 1": small / 127.5 - 1,
    }
    distances = {deed: abs(arrives - (one / 127.5 - 1)).max() for deed, one in deeds.items()}
    deed = min(distances, key=distances.get)
    if distances[deed] <= 0.01:
        return translate(
            "Your net {deed} and hands that to the base, which scales pixels itself (section 8). "
            "What arrives inside it is a black square, and nothing warns you.",
            deed=translate(deed),
        )
    return (
        "Something in front of the base changes the pictures, also when the net predicts: what "
        "arrives in it is not the whole picture, made smaller. The small base wants pixels from 0 "
        "to 255 and scales them itself."
    )


def _smooth_pictures() -> np.ndarray:
    """Return pictures that come out nearly alike, however they are made smaller."""
    rows, columns = np.mgrid[: _SHAPE[0], : _SHAPE[1]] / _SHAPE[0]
    waves = [rows, 1 - columns, (rows + np.cos(3 * columns) + 1) / 3]
    picture = 255 * np.stack(waves, axis=-1)
    return np.stack([picture, picture[..., ::-1] ** 2 / 255]).astype("float32")


def _wrong_answers(net) -> str | None:
    """Look at the answers with larger weights in the head, too: probabilities, or any number?"""
    from course_utils import models

    photos = np.stack(list(models.source_animals().values())).astype("float32")
    photos = photos.repeat(2, axis=1).repeat(2, axis=2)
    before = [weight.numpy() for weight in net.trainable_weights]
    answers = []
    try:
        for scale in (1, 30, -30):
            for weight, value in zip(net.trainable_weights, before, strict=True):
                weight.assign(scale * value)
            answers.append(np.asarray(net(photos, training=False)).astype("float32"))
    finally:
        for weight, value in zip(net.trainable_weights, before, strict=True):
            weight.assign(value)
    if min(map(np.min, answers)) < 0 or max(map(np.max, answers)) > 1:
        return (
            "Your net's answers are not probabilities: some lie outside 0 to 1. Which activation "
            "does the last unit need?"
        )
    if np.min(answers) == 1:
        return (
            "Your net is sure of everything, always. A softmax over a single unit is 1 whatever "
            "comes; for one probability there is another activation."
        )
    if np.ptp(answers[0]) < 1e-6:
        return (
            "Your net says the same of every photo. Something on the way throws away what the "
            "base has seen; follow the features from its output to the last unit."
        )
    return None
