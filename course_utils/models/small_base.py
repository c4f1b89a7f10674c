"""A small base that ships with the course, so that transfer learning needs no download.

It learned to tell ten drawn animals apart, none of which is a cat or a dog, and to estimate the
proportions of each, such as how long its ears are. ``make small-base`` trains it anew;
``references/small_base.json`` says how it was trained and how well it does.
"""

import json
from pathlib import Path

import keras
import numpy as np
from keras import layers
from PIL import Image

from course_utils.models.blocks import check_input_shape, separable_block
from course_utils.models.normalization import BatchNormalization

#: The weights as 16-bit numbers, by the paths of the variables.
FILE = Path(__file__).parents[1] / "references" / "small_base.npz"
#: Weights that can be loaded, by name.
_WEIGHTS = "drawn_animals"
#: Depth of the maps after each separable block.
_NUM_FILTERS = (64, 128, 256)


def build_small_base(
    input_shape: tuple[int, int, int] = (96, 96, 3), momentum: float = 0.99
) -> keras.Model:
    """Return a compact base of separable blocks with random weights.

    A 5×5 convolution with 32 filters and strides of 2, batch normalization, relu and a 3×3 max
    pooling; three separable blocks with 64, 128 and 256 filters; batch normalization and relu:
    from (96, 96, 3) to maps of (3, 3, 256), with 184,320 parameters. Takes pixels between 0 and
    255.

    Args:
        input_shape: Height, width and channels; 1×1 works.
        momentum: Of the batch normalizations, as in :func:`separable_block`.

    Raises:
        ValueError: If ``input_shape`` is not three positive integers.

    Used in: 07
    """
    inputs = keras.Input(check_input_shape(input_shape), name="image")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="rescaling")(inputs)
    x = layers.Conv2D(32, 5, strides=2, padding="same", use_bias=False, name="conv_1")(x)
    x = BatchNormalization(momentum=momentum, name="norm_1")(x)
    x = layers.Activation("relu", name="relu_1")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="pool_1")(x)
    for number, num_filters in enumerate(_NUM_FILTERS, start=1):
        x = separable_block(x, num_filters, number, momentum)
    x = BatchNormalization(momentum=momentum, name="norm_2")(x)
    return keras.Model(inputs, layers.Activation("relu", name="relu_2")(x), name="small_base")


def load_small_base(
    weights: str | None = "drawn_animals", input_shape: tuple[int, int, int] = (96, 96, 3)
) -> keras.Model:
    """Return the small base of :func:`build_small_base`, pretrained or random, and frozen.

    Args:
        weights: ``"drawn_animals"`` for what it learned from ten drawn animals, or None for the
            control: the same network with random weights.
        input_shape: Height, width and channels. It was trained at (96, 96, 3).

    Raises:
        ValueError: For other weights, or if ``input_shape`` is not three positive integers or has
            another number of channels than the weights.

    Used in: 07
    """
    if weights not in (_WEIGHTS, None):
        raise ValueError(f"weights is {weights!r}; choose {_WEIGHTS!r}, or None for random ones")
    base = build_small_base(input_shape)
    if weights:
        if base.input_shape[-1] != 3:
            raise ValueError(f"the weights are for 3 channels, got input_shape={input_shape}")
        with np.load(FILE, allow_pickle=False) as stored:
            for variable in base.weights:
                variable.assign(stored[variable.path].astype("float32"))
    base.trainable = False
    return base


def source_animals() -> dict[str, np.ndarray]:
    """Return one picture of each animal that the small base learned from, by name.

    The pictures are uint8 (96, 96, 3).

    Used in: 07
    """
    names = json.loads(FILE.with_suffix(".json").read_text(encoding="utf-8"))["classes"]
    with Image.open(FILE.with_suffix(".jpg")) as row:
        pictures = np.split(np.asarray(row), len(names), axis=1)
    return dict(zip(names, pictures, strict=True))
