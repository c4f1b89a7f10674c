"""Times that are compared: measured in turns, as quotients, with nothing else in them."""

import doctest
import time

import pytest

from course_utils import timing
from course_utils.timing import Timing

pytestmark = pytest.mark.unit


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(timing).failed == 0


def test_functions_take_turns_and_every_other_round_runs_backwards():
    calls = []
    functions = {name: lambda name=name: calls.append(name) for name in "abc"}
    measured = timing.alternate(functions, repeats=2, warm_up=1)
    assert "".join(calls) == "cba" + "abc" + "cba"
    assert list(measured) == ["a", "b", "c"]
    assert {len(one.seconds) for one in measured.values()} == {2}


def test_what_sleeps_longer_is_slower():
    functions = {"short": lambda: time.sleep(0.001), "long": lambda: time.sleep(0.02)}
    measured = timing.alternate(functions, repeats=3)
    assert measured["long"].best >= 0.02
    assert timing.times_as_fast(measured["short"], measured["long"]) > 2


def test_one_disturbed_round_changes_no_median():
    quiet, disturbed = Timing((1.0, 1.0, 1.0)), Timing((2.0, 90.0, 2.0))
    assert timing.times_as_fast(quiet, disturbed) == 2
    assert timing.times_as_fast(disturbed, quiet) == 0.5
    assert disturbed.median == disturbed.best == 2
    assert str(Timing((0.0123,))) == "12.3 ms"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: timing.alternate({}), "nothing to measure"),
        (lambda: timing.alternate({"a": print}, repeats=0), "at least 1 .* got 0 and 2"),
        (lambda: timing.alternate({"a": print}, warm_up=-1), "got 5 and -1"),
        (lambda: timing.times_as_fast(Timing((1.0,)), Timing((1.0, 2.0))), "1 and 2 rounds"),
        (lambda: timing.in_words(0.0), "above 0, got 0.0"),
    ],
)
def test_what_cannot_be_measured_or_compared(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_step_computes_the_gradients_of_input_and_weights():
    import keras
    import numpy as np
    import tensorflow as tf

    layer = keras.layers.Conv2D(3, 2, use_bias=False)
    maps = tf.random.stateless_normal((2, 5, 5, 4), seed=(0, 2))
    to_maps, to_kernel = timing.training_step(layer, maps)()
    assert to_maps.shape == maps.shape
    assert to_kernel.shape == layer.kernel.shape
    with tf.GradientTape() as tape:
        outputs = layer(maps)
    upstream = tf.random.stateless_normal(outputs.shape, seed=(0, 1))
    expected = tape.gradient(outputs, layer.kernel.value, output_gradients=upstream)
    np.testing.assert_allclose(to_kernel, expected, rtol=1e-4, atol=1e-4)


def test_a_step_changes_no_weight_and_can_leave_the_input_out():
    import keras
    import numpy as np
    import tensorflow as tf

    net = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2)])
    before = net.get_weights()
    gradients = timing.training_step(net, tf.ones((3, 4, 4, 1)), to_maps=False)()
    assert [tuple(one.shape) for one in gradients] == [(16, 2), (2,)]
    for old, new in zip(before, net.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_step_without_any_gradient_is_refused():
    import keras
    import tensorflow as tf

    with pytest.raises(ValueError, match="no weights to train"):
        timing.training_step(keras.layers.ReLU(), tf.ones((1, 2, 2, 1)), to_maps=False)


def test_many_steps_are_traced_without_a_warning(caplog):
    import keras
    import tensorflow as tf

    for _ in range(8):
        timing.training_step(keras.layers.ReLU(), tf.ones((1, 2, 2, 1)))()
    assert "retracing" not in caplog.text
