"""What is compared: the same networks, once as the sources train them, once as the course does.

The sources' recipe: 32-bit numbers, JPEGs decoded in every epoch by
``image_dataset_from_directory``, augmentation by three Keras layers inside the model, Keras' own
batch normalization. The course's: the precision that suits the hardware, pictures decoded once,
mirroring, turning and zooming in one interpolation, batch normalization in one operation.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SIDES = ("source", "course")


@dataclass(frozen=True)
class Case:
    """One network that both recipes train.

    Attributes:
        name: Name in tables and files.
        title: What readers of the table see.
        image_size: Height and width in pixels when speed is measured.
        accuracy_size: Height and width in pixels when accuracy is measured.
        batch_size: Pictures per step.
        epochs: Epochs of each training whose accuracy is compared.
        augmented: Whether the network sees another version of each picture in every epoch.
        start_epochs: Epochs of the plain small convnet from whose weights both sides begin when
            accuracy is measured; 0 for random ones. Augmentation and dropout together teach a net
            that knows nothing nothing in so few epochs, and there would be nothing to compare.
        calms_down: Whether the learning rate falls to nothing, on both sides, when accuracy is
            measured. A net whose results jump from epoch to epoch would need too many pairs.
        precision: Number format of the course's side, as for ``precision.choose``.
    """

    name: str
    title: str
    image_size: int
    accuracy_size: int
    batch_size: int
    epochs: int
    augmented: bool = False
    start_epochs: int = 0
    calms_down: bool = False
    precision: str = "auto"


CASES = {
    case.name: case
    for case in (
        Case("small_convnet", "small convnet", 180, 80, 32, 12),
        Case(
            "small_convnet_augmented",
            "small convnet, augmentation",
            *(180, 80, 32, 6),
            augmented=True,
            start_epochs=8,
        ),
        Case(
            "mini_xception",
            "mini-Xception, augmentation",
            *(180, 64, 32, 12),
            augmented=True,
            calms_down=True,
        ),
        Case("mnist_convnet", "MNIST convnet", 28, 28, 64, 3),
    )
}


@dataclass
class Prepared:
    """A compiled model and its data."""

    model: Any
    train: Any
    validation: Any
    test: Any


def prepare(
    case: Case, side: str, pictures: Path, size: int, seed: int, in_memory: bool = False
) -> Prepared:
    """Build model and data of one side; imports TensorFlow.

    Args:
        case: The network.
        side: ``"source"`` or ``"course"``.
        pictures: Folder with ``train|validation|test/<class>``, or the digits' ``.npz`` file.
        size: Height and width in pixels.
        seed: For the weights, the order of the pictures and their augmentation.
        in_memory: Whether the source's side, too, decodes each picture only once. That changes no
            pixel and no order; it saves time where only the accuracy is asked for.
    """
    import keras

    if side == "course":
        from course_utils import precision

        precision.choose(case.precision)
    # Equal initial weights on both sides, whatever else draws random numbers.
    keras.utils.set_random_seed(seed)
    initial_weights = _network(case, "course", size, augmented=False).get_weights()
    model = build(case, side, size)
    model.set_weights(initial_weights)
    if case.name == "mnist_convnet":
        return Prepared(model, *_digits(pictures, case.batch_size))
    if side == "course":
        return Prepared(model, *course_datasets(pictures, size, case.batch_size, seed))
    return Prepared(model, *_source_datasets(pictures, size, case.batch_size, seed, in_memory))


def build(case: Case, side: str, size: int):
    """Return the compiled model of one side, with weights of its own."""
    model = _network(case, side, size, case.augmented)
    is_digits = case.name == "mnist_convnet"
    loss = "categorical_crossentropy" if is_digits else "binary_crossentropy"
    model.compile("rmsprop", loss, metrics=["accuracy"])
    return model


def _network(case: Case, side: str, size: int, augmented: bool):
    """Build one side's network."""
    import keras

    from course_utils import models

    if case.name == "mnist_convnet":
        return models.build_mnist_convnet()
    augmentation = None
    if augmented:
        augmentation = models.build_augmentation() if side == "course" else source_augmentation()
    if case.name == "small_convnet_augmented":
        return models.build_small_convnet((size, size, 3), augmentation, dropout=0.5)
    if case.name == "small_convnet":
        return models.build_small_convnet((size, size, 3))
    # In so few steps Keras' momentum of 0.99 would compare how late the statistics are.
    model = models.build_mini_xception((size, size, 3), augmentation, momentum=0.9)
    if side == "course":
        return model
    return keras.models.clone_model(model, clone_function=_with_keras_normalization)


def _with_keras_normalization(layer):
    """Return a copy of a layer, of Keras' own class where the course has a faster one."""
    from keras import layers

    is_normalization = isinstance(layer, layers.BatchNormalization)
    kind = layers.BatchNormalization if is_normalization else type(layer)
    return kind.from_config(layer.get_config())


def source_augmentation():
    """Return the three layers as the sources print them."""
    import keras
    from keras import layers

    return keras.Sequential(
        [layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.RandomZoom(0.2)],
        name="augmentation",
    )


def _source_datasets(
    folder: Path, size: int, batch_size: int, seed: int, in_memory: bool = False
) -> tuple:
    """Read folders as the sources do: decoded anew in every epoch, or once where that is asked."""
    import keras
    import tensorflow as tf

    def read(subset: str):
        shuffled = subset == "train"
        options = {"image_size": (size, size), "seed": seed, "verbose": False}
        read_folder = keras.utils.image_dataset_from_directory
        if not in_memory:
            return read_folder(folder / subset, batch_size=batch_size, shuffle=shuffled, **options)
        singles = read_folder(folder / subset, batch_size=None, shuffle=False, **options)
        arrays = tuple(map(np.stack, zip(*singles.as_numpy_iterator(), strict=True)))
        kept = tf.data.Dataset.from_tensor_slices(arrays)
        if shuffled:
            kept = kept.shuffle(len(arrays[0]), seed=seed)
        return kept.batch(batch_size)

    return tuple(map(read, ("train", "validation", "test")))


def course_datasets(folder: Path, size: int, batch_size: int, seed: int) -> tuple:
    """Read the same folders through the course's pipeline."""
    from course_utils import data

    split = data.split_by_folder(folder / "train", folder / "validation", folder / "test")
    return data.image_datasets(split, size, batch_size, seed=seed)


def _digits(file: Path, batch_size: int) -> tuple:
    """Return arrays in batches; both recipes feed digits alike."""
    import tensorflow as tf

    stored = np.load(file)

    def batches(part: str, shuffle: bool):
        pictures = stored[f"x_{part}"].reshape(-1, 28, 28, 1).astype("float32") / 255
        labels = np.eye(10, dtype="float32")[stored[f"y_{part}"]]
        dataset = tf.data.Dataset.from_tensor_slices((pictures, labels))
        if shuffle:
            dataset = dataset.shuffle(len(pictures))
        return dataset.batch(batch_size)

    return batches("train", True), batches("validation", False), batches("test", False)
