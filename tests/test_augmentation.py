"""One interpolation instead of two: the same versions of a picture as Keras' layers give."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from course_utils.models import RandomAffine, build_augmentation

pytestmark = pytest.mark.unit


def random_pictures(shape=(3, 20, 31, 3), seed=0):
    return np.random.default_rng(seed).uniform(0, 255, shape).astype("float32")


def smooth_pictures():
    """Pictures without fine detail, which two interpolations blur no more than one does."""
    rough = random_pictures((2, 6, 7, 3))
    return np.asarray(keras.ops.image.resize(rough, (60, 70), interpolation="bicubic"))


@given(
    factor=st.floats(-0.5, 0.5),
    height=st.integers(2, 40),
    width=st.integers(2, 40),
    seed=st.integers(0, 99),
)
@settings(max_examples=30, deadline=None)
def test_turns_and_zooms_as_keras_does(factor, height, width, seed):
    pictures = random_pictures((2, height, width, 3), seed)
    fixed = (factor, factor)
    turned = RandomAffine(mirror=False, rotation=fixed, zoom=0.0)(pictures, training=True)
    zoomed = RandomAffine(mirror=False, rotation=0.0, zoom=fixed)(pictures, training=True)
    expected = layers.RandomRotation(fixed)(pictures, training=True)
    # Fill from outside jumps from pixel to pixel, so that one rounding may fall the other way.
    assert np.quantile(np.abs(turned - expected), 0.98) < 0.1
    expected = layers.RandomZoom(fixed)(pictures, training=True)
    assert np.quantile(np.abs(zoomed - expected), 0.98) < 0.1


def test_comparing_with_keras_notices_the_other_direction():
    pictures = random_pictures()
    turned = RandomAffine(mirror=False, rotation=(0.1, 0.1), zoom=0.0)(pictures, training=True)
    expected = layers.RandomRotation((-0.1, -0.1))(pictures, training=True)
    assert np.quantile(np.abs(turned - expected), 0.98) > 0.1


def test_all_in_one_step_is_one_after_the_other():
    pictures = smooth_pictures()
    one_step = RandomAffine(mirror=False, rotation=(0.05, 0.05), zoom=(-0.1, -0.1))
    steps = [layers.RandomRotation((0.05, 0.05)), layers.RandomZoom((-0.1, -0.1))]
    expected = pictures
    for step in steps:
        expected = step(expected, training=True)
    found = one_step(pictures, training=True)
    # Outside of the picture the fills differ: compare what was inside all along.
    inside = (slice(None), slice(15, -15), slice(15, -15))
    np.testing.assert_allclose(found[inside], expected[inside], atol=4)


def test_mirrors_half_of_the_pictures():
    pictures = np.repeat(random_pictures((1, 4, 6, 3)), 400, axis=0)
    found = np.asarray(RandomAffine(rotation=0.0, zoom=0.0, seed=1)(pictures, training=True))
    same = np.isclose(found, pictures, atol=1e-3).all(axis=(1, 2, 3))
    mirrored = np.isclose(found, pictures[:, :, ::-1], atol=1e-3).all(axis=(1, 2, 3))
    assert (same ^ mirrored).all()
    assert 150 < mirrored.sum() < 250


def test_angles_and_sizes_fill_their_ranges_evenly():
    layer = RandomAffine(mirror=False, rotation=0.1, zoom=0.2, seed=1)
    transforms = np.asarray(layer._transforms(random_pictures((4000, 3, 3, 1))))
    turns = np.arctan2(transforms[:, 3], transforms[:, 0]) / (2 * np.pi)
    scales = np.hypot(transforms[:, 3], transforms[:, 0])
    for values, center, reach in ((turns, 0, 0.1), (scales, 1, 0.2)):
        assert abs(values - center).max() <= reach + 1e-6
        assert abs(values.mean() - center) < reach / 10
        assert values.std() == pytest.approx(reach / 3**0.5, rel=0.05)


def test_the_center_of_a_picture_stays_where_it_is():
    pictures = np.zeros((50, 21, 21, 1), "float32")
    pictures[:, 9:12, 9:12] = 255
    found = np.asarray(build_augmentation()(pictures, training=True))
    np.testing.assert_allclose(found[:, 10, 10], 255, atol=1)


@pytest.mark.parametrize(
    "arguments",
    [{"rotation": (0.2, 0.1)}, {"rotation": -0.1}, {"zoom": (0.3, 0.0)}, {"zoom": 1.0}],
)
def test_bad_bounds_are_refused(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        RandomAffine(**arguments)


def test_a_seed_repeats_and_every_call_differs():
    pictures = random_pictures()
    first, again = (RandomAffine(seed=3) for _ in range(2))
    one, two = (first(pictures, training=True) for _ in range(2))
    np.testing.assert_array_equal(one, again(pictures, training=True))
    assert not np.allclose(one, two)


def test_survives_saving():
    layer = RandomAffine(mirror=False, rotation=(0.1, 0.2), zoom=0.3, seed=5, name="augmentation")
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    pictures = random_pictures()
    np.testing.assert_array_equal(again(pictures, training=True), layer(pictures, training=True))


def test_pixels_stay_exact_under_mixed_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        found = build_augmentation()(random_pictures(), training=False)
    finally:
        keras.config.set_dtype_policy(policy)
    np.testing.assert_array_equal(found, random_pictures())
