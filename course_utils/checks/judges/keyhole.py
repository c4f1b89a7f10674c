"""The judge of exercise 03.6: a stack that sees far for few parameters.

What it sees is computed, and then measured on the net that the student built: whole columns and
rows of a picture are changed, and a value of the last map has to notice.
"""

from typing import Any

import numpy as np

from course_utils import arithmetic
from course_utils.language import translate

_PICTURE = (64, 64, 3)
_LEAST_FIELD, _MOST_PARAMETERS = 40, 15_000
_LEAST_PLACES, _LEAST_CHANNELS = 4, 32
_LARGEST_WINDOW = 5
#: Pictures of random pixels; a relu may hide a change in some of them, hardly in all.
_NUM_PICTURES = 6


def judge(answer: object) -> str | None:
    """Return the hint for a stack that does not see far enough or costs too much."""
    import keras

    if isinstance(answer, list | tuple) and all(isinstance(one, keras.Layer) for one in answer):
        answer = keras.Sequential([keras.Input(_PICTURE), *answer]) if answer else None
    if not isinstance(answer, keras.Model):
        return (
            "The check needs the net itself: keras.Sequential with an Input and your layers, or a "
            "keras.Model. Not a function that builds it, not a list of numbers."
        )
    if not answer.built or getattr(answer, "inputs", None) is None:
        return (
            "This net is not built yet, so it has no shapes. Let it begin with "
            "keras.Input((64, 64, 3))."
        )
    return _misses_the_form(answer) or _sees_too_little(answer) or _measured(answer)


def _misses_the_form(net: Any) -> str | None:
    if tuple(net.input_shape[1:]) != _PICTURE:
        return translate(
            "Your net takes pictures of {shape}. For this exercise, let it begin with "
            "keras.Input((64, 64, 3)).",
            shape=tuple(net.input_shape[1:]),
        )
    shape = tuple(net.output_shape[1:])
    if len(shape) != 3:
        return translate(
            "Your net ends in the shape {shape}. The question is what one value of a feature map "
            "sees, so let the net end with maps: no Flatten, no Dense, no global pooling.",
            shape=shape,
        )
    if min(shape[:2]) < _LEAST_PLACES:
        return translate(
            "Your last maps are {height}×{width}. They should keep at least 4×4 places: "
            "fewer strides or poolings, smaller kernels behind them, or same padding, leave more "
            "of them.",
            height=shape[0],
            width=shape[1],
        )
    for layer in _layers(net):
        for what in ("kernel_size", "pool_size"):
            size = np.ravel(getattr(layer, what, 1))
            if size.max() > _LARGEST_WINDOW:
                return translate(
                    "A {layer} of your net has windows of {size}. None may be larger than 5×5 "
                    "here: several small ones in a row see as far, and they do more on the way.",
                    layer=type(layer).__name__,
                    size="×".join(map(str, size)),
                )
    if shape[2] < _LEAST_CHANNELS:
        return translate(
            "Your last layer gives {number} maps. The exercise asks for 32 or more.",
            number=shape[2],
        )
    return None


def _layers(net: Any) -> list:
    """Return a net's layers, with those of the nets inside it."""
    return [
        inner
        for layer in net.layers
        for inner in (_layers(layer) if hasattr(layer, "layers") else [layer])
    ]


def _sees_too_little(net: Any) -> str | None:
    parameters = net.count_params()
    if parameters > _MOST_PARAMETERS:
        return translate(
            "Your net has {number:,} parameters, {more:,} too many. "
            "A kernel costs its area times the channels that come in, times those that go out. "
            "Keep kernels small and early layers narrow; pooling widens the view for nothing.",
            number=parameters,
            more=parameters - _MOST_PARAMETERS,
        )
    size = arithmetic.ledger(net).rows[-1].receptive_field
    seen = [int(side) for side in size.split("×") if side.isdigit()]
    if seen and min(seen) < _LEAST_FIELD:
        return translate(
            "Within the budget, but a value of your last map sees {size} pixels along a side. "
            "Pooling doubles the jump, so that every later window reaches twice as far; and a "
            "layer adds more to the field the later it stands. (arithmetic.ledger shows both.)",
            size=size,
        )
    return None


def _measured(net: Any) -> str | None:
    columns, rows = _lines_that_reach(net)
    least = min(len(columns), len(rows))
    if least == 0:
        return (
            "Whatever the check changed in the picture, your last map stayed the same. Are there "
            "weights of zero in your net, or a layer that cuts everything off?"
        )
    if least >= _LEAST_FIELD:
        return None
    few = columns if len(columns) <= len(rows) else rows
    if few[-1] - few[0] + 1 >= _LEAST_FIELD:
        return translate(
            "The field is wide enough, but it has holes: at most {number} lines of pixels reach a "
            "value of the last map. A dilation, or a stride that is larger than its window, "
            "steps over pixels, and nobody ever reads them.",
            number=least,
        )
    return translate(
        "The check changed the picture line by line, and at most {number} lines reached the same "
        "value of your last map. Which layer narrows the view?",
        number=least,
    )


def _lines_that_reach(net: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns and the rows of the picture that reach the value which sees most."""
    random = np.random.default_rng(36)
    height, width, _ = _PICTURE
    reached = False  # afterwards by line and place of the last map, columns before rows
    for _ in range(_NUM_PICTURES):
        picture = random.normal(size=_PICTURE).astype("float32")
        # Large changes, so that numbers of 16 bits show those that arrive over few paths.
        other = 50 * random.normal(size=_PICTURE).astype("float32")
        batch = np.repeat(picture[None], 1 + width + height, axis=0)
        for column in range(width):
            batch[1 + column, :, column] = other[:, column]
        for row in range(height):
            batch[1 + width + row, row] = other[row]
        maps = np.asarray(net.predict(batch, batch_size=129, verbose=0), "float32")
        reached |= (maps[1:] != maps[0]).any(axis=-1)
        # Near a border a value sees less than its field, for part of that lies in the padding.
        seen = np.minimum(reached[:width].sum(axis=0), reached[width:].sum(axis=0))
        best = np.unravel_index(seen.argmax(), seen.shape)
        if seen[best] >= _LEAST_FIELD:
            break
    lines = reached[:, *best]
    return np.flatnonzero(lines[:width]), np.flatnonzero(lines[width:])
