"""Pieces that several networks share: blocks of layers, the input and the output.

A block is a function from a Keras tensor to a Keras tensor. Its ``number`` goes into the names of
its layers, so that ``model.get_layer("block_2_conv_1")`` means the same in every session.
"""

from collections.abc import Sequence
from numbers import Integral

import keras
from keras import layers

from course_utils.models.normalization import BatchNormalization


def conv_pool_block(
    inputs: keras.KerasTensor, num_filters: int, number: int, pooling: bool = True
) -> keras.KerasTensor:
    """Convolve without padding, then halve height and width.

    A 3×3 convolution with relu (``conv_<number>``) takes one pixel off each side; a 2×2 max
    pooling (``pool_<number>``) keeps the largest value of each window and drops an odd last row
    or column.

    Args:
        inputs: Maps of shape (batch, height, width, channels).
        num_filters: Depth of the output.
        number: Place of the block in the network, from 1.
        pooling: Whether the pooling layer is there.

    Returns:
        Maps of shape (batch, (height - 2) // 2, (width - 2) // 2, num_filters); without pooling
        (batch, height - 2, width - 2, num_filters).

    Raises:
        ValueError: If the maps are smaller than the windows (from Keras).

    After Chollet, Deep Learning with Python, 2nd ed., ch. 8.

    Used in: 02, 03, 04, 05
    """
    x = layers.Conv2D(num_filters, 3, activation="relu", name=f"conv_{number}")(inputs)
    if pooling:
        x = layers.MaxPooling2D(2, name=f"pool_{number}")(x)
    return x


def residual_block(
    inputs: keras.KerasTensor, num_filters: int, number: int, pooling: bool = False
) -> keras.KerasTensor:
    """Add the input to the result of two 3×3 convolutions.

    The two can only be added where their shapes agree, which makes three cases:

    - same shape: the input is added as it is;
    - another number of channels: a 1×1 convolution without activation projects the input;
    - pooling: that projection takes strides of 2, even where the channels stay the same.

    Args:
        inputs: Maps of shape (batch, height, width, channels).
        num_filters: Depth of the output.
        number: Place of the block in the network, from 1.
        pooling: Whether a 2×2 max pooling halves height and width (rounded up).

    Returns:
        Maps of shape (batch, height, width, num_filters), height and width halved by pooling.

    After Chollet, Deep Learning with Python, 2nd ed., ch. 9.

    Used in: 06
    """
    name = f"block_{number}"
    x = inputs
    for position in (1, 2):
        x = layers.Conv2D(
            num_filters, 3, padding="same", activation="relu", name=f"{name}_conv_{position}"
        )(x)
    shortcut = inputs
    if pooling:
        x = layers.MaxPooling2D(2, padding="same", name=f"{name}_pool")(x)
    if pooling or inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(
            num_filters, 1, strides=2 if pooling else 1, name=f"{name}_projection"
        )(inputs)
    return layers.Add(name=f"{name}_add")([x, shortcut])


def separable_block(
    inputs: keras.KerasTensor, num_filters: int, number: int, momentum: float = 0.99
) -> keras.KerasTensor:
    """Add a projected input to two depthwise separable convolutions: the mini-Xception's block.

    Twice: batch normalization, relu, separable 3×3 convolution. Then a 3×3 max pooling with
    strides of 2 halves height and width (rounded up), as does the 1×1 projection of the input.
    No convolution has a bias, as the batch normalization that follows would subtract it.

    Args:
        inputs: Maps of shape (batch, height, width, channels).
        num_filters: Depth of the output.
        number: Place of the block in the network, from 1.
        momentum: Of the batch normalizations' moving statistics: the share that they keep at each
            step. Trainings of a few hundred steps need less than Keras' 0.99, or what is measured
            on validation pictures lags behind.

    Returns:
        Maps of shape (batch, ceil(height / 2), ceil(width / 2), num_filters).

    After Chollet, Deep Learning with Python, 2nd ed., ch. 9.

    Used in: 06
    """
    name = f"block_{number}"
    x = inputs
    for position in (1, 2):
        x = BatchNormalization(momentum=momentum, name=f"{name}_norm_{position}")(x)
        x = layers.Activation("relu", name=f"{name}_relu_{position}")(x)
        x = layers.SeparableConv2D(
            num_filters, 3, padding="same", use_bias=False, name=f"{name}_separable_{position}"
        )(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    shortcut = layers.Conv2D(num_filters, 1, strides=2, use_bias=False, name=f"{name}_projection")(
        inputs
    )
    return layers.Add(name=f"{name}_add")([x, shortcut])


def smallest_input_size(windows: Sequence[tuple[int, int]]) -> int:
    """Return the smallest height or width from which a stack of unpadded windows gets one value.

    Works backwards from that one value: n values in a row need (n - 1) * stride + size inputs.

    Args:
        windows: Size and stride of each convolution or pooling, first layer first.

    >>> smallest_input_size([(3, 1), (2, 2), (3, 1)])
    8

    Used in: the builders of this package
    """
    needed = 1
    for size, stride in reversed(windows):
        needed = (needed - 1) * stride + size
    return needed


def check_input_shape(
    input_shape: Sequence[int], windows: Sequence[tuple[int, int]] = ()
) -> tuple[int, int, int]:
    """Return ``input_shape`` as a tuple of three ints if a network can take it.

    Args:
        input_shape: Height, width and number of channels.
        windows: Size and stride of the network's unpadded windows, first layer first.

    Raises:
        ValueError: If these are not three positive integers, or if height or width is too small
            for the windows; the message names the smallest that works.

    Used in: the builders of this package
    """
    if (
        not isinstance(input_shape, (tuple, list))
        or len(input_shape) != 3
        or not all(isinstance(side, Integral) and side > 0 for side in input_shape)
    ):
        raise ValueError(
            "input_shape must be three positive integers (height, width, channels), "
            f"got {input_shape!r}"
        )
    height, width, channels = (int(side) for side in input_shape)
    smallest = smallest_input_size(windows)
    if min(height, width) < smallest:
        raise ValueError(
            f"input_shape {(height, width, channels)} is too small for this network: the "
            f"smallest height and width that work are {smallest}"
        )
    return height, width, channels


def prediction_layer(num_units: int) -> keras.layers.Dense:
    """Return the last layer: one sigmoid for two classes, or a softmax with a unit per class.

    Used in: the builders of this package
    """
    return layers.Dense(
        num_units,
        activation="sigmoid" if num_units == 1 else "softmax",
        # Under mixed precision 16 bits are too coarse for probabilities and their logarithms.
        dtype="float32",
        name="predictions",
    )
