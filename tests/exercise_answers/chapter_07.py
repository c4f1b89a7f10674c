"""Answers to the exercises of chapter 07."""

import keras
import numpy as np
from keras import layers

from course_utils import models


def right(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and not isinstance(layer, layers.BatchNormalization)
    return base


def from_the_end(base, first_layer):
    learns = base.trainable = True
    for layer in reversed(base.layers):
        layer.trainable = learns and type(layer).__name__ != "BatchNormalization"
        learns = learns and layer.name != first_layer
    return base


def of_the_course(base, first_layer):
    models.unfreeze(base, first_layer)
    return base


def forgets_the_base(base, first_layer):
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and not isinstance(layer, layers.BatchNormalization)
    return base


def does_nothing(base, first_layer):
    return base


def everything(base, first_layer):
    base.trainable = True
    return base


def base_last(base, first_layer):
    forgets_the_base(base, first_layer)
    base.trainable = True
    return base


def with_normalizations(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached
    return base


def ignores_first(base, first_layer):
    base.trainable = True
    for layer in base.layers:
        layer.trainable = not isinstance(layer, layers.BatchNormalization)
    return base


def one_late(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        layer.trainable = reached and not isinstance(layer, layers.BatchNormalization)
        reached = reached or layer.name == first_layer
    return base


def other_half(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = not reached and not isinstance(layer, layers.BatchNormalization)
    return base


def by_name(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and "norm" not in layer.name and "scale" not in layer.name
    return base


def by_wrong_name(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and "norm" not in layer.name
    return base


def returns_names(base, first_layer):
    return models.unfreeze(base, first_layer)


def returns_nothing(base, first_layer):
    right(base, first_layer)


def what_it_expects(batch):
    if batch.min() >= 0:
        return "0 to 255" if batch.max() > 1 else "0 to 1"
    return "-1 to 1" if batch.min() >= -1 and batch.max() <= 1 else "mean subtracted"


def looks_down_only(batch):
    if batch.min() >= 0:
        return what_it_expects(batch)
    return "-1 to 1" if batch.min() >= -1 else "mean subtracted"


def by_the_range(batch):
    reach = float(np.abs(batch.astype("float64")).max())
    if (batch < 0).any():
        return "−1 to 1" if reach <= 1.01 else "Mean subtracted"
    return "0 to 1" if reach <= 1.01 else " 0 to 255"


def by_values(batch):
    values = [float(value) for value in np.ravel(batch)]
    if any(value > 2 for value in values) or min(values) < -2:
        return "mean subtracted" if min(values) < 0 else "0 to 255"
    return "-1 to 1" if min(values) < 0 else "0 to 1"


def top_first(batch):
    if batch.max() <= 1:
        return "0 to 1"
    return what_it_expects(batch)


def top_only(batch):
    return "0 to 1" if batch.max() <= 1 else "0 to 255"


def negative_is_small(batch):
    return "-1 to 1" if batch.min() < 0 else what_it_expects(batch)


def negative_is_vgg(batch):
    return "mean subtracted" if batch.min() < 0 else what_it_expects(batch)


def exact_ends(batch):
    if batch.max() == 255:
        return "0 to 255"
    if batch.max() == 1:
        return "0 to 1"
    return "-1 to 1" if batch.min() == -1 else "mean subtracted"


def fears_the_dark(batch):
    if batch.min() >= 0:
        return "0 to 255" if batch.max() > 128 else "0 to 1"
    return what_it_expects(batch)


def by_the_mean(batch):
    mean = batch.mean()
    if mean > 0:
        return "0 to 255" if mean > 1 else "0 to 1"
    return "-1 to 1" if mean > -1 else "mean subtracted"


def pet_net():
    base = models.load_small_base()
    inputs = keras.Input((192, 192, 3))
    x = base(layers.Resizing(96, 96)(inputs), training=False)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


def throws_features_away():
    base = models.load_small_base()
    inputs = keras.Input((192, 192, 3))
    x = layers.GlobalAveragePooling2D()(base(layers.Resizing(96, 96)(inputs), training=False))
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(0 * x))


def pet_net_in_a_row():
    """Other layers, other number format, augmentation in front, all layers frozen one by one."""
    base = models.load_small_base()
    for layer in base.layers:
        layer.trainable = False
    turns = [models.RandomAffine(rotation=0.02), layers.RandomFlip("horizontal")]
    head = [layers.Flatten(), layers.Dropout(0.5), layers.Dense(8, activation="relu")]
    unit = layers.Dense(1, activation="sigmoid", dtype="float32")
    small = layers.AveragePooling2D(2)
    return keras.Sequential([keras.Input((192, 192, 3)), small, *turns, base, *head, unit])


def pet_net_on_its_maps():
    base = models.load_small_base()
    x = layers.GlobalMaxPooling2D()(base.output)
    x = layers.Activation("sigmoid")(layers.Dense(1)(x))
    inputs = keras.Input((192, 192, 3))
    x = keras.Model(base.input, x)(keras.ops.image.resize(inputs, (96, 96), antialias=True))
    return keras.Model(inputs, x)


def pet_net_of_the_course():
    return models.build_transfer_model(models.load_small_base(), num_classes=1)


def with_head(base, prepare=None, units=1, activation="sigmoid", side=192):
    inputs = keras.Input((side, side, 3))
    x = inputs if side == 96 else layers.Resizing(*base.input_shape[1:3])(inputs)
    x = x if prepare is None else prepare(x)
    x = layers.GlobalAveragePooling2D()(base(x))
    return keras.Model(inputs, layers.Dense(units, activation=activation)(x))


def thawed():
    base = models.load_small_base()
    base.trainable = True
    return with_head(base)


def thawed_in_part():
    base = models.load_small_base()
    models.unfreeze(base, "block_3_norm_1")
    return with_head(base)


def frozen_as_a_whole():
    net = pet_net()
    net.trainable = False
    return net


def normalizes_its_features():
    inputs = keras.Input((192, 192, 3))
    x = layers.Resizing(96, 96, interpolation="area")(inputs)
    x = layers.GlobalAveragePooling2D()(models.load_small_base()(x))
    x = layers.BatchNormalization()(x)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


def frozen_unit():
    base = models.load_small_base()
    inputs = keras.Input((192, 192, 3))
    x = layers.GlobalAveragePooling2D()(base(layers.Resizing(96, 96)(inputs)))
    x = layers.Dense(4, trainable=False)(x)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


def only_maps():
    inputs = keras.Input((192, 192, 3))
    unit = layers.Dense(1, activation="sigmoid")
    maps = models.load_small_base()(layers.Resizing(96, 96)(inputs))
    return keras.Model(inputs, unit(maps))


def no_head():
    inputs = keras.Input((192, 192, 3))
    x = models.load_small_base()(layers.Resizing(96, 96)(inputs))
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Lambda(lambda one: keras.ops.mean(one, axis=1, keepdims=True))(x)
    return keras.Model(inputs, x)


def no_base():
    inputs = keras.Input((192, 192, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(32, 5)(inputs))
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))


def random_base():
    return with_head(models.load_small_base(weights=None))


def divides():
    return with_head(models.load_small_base(), layers.Rescaling(1 / 255))


def scales_twice():
    return with_head(models.load_small_base(), layers.Rescaling(1 / 127.5, offset=-1))


def turns_over():
    return with_head(models.load_small_base(), lambda x: x[:, ::-1])


def without_activation():
    return with_head(models.load_small_base(), activation=None)


def softmax_of_one():
    return with_head(models.load_small_base(), activation="softmax")


def two_units():
    return with_head(models.load_small_base(), units=2, activation="softmax")


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.inside = pet_net()

    def call(self, inputs):
        return self.inside(inputs)


def takes_small_pictures():
    return with_head(models.load_small_base(), side=96)


def takes_large_pictures_through():
    return with_head(models.load_small_base(input_shape=(192, 192, 3)))


def cuts_the_middle_out():
    inputs = keras.Input((192, 192, 3))
    return keras.Model(inputs, takes_small_pictures()(layers.CenterCrop(96, 96)(inputs)))


AFTER_C = 432 + 4608 + 18432 + 224 + 65
AFTER_D = 18432 + 128 + 65

RIGHT = {
    "07.1": [right, from_the_end],
    "07.2": [
        [65, 18497, AFTER_C, AFTER_D],
        (65, 18_497, 23_761, 18_625),
        np.array([65.0, 18497, AFTER_C, AFTER_D], "float32"),
    ],
    "07.3": [what_it_expects, by_the_range, by_values],
    "07.4": [[15, 186, 51], (15.0, 186.0, 51.0), np.array([15, 186, 51])],
    "07.5": ["bedafc", "B, E, D, A, F, C", "b → e → d → a → f → c", list("bedafc")],
    "07.6": [
        pet_net,
        pet_net_in_a_row,
        pet_net_on_its_maps,
        normalizes_its_features,
    ],
    "07.Q1": ["d", "D."],
    "07.Q2": ["b", " B "],
}

WRONG = {
    "07.1": [
        (forgets_the_base, "the base as a whole is still switched off"),
        (does_nothing, "Whose switch is still off"),
        (everything, "that line must come first"),
        (base_last, "that line must come first"),
        (with_normalizations, "the batch normalizations among them learn, too"),
        (ignores_first, "the layers before first_layer learn"),
        (one_late, "one layer later"),
        (other_half, "the other half"),
        (by_name, "A name is only a name"),
        (by_wrong_name, "Some batch normalizations are trainable"),
        (of_the_course, "write what is inside"),
        (returns_names, "must return the base"),
        (returns_nothing, "returned nothing"),
        ("block_3", "needs the function itself"),
    ],
    "07.2": [
        ([0, 0, 0, 0], "After line A: And the head?"),
        ([23985, 18497, AFTER_C, AFTER_D], "every parameter of the model"),
        ([64, 18497, AFTER_C, AFTER_D], "has a bias, too"),
        ([65, 65, AFTER_C, AFTER_D], "You let the base overrule its layer"),
        ([65, 18432, AFTER_C, AFTER_D], "After line B: And the head?"),
        ([65, 18625, AFTER_C, AFTER_D], "has a switch of its own"),
        ([65, 1, AFTER_C, AFTER_D], "turn on again"),
        ([65, 0, AFTER_C, AFTER_D], "After line B: And the head?"),
        ([65, 18497, 23985, AFTER_D], "means and variances"),
        ([65, 18497, 23920, AFTER_D], "moving averages"),
        ([65, 18497, AFTER_C - 65, AFTER_D], "After line C: And the head?"),
        ([65, 18497, 23537, AFTER_D], "some learn by gradients"),
        ([65, 18497, 18497, AFTER_D], "reaches every layer in it"),
        ([65, 18497, 65, AFTER_D], "switches the base on"),
        ([65, 18497, AFTER_C, 18753], "After line D: Among these are means"),
        ([65, 18497, AFTER_C, 18560], "After line D: And the head?"),
        ([65, 18497, AFTER_C, 18497], "spares both"),
        ([65, 18497, AFTER_C, AFTER_C - 18560], "the other half"),
        ([65, 18497, AFTER_C, 193], "not the last one only"),
        ([65, 18497, AFTER_C, 1], "Which two are these"),
        (65, "a list of 4 numbers"),
    ],
    "07.3": [
        (top_first, "content as soon as nothing exceeds 1"),
        (top_only, "looks at the largest value only"),
        (negative_is_small, "a hundred below zero"),
        (negative_is_vgg, "never leaves a small interval"),
        (exact_ends, "exactly white or exactly black"),
        (looks_down_only, "What of the other end"),
        (fears_the_dark, "Dark photos mislead"),
        (by_the_mean, "Which of the four kinds can hold both"),
        (lambda batch: "0 to 255", "whatever it is given"),
        (lambda batch: "raw", "one of the four texts"),
        (lambda batch: 255, "one of the four texts"),
    ],
    "07.4": [
        ([9, 186, 51], "Cached: That is the base's part"),
        ([6, 186, 51], "Cached: That is the head's part"),
        ([9.3, 186, 51], "more than one epoch"),
        ([186, 186, 51], "need not be computed again"),
        ([15, 15, 51], "has no features yet"),
        ([15, 180, 51], "Base in the model: That is the base's part"),
        ([15, 9.3, 51], "That is one epoch"),
        ([15, 186, 45], "Five versions cached: That is the base's part"),
        ([15, 186, 75], "one of the five versions"),
        ([15, 186, 930], "These versions are cached"),
        ([15, 186, 15], "five pictures to the base"),
        ([15, 186, 1], "The base sees five versions"),
        ([15_000, 186_000, 51_000], "Each picture goes through the base how often"),
    ],
    "07.5": [
        ("ebdafc", "there is nothing to train yet"),
        ("bdeafc", "before the new head has been trained"),
        ("beadfc", "small steps move the head alone"),
        ("bedfac", "before the second one exists"),
        ("bedacf", "before you have decided"),
        ("bed", "six letters"),
        ("bedaff", "six letters"),
        ([2, 5, 4, 1, 6, 3], "six letters"),
    ],
    "07.6": [
        (throws_features_away, "says the same of every photo"),
        (thawed, "Everything learns"),
        (thawed_in_part, "are still trainable"),
        (frozen_as_a_whole, "Nothing in your net is trainable"),
        (frozen_unit, "numbers in your net do not learn"),
        (only_maps, "Your net returns maps"),
        (no_base, "The small base is not in your net"),
        (random_base, "are not the pretrained ones"),
        (divides, "divides by 255"),
        (scales_twice, "from -1 to 1"),
        (turns_over, "is not the whole picture, made smaller"),
        (without_activation, "Your net's answers are not probabilities"),
        (softmax_of_one, "A softmax over a single unit"),
        (two_units, "Asked for is one number"),
        (Subclassed, "cannot follow the layers"),
        (takes_small_pictures, "batches of pictures of 192×192×3"),
        (pet_net_of_the_course, "batches of pictures of 192×192×3"),
        (takes_large_pictures_through, "shows the base pictures of 192×192"),
        (cuts_the_middle_out, "is not the whole picture"),
        (lambda: keras.Input((96, 96, 3)), "does not return a Keras model"),
        (keras.Sequential(), "builds it, to build one of its own"),
    ],
    "07.Q1": [("a", "More epochs"), ("b", "half of it"), ("c", "broken one block")],
    "07.Q2": [("a", "without any gradient"), ("c", "Luck does happen"), ("d", "hardly moved")],
}


def stub_1(base, first_layer): ...


def stub_3(batch): ...


def stub_6(): ...


STUBS = {"07.1": [stub_1], "07.3": [stub_3], "07.6": [stub_6]}
