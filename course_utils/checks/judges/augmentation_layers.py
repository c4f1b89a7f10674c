"""Judges of the exercises in which augmentations are put together from Keras layers."""

import numpy as np

from course_utils.checks.answers import as_array
from course_utils.checks.core import Failed, call, reason
from course_utils.language import translate

_NO_LAYERS = (
    "The check needs the layers themselves: a keras.Sequential of them, stored under the name "
    "that stands on the left."
)


def judge_translation(answer: object) -> str | None:
    """Return the hint for a translation of the old recipe of exercise 05.7, None where it fits.

    Used in: 05.
    """
    layers = _layers(answer)
    if layers is None:
        return _NO_LAYERS
    found = {}
    for layer in layers:
        kind = type(layer).__name__
        if kind not in _OPTIONS:
            return translate(
                "{kind} translates none of the five options of the recipe. Leave it out.", kind=kind
            )
        if kind in found:
            return translate("{kind} is there twice. One layer does for each option.", kind=kind)
        found[kind] = layer.get_config()
    for kind, option in _OPTIONS.items():
        if kind not in found:
            return translate(
                "Nothing in your layers does what {option} did. Which layer does?", option=option
            )
    rules = (_rotation, _translation, _zoom, _flip, _rescaling, _filling)
    return next((hint for rule in rules if (hint := rule(found))), None)


_OPTIONS = {
    "RandomRotation": "rotation_range",
    "RandomTranslation": "width_shift_range",
    "RandomZoom": "zoom_range",
    "RandomFlip": "horizontal_flip",
    "Rescaling": "rescale",
}


def _layers(answer: object) -> list | None:
    """Return the layers of a model, of a list, or of what a function builds, without inputs."""
    import keras

    if callable(answer) and not isinstance(answer, keras.layers.Layer):
        answer = call(answer)
    if isinstance(answer, list | tuple):
        parts = [_layers(part) for part in answer]
        return None if None in parts or not parts else sum(parts, [])
    if isinstance(answer, keras.Model):
        parts = [_layers(part) for part in answer.layers]
        return sum(parts, [])
    if isinstance(answer, keras.layers.InputLayer):
        return []
    return [answer] if isinstance(answer, keras.layers.Layer) else None


def _bounds(factor: object) -> tuple[float, float]:
    """Return the smallest and the largest of a factor in any of its forms."""
    if isinstance(factor, list | tuple):
        return float(factor[0]), float(factor[1])
    return (-float(factor), float(factor)) if factor is not None else (np.nan, np.nan)


def _is(factor: object, expected: float) -> bool:
    return bool(np.allclose(_bounds(factor), (-expected, expected), atol=1e-4))


def _rotation(found: dict[str, dict]) -> str | None:
    factor = found["RandomRotation"]["factor"]
    if _is(factor, 18 / 360):
        return None
    if _is(factor, 18 / 100):
        return "The layer's number is a fraction, but of what? A hundred degrees make no turn."
    if _is(factor, 18 / 180):
        return (
            "Your rotation is twice as far as the old one: the layer's number is a fraction of a "
            "full turn, not of a half one, and goes to both sides, as the old number did."
        )
    if _is(factor, 9 / 360):
        return "The old number went to both sides, and so does the layer's: nothing is halved."
    if _is(factor, np.radians(18)):
        return "That would be radians. The layer's number is a fraction of a full turn."
    low, high = (360 * bound for bound in _bounds(factor))
    return translate(
        "Your layer turns from {low:.1f} to {high:.1f} degrees. How far did the old recipe, and "
        "to which sides?",
        low=low,
        high=high,
    )


def _translation(found: dict[str, dict]) -> str | None:
    height, width = (found["RandomTranslation"][f"{side}_factor"] for side in ("height", "width"))
    if _is(height, 0) and _is(width, 0.15):
        return None
    if _is(height, 0.15) and _is(width, 0):
        return (
            "Your layer shifts up and down. The first number of RandomTranslation is for the "
            "height, the second for the width."
        )
    if _is(height, 0.15) and _is(width, 0.15):
        return "Your layer also shifts up and down. The recipe has nothing of that kind."
    return "Look at the shifts again: which of the two directions did the recipe shift, how far?"


def _zoom(found: dict[str, dict]) -> str | None:
    height, width = (found["RandomZoom"][f"{side}_factor"] for side in ("height", "width"))
    if _is(height, 0.3) and width is None:
        return (
            "Your zoom keeps the shape of things. The old one drew width and height one by one, "
            "so that a cat could come out wide. How does RandomZoom do that?"
        )
    if _is(height, 0.3) and _is(width, 0.3):
        return None
    return (
        "Look at the zoom again: the old number reached to both sides of 1, for the height and "
        "for the width. Each of the two has a number of its own in RandomZoom."
    )


def _flip(found: dict[str, dict]) -> str | None:
    if found["RandomFlip"]["mode"] == "horizontal":
        return None
    return "Your RandomFlip also turns pictures upside down; say which flip the recipe had."


def _rescaling(found: dict[str, dict]) -> str | None:
    scale, offset = found["Rescaling"]["scale"], found["Rescaling"].get("offset", 0)
    if np.allclose(scale, 1 / 255, rtol=0.001) and np.allclose(offset, 0):
        return None
    return (
        "Your Rescaling does not bring pixels from 0–255 to 0–1. Its first argument is the number "
        "that each pixel is multiplied by."
    )


def _filling(found: dict[str, dict]) -> str | None:
    moving = ("RandomRotation", "RandomTranslation", "RandomZoom")
    other = [kind for kind in moving if found[kind]["fill_mode"] != "nearest"]
    if not other:
        return None
    return translate(
        "All numbers are right. One thing the recipe does not say: how {kind} fills what it "
        "uncovers. The table in section 7 was for a recipe that spelled it out. What did the old "
        "tool do when it was not told, and what does the layer?",
        kind=other[0],
    )


# A grey sign plate with three coloured marks: red above left, green above right, blue below left.
_SIZE, _MARK, _FAR, _COPIES = 96, 13, 18, 32
_GREY = 110.0


def judge_policy(answer: object) -> str | None:
    """Return the hint for an augmentation of road signs, None where it is a sensible one.

    Used in: 05.
    """
    import keras

    layers = _layers(answer)
    if not layers:
        return _NO_LAYERS
    policy = keras.Sequential(layers)
    pictures = np.stack([_plate()] * _COPIES)
    resting = _run(policy, pictures, training=False)
    if not np.allclose(resting, pictures, atol=1):
        return (
            "With training=False your layers change the pictures, for example their scale. This "
            "part of the net should only augment: 0 to 255 goes in and comes out."
        )
    versions = _run(policy, pictures, training=True)
    if versions.min() < -1 or versions.max() > 256:
        return translate(
            "In training your layers return pixels from {low:.0f} to {high:.0f}. No photo has "
            "such; which layer is not told the range 0 to 255?",
            low=versions.min(),
            high=versions.max(),
        )
    found = [one for one in map(_see, versions) if one is not None]
    # Marks that are cut off may look like others, too, but hardly in every other version.
    if len(found) < _COPIES / 2:
        return _COLORS
    return _lies(found) or (_missing(found) if len(found) == _COPIES else _COLORS)


_COLORS = (
    "In some versions the colours are no longer what they were, or cannot be seen. A red ring "
    "forbids and a blue disc orders: here, colour is part of the label."
)


def _plate() -> np.ndarray:
    picture = np.full((_SIZE, _SIZE, 3), _GREY, "float32")
    for channel, (up, left) in enumerate([(-_FAR, -_FAR), (-_FAR, _FAR), (_FAR, -_FAR)]):
        top, side = (_SIZE // 2 + where - _MARK // 2 for where in (up, left))
        picture[top : top + _MARK, side : side + _MARK] = 40
        picture[top : top + _MARK, side : side + _MARK, channel] = 220
    return picture


def _run(policy, pictures: np.ndarray, training: bool) -> np.ndarray:
    try:
        result = as_array(policy(pictures, training=training))
    except Exception as error:  # whatever the layers stop with, the answer is a sentence
        raise Failed(translate("Your layers stop with {reason}.", reason=reason(error))) from None
    if result is None or result.shape != pictures.shape or not np.isfinite(result).all():
        raise Failed(
            "Your layers should return pictures of the size that they are given, and do not. Take "
            "layers that augment, and nothing else."
        )
    return result


def _see(version: np.ndarray) -> dict[str, float] | None:
    """Return what has happened to a plate, None if a mark cannot be seen or has another colour."""
    rows, columns = np.mgrid[:_SIZE, :_SIZE]
    marks, strength = [], []
    for channel in range(3):
        own, others = version[..., channel], np.delete(version, channel, axis=2)
        excess = own - others.max(axis=2)
        strongest = np.unravel_index(excess.argmax(), excess.shape)
        if excess[strongest] < 25 or np.ptp(others[strongest]) > 0.3 * excess[strongest]:
            return None
        mark = excess > excess.max() / 2
        marks.append((columns[mark].mean(), -rows[mark].mean()))
        strength.append(excess.max())
    red, green, blue = np.array(marks)
    right, down = green - red, blue - red
    area = right[1] * down[0] - right[0] * down[1]
    middle = (green + blue) / 2 - ((_SIZE - 1) / 2, -(_SIZE - 1) / 2)
    return {
        "angle": np.degrees(np.arctan2(right[1], right[0])),
        "mirrored": area < 0,
        "size": np.sqrt(abs(area)) / (2 * _FAR),
        "shift": np.abs(middle).max() / _SIZE,
        "light": np.median(version),
        "contrast": np.mean(strength),
    }


def _lies(seen: list[dict[str, float]]) -> str | None:
    largest = {key: max(abs(one[key]) for one in seen) for key in ("angle", "shift")}
    sizes, lights = ([one[key] for one in seen] for key in ("size", "light"))
    # Where versions are missing, those that went furthest are among them.
    whole = len(seen) == _COPIES
    # These two first: far off the middle, the picture's mirror image comes in at the edge.
    if largest["shift"] > (0.25 if whole else 0.18):
        return translate(
            "Some signs are shifted by {shift:.0%} of the picture, so that their edge is cut off. "
            "The detector is not that wrong.",
            shift=largest["shift"],
        )
    if min(sizes) < (0.55 if whole else 0.7) or max(sizes) > (1.6 if whole else 1.4):
        return translate(
            "Some signs come out {smallest:.1f} to {largest:.1f} times as large as they were. "
            "That is far more than the fifth that the description speaks of.",
            smallest=min(sizes),
            largest=max(sizes),
        )
    if any(one["mirrored"] for one in seen):
        return (
            "Some signs come out mirrored, left for right or up for down. What would the driver "
            "do who is told “turn left” by a sign that says “turn right”?"
        )
    if largest["angle"] > 20:
        return translate(
            "Some signs come out turned by {angle:.0f} degrees. An arrow to the left that is "
            "turned far enough points somewhere else. How far did the camera tilt?",
            angle=largest["angle"],
        )
    if min(lights) < _GREY - 90 or max(lights) > _GREY + 90:
        return (
            "Some pictures are almost black or almost white. Would you still read the sign at "
            "the weakest light that your layers make?"
        )
    return None


def _missing(seen: list[dict[str, float]]) -> str | None:
    spread = {key: np.ptp([one[key] for one in seen]) for key in seen[0] if key != "mirrored"}
    if spread["size"] < 0.04:
        return (
            "Nothing here lies, but something is missing: signs come nearer and farther, and your "
            "versions are all of one size."
        )
    if spread["shift"] < 0.012:
        return (
            "Nothing here lies, but something is missing: signs sit a little off the middle, and "
            "yours never do."
        )
    if spread["angle"] < 1:
        return (
            "Nothing here lies, but something is missing: the camera tilts a little, and your "
            "versions never do."
        )
    if spread["light"] < 6 and spread["contrast"] < 10:
        return (
            "Nothing here lies, but something is missing: in the morning and at dusk the light is "
            "another one, and in your versions it never changes."
        )
    return None
