"""The networks that the course trains from scratch, from the first MLP to the mini-Xception.

Each plain convnet is described by one list of ``(num_filters, pooling)``, a pair per convolution.
Both the layers and the smallest possible input follow from it.
"""

from collections.abc import Iterator

import keras
from keras import layers

from course_utils.models.blocks import (
    check_input_shape,
    conv_pool_block,
    prediction_layer,
    residual_block,
    separable_block,
)

Shape = tuple[int, int, int]
Stack = list[tuple[int, bool]]


def build_mlp(input_shape: Shape = (28, 28, 1)) -> keras.Model:
    """Return the multilayer perceptron that the first convnet has to beat.

    Flatten, Dense 512 relu, Dense 10 softmax: 407,050 parameters at 28×28×1. Takes values
    between 0 and 1.

    Args:
        input_shape: Height, width and channels; 1×1 works.

    Raises:
        ValueError: If ``input_shape`` is not three positive integers.

    After Chollet, Deep Learning with Python, 2nd ed., ch. 2.

    Used in: 01, 02
    """
    inputs = keras.Input(check_input_shape(input_shape), name="image")
    x = layers.Flatten(name="flatten")(inputs)
    x = layers.Dense(512, activation="relu", name="dense_1")(x)
    return keras.Model(inputs, prediction_layer(10)(x), name="mlp")


def build_mnist_convnet(
    input_shape: Shape = (28, 28, 1),
    num_classes: int = 10,
    include_top: bool = True,
    pooling: bool = True,
) -> keras.Model:
    """Return the convnet for digits.

    Convolutions with 32, 64 and 64 filters, the first two pooled, give maps of (3, 3, 64); then
    Flatten, Dense 64 relu and a softmax. Takes values between 0 and 1. Parameters at 28×28×1:

    - 93,322 with its top, of which the convolutions have 55,744;
    - 2,038,922 without pooling, as the last maps are (22, 22, 64); the convolutions stay 55,744.

    Args:
        input_shape: Height, width and channels; at least 18×18, without pooling 7×7.
        num_classes: Units of the softmax.
        include_top: Whether the dense layers are there. If not, the model returns the last maps.
        pooling: Whether the first two convolutions are followed by 2×2 max pooling.

    Raises:
        ValueError: If ``input_shape`` is not three positive integers or too small.

    After Chollet, Deep Learning with Python, 1st ed., ch. 5.

    Used in: 02, 03
    """
    stack = [(32, pooling), (64, pooling), (64, False)]
    inputs = _image_input(input_shape, stack)
    x = _convolutions(inputs, stack)
    if include_top:
        x = layers.Flatten(name="flatten")(x)
        x = layers.Dense(64, activation="relu", name="dense_1")(x)
        x = prediction_layer(num_classes)(x)
    return keras.Model(inputs, x, name="mnist_convnet")


def build_small_convnet(
    input_shape: Shape = (180, 180, 3),
    augmentation: keras.layers.Layer | None = None,
    dropout: float = 0.0,
) -> keras.Model:
    """Return the plain convnet for cats and dogs.

    Convolutions with 32, 64, 128, 256 and 256 filters, all but the last pooled, then Flatten
    (12,544 values from 7×7×256) and one sigmoid: 991,041 parameters at 180×180×3.

    Args:
        input_shape: Height, width and channels; at least 78×78.
        augmentation: Layers in front, such as ``build_augmentation()``.
        dropout: Share of the flattened values that a Dropout before the last layer sets to zero
            in training; 0 leaves the layer out.

    Raises:
        ValueError: If ``input_shape`` is not three positive integers or too small, or if
            ``dropout`` does not lie between 0 and 1.

    After Chollet, Deep Learning with Python, 2nd ed., ch. 8.

    Used in: 04, 05, 06, 07, A2
    """
    stack = [(32, True), (64, True), (128, True), (256, True), (256, False)]
    inputs = _image_input(input_shape, stack)
    x = _convolutions(_scaled(inputs, augmentation), stack)
    x = layers.Flatten(name="flatten")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    return keras.Model(inputs, prediction_layer(1)(x), name="small_convnet")


def build_first_edition_convnet(
    input_shape: Shape = (150, 150, 3),
    augmentation: keras.layers.Layer | None = None,
    dropout: float = 0.0,
) -> keras.Model:
    """Return the earlier edition's convnet for cats and dogs.

    Convolutions with 32, 64, 128 and 128 filters, all pooled, then Flatten (6,272 values), Dense
    512 relu and one sigmoid: 3,453,121 parameters at 150×150×3, nearly all in the dense layers.

    Args:
        input_shape: Height, width and channels; at least 46×46.
        augmentation: Layers in front, such as ``build_augmentation()``.
        dropout: Share of the flattened values that a Dropout before the dense layers sets to
            zero in training; 0 leaves the layer out.

    Raises:
        ValueError: If ``input_shape`` is not three positive integers or too small, or if
            ``dropout`` does not lie between 0 and 1.

    After Chollet, Deep Learning with Python, 1st ed., ch. 5.

    Used in: 04
    """
    stack = [(32, True), (64, True), (128, True), (128, True)]
    inputs = _image_input(input_shape, stack)
    x = _convolutions(_scaled(inputs, augmentation), stack)
    x = layers.Flatten(name="flatten")(x)
    if dropout:
        x = layers.Dropout(dropout, name="dropout")(x)
    x = layers.Dense(512, activation="relu", name="dense_1")(x)
    return keras.Model(inputs, prediction_layer(1)(x), name="first_edition_convnet")


def build_rps_convnet(
    input_shape: Shape = (150, 150, 3), augmentation: keras.layers.Layer | None = None
) -> keras.Model:
    """Return the convnet for rock, paper and scissors.

    Convolutions with 64, 64, 128 and 128 filters, all pooled, then Flatten (6,272 values),
    Dropout 0.5, Dense 512 relu and a softmax over 3 classes: 3,473,475 parameters at 150×150×3.

    Args:
        input_shape: Height, width and channels; at least 46×46.
        augmentation: Layers in front, such as ``build_augmentation()``.

    Raises:
        ValueError: If ``input_shape`` is not three positive integers or too small.

    After the rock-paper-scissors lab of the lecture slides.

    Used in: 05
    """
    stack = [(64, True), (64, True), (128, True), (128, True)]
    inputs = _image_input(input_shape, stack)
    x = _convolutions(_scaled(inputs, augmentation), stack)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    x = layers.Dense(512, activation="relu", name="dense_1")(x)
    return keras.Model(inputs, prediction_layer(3)(x), name="rps_convnet")


def build_horse_or_human_convnet(
    input_shape: Shape = (300, 300, 3), augmentation: keras.layers.Layer | None = None
) -> keras.Model:
    """Return the convnet for horses and humans.

    Convolutions with 16, 32, 64, 64 and 128 filters, all pooled, then Flatten (6,272 values),
    Dropout 0.5, Dense 128 relu, Dense 32 relu and a softmax over 2 classes: 941,506 parameters
    at 300×300×3.

    Args:
        input_shape: Height, width and channels; at least 94×94.
        augmentation: Layers in front, such as ``build_augmentation()``.

    Raises:
        ValueError: If ``input_shape`` is not three positive integers or too small.

    After the horse-or-human lab of the lecture slides.

    Used in: 05
    """
    stack = [(16, True), (32, True), (64, True), (64, True), (128, True)]
    inputs = _image_input(input_shape, stack)
    x = _convolutions(_scaled(inputs, augmentation), stack)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    x = layers.Dense(128, activation="relu", name="dense_1")(x)
    x = layers.Dense(32, activation="relu", name="dense_2")(x)
    return keras.Model(inputs, prediction_layer(2)(x), name="horse_or_human_convnet")


def build_residual_convnet(input_shape: Shape = (32, 32, 3)) -> keras.Model:
    """Return three residual blocks, one after the other.

    Filters 32 and 64 with pooling, 128 without, give maps of (8, 8, 128); then global average
    pooling and one sigmoid: 297,697 parameters at any size with 3 channels.

    Args:
        input_shape: Height, width and channels; padding makes even 1×1 work.

    Raises:
        ValueError: If ``input_shape`` is not three positive integers.

    After Chollet, Deep Learning with Python, 2nd ed., ch. 9.

    Used in: 06
    """
    inputs = keras.Input(check_input_shape(input_shape), name="image")
    x = _scaled(inputs)
    x = residual_block(x, 32, number=1, pooling=True)
    x = residual_block(x, 64, number=2, pooling=True)
    x = residual_block(x, 128, number=3)
    x = layers.GlobalAveragePooling2D(name="global_pool")(x)
    return keras.Model(inputs, prediction_layer(1)(x), name="residual_convnet")


def build_mini_xception(
    input_shape: Shape = (180, 180, 3),
    augmentation: keras.layers.Layer | None = None,
    momentum: float = 0.99,
) -> keras.Model:
    """Return the small relative of Xception, with everything that makes deep convnets trainable.

    A 5×5 convolution with 32 filters, then separable blocks with 32, 64, 128, 256 and 512
    filters, global average pooling, Dropout 0.5 and one sigmoid: 721,857 parameters at any size
    with 3 channels, of which 718,849 are trainable; the other 3,008 are the means and variances
    of the batch normalizations.

    Args:
        input_shape: Height, width and channels; at least 5×5.
        augmentation: Layers in front, such as ``build_augmentation()``.
        momentum: Of the batch normalizations, as in :func:`separable_block`.

    Raises:
        ValueError: If ``input_shape`` is not three positive integers or too small.

    After Chollet, Deep Learning with Python, 2nd ed., ch. 9.

    Used in: 06, A1, A2.
    """
    inputs = keras.Input(check_input_shape(input_shape, windows=[(5, 1)]), name="image")
    x = _scaled(inputs, augmentation)
    # Neighbouring colour channels are correlated, which is not what a separable convolution
    # assumes: the first convolution is a full one.
    x = layers.Conv2D(32, 5, use_bias=False, name="conv_1")(x)
    for number, num_filters in enumerate((32, 64, 128, 256, 512), start=1):
        x = separable_block(x, num_filters, number, momentum)
    x = layers.GlobalAveragePooling2D(name="global_pool")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    return keras.Model(inputs, prediction_layer(1)(x), name="mini_xception")


def _image_input(input_shape: Shape, stack: Stack) -> keras.KerasTensor:
    """Return the input of a plain convnet, or raise if it is too small for ``stack``."""
    return keras.Input(check_input_shape(input_shape, list(_windows(stack))), name="image")


def _windows(stack: Stack) -> Iterator[tuple[int, int]]:
    """Yield size and stride of each window that :func:`_convolutions` slides over its input."""
    for _, pooling in stack:
        yield 3, 1
        if pooling:
            yield 2, 2


def _scaled(
    inputs: keras.KerasTensor, augmentation: keras.layers.Layer | None = None
) -> keras.KerasTensor:
    """Augment pixels if asked to, and bring them from 0–255 to 0–1."""
    x = inputs if augmentation is None else augmentation(inputs)
    return layers.Rescaling(1 / 255, name="rescaling")(x)


def _convolutions(x: keras.KerasTensor, stack: Stack) -> keras.KerasTensor:
    """Apply one block ``conv_<n>``, ``pool_<n>`` per pair of ``stack``."""
    for number, (num_filters, pooling) in enumerate(stack, start=1):
        x = conv_pool_block(x, num_filters, number, pooling)
    return x
