"""Chapter 06: what the exercises say of networks is what Keras does."""

import keras
import pytest
from exercise_answers import chapter_06

from course_utils import checks

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("as_students_have_it")]


def test_the_drawn_block_has_in_keras_the_weights_that_the_answer_says():
    inputs = keras.Input((28, 28, 48))
    options = {"padding": "same", "use_bias": False}
    wide = keras.layers.Conv2D(144, 1, **options)
    looks = keras.layers.DepthwiseConv2D(3, strides=2, **options)
    narrow = keras.layers.Conv2D(96, 1, **options)
    beside = keras.layers.Conv2D(96, 1, strides=2, **options)
    total = keras.layers.Add()([narrow(looks(wide(inputs))), beside(inputs)])
    assert total.shape == (None, 14, 14, 96)
    weights = [layer.count_params() for layer in (wide, looks, narrow, beside)]
    assert checks.check("06.3", weights).status == "right"


def test_the_chapters_deep_net_passes_for_every_luck():
    for seed in range(3):
        keras.utils.set_random_seed(seed)
        assert checks.check("06.6", chapter_06.deep_net).status == "right"
