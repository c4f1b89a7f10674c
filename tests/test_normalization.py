"""The fused batch normalization is Keras' batch normalization: results, gradients, statistics."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from course_utils import models
from course_utils.models import BatchNormalization

pytestmark = pytest.mark.unit

OPTIONS = [
    {},
    {"scale": False},
    {"center": False},
    {"scale": False, "center": False},
    {"momentum": 0.5, "epsilon": 1e-5},
]


def measured(layer, maps, upstream, training=True):
    """Return everything that two equal layers must agree on, by name."""
    layer.build(maps.shape)
    if layer.gamma is not None:
        layer.gamma.assign(np.linspace(0.5, 2, maps.shape[-1]))
    if layer.beta is not None:
        layer.beta.assign(np.linspace(-1, 3, maps.shape[-1]))
    layer.moving_mean.assign(np.linspace(0, 1, maps.shape[-1]))
    inputs = tf.constant(maps)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = layer(inputs, training=training)
        loss = tf.reduce_sum(tf.cast(outputs, tf.float32) * upstream)
    gradients = tape.gradient(loss, [inputs, *(weight.value for weight in layer.trainable_weights)])
    found = {"outputs": outputs, "inference": layer(inputs, training=False)}
    found |= {f"gradient_{place}": gradient for place, gradient in enumerate(gradients)}
    found |= {weight.name: weight.value for weight in layer.weights}
    return {name: np.asarray(tf.cast(value, tf.float32)) for name, value in found.items()}


def assert_same(fused, stock, tolerance):
    assert fused.keys() == stock.keys()
    for name, expected in stock.items():
        np.testing.assert_allclose(
            fused[name], expected, rtol=tolerance, atol=tolerance, err_msg=name
        )


@given(
    shape=st.tuples(st.integers(1, 6), st.integers(1, 9), st.integers(1, 9), st.integers(1, 20)),
    options=st.sampled_from(OPTIONS),
    training=st.booleans(),
    trainable=st.booleans(),
    seed=st.integers(0, 99),
)
@settings(max_examples=60, deadline=None)
def test_same_results_gradients_and_statistics_in_float32(
    shape, options, training, trainable, seed
):
    random = np.random.default_rng(seed)
    # A spread over few values would make gradients explode under any implementation.
    maps = random.normal(2, 3, shape).astype("float32")
    upstream = random.normal(size=shape).astype("float32")
    fused, stock = (
        measured(kind(trainable=trainable, **options), maps, upstream, training)
        for kind in (BatchNormalization, layers.BatchNormalization)
    )
    if maps[..., 0].size < 3:  # the gradient is a difference of nearly equal numbers there
        fused, stock = ({**found, "gradient_0": 0.0} for found in (fused, stock))
    assert_same(fused, stock, 1e-4)


@pytest.mark.parametrize("options", OPTIONS)
def test_same_results_under_mixed_precision(options):
    random = np.random.default_rng(0)
    maps = random.normal(2, 3, (8, 12, 10, 16)).astype("float32")
    upstream = random.normal(size=maps.shape).astype("float32") / 100
    fused, stock = (
        measured(kind(dtype="mixed_bfloat16", **options), maps, upstream)
        for kind in (BatchNormalization, layers.BatchNormalization)
    )
    assert_same(fused, stock, 0.03)


def test_comparing_notices_another_definition_of_the_variance():
    class Uncorrected(BatchNormalization):
        def _fused(self, *arguments, **options):
            outputs, mean, variance = super()._fused(*arguments, **options)
            return outputs, mean, variance * 1.1

    maps = np.random.default_rng(0).normal(2, 3, (2, 3, 3, 4)).astype("float32")
    with pytest.raises(AssertionError, match="moving_variance|inference"):
        assert_same(
            measured(Uncorrected(), maps, maps),
            measured(layers.BatchNormalization(), maps, maps),
            1e-4,
        )


@pytest.mark.parametrize(
    ("shape", "options"),
    [((4, 7), {}), ((4, 5, 7), {}), ((4, 5, 6, 7), {"axis": 1}), ((4, 5, 6, 7), {"renorm": True})],
)
def test_everything_else_is_left_to_keras(shape, options, monkeypatch):
    monkeypatch.setattr(tf.raw_ops, "FusedBatchNormV3", None)  # must not be called
    inputs = np.random.default_rng(0).normal(2, 3, shape).astype("float32")
    fused, stock = (kind(**options) for kind in (BatchNormalization, layers.BatchNormalization))
    np.testing.assert_array_equal(fused(inputs, training=True), stock(inputs, training=True))


def test_a_mask_and_another_backend_are_left_to_keras(monkeypatch):
    inputs = np.random.default_rng(0).normal(2, 3, (4, 5, 6, 7)).astype("float32")
    mask = np.ones((4, 5, 6), bool)
    mask[1:] = False
    monkeypatch.setattr(tf.raw_ops, "FusedBatchNormV3", None)
    masked = BatchNormalization()(inputs, training=True, mask=mask)
    np.testing.assert_array_equal(
        masked, layers.BatchNormalization()(inputs, training=True, mask=mask)
    )
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    BatchNormalization()(inputs, training=True)
    monkeypatch.setattr(keras.backend, "backend", lambda: "tensorflow")
    with pytest.raises(TypeError, match="not callable"):
        BatchNormalization()(inputs, training=True)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_weights_of_16_bits_are_left_to_keras(dtype):
    inputs = np.random.default_rng(0).normal(2, 3, (4, 5, 6, 7)).astype("float32")
    own, stock = (kind(dtype=dtype) for kind in (BatchNormalization, layers.BatchNormalization))
    np.testing.assert_array_equal(own(inputs, training=True), stock(inputs, training=True))


def test_works_with_a_keras_that_has_no_renormalization():
    layer = BatchNormalization()
    layer.build((2, 3, 3, 4))
    del layer.renorm
    assert layer(np.ones((2, 3, 3, 4), "float32"), training=True).shape == (2, 3, 3, 4)


def test_weights_are_interchangeable_through_a_file(tmp_path, monkeypatch):
    fused = models.build_mini_xception((20, 20, 3))
    monkeypatch.setattr(models.blocks, "BatchNormalization", layers.BatchNormalization)
    stock = models.build_mini_xception((20, 20, 3))
    assert not any(isinstance(layer, BatchNormalization) for layer in stock.layers)
    pictures = np.random.default_rng(0).uniform(0, 255, (4, 20, 20, 3)).astype("float32")
    for source, target in ((fused, stock), (stock, fused)):
        source.set_weights([value + 0.01 for value in source.get_weights()])
        source.save_weights(tmp_path / "model.weights.h5")
        target.load_weights(tmp_path / "model.weights.h5")
        np.testing.assert_allclose(
            source.predict(pictures, verbose=0), target.predict(pictures, verbose=0), rtol=1e-4
        )


def test_the_momentum_reaches_every_batch_normalization():
    model = models.build_mini_xception((20, 20, 3), momentum=0.9)
    norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    assert len(norms) == 10 and {layer.momentum for layer in norms} == {0.9}


def test_one_run_of_the_operation_replaces_many(monkeypatch):
    """The reason for the layer, as a count of operations that does not depend on the machine."""

    def num_operations(kind):
        layer = kind()
        layer.build((2, 8, 8, 4))
        function = tf.function(lambda maps: layer(maps, training=True))
        graph = function.get_concrete_function(tf.TensorSpec((2, 8, 8, 4))).graph
        whole_maps = [
            operation
            for operation in graph.get_operations()
            if any(output.shape.rank == 4 for output in operation.outputs)
            and operation.type not in ("Placeholder", "Identity")
        ]
        return len(whole_maps)

    assert num_operations(BatchNormalization) == 1
    assert num_operations(layers.BatchNormalization) > 3
