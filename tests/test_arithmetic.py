"""The arithmetic against Keras layers that run.

An impulse is a picture of zeros with a single one. A batch that holds an impulse at every position
shows a layer's whole linear operator, so that where the padding stands is checked, not only how
large the output is.
"""

import doctest
import itertools
import math
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from xml.etree import ElementTree

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from course_utils import arithmetic, model_ledger, models
from course_utils.arithmetic import Window

pytestmark = pytest.mark.unit

# Keras refuses some layers with a ValueError, others only TensorFlow when they run.
REFUSALS = (ValueError, tf.errors.OpError)


def impulses(*shape: int) -> np.ndarray:
    """A batch with one picture for each position of ``shape`` (channels included)."""
    count = math.prod(shape)
    return np.eye(count, dtype="float32").reshape(count, *shape)


def run(layer: keras.Layer, shape: tuple[int, ...], kernel: np.ndarray | None = None) -> np.ndarray:
    """The operator of a layer of one channel, indexed by input axes, then by output axes."""
    layer.build((None, *shape, 1))
    layer.compute_output_shape((None, *shape, 1))  # sees what else only TensorFlow notices
    if kernel is not None:
        layer.kernel.assign(kernel.reshape(layer.kernel.shape))
    outputs = np.asarray(layer(impulses(*shape, 1)))[..., 0]
    if not outputs.size:
        raise ValueError(f"{layer.name} outputs nothing, which refuses as well as an error does")
    return outputs.reshape(*shape, *outputs.shape[1:])


def indicator(reads: list[tuple[int, ...]], size: int) -> np.ndarray:
    """1 at (position, window, weight) where ``reads`` says that the weight reads the position."""
    positions = np.arange(size)[:, None, None]
    return (positions == np.array(reads)[None]).astype("float32")


def combine(axes: list[np.ndarray], kernel: np.ndarray) -> np.ndarray:
    """The operator of one or two axes from the indicators of each axis."""
    if len(axes) == 1:
        return np.einsum("aox,x->ao", *axes, kernel)
    return np.einsum("aox,bpy,xy->abop", *axes, kernel)


# ---------------------------------------------------------------------------------------------
# Random configurations
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One layer on one input; a window for each axis."""

    kind: str
    sizes: tuple[int, ...]
    windows: tuple[Window, ...]
    output_padding: int | None = None

    @property
    def axes(self) -> list[tuple[int, Window]]:
        return list(zip(self.sizes, self.windows, strict=True))

    @property
    def kernel(self) -> np.ndarray:
        """Weights that are all different, so that none can be mistaken for another."""
        shape = [window.kernel_size for window in self.windows]
        return np.arange(1, math.prod(shape) + 1, dtype="float32").reshape(shape)


def draw(rng: random.Random, kind: str, rank: int) -> Case:
    """A random case; some are such that no layer can have them."""
    sizes = tuple(rng.randint(1, 9 if rank == 1 else 6) for _ in range(rank))
    padding = rng.choice(["valid", "same"])
    dilated = kind not in ("Max", "Average") and rng.random() < 0.3
    windows = []
    for size in sizes:
        stride = 1 if dilated else rng.randint(1, 4)
        if kind == "Depthwise" and windows:
            stride = windows[0].stride  # TensorFlow's depthwise kernels know equal strides only
        dilation = rng.randint(1, 3) if dilated else 1
        windows.append(Window(rng.randint(1, min(5, size + 1)), stride, padding, dilation))
    output_padding = rng.choice([None, None, 0, 1, 2]) if kind == "Transposed" else None
    return Case(kind, sizes, tuple(windows), output_padding)


def keras_operator(case: Case) -> np.ndarray:
    """What Keras computes."""
    rank, kernel = len(case.sizes), case.kernel
    strides = tuple(window.stride for window in case.windows)
    if case.kind in ("Max", "Average"):
        # Keras takes the pool size for the stride where none is given.
        layer = getattr(layers, f"{case.kind}Pooling{rank}D")(
            kernel.shape,
            None if strides == kernel.shape else strides,
            padding=case.windows[0].padding,
        )
        return run(layer, case.sizes)
    settings = {
        "kernel_size": kernel.shape,
        "strides": strides,
        "padding": case.windows[0].padding,
        "dilation_rate": tuple(window.dilation for window in case.windows),
        "use_bias": False,
        # In float32 oneDNN reads memory that nobody wrote where a single-channel picture has a
        # row stride of 1, a larger column stride and one column of output (TensorFlow 2.21).
        "dtype": "float32" if len(set(strides)) == 1 else "float64",
    }
    if case.kind == "Depthwise":
        layer = getattr(layers, f"DepthwiseConv{rank}D")(**settings)
    elif case.kind == "Transposed":
        layer = getattr(layers, f"Conv{rank}DTranspose")(
            filters=1, output_padding=case.output_padding, **settings
        )
    else:
        layer = getattr(layers, f"Conv{rank}D")(filters=1, **settings)
    return run(layer, case.sizes, kernel)


def predicted_operator(case: Case) -> np.ndarray:
    """What the arithmetic says that Keras computes."""
    if case.kind == "Transposed":
        outputs = [
            arithmetic.transposed_output_size(size, *window, case.output_padding)
            for size, window in case.axes
        ]
        writes = [
            arithmetic.transposed_taps(size, *window, case.output_padding)
            for size, window in case.axes
        ]
        assert [len(one) for one in writes] == list(case.sizes)
        axes = [indicator(one, size) for one, size in zip(writes, outputs, strict=True)]
        return combine([axis.swapaxes(0, 1) for axis in axes], case.kernel)
    axes = [indicator(arithmetic.taps(size, *window), size) for size, window in case.axes]
    if case.kind == "Average":  # the mean over those positions that are no padding
        axes = [axis / axis.sum(axis=(0, 2), keepdims=True) for axis in axes]
    pooling = case.kind in ("Max", "Average")
    return combine(axes, np.ones_like(case.kernel) if pooling else case.kernel)


def check_sizes(case: Case, operator: np.ndarray) -> None:
    """Compare sizes, padding and dropped positions with the operator that Keras computes."""
    rank = len(case.sizes)
    for axis, (size, window) in enumerate(case.axes):
        outputs = operator.shape[rank + axis]
        if case.kind == "Transposed":
            assert outputs == arithmetic.transposed_output_size(size, *window, case.output_padding)
            continue
        assert outputs == arithmetic.output_size(size, *window)
        if case.kind in ("Max", "Average"):
            stride = None if window.stride == window.kernel_size else window.stride
            assert outputs == arithmetic.pooling_output_size(
                size, window.kernel_size, stride, window.padding
            )
        before, after = arithmetic.padding_amounts(size, *window)
        reads = arithmetic.taps(size, *window)
        assert (before, after) == (max(-reads[0][0], 0), max(reads[-1][-1] - size + 1, 0))
        if all(one.dilation == 1 for one in case.windows):
            others = tuple(other for other in range(operator.ndim) if other != axis)
            last_read = np.flatnonzero(operator.any(axis=others))[-1]
            assert arithmetic.dropped_rows(size, *window) == size - 1 - last_read
        elif window.dilation > 1:  # it reaches the end, even if it steps over the last positions
            assert arithmetic.dropped_rows(size, *window) == 0


def agrees(case: Case, operator: np.ndarray) -> bool:
    predicted = predicted_operator(case)
    return predicted.shape == operator.shape and np.allclose(predicted, operator, rtol=1e-5)


def arithmetic_refuses(case: Case) -> bool:
    try:
        predicted_operator(case)
    except ValueError:
        return True
    return False


WANTED = {"Conv": 1200, "Depthwise": 200, "Max": 400, "Average": 400, "Transposed": 500}


@pytest.mark.slow
def test_random_configurations_agree_with_keras_layers_that_run():
    rng = random.Random(2)
    agreed, refused = Counter(), Counter()
    for (kind, wanted), rank in itertools.product(WANTED.items(), (1, 2)):
        while agreed[kind, rank] < wanted:
            case = draw(rng, kind, rank)
            if arithmetic_refuses(case):
                with pytest.raises(REFUSALS):
                    keras_operator(case)
                refused[kind, rank] += 1
            else:
                operator = keras_operator(case)
                assert agrees(case, operator), case
                check_sizes(case, operator)
                agreed[kind, rank] += 1
    assert sum(agreed.values()) >= 5000
    assert all(refused[kind, rank] >= 10 for kind, rank in agreed)


def swapped(input_size, *window):
    """Padding as PyTorch users expect it: the additional zero before the input."""
    return ORIGINAL_PADDING(input_size, *window)[::-1]


def symmetric(input_size, *window):
    """Padding of (span − 1) / 2 on both sides, as in the formula of most textbooks."""
    _, window = input_size, Window(*window)
    amount = (window.span - 1) // 2 if window.padding == "same" else 0
    return amount, amount


ORIGINAL_PADDING = arithmetic.padding_amounts


@pytest.mark.parametrize("wrong", [swapped, symmetric])
def test_wrong_placement_of_the_padding_is_caught_although_every_size_is_right(monkeypatch, wrong):
    case = Case("Conv", (6,), (Window(3, 2, "same"),))
    operator = keras_operator(case)
    assert agrees(case, operator)
    monkeypatch.setattr(arithmetic, "padding_amounts", wrong)
    assert predicted_operator(case).shape == operator.shape
    assert not agrees(case, operator)


def test_padded_average_is_caught():
    """Keras leaves the padding out of the mean; the mean over all three positions is another."""
    case = Case("Average", (5,), (Window(3, 1, "same"),))
    operator = keras_operator(case)
    assert agrees(case, operator)
    over_all = combine([indicator(arithmetic.taps(5, 3, padding="same"), 5)], np.ones(3)) / 3
    assert not np.allclose(over_all, operator)


# ---------------------------------------------------------------------------------------------
# What Keras refuses
# ---------------------------------------------------------------------------------------------


def conv(*arguments, **settings):
    return lambda: run(layers.Conv1D(1, *arguments, **settings), (7,))


def transposed(*arguments, **settings):
    return lambda: run(layers.Conv1DTranspose(1, *arguments, **settings), (7,))


def call(function, *arguments, **settings):
    return lambda: getattr(arithmetic, function)(*arguments, **settings)


REFUSED = {
    "not a size": [
        (conv(0), call("output_size", 7, 0)),
        (conv(-3), call("taps", 7, -3)),
        (conv(2.5), call("padding_amounts", 7, 2.5)),
        (conv(1.0), call("dropped_rows", 7, 1.0)),
        (conv(3, strides=0), call("output_size", 7, 3, 0)),
        (conv(3, dilation_rate=0), call("output_size", 7, 3, dilation=0)),
        (lambda: run(layers.MaxPooling1D(0), (7,)), call("pooling_output_size", 7, 0)),
        (lambda: run(layers.MaxPooling1D(2, 0), (7,)), call("pooling_output_size", 7, 2, 0)),
        (lambda: layers.Conv2D(0, 3), call("conv_parameters", 3, 0, 3)),
        (lambda: layers.Conv2D(2, (3, 0)), call("conv_parameters", 3, 2, (3, 0))),
        (lambda: layers.Dense(0), call("dense_parameters", 3, 0)),
        (lambda: layers.DepthwiseConv2D(0), call("depthwise_parameters", 3, 0)),
        (lambda: layers.SeparableConv2D(-1, 3), call("separable_parameters", 3, -1, 3)),
        (transposed(3, output_padding=-1), call("transposed_taps", 7, 3, output_padding=-1)),
    ],
    "padding": [
        (conv(3, padding="full"), call("output_size", 7, 3, padding="full")),
        (transposed(3, padding="causal"), call("transposed_taps", 7, 3, padding="causal")),
        (
            lambda: run(layers.AveragePooling1D(3, padding="full"), (7,)),
            call("pooling_output_size", 7, 3, padding="full"),
        ),
    ],
    "too large": [
        (conv(8), call("output_size", 7, 8)),
        (conv(3, dilation_rate=4), call("taps", 7, 3, dilation=4)),
        (lambda: run(layers.MaxPooling1D(8), (7,)), call("pooling_output_size", 7, 8)),
    ],
    "stride and dilation": [
        (conv(3, strides=2, dilation_rate=2), call("output_size", 7, 3, 2, dilation=2)),
        (
            transposed(3, strides=2, dilation_rate=2),
            call("transposed_output_size", 7, 3, 2, dilation=2),
        ),
    ],
    "output padding": [
        (
            transposed(3, strides=2, output_padding=2),
            call("transposed_output_size", 7, 3, 2, output_padding=2),
        ),
    ],
    "no output padding": [
        (
            transposed(4, strides=2, padding="same", output_padding=0),
            call("transposed_taps", 7, 4, 2, "same", output_padding=0),
        ),
    ],
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_keras_refuses_raises_value_error(reason):
    for with_keras, with_arithmetic in REFUSED[reason]:
        with pytest.raises((*REFUSALS, ZeroDivisionError)):
            with_keras()
        with pytest.raises(ValueError):
            with_arithmetic()


def test_every_refusal_has_an_example():
    assert REFUSED.keys() == arithmetic.KERAS_REFUSES.keys()


def test_the_offending_value_is_named():
    for function, value in [
        (call("output_size", 7, 2.5), "2.5"),
        (call("output_size", 7, 3, padding="full"), "'full'"),
        (call("output_size", 7, 8), "8 positions does not fit into 7"),
        (call("output_size", 7, True), "True"),
        (call("multiply_adds", 0, 9), "output_size .* 0"),
        (call("receptive_field", 4, [Window(3), Window(3)]), "3 positions does not fit into 2"),
    ]:
        with pytest.raises(ValueError, match=value):
            function()


def test_stride_and_dilation_on_different_axes():
    """Keras refuses them too; only the depthwise layers take both, whatever their docs say."""
    with pytest.raises(ValueError, match="dilation"):
        layers.Conv2D(1, 3, strides=(2, 1), dilation_rate=(1, 2))
    assert run(layers.DepthwiseConv1D(3, strides=2, dilation_rate=2), (7,)).shape == (7, 2)


def test_dropped_rows_are_those_after_the_last_tap():
    for size, kernel, stride, padding, dilation in itertools.product(
        range(1, 10), range(1, 5), range(1, 5), ("valid", "same"), range(1, 4)
    ):
        try:
            reads = arithmetic.taps(size, kernel, stride, padding, dilation)
        except ValueError:
            continue
        dropped = max(size - 1 - reads[-1][-1], 0)
        assert arithmetic.dropped_rows(size, kernel, stride, padding, dilation) == dropped


def test_dropped_rows_of_a_long_input_need_no_list_of_taps(monkeypatch):
    monkeypatch.delattr(arithmetic, "taps")
    assert arithmetic.dropped_rows(10**15, 3, 7) == (10**15 - 3) % 7


def test_layers_of_a_stack_may_be_plain_tuples():
    assert arithmetic.receptive_field(28, [(3, 1), [2, 2], (3,)]) == arithmetic.receptive_field(
        28, [Window(3), Window(2, 2), Window(3)]
    )
    for layer in (3, (), (3, 1, "same", 1, 1)):
        with pytest.raises(ValueError, match="a layer must be a Window or its values, not"):
            arithmetic.receptive_field(28, [layer])


def test_no_sizes_at_all_are_refused():
    with pytest.raises(ValueError, match=r"kernel_size .* one for each axis, not \(\)"):
        arithmetic.conv_parameters(3, 4, ())
    with pytest.raises(ValueError, match=r"output_size .* not \[\]"):
        arithmetic.multiply_adds([], 9)


def test_numpy_integers_give_plain_integers():
    assert repr(arithmetic.taps(np.int64(3), np.int32(2), np.int64(1))) == "[(0, 1), (1, 2)]"
    assert repr(arithmetic.dropped_rows(np.int64(6), 3, np.int64(2))) == "1"
    assert repr(arithmetic.transposed_output_size(np.int64(6), 3)) == "8"


# ---------------------------------------------------------------------------------------------
# Parameters, multiply-adds and receptive fields
# ---------------------------------------------------------------------------------------------


def test_parameters_are_those_of_keras():
    rng = random.Random(3)
    for _ in range(50):
        channels, filters, bias = rng.randint(1, 9), rng.randint(1, 9), rng.random() < 0.5
        kernel = rng.choice([rng.randint(1, 5), (rng.randint(1, 5), rng.randint(1, 5))])
        for layer, expected in [
            (
                layers.Conv2D(filters, kernel, use_bias=bias),
                arithmetic.conv_parameters(channels, filters, kernel, bias),
            ),
            (
                layers.Conv2DTranspose(filters, kernel, use_bias=bias),
                arithmetic.conv_parameters(channels, filters, kernel, bias),
            ),
            (
                layers.DepthwiseConv2D(kernel, use_bias=bias),
                arithmetic.depthwise_parameters(channels, kernel, bias),
            ),
            (
                layers.SeparableConv2D(filters, kernel, use_bias=bias),
                arithmetic.separable_parameters(channels, filters, kernel, bias),
            ),
            (
                layers.Dense(filters, use_bias=bias),
                arithmetic.dense_parameters(channels, filters, bias),
            ),
        ]:
            layer.build((None, 9, 9, channels))
            assert layer.count_params() == expected, layer


def products(layer: keras.Layer, *shape: int) -> int:
    """How many pairs of an input and an output value a layer joins by a weight, padding apart."""
    layer.build((None, *shape))
    for weight in layer.weights:
        weight.assign(np.ones(weight.shape))
    return np.count_nonzero(layer(impulses(*shape)))


def test_multiply_adds_are_the_products_that_a_layer_computes():
    no_bias = {"use_bias": False}
    conv = arithmetic.conv_parameters(2, 3, (2, 3), **no_bias)
    assert conv == 36
    # Without padding and overlap every product joins another pair of an input and an output.
    assert products(layers.Conv2D(3, (2, 3), **no_bias), 5, 7, 2) == 4 * 5 * 36
    assert arithmetic.multiply_adds((4, 5), conv) == 4 * 5 * 36
    assert products(layers.Conv2DTranspose(3, (2, 3), strides=2, **no_bias), 5, 7, 2) == 5 * 7 * 36
    depthwise = arithmetic.depthwise_parameters(2, (2, 3), **no_bias)
    assert products(layers.DepthwiseConv2D((2, 3), **no_bias), 5, 7, 2) == 4 * 5 * depthwise
    pointwise = arithmetic.conv_parameters(2, 3, 1, **no_bias)
    assert products(layers.Conv2D(3, 1, **no_bias), 4, 5, 2) == 4 * 5 * pointwise
    separable = arithmetic.separable_parameters(2, 3, (2, 3), **no_bias)
    assert separable == depthwise + pointwise
    dense = arithmetic.dense_parameters(6, 4, **no_bias)
    assert products(layers.Dense(4, **no_bias), 6) == arithmetic.multiply_adds(1, dense) == 24


def seen(model: keras.Model, size: int) -> np.ndarray:
    """Whether (pixel, position) depend on each other, for a one-dimensional model.

    All kernels are 1, all biases 0 and all impulses positive: nothing cancels, and maxima rise.
    """
    let_everything_through(model)
    return np.asarray(model(impulses(size, 1))).any(axis=-1)


def let_everything_through(model: keras.Model) -> None:
    for weight in model.weights:
        if weight.name.endswith("kernel"):
            weight.assign(np.ones(weight.shape))


STACKS = {
    "convnet": (28, [Window(3), Window(2, 2), Window(3), Window(2, 2), Window(3)]),
    "padded": (27, [Window(3, 1, "same"), Window(3, 2, "same"), Window(4, 2, "same")]),
    "dilated": (30, [Window(3, 1, "same", 2), Window(2, 2), Window(3, 1, "valid", 3)]),
}


def stack(size: int, windows: list[Window]) -> keras.Model:
    """The windows as convolutions, every second one as a max pooling."""
    model = keras.Sequential([keras.Input((size, 1))])
    for number, window in enumerate(windows):
        if number % 2 and window.dilation == 1:
            model.add(layers.MaxPooling1D(window.kernel_size, window.stride, window.padding))
        else:
            kernel, stride, padding, dilation = window
            model.add(layers.Conv1D(1, kernel, stride, padding, dilation_rate=dilation))
    return model


@pytest.mark.parametrize("name", STACKS)
def test_receptive_fields_are_the_pixels_that_reach_a_unit(name):
    size, windows = STACKS[name]
    for depth in range(1, len(windows) + 1):
        field = arithmetic.receptive_field(size, windows)[depth - 1]
        reached = seen(stack(size, windows[:depth]), size)
        assert reached.shape == (size, field.positions)
        whole = 0
        for position in range(field.positions):
            first = field.start + position * field.jump
            last = first + field.size - 1
            pixels = np.flatnonzero(reached[:, position])
            if 0 <= first and last < size:
                whole += 1
                assert (pixels[0], pixels[-1]) == (first, last)
            else:  # nothing outside of the field, even where the border cuts it
                assert first <= pixels[0] <= pixels[-1] <= last
        assert whole, "no field lies inside of the picture, so nothing was compared"


# ---------------------------------------------------------------------------------------------
# The ledger
# ---------------------------------------------------------------------------------------------


def column(ledger: model_ledger.Ledger, name: str) -> list:
    return [getattr(row, name) for row in ledger.rows]


def mnist_convnet() -> keras.Sequential:
    return keras.Sequential(
        [
            keras.Input((28, 28, 1), name="picture"),
            layers.Conv2D(32, 3, activation="relu", name="conv_1"),
            layers.MaxPooling2D(2, name="pool_1"),
            layers.Conv2D(64, 3, activation="relu", name="conv_2"),
            layers.MaxPooling2D(2, name="pool_2"),
            layers.Conv2D(64, 3, activation="relu", name="conv_3"),
            layers.Flatten(name="flatten"),
            layers.Dense(64, activation="relu", name="dense"),
            layers.Dense(10, activation="softmax", name="digits"),
        ],
        name="mnist_convnet",
    )


def test_ledger_of_the_mnist_convnet():
    model = mnist_convnet()
    ledger = arithmetic.ledger(model)
    assert column(ledger, "parameters") == [0, 320, 0, 18_496, 0, 36_928, 0, 36_928, 650]
    assert sum(column(ledger, "parameters")[:6]) == 55_744
    assert ledger.parameters == model.count_params() == 93_322
    conv = [26 * 26 * 32 * 9, 11 * 11 * 64 * 32 * 9, 3 * 3 * 64 * 64 * 9]
    assert column(ledger, "multiply_adds") == [
        *[0, conv[0], 0, conv[1], 0, conv[2], 0],
        *[576 * 64, 64 * 10],
    ]
    assert ledger.multiply_adds == 2_794_240
    assert column(ledger, "receptive_field") == "1 3 4 8 10 18 26 26 26".split()
    assert column(ledger, "jump") == "1 1 2 2 4 4 – – –".split()
    assert ledger.rows[3].output_shape == (11, 11, 64)
    assert str(ledger).splitlines()[0].split() == (
        "layer kind output parameters multiply-adds receptive field jump".split()
    )
    assert str(ledger).splitlines()[-1].split() == ["total", "93,322", "2,794,240"]


def test_mnist_convnet_never_sees_the_last_two_rows():
    """The ledger's 26 of 28: the second pooling drops a row, which is two rows of the picture."""
    model = mnist_convnet()
    let_everything_through(model)
    until_dense = keras.Model(model.inputs[0], model.get_layer("dense").output)
    reached = np.asarray(until_dense(impulses(28, 28, 1)))
    rows, columns = np.nonzero(reached.any(axis=-1).reshape(28, 28))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (0, 25, 0, 25)


def test_ledger_of_the_small_convnet():
    model = keras.Sequential([keras.Input((180, 180, 3)), layers.Rescaling(1 / 255)])
    for filters in (32, 64, 128, 256):
        model.add(layers.Conv2D(filters, 3, activation="relu"))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Conv2D(256, 3, activation="relu"))
    model.add(layers.Flatten())
    model.add(layers.Dense(1, activation="sigmoid"))
    ledger = arithmetic.ledger(model)
    assert ledger.parameters == model.count_params() == 991_041
    sides = [(178, 3, 32), (87, 32, 64), (41, 64, 128), (18, 128, 256), (7, 256, 256)]
    convolutions = sum(side**2 * 9 * before * after for side, before, after in sides)
    assert ledger.multiply_adds == convolutions + 7 * 7 * 256


def residual_model() -> keras.Model:
    """Residual blocks with a layer that is used twice and a nested model that doubles the map."""
    inputs = keras.Input((61, 1))
    x = residual = layers.Conv1D(1, 3, activation="relu", name="first")(inputs)
    shared = layers.Conv1D(1, 4, padding="same", activation="relu", name="shared")
    x = shared(shared(x))
    x = residual = layers.Add(name="same_shape")([x, residual])
    block = keras.Sequential(
        [
            keras.Input((None, 1)),
            layers.BatchNormalization(name="normalization"),
            layers.Conv1D(1, 3, padding="same", use_bias=False, name="inner"),
            layers.MaxPooling1D(3, 2, padding="same", name="pooling"),
        ],
        name="block",
    )
    projection = layers.Conv1D(1, 1, strides=2, padding="same", name="projection")
    x = layers.Add(name="pooled")([block(x), projection(residual)])
    return keras.Model(inputs, x, name="residual")


def test_ledger_of_a_residual_model_with_a_shared_layer_and_a_nested_model():
    model = residual_model()
    ledger = arithmetic.ledger(model)
    rows = {row.name: row for row in ledger.rows}
    assert column(ledger, "name") == [
        *[model.layers[0].name, "first", "shared", "shared", "same_shape"],
        *["block", "  normalization", "  inner", "  pooling", "projection", "pooled"],
    ]
    assert ledger.parameters == model.count_params() == 4 + 5 + 4 + 3 + 2
    # The shared layer's parameters are counted once, its operations each time that it runs.
    assert [row.parameters for row in ledger.rows if row.name == "shared"] == [5, 0]
    assert [row.multiply_adds for row in ledger.rows if row.name == "shared"] == [59 * 4, 59 * 4]
    assert ledger.multiply_adds == 59 * 3 + 2 * 59 * 4 + 59 * 3 + 30 * 1
    # The nested model was built for any length; the ledger shows the length that it gets here.
    assert rows["  inner"].output_shape == (59, 1)
    assert (rows["pooled"].receptive_field, rows["pooled"].jump) == ("13", "2")


def test_receptive_field_of_a_residual_model_is_what_reaches_its_units():
    """A shortcut alone sees 3 pixels; the field is the one over all paths."""
    model = residual_model()
    for name in ("same_shape", "pooled", "projection"):
        part = keras.Model(model.inputs[0], model.get_layer(name).output)
        reached = seen(part, 61)
        middle = np.flatnonzero(reached[:, reached.shape[1] // 2])
        assert arithmetic.ledger(part).rows[-1].receptive_field == str(middle[-1] - middle[0] + 1)


def test_asymmetric_paths_see_more_than_the_larger_of_them():
    """Two paths of 3 and 2 pixels that begin one pixel apart see 4 pixels together."""
    inputs = keras.Input((32, 1))
    late = layers.Conv1D(1, 2, padding="same")(layers.Conv1D(1, 2, padding="same")(inputs))
    model = keras.Model(inputs, layers.Add()([late, layers.Conv1D(1, 3, padding="same")(inputs)]))
    middle = np.flatnonzero(seen(model, 32)[:, 16])
    assert middle[-1] - middle[0] + 1 == 4
    assert arithmetic.ledger(model).rows[-1].receptive_field == "4"


def test_ledger_of_rectangles_borders_and_channels():
    inputs = keras.Input((20, 30, 3))
    x = layers.ZeroPadding2D(((1, 0), (2, 2)))(inputs)
    x = layers.DepthwiseConv2D((3, 5))(x)
    x = layers.SeparableConv2D(8, 3, strides=2, padding="same")(x)
    x = layers.Dense(4)(x)
    outputs = [layers.GlobalAveragePooling2D()(x), layers.Conv2DTranspose(2, 3, strides=2)(x)]
    model = keras.Model(inputs, outputs)
    ledger = arithmetic.ledger(model)
    assert ledger.parameters == model.count_params()
    assert column(ledger, "receptive_field") == "1 1 3×5 5×7 5×7 all ?".split()
    assert column(ledger, "jump") == "1 1 1 2 2 – ?".split()
    assert column(ledger, "output_shape")[2:5] == [(19, 30, 3), (10, 15, 8), (10, 15, 4)]
    assert column(ledger, "multiply_adds")[2:] == [
        *[19 * 30 * 3 * 15, 10 * 15 * (3 * 9 + 3 * 8), 10 * 15 * 8 * 4],
        *[0, 10 * 15 * 4 * 2 * 9],
    ]


def test_a_border_of_zeros_moves_the_field():
    inputs = keras.Input((4, 4, 1))
    above = layers.Conv2D(1, (2, 1))(layers.ZeroPadding2D(((1, 0), (0, 0)))(inputs))
    below = layers.Conv2D(1, (2, 1), padding="same")(inputs)
    both = arithmetic.ledger(keras.Model(inputs, layers.Add()([above, below])))
    assert both.rows[-1].receptive_field == "3×1"
    # Two rows of zeros make room for a second window, without which the last row is dropped.
    wide = layers.Conv2D(1, (3, 1), strides=3)(layers.ZeroPadding2D(((0, 2), (0, 2)))(inputs))
    rows = arithmetic.ledger(keras.Model(inputs, layers.Flatten()(wide))).rows
    assert rows[-1].receptive_field == "all"


def test_augmentation_changes_nothing_in_the_ledger():
    plain = models.build_small_convnet()
    augmented = models.build_small_convnet(augmentation=models.build_augmentation())
    rows = {row.name: row for row in arithmetic.ledger(augmented).rows}
    assert rows.pop("augmentation").multiply_adds == 0
    assert list(rows.values()) == list(arithmetic.ledger(plain).rows)
    # A pipeline may hold anything; what is no augmentation stays unknown.
    other = layers.Pipeline([layers.RandomFlip(), layers.CenterCrop(9, 9)])
    cropped = arithmetic.ledger(keras.Sequential([keras.Input((12, 12, 3)), other]))
    assert cropped.multiply_adds is None


@pytest.mark.parametrize("base", ["VGG16", "MobileNetV2"])
def test_preprocessing_changes_nothing_in_the_ledger(base):
    options = {"input_shape": (64, 64, 3), "weights": None}
    model = models.build_transfer_model(base, **options)
    ledger = arithmetic.ledger(model)
    without = arithmetic.ledger(models.build_transfer_model(model.layers[2], (64, 64, 3)))
    assert ledger.multiply_adds == without.multiply_adds > 0
    assert ledger.parameters == model.count_params()
    fields = {row.name: row.receptive_field for row in ledger.rows}
    assert fields["preprocessing"] == "1"
    assert "?" not in fields.values()
    assert fields.items() >= {row.name: row.receptive_field for row in without.rows}.items()


def test_taking_a_map_apart_is_known_for_channels_only():
    def last_row(outputs):
        return arithmetic.ledger(keras.Model(inputs, outputs)).rows[-1]

    inputs = keras.Input((8, 6, 3))
    channels = [inputs[..., channel] for channel in (2, 0)]
    known = last_row(keras.ops.stack(channels, axis=-1))
    assert (known.multiply_adds, known.receptive_field) == (0, "1")
    for unknown in (
        inputs[:, 1],
        inputs[:, ::2, ::2],
        channels[0][..., 0],
        keras.ops.stack(channels, axis=1),
        keras.ops.stack([inputs, inputs], axis=-1),
    ):
        row = last_row(unknown)
        assert (row.multiply_adds, row.receptive_field) == (None, "?")


def test_a_change_of_precision_changes_nothing_in_the_ledger():
    """Older versions of Keras show one as a layer where 16-bit products are computed."""
    inputs = keras.Input((8, 6, 3))
    outputs = layers.Conv2D(2, 3)(keras.ops.cast(inputs, "bfloat16"))
    cast, convolution = arithmetic.ledger(keras.Model(inputs, outputs)).rows[1:]
    assert (cast.kind, cast.multiply_adds, cast.receptive_field) == ("Cast", 0, "1")
    assert convolution.receptive_field == "3"


def test_channels_first_are_refused():
    first = layers.Conv2D(2, 3, data_format="channels_first", name="conv")
    with pytest.raises(ValueError, match="channels last, but conv has them first"):
        arithmetic.ledger(keras.Sequential([keras.Input((3, 20, 20)), first]))


def test_ledger_of_a_flat_input():
    model = keras.Sequential([keras.Input((784,)), layers.Dense(10)])
    assert arithmetic.ledger(model).multiply_adds == 7840


class Unknown(keras.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(7,))

    def call(self, inputs):
        return inputs * self.scale[0]


class FastNormalization(keras.layers.BatchNormalization):
    """A layer that is known by the class it extends."""


def test_unknown_layers_are_no_silent_zero():
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            layers.Conv2D(2, 3),
            FastNormalization(),
            Unknown(name="<unknown>"),
            layers.Conv2D(2, 3),
        ]
    )
    ledger = arithmetic.ledger(model)
    assert column(ledger, "parameters") == [0, 56, 8, 7, 38]
    assert ledger.parameters == model.count_params()
    assert column(ledger, "multiply_adds") == [0, 6 * 6 * 54, 0, None, 4 * 4 * 36]
    assert ledger.multiply_adds is None
    assert column(ledger, "receptive_field") == "1 3 3 ? ?".split()
    assert str(ledger).splitlines()[-1].split() == ["total", "109", "?"]


def test_html_holds_the_same_cells_as_the_text():
    ledger = arithmetic.ledger(mnist_convnet())
    table = ElementTree.fromstring(ledger._repr_html_())
    assert table.find("caption").text == "mnist_convnet"
    cells = [[cell.text or "" for cell in row] for row in table.iter("tr")]
    text = [line for line in str(ledger).splitlines() if set(line) != {"-"}]
    assert ["".join(row).replace(" ", "") for row in cells] == [
        line.replace(" ", "") for line in text
    ]
    assert "script" not in ledger._repr_html_()
    hostile = keras.Sequential([keras.Input((4,)), layers.Dense(1, name="<b>&")])
    assert "&lt;b&gt;&amp;" in arithmetic.ledger(hostile)._repr_html_()


def test_models_without_a_picture_of_known_size_are_refused():
    one, two = keras.Input((8, 1)), keras.Input((8, 1))

    class Subclassed(keras.Model):
        def call(self, inputs):
            return inputs

    for model in [
        Subclassed(),
        keras.Sequential([layers.Dense(1)]),
        keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(1, 3)]),
        keras.Model([one, two], layers.Add()([one, two])),
    ]:
        with pytest.raises(ValueError, match="one input of known size"):
            arithmetic.ledger(model)


# ---------------------------------------------------------------------------------------------
# Promises
# ---------------------------------------------------------------------------------------------


def test_examples_in_the_docstrings_hold():
    failed, attempted = doctest.testmod(arithmetic)
    assert attempted >= 10
    assert failed == 0


def heavy_modules_after(statement: str) -> str:
    heavy = "{'tensorflow', 'keras', 'numpy', 'matplotlib'}"
    probe = f"import sys; {statement}; print(sorted({heavy} & set(sys.modules)))"
    return subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_import_is_cheap():
    assert heavy_modules_after("import course_utils.arithmetic") == "[]"
    assert heavy_modules_after("import numpy, course_utils.arithmetic") == "['numpy']"
