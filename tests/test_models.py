"""The networks are those of the lectures: counts, shapes, order of layers, and that they learn."""

import ast
import doctest
import inspect
import socket
import subprocess
import sys
from functools import cache, partial
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from course_utils import models
from course_utils.models import blocks, scratch, transfer

pytestmark = pytest.mark.unit


def small_base(input_shape=(16, 16, 3), name="small_base"):
    """A base with batch normalization and free or fixed size, whose smallest input is 10."""
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(4, 3, name="early")(inputs)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.MaxPooling2D(4, name="pool")(x)
    x = layers.Conv2D(6, 2, name="late")(x)
    return keras.Model(inputs, x, name=name)


build_vgg16_transfer = partial(models.build_transfer_model, "VGG16", weights=None)

# Section B of the curriculum, beside it the MLP and the net without pooling of chapter 03.
CONTRACT = {
    "mlp": (models.build_mlp, 407_050, 407_050, (10,)),
    "mnist": (models.build_mnist_convnet, 93_322, 93_322, (10,)),
    "mnist_base": (
        partial(models.build_mnist_convnet, include_top=False),
        55_744,
        55_744,
        (3, 3, 64),
    ),
    "mnist_unpooled": (
        partial(models.build_mnist_convnet, pooling=False),
        2_038_922,
        2_038_922,
        (10,),
    ),
    "mnist_unpooled_base": (
        partial(models.build_mnist_convnet, pooling=False, include_top=False),
        55_744,
        55_744,
        (22, 22, 64),
    ),
    "small": (models.build_small_convnet, 991_041, 991_041, (1,)),
    "small_augmented": (
        lambda: models.build_small_convnet(augmentation=models.build_augmentation(), dropout=0.5),
        991_041,
        991_041,
        (1,),
    ),
    "first_edition": (models.build_first_edition_convnet, 3_453_121, 3_453_121, (1,)),
    "rps": (models.build_rps_convnet, 3_473_475, 3_473_475, (3,)),
    "horse_or_human": (models.build_horse_or_human_convnet, 941_506, 941_506, (2,)),
    "residual": (models.build_residual_convnet, 297_697, 297_697, (1,)),
    "mini_xception": (models.build_mini_xception, 721_857, 718_849, (1,)),
    "vgg16": (build_vgg16_transfer, 27_626_178, 12_911_490, (2,)),
}

SHAPES = {
    "mlp": {"flatten": (784,), "dense_1": (512,)},
    "mnist": {
        "conv_1": (26, 26, 32),
        "pool_1": (13, 13, 32),
        "conv_2": (11, 11, 64),
        "pool_2": (5, 5, 64),
        "conv_3": (3, 3, 64),
        "flatten": (576,),
        "dense_1": (64,),
    },
    "mnist_unpooled": {"conv_3": (22, 22, 64), "flatten": (30_976,)},
    "small": {"pool_4": (9, 9, 256), "conv_5": (7, 7, 256), "flatten": (12_544,)},
    "first_edition": {"pool_4": (7, 7, 128), "flatten": (6_272,), "dense_1": (512,)},
    "rps": {"conv_1": (148, 148, 64), "pool_4": (7, 7, 128), "flatten": (6_272,)},
    "horse_or_human": {
        "conv_1": (298, 298, 16),
        "pool_5": (7, 7, 128),
        "flatten": (6_272,),
        "dense_1": (128,),
        "dense_2": (32,),
    },
    "residual": {
        "block_1_add": (16, 16, 32),
        "block_2_add": (8, 8, 64),
        "block_3_add": (8, 8, 128),
        "global_pool": (128,),
    },
    "mini_xception": {
        "conv_1": (176, 176, 32),
        "block_1_add": (88, 88, 32),
        "block_2_add": (44, 44, 64),
        "block_3_add": (22, 22, 128),
        "block_4_add": (11, 11, 256),
        "block_5_add": (6, 6, 512),
        "global_pool": (512,),
    },
    "vgg16": {
        "vgg16": (7, 7, 512),
        "flatten": (25_088,),
        "dense_1": (512,),
        "dense_2": (128,),
    },
}

INPUT = ["InputLayer"]
CONV_POOL = ["Conv2D", "MaxPooling2D"]
ORDER = {
    "mlp": [*INPUT, "Flatten", "Dense", "Dense"],
    "mnist": [*INPUT, *CONV_POOL * 2, "Conv2D", "Flatten", "Dense", "Dense"],
    "mnist_base": [*INPUT, *CONV_POOL * 2, "Conv2D"],
    "mnist_unpooled": [*INPUT, *["Conv2D"] * 3, "Flatten", "Dense", "Dense"],
    "small": [*INPUT, "Rescaling", *CONV_POOL * 4, "Conv2D", "Flatten", "Dense"],
    "small_augmented": [
        *[*INPUT, "RandomAffine", "Rescaling"],
        *[*CONV_POOL * 4, "Conv2D", "Flatten", "Dropout", "Dense"],
    ],
    "first_edition": [*INPUT, "Rescaling", *CONV_POOL * 4, "Flatten", "Dense", "Dense"],
    "rps": [*INPUT, "Rescaling", *CONV_POOL * 4, "Flatten", "Dropout", "Dense", "Dense"],
    "horse_or_human": [
        *[*INPUT, "Rescaling", *CONV_POOL * 5],
        *["Flatten", "Dropout", "Dense", "Dense", "Dense"],
    ],
    "vgg16": [
        *[*INPUT, "Functional", "Functional"],
        *["Flatten", "Dropout", "Dense", "Dense", "Dense"],
    ],
}

# Builder, smallest height and width that work, channels.
SMALLEST = {
    "mlp": (models.build_mlp, 1, 1),
    "mnist": (models.build_mnist_convnet, 18, 1),
    "mnist_unpooled": (partial(models.build_mnist_convnet, pooling=False), 7, 1),
    "small": (models.build_small_convnet, 78, 3),
    "first_edition": (models.build_first_edition_convnet, 46, 3),
    "rps": (models.build_rps_convnet, 46, 3),
    "horse_or_human": (models.build_horse_or_human_convnet, 94, 3),
    "residual": (models.build_residual_convnet, 1, 3),
    "mini_xception": (models.build_mini_xception, 5, 3),
    "vgg16": (build_vgg16_transfer, 32, 3),
    "mobilenet_v2": (
        partial(models.build_transfer_model, "MobileNetV2", weights=None),
        32,
        3,
    ),
    "free_base": (
        lambda input_shape: models.build_transfer_model(
            small_base((None, None, 3)), input_shape=input_shape
        ),
        10,
        3,
    ),
}

# Quick to train and to save.
QUICK = {
    "mlp": partial(models.build_mlp, (9, 8, 1)),
    "mnist": partial(models.build_mnist_convnet, (19, 18, 1)),
    "small": lambda: models.build_small_convnet(
        (78, 79, 3), augmentation=models.build_augmentation(), dropout=0.5
    ),
    "first_edition": lambda: models.build_first_edition_convnet(
        (46, 46, 3), augmentation=models.build_augmentation(), dropout=0.5
    ),
    "rps": lambda: models.build_rps_convnet((46, 46, 3), models.build_augmentation()),
    "horse_or_human": lambda: models.build_horse_or_human_convnet(
        (94, 94, 3), models.build_augmentation()
    ),
    "residual": partial(models.build_residual_convnet, (11, 9, 3)),
    "mini_xception": lambda: models.build_mini_xception((37, 30, 3), models.build_augmentation()),
    "transfer": lambda: models.build_transfer_model(
        small_base(),
        augmentation=models.build_augmentation(),
        preprocess=keras.applications.vgg16.preprocess_input,
    ),
}


@pytest.fixture(autouse=True)
def _same_random_numbers():
    keras.utils.set_random_seed(7)


@cache
def at_contract_size(name):
    return CONTRACT[name][0]()


@cache
def quick(name):
    """A model for tests that do not change it."""
    return QUICK[name]()


def count(variables):
    return sum(int(np.prod(variable.shape)) for variable in variables)


def assert_counts(model, total, trainable):
    assert (model.count_params(), count(model.trainable_weights)) == (total, trainable)


def pictures_for(model, num_pictures=4):
    """Random pixels between 0 and 255; for the digit models between 0 and 1."""
    brightest = 1 if model.name in ("mlp", "mnist_convnet") else 255
    shape = (num_pictures, *model.input_shape[1:])
    return np.random.default_rng(0).uniform(0, brightest, shape).astype("float32")


def train_one_step(model):
    """One step of Adam, which moves every weight that has a gradient."""
    one_unit = model.output_shape[-1] == 1
    model.compile(
        optimizer="adam",
        loss="binary_crossentropy" if one_unit else "sparse_categorical_crossentropy",
        run_eagerly=True,
    )
    pictures = pictures_for(model)
    return model.train_on_batch(pictures, np.arange(len(pictures)) % 2)


def values(variables):
    return {v.path: keras.ops.convert_to_numpy(v).copy() for v in variables}


def changed(before, variables):
    after = values(variables)
    return {path for path in before if not np.array_equal(before[path], after[path])}


def layer_classes(model):
    return [type(layer).__name__ for layer in model.layers]


# Contract


@pytest.mark.parametrize("name", CONTRACT)
def test_counts_and_output_are_those_of_the_curriculum(name):
    _, total, trainable, output = CONTRACT[name]
    model = at_contract_size(name)
    assert_counts(model, total, trainable)
    assert model.output_shape == (None, *output)
    assert not model.compiled


@pytest.mark.parametrize(
    "altered",
    [
        lambda: models.build_mnist_convnet(num_classes=11),
        lambda: models.build_mnist_convnet(pooling=False),
        lambda: setattr(model := models.build_mnist_convnet(), "trainable", False) or model,
    ],
    ids=["one class more", "no pooling", "frozen"],
)
def test_comparing_counts_notices_an_altered_model(altered):
    with pytest.raises(AssertionError):
        assert_counts(altered(), *CONTRACT["mnist"][1:3])


@pytest.mark.parametrize(
    ("name", "layer", "shape"),
    [(name, *item) for name, shapes in SHAPES.items() for item in shapes.items()],
)
def test_shapes_in_between(name, layer, shape):
    assert at_contract_size(name).get_layer(layer).output.shape == (None, *shape)


def test_mnist_parameters_layer_by_layer():
    model = at_contract_size("mnist")
    counts = [model.get_layer(f"conv_{number}").count_params() for number in (1, 2, 3)]
    assert counts == [320, 18_496, 36_928]


def test_base_of_vgg16_is_frozen_whole():
    base = at_contract_size("vgg16").get_layer("vgg16")
    assert count(base.weights) == 14_714_688
    assert base.trainable_weights == []


@pytest.mark.parametrize("name", ORDER)
def test_order_of_layers(name):
    assert layer_classes(at_contract_size(name)) == ORDER[name]


@pytest.mark.parametrize("name", CONTRACT)
def test_activations(name):
    model = at_contract_size(name)
    dense = [layer for layer in model.layers if isinstance(layer, layers.Dense)]
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D) and layer.kernel_size == (3, 3):
            assert layer.activation.__name__ == "relu"
    assert all(layer.activation.__name__ == "relu" for layer in dense[:-1])
    if dense:
        last = "sigmoid" if model.output_shape[-1] == 1 else "softmax"
        assert dense[-1].activation.__name__ == last
        assert dense[-1].name == "predictions"


@pytest.mark.parametrize("name", ["small", "first_edition", "rps", "horse_or_human", "residual"])
def test_photo_models_scale_pixels_themselves(name):
    assert at_contract_size(name).get_layer("rescaling").scale == pytest.approx(1 / 255)


def test_the_head_follows_num_classes():
    assert models.build_mnist_convnet(num_classes=4).output_shape == (None, 4)
    assert models.build_transfer_model(small_base(), num_classes=5).output_shape == (None, 5)


# Input shapes


@pytest.mark.parametrize("name", SMALLEST)
def test_smallest_input_works(name):
    build, smallest, channels = SMALLEST[name]
    for size in [(smallest, smallest), (smallest, smallest + 7), (smallest + 7, smallest)]:
        model = build(input_shape=(*size, channels))
        assert model.input_shape == (None, *size, channels)
    outputs = model(pictures_for(model, 2), training=False)
    assert np.isfinite(keras.ops.convert_to_numpy(outputs)).all()


@pytest.mark.parametrize("name", SMALLEST)
def test_one_pixel_less_is_refused(name):
    build, smallest, channels = SMALLEST[name]
    less = smallest - 1
    # From 1 pixel the next smaller size is none at all, which is no input shape.
    message = rf"{less}.*\b{smallest}\b|\b{smallest}x{smallest}\b" if less else "three positive"
    for size in [(less, less), (less, smallest + 7), (smallest + 7, less)]:
        with pytest.raises(ValueError, match=message):
            build(input_shape=(*size, channels))


@pytest.mark.parametrize(
    "name", ["mnist", "mnist_unpooled", "small", "first_edition", "rps", "horse_or_human"]
)
def test_the_limit_is_no_stricter_than_the_layers(name, monkeypatch):
    build, smallest, channels = SMALLEST[name]
    monkeypatch.setattr(scratch, "check_input_shape", lambda input_shape, windows: input_shape)
    with pytest.raises(ValueError, match="Computed output size"):
        build(input_shape=(smallest - 1, smallest, channels))


def test_the_limit_of_the_mini_xception_is_no_stricter_than_its_layers(monkeypatch):
    monkeypatch.setattr(scratch, "check_input_shape", lambda input_shape, windows: input_shape)
    with pytest.raises(ValueError, match="Computed output size"):
        models.build_mini_xception((4, 5, 3))


@pytest.mark.parametrize("name", SMALLEST)
@pytest.mark.parametrize(
    "input_shape",
    [99, (99, 99), (1, 99, 99, 3), (99, 0, 3), (99, -99, 3), (99, 99, 0), (99, 99.0, 3)]
    + [(None, None, 3), ("99", 99, 3), "999", ()],
    ids=str,
)
def test_what_is_no_input_shape_is_refused(name, input_shape):
    with pytest.raises(ValueError, match="three positive integers.*got"):
        SMALLEST[name][0](input_shape=input_shape)


def test_numpy_integers_and_lists_are_input_shapes(tmp_path):
    model = models.build_mnist_convnet(list(np.array([20, 21, 1])))
    assert model.input_shape == (None, 20, 21, 1)
    model.save(tmp_path / "model.keras")


@pytest.mark.parametrize("dropout", [-0.1, 1.1])
@pytest.mark.parametrize("name", ["small", "first_edition"])
def test_dropout_outside_of_0_to_1_is_refused(name, dropout):
    with pytest.raises(ValueError, match=str(dropout)):
        SMALLEST[name][0](dropout=dropout)


# Life of a model


@pytest.mark.parametrize("name", QUICK)
def test_forward_pass_gives_probabilities(name):
    model = quick(name)
    outputs = model.predict(pictures_for(model), verbose=0)
    assert outputs.shape == (4, *model.output_shape[1:])
    assert outputs.min() >= 0 and outputs.max() <= 1
    if outputs.shape[1] > 1:
        np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", QUICK)
def test_one_step_changes_every_trainable_weight(name):
    model = QUICK[name]()
    before = values(model.trainable_weights)
    assert np.isfinite(train_one_step(model))
    assert changed(before, model.trainable_weights) == set(before)


@pytest.mark.parametrize("name", QUICK)
def test_saved_and_loaded_predicts_the_same(name, tmp_path):
    model = quick(name)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    pictures = pictures_for(model)
    np.testing.assert_allclose(
        loaded.predict(pictures, verbose=0), model.predict(pictures, verbose=0), rtol=1e-6
    )
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]


@pytest.mark.parametrize("name", QUICK)
def test_names_are_the_same_in_a_second_build(name):
    names, again = (
        [layer.name for layer in model.layers] for model in (quick(name), QUICK[name]())
    )
    assert names == again


@pytest.mark.parametrize("name", QUICK)
def test_probabilities_are_float32_under_mixed_precision(name):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = QUICK[name]()
        outputs = model(pictures_for(model), training=False)
    finally:
        keras.config.set_dtype_policy(policy)
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    assert model.layers[-2].compute_dtype == "bfloat16"


# Blocks


def residual_model(input_shape, *arguments, **options):
    inputs = keras.Input(input_shape)
    return keras.Model(inputs, models.residual_block(inputs, *arguments, number=1, **options))


@pytest.mark.parametrize("size", [(8, 8), (7, 7), (9, 6), (1, 1)])
@pytest.mark.parametrize("num_filters", [4, 6])
@pytest.mark.parametrize("pooling", [False, True])
def test_residual_block_projects_where_shapes_differ(size, num_filters, pooling):
    model = residual_model((*size, 4), num_filters, pooling=pooling)
    expected = [-(-side // 2) if pooling else side for side in size]
    assert model.output_shape == (None, *expected, num_filters)
    assert model.predict(pictures_for(model), verbose=0).shape[1:] == model.output_shape[1:]
    names = [layer.name for layer in model.layers]
    assert ("block_1_projection" in names) == (pooling or num_filters != 4)
    if "block_1_projection" in names:
        projection = model.get_layer("block_1_projection")
        assert projection.kernel_size == (1, 1)
        assert projection.strides == ((2, 2) if pooling else (1, 1))
        assert projection.activation.__name__ == "linear"


def test_residual_block_adds_its_unchanged_input():
    model = residual_model((5, 5, 3), 3)
    model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])
    pictures = pictures_for(model)
    np.testing.assert_array_equal(model.predict(pictures, verbose=0), pictures)


def test_separable_block_normalizes_then_activates_then_convolves():
    inputs = keras.Input((9, 8, 4))
    model = keras.Model(inputs, models.separable_block(inputs, 6, number=3))
    assert model.output_shape == (None, 5, 4, 6)
    paths = ["norm_1", "relu_1", "separable_1", "norm_2", "relu_2", "separable_2", "pool"]
    for before, after in zip(paths, paths[1:], strict=False):
        layer = model.get_layer(f"block_3_{after}")
        assert layer.input is model.get_layer(f"block_3_{before}").output
    assert model.get_layer("block_3_projection").input is model.inputs[0]
    for name in ("separable_1", "separable_2", "projection"):
        assert not model.get_layer(f"block_3_{name}").use_bias


@pytest.mark.parametrize(
    ("size", "sides"),
    [
        (180, [88, 44, 22, 11, 6]),
        (37, [17, 9, 5, 3, 2]),
        (96, [46, 23, 12, 6, 3]),
        (5, [1, 1, 1, 1, 1]),
    ],
)
def test_mini_xception_keeps_both_branches_alike_at_odd_sizes(size, sides):
    for input_shape in [(size, size, 3), (size, 50, 3), (50, size, 3)]:
        model = models.build_mini_xception(input_shape)
        for number, side in enumerate(sides, start=1):
            both = [
                model.get_layer(f"block_{number}_{end}").output for end in ("pool", "projection")
            ]
            assert both[0].shape == both[1].shape
            assert both[0].shape[1 if input_shape[0] == size else 2] == side


@pytest.mark.parametrize(
    ("windows", "smallest"),
    [([], 1), ([(3, 1)], 3), ([(2, 2)] * 5, 32), ([(5, 2), (3, 1)], 9), ([(1, 2)], 1)],
)
def test_smallest_input_size(windows, smallest):
    assert blocks.smallest_input_size(windows) == smallest


# Augmentation


def test_augmentation_is_the_source_s():
    augmentation = models.build_augmentation()
    assert augmentation.mirror
    assert augmentation.rotation == (-0.1, 0.1)
    assert augmentation.zoom == (-0.2, 0.2)


def test_augmentation_acts_in_training_only():
    augmentation = models.build_augmentation()
    pictures = np.random.default_rng(0).uniform(0, 255, (4, 20, 30, 3)).astype("float32")
    first, second = (augmentation(pictures, training=True) for _ in range(2))
    assert not np.allclose(first, pictures) and not np.allclose(first, second)
    np.testing.assert_array_equal(augmentation(pictures, training=False), pictures)


@pytest.mark.parametrize(
    "build",
    [
        partial(models.build_small_convnet, (78, 78, 3)),
        partial(models.build_first_edition_convnet, (46, 46, 3)),
        partial(models.build_rps_convnet, (46, 46, 3)),
        partial(models.build_horse_or_human_convnet, (94, 94, 3)),
        partial(models.build_mini_xception, (20, 20, 3)),
        partial(models.build_transfer_model, small_base()),
    ],
    ids=["small", "first_edition", "rps", "horse_or_human", "mini_xception", "transfer"],
)
def test_augmented_model_predicts_as_without(build):
    augmented, plain = build(augmentation=models.build_augmentation()), build()
    plain.set_weights(augmented.get_weights())
    pictures = pictures_for(plain)
    expected = plain.predict(pictures, verbose=0)
    in_inference = keras.ops.convert_to_numpy(augmented(pictures, training=False))
    np.testing.assert_allclose(augmented.predict(pictures, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(in_inference, expected, rtol=1e-5)
    in_training = keras.Model(augmented.input, augmented.get_layer("augmentation").output)
    assert not np.allclose(in_training(pictures, training=True), pictures)


def test_one_augmentation_serves_models_of_two_sizes():
    augmentation = models.build_augmentation()
    for size in (78, 90):
        model = models.build_small_convnet((size, size, 3), augmentation)
        assert model(pictures_for(model), training=True).shape == (4, 1)


# Transfer


def transfer_model_and_base():
    # With pixels up to 255 the untrained softmax would saturate and send back no gradient.
    model = models.build_transfer_model(small_base(), preprocess=layers.Rescaling(1 / 255))
    return model, model.get_layer("small_base")


def test_frozen_base_stays_as_it_is():
    model, base = transfer_model_and_base()
    before = values(base.weights)
    train_one_step(model)
    assert len(before) == 8
    assert changed(before, base.weights) == set()


def test_unfrozen_base_learns_but_its_statistics_rest():
    model, base = transfer_model_and_base()
    unfrozen = models.unfreeze(base, "early")
    assert unfrozen == ["early", "late"]
    before = values(base.weights)
    train_one_step(model)
    assert changed(before, base.weights) == {
        f"{layer}/{weights}" for layer in unfrozen for weights in ("kernel", "bias")
    }


def test_unfreezing_starts_at_the_layer_named():
    model, base = transfer_model_and_base()
    models.unfreeze(base, "early")
    assert models.unfreeze(base, "late") == ["late"]
    before = values(base.weights)
    train_one_step(model)
    assert changed(before, base.weights) == {"late/kernel", "late/bias"}


def test_unfreezing_an_unknown_layer_changes_nothing():
    _, base = transfer_model_and_base()
    with pytest.raises(ValueError, match="block9"):
        models.unfreeze(base, "block9")
    assert base.trainable_weights == []


def test_last_block_of_vgg16_can_be_unfrozen():
    model = build_vgg16_transfer(input_shape=(32, 32, 3))
    base = model.get_layer("vgg16")
    names = ["block5_conv1", "block5_conv2", "block5_conv3"]
    assert models.unfreeze(base, "block5_conv1") == names
    assert count(base.trainable_weights) == 3 * 512 * (9 * 512 + 1)


def test_statistics_would_move_if_the_whole_base_were_trainable():
    """Negative control: what ``unfreeze`` prevents, and ``training=False`` does not."""
    model, base = transfer_model_and_base()
    base.trainable = True
    before = values(base.weights)
    train_one_step(model)
    assert {"norm/moving_mean", "norm/moving_variance"} <= changed(before, base.weights)


def test_named_base_without_weights_needs_no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    model = build_vgg16_transfer(input_shape=(32, 40, 3))
    outputs = model.predict(pictures_for(model), verbose=0)
    assert outputs.shape == (4, 2)


@pytest.mark.parametrize(
    ("name", "preprocess"),
    [
        ("VGG16", keras.applications.vgg16.preprocess_input),
        ("MobileNetV2", keras.applications.mobilenet_v2.preprocess_input),
    ],
)
def test_named_base_gets_its_own_preprocessing(name, preprocess):
    model = models.build_transfer_model(name, input_shape=(32, 32, 3), weights=None)
    pictures = pictures_for(model)
    np.testing.assert_allclose(
        model.get_layer("preprocessing")(pictures), preprocess(pictures.copy()), atol=1e-4
    )


def test_preprocessing_can_be_replaced():
    model = models.build_transfer_model(
        "MobileNetV2",
        input_shape=(32, 32, 3),
        weights=None,
        preprocess=layers.Rescaling(1 / 255),
    )
    pictures = pictures_for(model)
    np.testing.assert_allclose(
        model.get_layer("preprocessing")(pictures), pictures / 255, rtol=1e-5
    )


def test_model_passed_in_gets_pixels_as_they_are():
    model = models.build_transfer_model(small_base())
    assert layer_classes(model)[:2] == ["InputLayer", "Functional"]
    assert model.layers[1].name == "small_base"


def test_weights_of_a_named_base_can_come_from_a_file(tmp_path):
    build = partial(models.build_transfer_model, "MobileNetV2", input_shape=(32, 32, 3))
    base = build(weights=None).layers[2]
    base.save_weights(tmp_path / "base.weights.h5")
    loaded = build(weights=str(tmp_path / "base.weights.h5")).layers[2]
    for expected, weights in zip(base.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, expected)


def test_base_built_for_another_size_is_refused():
    assert models.build_transfer_model(small_base()).input_shape == (None, 16, 16, 3)
    with pytest.raises(ValueError, match=r"built for \(16, 16, 3\).*\(18, 16, 3\)"):
        models.build_transfer_model(small_base(), input_shape=(18, 16, 3))
    with pytest.raises(ValueError, match=r"\(None, None, 3\).*\(16, 16, 1\)"):
        models.build_transfer_model(small_base((None, None, 3)), input_shape=(16, 16, 1))


def test_base_of_free_size_needs_an_input_shape():
    with pytest.raises(ValueError, match="three positive integers"):
        models.build_transfer_model(small_base((None, None, 3)))


def test_base_that_takes_no_ordinary_picture_is_refused(monkeypatch):
    monkeypatch.setattr(transfer, "_LARGEST_SIZE_TRIED", 9)
    with pytest.raises(ValueError, match="above 9"):
        models.build_transfer_model(small_base((None, None, 3)), input_shape=(8, 8, 3))


def test_unknown_base_is_refused():
    with pytest.raises(ValueError, match="'VGG17'.*VGG16, MobileNetV2"):
        models.build_transfer_model("VGG17")


# Package


def test_importing_the_course_does_not_import_keras():
    program = "import sys, course_utils; print({'keras', 'tensorflow'} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


def test_models_name_no_backend():
    """But for the one layer that is dispatched by backend."""
    for path in Path(models.__file__).parent.glob("*.py"):
        if path.name == "normalization.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        roots = {
            name.split(".")[0]
            for node in ast.walk(tree)
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not roots & {"tensorflow", "jax", "torch"}, path.name


def test_docstrings_name_the_counts_and_the_chapters():
    for name in models.__all__:
        assert inspect.getdoc(getattr(models, name)).splitlines()[-1].startswith("Used in: ")
    for build, total, trainable, _ in CONTRACT.values():
        documentation = inspect.getdoc(build.func if isinstance(build, partial) else build) or ""
        if documentation:
            assert f"{total:,}" in documentation and f"{trainable:,}" in documentation


def test_examples_in_docstrings():
    assert doctest.testmod(blocks).failed == 0
