"""Chapter 02's judges against what Keras computes, and the rules of the digit contest."""

import keras
import numpy as np
import pytest

from course_utils import checks, models, profiles
from course_utils.checks import chapter_02
from course_utils.checks.judges import digit_contest
from course_utils.samples import digits

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("as_students_have_it")]


def test_the_unknown_network_of_02_4_and_02_5():
    layers = keras.layers
    net = keras.Sequential(
        [
            keras.Input((46, 64, 3)),
            layers.Conv2D(16, 5, strides=2, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(24, 3, strides=2, padding="same", use_bias=False, activation="relu"),
            layers.Flatten(),
            layers.Dense(5, activation="softmax"),
        ]
    )
    assert net.layers[2].output.shape == (None, *chapter_02._SHAPE.right)
    assert net.count_params() == chapter_02._COUNT.right


def test_the_two_sums_of_02_2():
    batch = chapter_02._PATCH[None, :, :, None].astype("float32")
    kernels = chapter_02._KERNEL, chapter_02._KERNEL[::-1, ::-1]
    sums = [keras.ops.conv(batch, k[:, :, None, None].astype("float32")) for k in kernels]
    assert [float(one) for one in np.ravel(sums)] == chapter_02._BOTH_SUMS.right.tolist()


@pytest.fixture
def weak_net():
    """A net that knows something without training: a dense layer by least squares."""
    pictures, labels = digits.draw(2_000)
    inputs = pictures.reshape(-1, 784) / 255
    weights = np.linalg.solve(inputs.T @ inputs + np.eye(784), inputs.T @ np.eye(10)[labels])
    net = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    net.add(keras.layers.Dense(10, use_bias=False))
    net.layers[-1].set_weights([weights])
    net.compile(optimizer="rmsprop", loss="mse")
    net.optimizer.iterations.assign(_steps("demo"))
    return net


def _steps(profile):
    plan = profiles.get(profile)["02.convnet"]
    return plan.epochs * plan.num_batches


def test_a_weaker_net_is_told_how_far_it_is(weak_net):
    message = checks.check("02.7", weak_net).message
    assert "of 2,000 fresh digits" in message and "ours got" in message


def test_a_net_that_is_as_good_passes(weak_net, monkeypatch):
    monkeypatch.setattr(digit_contest, "_OURS", 1_200)
    assert checks.check("02.7", weak_net).status == "right"
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        same = keras.models.clone_model(weak_net)
    finally:
        keras.config.set_dtype_policy(policy)
    same.set_weights(weak_net.get_weights())
    same.compile(optimizer="adam", loss="mse")
    same.optimizer.iterations.assign(1)
    assert checks.check("02.7", same).status == "right"


def test_a_net_that_guesses_is_asked_for_its_inputs(weak_net):
    weak_net.layers[-1].set_weights([np.zeros((784, 10))])
    assert "values between 0 and 1" in checks.check("02.7", weak_net).message


@pytest.mark.parametrize(
    ("profile", "steps", "passes"),
    [
        (None, _steps("demo"), True),
        (None, _steps("demo") + 1, False),
        (None, 2 * _steps("demo"), False),
        (None, _steps("full"), True),  # PROFILE = "full" in the notebook, no variable
        (None, 2 * _steps("full"), False),
        ("demo", _steps("full"), False),
        ("full", _steps("full"), True),
        ("ci", _steps("ci"), True),
        ("ci", _steps("demo"), False),
    ],
)
def test_no_more_steps_than_planned(weak_net, monkeypatch, profile, steps, passes):
    monkeypatch.setattr(digit_contest, "_OURS", 0)
    if profile:
        monkeypatch.setenv("COURSE_PROFILE", profile)
    weak_net.optimizer.iterations.assign(steps)
    feedback = checks.check("02.7", weak_net)
    assert (feedback.status == "right") == passes
    assert passes or "steps" in feedback.message or "values between" in feedback.message


def test_the_contest_is_with_the_chapters_convnet():
    assert models.build_mnist_convnet().count_params() == digit_contest._MOST_PARAMETERS
    shown, _ = digits.draw(500, split="test")
    fresh, labels = digit_contest._fresh_digits()
    assert fresh.shape == (2_000, 28, 28, 1) and 0 <= fresh.min() < fresh.max() == 1
    assert np.bincount(labels).tolist() == [200] * 10
    known = {picture.tobytes() for picture in shown}
    assert not known & {np.rint(255 * one).astype("uint8").tobytes() for one in fresh}
