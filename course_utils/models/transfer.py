"""Transfer learning: a new head on a pretrained, frozen base, and how to unfreeze a part of it."""

from collections.abc import Callable

import keras
from keras import layers

from course_utils.models.blocks import check_input_shape, prediction_layer

# Where Keras keeps an application, and beside it the preprocessing that its weights expect.
_APPLICATIONS = {
    "VGG16": keras.applications.vgg16,
    "MobileNetV2": keras.applications.mobilenet_v2,
}
# No base of the course needs more; it only bounds the search for the smallest possible input.
_LARGEST_SIZE_TRIED = 256


def build_transfer_model(
    base: keras.Model | str,
    input_shape: tuple[int, int, int] | None = None,
    num_classes: int = 2,
    augmentation: keras.layers.Layer | None = None,
    preprocess: Callable | None = None,
    weights: str | None = "imagenet",
) -> keras.Model:
    """Return a frozen base with a new head: Dropout 0.5, Dense 512 and 128 relu, a softmax.

    On VGG16 at 224×224×3 the base returns maps of (7, 7, 512) and the model has 27,626,178
    parameters, of which the head's 12,911,490 are trainable. The base is one layer of the model,
    ``model.get_layer(base.name)``, and frozen, so its batch normalizations are in inference mode
    also while the head is trained. :func:`unfreeze` prepares fine-tuning.

    Args:
        base: ``"VGG16"``, ``"MobileNetV2"``, or a model from pictures to maps. A model passed in
            is not copied: this function freezes it.
        input_shape: Height, width and channels. None takes (224, 224, 3), or the size that a
            model passed in was built for. At least 32×32 for the named bases.
        num_classes: Units of the softmax; 1 gives one sigmoid instead.
        augmentation: Layers in front, such as ``build_augmentation()``.
        preprocess: Turns pixels between 0 and 255 into what the base expects. None takes the
            application's own ``preprocess_input`` for a named base and nothing for a model
            passed in.
        weights: Of a named base: ``"imagenet"`` (downloaded once), the path of a weights file,
            or None for random weights. A model passed in keeps its own.

    Raises:
        ValueError: If ``base`` is an unknown name, or if ``input_shape`` is not three positive
            integers, is too small for the base or differs from the size it was built for.

    After the VGG16 lab of the lecture slides.

    Used in: 07
    """
    if isinstance(base, keras.Model):
        input_shape = check_input_shape(
            base.input_shape[1:] if input_shape is None else input_shape
        )
        _check_base_takes(base, input_shape)
    elif base in _APPLICATIONS:
        application = _APPLICATIONS[base]
        input_shape = check_input_shape((224, 224, 3) if input_shape is None else input_shape)
        preprocess = preprocess or application.preprocess_input
        base = getattr(application, base)(
            include_top=False, weights=weights, input_shape=input_shape
        )
    else:
        raise ValueError(
            f"unknown base {base!r}; pass a model or one of {', '.join(_APPLICATIONS)}"
        )
    base.trainable = False

    inputs = keras.Input(input_shape, name="image")
    x = inputs if augmentation is None else augmentation(inputs)
    if preprocess is not None:
        x = _as_layer(preprocess, input_shape)(x)
    x = base(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    x = layers.Dense(512, activation="relu", name="dense_1")(x)
    x = layers.Dense(128, activation="relu", name="dense_2")(x)
    return keras.Model(inputs, prediction_layer(num_classes)(x), name=f"transfer_{base.name}")


def unfreeze(base: keras.Model, first_layer: str) -> list[str]:
    """Make a base trainable from ``first_layer`` to its end, except its batch normalizations.

    A batch normalization that is not trainable stays in inference mode: it uses the means and
    variances of the source pictures and leaves them as they are. ``base(x, training=False)``
    does not achieve that under Keras 3, where ``model.fit`` overrides it
    (https://github.com/keras-team/keras/issues/20285).

    Keras notices only at the next ``model.compile``.

    Args:
        base: The base in a transfer model, ``model.get_layer("vgg16")``. Changed in place.
        first_layer: Name of its first layer to train: ``"block5_conv1"`` for VGG16's last block.

    Returns:
        Names of the layers whose weights are trainable now, first layer first.

    Raises:
        ValueError: If the base has no layer of that name (from Keras).

    After Chollet, Deep Learning with Python, 2nd ed., ch. 8.

    Used in: 07
    """
    first = base.layers.index(base.get_layer(first_layer))
    base.trainable = True
    for index, layer in enumerate(base.layers):
        normalizes = isinstance(layer, layers.BatchNormalization)
        layer.trainable = index >= first and not normalizes
    return [layer.name for layer in base.layers if layer.trainable_weights]


def _as_layer(preprocess: Callable, input_shape: tuple[int, int, int]) -> keras.Model:
    """Wrap a function of tensors into one step with a stable name that Keras can save."""
    pixels = keras.Input(input_shape, name="pixels")
    return keras.Model(pixels, preprocess(pixels), name="preprocessing")


def _check_base_takes(base: keras.Model, input_shape: tuple[int, int, int]) -> None:
    """Raise a ValueError that says what ``base`` takes if that is not ``input_shape``."""
    built_for = base.input_shape[1:]
    if any(built not in (None, side) for built, side in zip(built_for, input_shape, strict=True)):
        raise ValueError(f"{base.name} was built for {built_for}, got input_shape={input_shape}")

    def takes(size_if_free: tuple[int, int, int]) -> bool:
        sides = [built or free for built, free in zip(built_for, size_if_free, strict=True)]
        try:
            base.compute_output_shape((None, *sides))
        except ValueError:
            return False
        return True

    if not takes(input_shape):
        sizes = range(1, _LARGEST_SIZE_TRIED + 1)
        smallest = next(
            (size for size in sizes if takes((size, size, input_shape[2]))),
            f"above {_LARGEST_SIZE_TRIED}",
        )
        raise ValueError(
            f"input_shape {input_shape} is too small for {base.name}: the smallest height and "
            f"width that work are {smallest}"
        )
