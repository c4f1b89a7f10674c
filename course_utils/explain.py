"""What a trained network looks at, what its filters respond to, and whether to trust its certainty.

The chapter writes each of these out in plain Keras first; here they also take transfer models,
whose base is one layer that holds a network of its own.
"""

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops

#: Pictures whose maps are in memory at a time.
_CHUNK = 64


@dataclass(frozen=True)
class Reliability:
    """Certainty against truth, bin by bin.

    Attributes:
        edges: Borders of the bins, float array (num_bins + 1,), from 0 to 1.
        counts: Predictions in each bin, int array (num_bins,).
        confidence: Their mean confidence, float array (num_bins,); NaN where a bin is empty.
        accuracy: The share of them that is right, float array (num_bins,); NaN likewise.
        error: Expected calibration error: the mean distance between confidence and accuracy, each
            bin weighted by its count; 0 is perfect.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    error: float


def grad_cam(
    model: keras.Model,
    pictures: np.ndarray,
    layer_name: str,
    class_index: int | None = None,
) -> np.ndarray:
    """Return for each picture where the maps of a layer speak for a class.

    The score of the class, before the sigmoid or softmax, is differentiated by every value of the
    layer's maps. A map's weight is the mean of its derivatives; the heat map is the weighted sum
    of the maps, its negative values set to zero, divided by its maximum.

    Args:
        model: A functional model that ends in a sigmoid or softmax: a Dense layer, or an
            Activation layer on its own. The base of a transfer model may be nested in it.
        pictures: Array (n, height, width, channels) as the model takes it.
        layer_name: A layer with maps, of the model or of a model nested in it.
        class_index: The class that is asked about. None asks about the class that is predicted.
            A single sigmoid has the classes 0 and 1.

    Returns:
        Float array (n, rows, columns) of the size of the layer's maps, 0 to 1. A heat map is zero
        everywhere if no map speaks for the class.

    Raises:
        ValueError: For a model with more than one input or output or another ending, a layer that
            does not exist or has no maps, a class that does not exist, pictures of another shape,
            or a nested layer around whose model the other layers do not form a chain.

    After Selvaraju et al., Grad-CAM, ICCV 2017.

    Used in: 08.
    """
    import tensorflow as tf  # the tape belongs to TensorFlow

    num_classes = _num_classes(model)
    if class_index is not None:
        class_index = _class(class_index, num_classes)
    pictures = _pictures(model, pictures)
    probe = _probe(model, layer_name)
    heat_maps = []
    for chunk in _chunks(pictures):
        with tf.GradientTape() as tape:
            tape.watch(chunk)
            maps, before = probe(chunk, training=False)
            scores = _scores(model.layers[-1], before)
            chosen = _chosen(scores, class_index)
        # Scores without a path to the maps have no gradient: nothing speaks for the class.
        gradients = tape.gradient(chosen, maps, unconnected_gradients="zero")
        weights = ops.mean(ops.cast(gradients, "float32"), axis=(1, 2), keepdims=True)
        heat = ops.relu(ops.sum(weights * ops.cast(maps, "float32"), axis=-1))
        heat_maps.append(ops.convert_to_numpy(heat))
    heat_maps = np.concatenate(heat_maps)
    highest = heat_maps.max(axis=(1, 2), keepdims=True)
    return heat_maps / np.where(highest > 0, highest, 1.0)


def filter_patterns(
    model: keras.Model,
    layer_name: str,
    filters: Sequence[int],
    steps: int = 40,
    limits: tuple[float, float] = (0.0, 255.0),
    smoothing: float = 0.0,
    seed: int = 0,
) -> np.ndarray:
    """Return for each filter a picture that makes it respond more and more: gradient ascent.

    The weights stay as they are; the picture is changed. Each starts as grey with a little noise.
    In every step it is moved by a random number of pixels, takes a step along its gradient, whose
    length is made the same for all, and is moved back.

    Args:
        model: A functional model; pass the base itself to look into a transfer model.
        layer_name: A layer with maps. One before its relu is best: where a relu returns zero there
            is no gradient to follow.
        filters: Channels of that layer.
        steps: Number of steps.
        limits: Lowest and highest value that the model takes for a pixel.
        smoothing: Share of each pixel that is replaced after each step by the mean of its four
            neighbours, 0 to 1. Forms grow in the place of fine noise.
        seed: Of the noise and the moves.

    Returns:
        uint8 array (len(filters), height, width, channels) of the model's input size, 0 to 255,
        each picture stretched to the same contrast.

    Raises:
        ValueError: If the layer does not exist or has no maps, or has no such filter, if the
            model was built for pictures of any size, if ``steps`` is less than 1, or if
            ``smoothing`` lies outside of 0 to 1.

    After Chollet, Deep Learning with Python, 2nd ed., ch. 9.

    Used in: 08.
    """
    import tensorflow as tf

    if steps < 1:
        raise ValueError(f"steps must be 1 or more, got {steps}")
    if not 0 <= smoothing <= 1:
        raise ValueError(f"smoothing must lie from 0 to 1, got {smoothing}")
    responses = keras.Model(model.input, _layer_with_maps(model, layer_name).output)
    filters = _filters(filters, responses.output.shape[-1], layer_name)
    if None in model.input_shape[1:]:
        raise ValueError(f"{model.name} takes pictures of any size; build it for one size")
    shape = (len(filters), *model.input_shape[1:])
    low, high = limits
    draw = np.random.default_rng(seed)
    noise = draw.normal(0, 0.02 * (high - low), shape)
    pictures = tf.constant((low + high) / 2 + noise, tf.float32)
    chosen = ops.one_hot(filters, responses.output.shape[-1])
    for _ in range(steps):
        move = draw.integers(-4, 5, 2)
        moved = tf.roll(pictures, move, axis=(1, 2))
        with tf.GradientTape() as tape:
            tape.watch(moved)
            maps = ops.cast(responses(moved, training=False), "float32")
            response = ops.sum(ops.mean(maps, axis=(1, 2)) * chosen)
        gradient = tape.gradient(response, moved)
        length = ops.std(gradient, axis=(1, 2, 3), keepdims=True)
        moved += 0.01 * (high - low) * gradient / (length + 1e-12)
        neighbours = sum(tf.roll(moved, by, axis) for axis in (1, 2) for by in (-1, 1)) / 4
        moved += smoothing * (neighbours - moved)
        pictures = ops.clip(tf.roll(moved, -move, axis=(1, 2)), low, high)
    return _same_contrast(ops.convert_to_numpy(pictures))


def reliability(confidences: np.ndarray, right: np.ndarray, num_bins: int = 10) -> Reliability:
    """Return how often predictions are right that claim to be as certain as that.

    Args:
        confidences: Probability that each prediction gave to the class it chose, (n,), 0 to 1.
        right: Whether each was right, (n,).
        num_bins: Equal parts into which 0 to 1 is cut; a confidence of 1 belongs to the last.

    Raises:
        ValueError: If there is no prediction, the two differ in length, a confidence lies outside
            of 0 to 1, or ``num_bins`` is less than 1.

    >>> reliability([0.9, 0.9, 0.6, 0.6], [True, True, True, False]).error.round(3)
    0.1

    After Guo et al., On Calibration of Modern Neural Networks, ICML 2017.

    Used in: 08.
    """
    confidences = np.asarray(confidences, "float64")
    right = np.asarray(right, bool)
    if confidences.ndim != 1 or confidences.shape != right.shape or len(right) == 0:
        raise ValueError(
            "confidences and right must be two lists of the same length with at least one "
            f"prediction, got shapes {confidences.shape} and {right.shape}"
        )
    if not ((confidences >= 0) & (confidences <= 1)).all():
        raise ValueError("confidences are probabilities between 0 and 1; these are not")
    if num_bins < 1:
        raise ValueError(f"num_bins must be 1 or more, got {num_bins}")
    bins = np.minimum((confidences * num_bins).astype(int), num_bins - 1)
    counts = np.bincount(bins, minlength=num_bins)
    with np.errstate(invalid="ignore"):  # 0 / 0 in an empty bin
        confidence = np.bincount(bins, confidences, num_bins) / counts
        accuracy = np.bincount(bins, right, num_bins) / counts
    distance = np.nan_to_num(np.abs(confidence - accuracy))
    error = float((counts * distance).sum() / counts.sum())
    return Reliability(np.linspace(0, 1, num_bins + 1), counts, confidence, accuracy, error)


def _probe(model: keras.Model, layer_name: str) -> keras.Model:
    """Return a model of the same layers that gives a layer's maps and what the last layer reads."""
    last = model.layers[-1]
    if layer_name in _names(model):
        maps = _layer_with_maps(model, layer_name).output
        return keras.Model(model.input, [maps, last.input])
    if layer_name not in _all_names(model):
        raise _no_such_layer(model, layer_name)
    _check_chain(model, layer_name)
    inputs = x = keras.Input(model.input_shape[1:])
    maps = None
    for layer in model.layers[1:-1]:
        nested = isinstance(layer, keras.Model)
        if nested and maps is None and layer_name in _all_names(layer):
            maps, x = _opened(layer, layer_name)(x)
        else:
            x = layer(x)
    return keras.Model(inputs, [maps, x])


def _opened(model: keras.Model, layer_name: str) -> keras.Model:
    """Return a nested model that also gives the maps of one of its layers."""
    maps = _layer_with_maps(model, layer_name).output
    return keras.Model(model.input, [maps, model.output])


def _check_chain(model: keras.Model, layer_name: str) -> None:
    """Raise unless each layer around the nested models reads what one other layer returns."""
    for layer in model.layers:
        several = isinstance(layer.input, (list, tuple)) and len(layer.input) > 1
        if several and not isinstance(layer, keras.Model):
            raise ValueError(
                f"{layer_name!r} lies in a nested model, around which the other layers must form "
                f"a chain; {layer.name!r} joins several"
            )


def _names(model: keras.Model) -> list[str]:
    return [layer.name for layer in model.layers]


def _all_names(model: keras.Model) -> list[str]:
    """Return the names of a model's layers and of those in models nested in it."""
    nested = (layer for layer in model.layers if isinstance(layer, keras.Model))
    return _names(model) + [name for one in nested for name in _names(one)]


def _layer_with_maps(model: keras.Model, layer_name: str) -> layers.Layer:
    if layer_name not in _names(model):
        raise _no_such_layer(model, layer_name)
    layer = model.get_layer(layer_name)
    shape = getattr(layer.output, "shape", ())
    if len(shape) != 4:
        raise ValueError(
            f"the layer {layer_name!r} has no maps: it returns shape {tuple(shape[1:])} instead of "
            "(rows, columns, channels). Choose a convolution, or what follows one"
        )
    return layer


def _no_such_layer(model: keras.Model, layer_name: str) -> ValueError:
    return ValueError(
        f"{model.name} has no layer {layer_name!r}; there are {', '.join(_all_names(model))}"
    )


def _num_classes(model: keras.Model) -> int:
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise ValueError(f"{model.name} must have one input and one output")
    last = model.layers[-1]
    activation = getattr(last, "activation", None)
    units = model.output_shape[-1]
    if isinstance(last, (layers.Dense, layers.Activation)) and len(model.output_shape) == 2:
        if activation is keras.activations.sigmoid and units == 1:
            return 2
        if activation is keras.activations.softmax and units > 1:
            return units
    raise ValueError(
        f"{model.name} must end in one sigmoid or a softmax, in a Dense or Activation layer; its "
        f"last layer is {last.name!r}"
    )


def _scores(last: layers.Layer, before):
    """Return the scores per class before the activation, shape (n, units)."""
    before = ops.cast(before, "float32")
    if isinstance(last, layers.Activation):
        return before
    scores = ops.matmul(before, ops.cast(last.kernel, "float32"))
    return scores if last.bias is None else scores + ops.cast(last.bias, "float32")


def _chosen(scores, class_index: int | None):
    """Return the sum over all pictures of the score of the class asked about."""
    if scores.shape[-1] == 1:  # what speaks against class 1 speaks for class 0
        scores = ops.concatenate([-scores, scores], axis=-1)
    if class_index is None:
        return ops.sum(ops.max(scores, axis=-1))
    return ops.sum(scores[:, class_index])


def _class(class_index: int, num_classes: int) -> int:
    try:
        index = operator.index(class_index)
    except TypeError:
        index = -1
    if not 0 <= index < num_classes:
        raise ValueError(
            f"class_index must be a whole number from 0 to {num_classes - 1}, got {class_index!r}"
        )
    return index


def _filters(filters: Sequence[int], num_filters: int, layer_name: str) -> list[int]:
    filters = [int(index) for index in filters]
    if not filters or not all(0 <= index < num_filters for index in filters):
        raise ValueError(f"{layer_name!r} has the filters 0 to {num_filters - 1}, got {filters}")
    return filters


def _pictures(model: keras.Model, pictures: np.ndarray) -> np.ndarray:
    pictures = np.asarray(pictures, "float32")
    expected = model.input_shape[1:]
    fits = pictures.ndim == 4 and all(
        side in (None, found) for side, found in zip(expected, pictures.shape[1:], strict=True)
    )
    if not fits or len(pictures) == 0:
        raise ValueError(
            f"{model.name} takes pictures of shape (n, {', '.join(map(str, expected))}), "
            f"got {pictures.shape}"
        )
    return pictures


def _chunks(pictures: np.ndarray) -> Iterator:
    for start in range(0, len(pictures), _CHUNK):
        yield ops.convert_to_tensor(pictures[start : start + _CHUNK])


def _same_contrast(pictures: np.ndarray) -> np.ndarray:
    """Return pictures as bytes, all with the same mean and spread."""
    mean = pictures.mean(axis=(1, 2, 3), keepdims=True)
    spread = pictures.std(axis=(1, 2, 3), keepdims=True) + 1e-6
    return np.clip(128 + 50 * (pictures - mean) / spread, 0, 255).astype(np.uint8)
