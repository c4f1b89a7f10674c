"""Judge of the exercise that mirrors a random half of every batch."""

from collections.abc import Callable

import numpy as np

from course_utils.checks.answers import as_array
from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.language import translate

_NUM_CALLS = 8


def judge(answer: object) -> str | None:
    """Return the hint for a function or layer that augments, None where it mirrors one half.

    Used in: 05.
    """
    function = _as_function(answer)
    if function is None:
        return NOT_A_FUNCTION
    random = np.random.default_rng(5)
    for shape in ((64, 6, 8, 3), (9, 7, 5, 1)):
        pictures = random.integers(0, 256, shape).astype("float32")
        resting = call(function, pictures, False)
        changed = call(function, pictures, True)
        for batch, training in ((resting, False), (changed, True)):
            if hint := _not_a_batch(batch, shape, training):
                return hint
        if not _equal(resting, pictures):
            if _equal(changed, pictures):
                return (
                    "It is the other way round: with training=False pictures change, with "
                    "training=True they do not. Augmentation belongs to training."
                )
            return (
                "With training=False the pictures come out changed. Then the validation pictures "
                "are augmented, too, and so is every photo that the finished net is asked about."
            )
    pictures = random.integers(0, 256, (64, 6, 8, 3)).astype("float32")
    batches = [as_array(call(function, pictures, True)) for _ in range(_NUM_CALLS)]
    return _in_training(pictures, batches)


def _as_function(answer: object) -> Callable | None:
    """Return what takes pictures and ``training`` in this order, None where nothing does."""
    import keras

    if isinstance(answer, type) and issubclass(answer, keras.layers.Layer):
        answer = answer()
    if isinstance(answer, keras.layers.Layer):
        layer = answer  # Keras takes everything but tensors by name
        return lambda pictures, training: layer(pictures, training=training)
    return answer if callable(answer) else None


def _not_a_batch(batch: object, shape: tuple[int, ...], training: bool) -> str | None:
    array = as_array(batch)
    if array is None or array.ndim == 0:
        return translate(
            "With training={training} the result is not a batch of pictures. Return the pictures "
            "alone; the labels need not pass through here, for they stay as they are.",
            training=training,
        )
    if array.shape == shape:
        return None
    if array.shape[1:] == shape[1:]:
        return translate(
            "Of {given} pictures with training={training} you return {returned}. Each picture is "
            "replaced by its version; none is added and none left out, or the labels no longer "
            "fit.",
            given=shape[0],
            training=training,
            returned=len(array),
        )
    return translate(
        "A batch of the shape {given} comes out in the shape {returned}. Mirroring changes no "
        "shape; which axis is the width?",
        given=shape,
        returned=array.shape,
    )


def _in_training(pictures: np.ndarray, batches: list[np.ndarray]) -> str | None:
    known = {
        "same": pictures,
        "mirrored": pictures[:, :, ::-1],
        "upside down": pictures[:, ::-1],
        "half turn": pictures[:, ::-1, ::-1],
        "other colours": pictures[..., ::-1],
    }
    kinds = [[_kind(batch[k], known, k) for k in range(len(pictures))] for batch in batches]
    seen = {kind for row in kinds for kind in row}
    for kind, hint in _MISTAKES.items():
        if kind in seen:
            return hint
    mirrored = np.array(kinds) == "mirrored"
    shares = mirrored.mean(axis=1)
    if not mirrored.any():
        return "With training=True nothing changes. Which pictures should come out mirrored?"
    if mirrored.all():
        return (
            "With training=True every picture is mirrored. Then the net never sees the photos as "
            "they will come; the question asks for one half of them."
        )
    if set(shares) <= {0.0, 1.0}:
        return (
            "One coin decides for the whole batch: all are mirrored or none. Toss one for each "
            "picture, so that every batch holds both."
        )
    if (mirrored == mirrored[0]).all():
        return (
            "In every call the same pictures are mirrored, by their place in the batch or by a "
            "fixed seed. Let chance choose anew each time."
        )
    if not 0.3 <= shares.mean() <= 0.7:
        return translate(
            "Of {number} pictures {mirrored} were mirrored. The question asks for one half, at "
            "least on average.",
            number=mirrored.size,
            mirrored=mirrored.sum(),
        )
    return None


# By what happens to some picture.
_MISTAKES = {
    "upside down": (
        "Some pictures are upside down: the axes of a batch are picture, height, width, channel. "
        "Which one is turned around where left and right change places?"
    ),
    "half turn": (
        "Some pictures are mirrored and upside down, as after a half turn. Turn around the width "
        "only."
    ),
    "other colours": (
        "In some pictures red and blue change places: the last axis holds the colours, the one "
        "before it the width."
    ),
    "moved": (
        "Some pictures come out in another place of the batch. Their labels stay where they are, "
        "so a cat would be called a dog. Keep the order: where a coin says so, replace a picture "
        "in its place."
    ),
    "scaled": (
        "Some pictures come out with other values. Mirroring moves pixels and leaves their values, "
        "here from 0 to 255, alone."
    ),
    "unknown": (
        "Some pictures come out neither as they were nor mirrored. Compare one of them with "
        "picture[:, ::-1], pixel by pixel."
    ),
}


def _kind(picture: np.ndarray, known: dict[str, np.ndarray], place: int) -> str:
    """Return what has happened to a picture."""
    for kind, versions in known.items():
        if _equal(picture, versions[place]):
            return kind
    for kind in ("same", "mirrored"):
        if (abs(known[kind] - picture).max(axis=(1, 2, 3)) < 0.5).any():
            return "moved"
        if picture.std() > 0:
            together = np.corrcoef(picture.ravel(), known[kind][place].ravel())[0, 1]
            if together > 0.99:
                return "scaled"
    return "unknown"


def _equal(one: object, other: np.ndarray) -> bool:
    return bool(np.allclose(as_array(one), other, atol=0.5))
