"""What explains a network must itself be right: nets whose eyes are known, calibration by hand."""

import keras
import numpy as np
import pytest

from course_utils import explain, models

pytestmark = pytest.mark.unit

SIZE = 16


@pytest.fixture(autouse=True)
def float32():
    policy = keras.mixed_precision.dtype_policy()
    keras.mixed_precision.set_global_policy("float32")
    yield
    keras.mixed_precision.set_global_policy(policy)


def one_quadrant(row: int, column: int, units: int = 1) -> keras.Model:
    """A net built by hand that measures the light in one quadrant and sees nothing else."""
    half = SIZE // 2
    cut = ((row * half, (1 - row) * half), (column * half, (1 - column) * half))
    inputs = keras.Input((SIZE, SIZE, 3))
    light = keras.layers.Conv2D(1, 1, use_bias=False)
    x = keras.layers.Cropping2D(cut)(light(inputs))
    x = keras.layers.ZeroPadding2D(cut, name="seen")(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    last = keras.layers.Dense(units, activation="sigmoid" if units == 1 else "softmax")
    model = keras.Model(inputs, last(x))
    light.set_weights([np.ones((1, 1, 3, 1))])
    last.set_weights([np.eye(1, units, units - 1) * 1e-3, np.zeros(units)])
    return model


def test_the_weights_of_maps_are_means_of_their_gradients():
    """Against the definition, computed without a tape: a net with known gradients."""
    rng = np.random.default_rng(0)
    inputs = keras.Input((4, 4, 2))
    x = keras.layers.Identity(name="maps")(inputs)
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(x))
    pictures = rng.normal(size=(5, 4, 4, 2)).astype("float32")
    for index in range(3):
        weights = model.layers[-1].get_weights()[0][:, index] / 16
        heat = np.maximum(pictures @ weights, 0)
        expected = heat / np.maximum(heat.max(axis=(1, 2), keepdims=True), 1e-30)
        found = explain.grad_cam(model, pictures, "maps", class_index=index)
        assert np.allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("units", [1, 2])
@pytest.mark.parametrize("quadrant", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_net_that_looks_at_one_quadrant_only(quadrant, units):
    """There is light everywhere, but no evidence outside of the quadrant that counts."""
    heat = explain.grad_cam(one_quadrant(*quadrant, units), random_pictures(3, SIZE), "seen", 1)
    half = SIZE // 2
    inside = np.zeros((SIZE, SIZE), bool)
    rows, columns = (slice(half * side, half * (side + 1)) for side in quadrant)
    inside[rows, columns] = True
    assert heat.shape == (3, SIZE, SIZE)
    assert (heat[:, ~inside] == 0).all()
    assert (heat[:, inside] > 0).all()


def small_net() -> keras.Model:
    keras.utils.set_random_seed(3)
    return models.build_mini_xception((64, 64, 3))


def random_pictures(number: int, size: int = 64) -> np.ndarray:
    return np.random.default_rng(2).uniform(0, 255, (number, size, size, 3)).astype("float32")


def test_a_heat_map_does_not_depend_on_the_batch(monkeypatch):
    model, pictures = small_net(), random_pictures(5)
    together = explain.grad_cam(model, pictures, "block_4_add")
    alone = [explain.grad_cam(model, one[None], "block_4_add")[0] for one in pictures]
    assert np.allclose(together, alone, atol=1e-4)
    monkeypatch.setattr(explain, "_CHUNK", 2)
    assert np.allclose(together, explain.grad_cam(model, pictures, "block_4_add"), atol=1e-4)


def test_without_a_class_the_predicted_one_is_asked_about():
    model, pictures = small_net(), random_pictures(4)
    predicted = (model.predict(pictures, verbose=0)[:, 0] > 0.5).astype(int)
    found = explain.grad_cam(model, pictures, "block_4_add")
    for index in range(4):
        asked = explain.grad_cam(model, pictures[[index]], "block_4_add", int(predicted[index]))
        assert np.allclose(found[index], asked[0], atol=1e-4)


def test_a_saturated_sigmoid_still_has_heat():
    """Behind the sigmoid the gradient would be zero, in front of it it is not."""
    model = one_quadrant(0, 0)
    model.layers[-1].set_weights([model.layers[-1].get_weights()[0] * 1e4, np.array([50.0])])
    pictures = random_pictures(1, SIZE)
    assert model.predict(pictures, verbose=0)[0, 0] == 1.0
    assert explain.grad_cam(model, pictures, "seen").max() == pytest.approx(1)


def test_where_nothing_speaks_for_the_class_all_is_zero():
    heat = explain.grad_cam(one_quadrant(0, 0), random_pictures(2, SIZE), "seen", 0)
    assert (heat == 0).all()


def base_and_transfer(num_classes: int) -> tuple[keras.Model, keras.Model]:
    keras.utils.set_random_seed(4)
    base = models.build_mnist_convnet((32, 32, 3), include_top=False)
    transfer = models.build_transfer_model(
        base,
        num_classes=num_classes,
        augmentation=models.build_augmentation(),
        preprocess=keras.applications.mobilenet_v2.preprocess_input,
    )
    return base, transfer


@pytest.mark.parametrize("num_classes", [1, 3])
def test_a_layer_inside_the_base_of_a_transfer_model(num_classes):
    """Against the same net written as one graph."""
    base, transfer = base_and_transfer(num_classes)
    inputs = x = keras.Input((32, 32, 3))
    x = keras.applications.mobilenet_v2.preprocess_input(x)
    for layer in [*base.layers[1:], *transfer.layers[transfer.layers.index(base) + 1 :]]:
        copy = type(layer).from_config(layer.get_config())
        x = copy(x)
        copy.set_weights(layer.get_weights())
    flat = keras.Model(inputs, x)
    pictures = random_pictures(3, 32)
    assert np.allclose(transfer.predict(pictures, verbose=0), flat.predict(pictures, verbose=0))
    for class_index in (None, 0, 1):
        nested = explain.grad_cam(transfer, pictures, "conv_2", class_index)
        expected = explain.grad_cam(flat, pictures, "conv_2", class_index)
        assert np.allclose(nested, expected, atol=1e-4)
    assert nested.max() == pytest.approx(1)


def test_a_softmax_in_a_layer_of_its_own():
    model = keras.applications.MobileNet((32, 32, 3), weights=None, alpha=0.25, classes=5)
    assert explain.grad_cam(model, random_pictures(2, 32), "conv_pw_6_relu").shape == (2, 2, 2)


def headless() -> keras.Model:
    return models.build_mnist_convnet((32, 32, 3), include_top=False)


@pytest.mark.parametrize(
    ("build", "arguments", "message"),
    [
        (small_net, ("conv_9",), "no layer 'conv_9'; there are image, .*conv_1"),
        (small_net, ("global_pool",), "'global_pool' has no maps.*512"),
        (small_net, ("conv_1", 2), "from 0 to 1, got 2"),
        (small_net, ("conv_1", 0.5), "got 0.5"),
        (headless, ("conv_1",), "must end in one sigmoid or a softmax"),
        (lambda: base_and_transfer(2)[1], ("conv_9",), "no layer 'conv_9'.*conv_2"),
    ],
)
def test_what_grad_cam_cannot_answer(build, arguments, message):
    model = build()
    with pytest.raises(ValueError, match=message):
        explain.grad_cam(model, random_pictures(1, model.input_shape[1]), *arguments)


@pytest.mark.parametrize("shape", [(64, 64, 3), (1, 32, 32, 3), (0, 64, 64, 3)])
def test_pictures_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"\(n, 64, 64, 3\)"):
        explain.grad_cam(small_net(), np.zeros(shape), "conv_1")


def test_a_nested_model_beside_a_shortcut():
    base = models.build_mnist_convnet((32, 32, 3), include_top=False)
    inputs = keras.Input((32, 32, 3))
    x = keras.layers.GlobalAveragePooling2D()(base(inputs))
    y = keras.layers.GlobalAveragePooling2D()(inputs)
    x = keras.layers.Concatenate(name="joined")([x, y])
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(x))
    with pytest.raises(ValueError, match="chain; 'joined' joins several"):
        explain.grad_cam(model, random_pictures(1, 32), "conv_1")


def stripes() -> keras.Model:
    """Two filters by hand: one for light above dark, one for light left of dark."""
    inputs = keras.Input((24, 24, 1))
    layer = keras.layers.Conv2D(2, 3, use_bias=False, activation="relu", name="edges")
    model = keras.Model(inputs, layer(inputs))
    kernel = np.zeros((3, 3, 1, 2))
    kernel[0, :, 0, 0], kernel[2, :, 0, 0] = 1, -1
    kernel[:, 0, 0, 1], kernel[:, 2, 0, 1] = 1, -1
    layer.set_weights([kernel])
    return model


def test_patterns_excite_their_own_filter_and_leave_the_weights_alone():
    model = stripes()
    before = [weight.copy() for weight in model.get_weights()]
    patterns = explain.filter_patterns(model, "edges", [0, 1], steps=30)
    assert patterns.shape == (2, 24, 24, 1)
    assert patterns.dtype == np.uint8
    response = model.predict(patterns.astype("float32"), verbose=0).mean(axis=(1, 2))
    assert response[0, 0] > 2 * response[0, 1]
    assert response[1, 1] > 2 * response[1, 0]
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_patterns_are_repeatable_and_one_does_not_change_another():
    model = stripes()
    both = explain.filter_patterns(model, "edges", [0, 1], steps=5)
    assert np.array_equal(both, explain.filter_patterns(model, "edges", [0, 1], steps=5))
    assert not np.array_equal(both[0], both[1])


def test_smoothed_patterns_have_less_noise_and_still_excite_their_filter():
    model = stripes()
    noise = {}
    for smoothing in (0.0, 0.4):
        patterns = explain.filter_patterns(model, "edges", [0, 1], 30, smoothing=smoothing)
        response = model.predict(patterns.astype("float32"), verbose=0).mean(axis=(1, 2))
        assert response[0, 0] > 2 * response[0, 1]
        noise[smoothing] = np.abs(np.diff(patterns[0].astype(float), n=2, axis=1)).mean()
    assert noise[0.4] < 0.5 * noise[0.0]


@pytest.mark.parametrize("smoothing", [-0.1, 1.1])
def test_patterns_cannot_be_smoothed_by_more_than_all(smoothing):
    with pytest.raises(ValueError, match=f"from 0 to 1, got {smoothing}"):
        explain.filter_patterns(stripes(), "edges", [0], smoothing=smoothing)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("edges", [2]), r"filters 0 to 1, got \[2\]"),
        (("edges", []), r"got \[\]"),
        (("nose", [0]), "no layer 'nose'"),
        (("edges", [0], 0), "steps must be 1 or more, got 0"),
    ],
)
def test_patterns_that_cannot_be_made(arguments, message):
    with pytest.raises(ValueError, match=message):
        explain.filter_patterns(stripes(), *arguments)


def test_patterns_need_one_size():
    inputs = keras.Input((None, None, 3))
    model = keras.Model(inputs, keras.layers.Conv2D(2, 3, name="edges")(inputs))
    with pytest.raises(ValueError, match="any size"):
        explain.filter_patterns(model, "edges", [0])


def test_a_perfectly_calibrated_set_has_no_error():
    confidences = np.repeat([0.55, 0.65, 0.75, 0.85, 0.95], 100)
    right = np.concatenate([np.arange(100) < number for number in (55, 65, 75, 85, 95)])
    assert explain.reliability(confidences, right).error == pytest.approx(0, abs=1e-9)


def test_answers_drawn_with_their_own_confidence_are_calibrated_within_luck():
    rng = np.random.default_rng(6)
    confidences = rng.uniform(0.5, 1, 50_000)
    found = explain.reliability(confidences, rng.random(50_000) < confidences)
    assert found.error < 0.01


def test_always_sure_and_half_right():
    found = explain.reliability([1.0] * 10, [True, False] * 5)
    assert found.error == 0.5
    assert found.counts[-1] == 10
    assert np.isnan(found.accuracy[:-1]).all()


def test_a_calibration_error_by_hand():
    """Three in one bin (claimed 0.9, right 2/3), one in another (claimed 0.6, right)."""
    found = explain.reliability([0.9, 0.95, 0.91, 0.6], [True, True, False, True])
    assert found.error == pytest.approx(0.75 * (0.92 - 2 / 3) + 0.25 * 0.4)
    assert found.counts.sum() == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.5, 0.6], [True]), r"shapes \(2,\) and \(1,\)"),
        (([], []), "at least one"),
        (([1.2], [True]), "between 0 and 1"),
        (([float("nan")], [True]), "between 0 and 1"),
        (([0.5], [True], 0), "num_bins must be 1 or more, got 0"),
    ],
)
def test_what_has_no_reliability(arguments, message):
    with pytest.raises(ValueError, match=message):
        explain.reliability(*arguments)
