"""Chapter 03's judges against what Keras computes."""

import keras
import numpy as np
import pytest

from course_utils import checks
from course_utils.checks import chapter_03
from course_utils.checks.judges import keyhole

pytestmark = pytest.mark.unit


def test_both_poolings_of_03_2():
    batch = chapter_03._MAP[None, :, :, None].astype("float32")
    pooled = [np.asarray(pool(batch, 2))[0, :, :, 0] for pool in (_largest, _average)]
    np.testing.assert_array_equal(pooled, chapter_03._BOTH_POOLINGS.right)


def test_praise_for_03_2_does_not_say_right_twice(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))
    assert repr(checks.check("03.2", chapter_03._BOTH_POOLINGS.right)).lower().count("right") == 1


def _largest(batch, size):
    return keras.layers.MaxPooling2D(size)(batch)


def _average(batch, size):
    return keras.layers.AveragePooling2D(size)(batch)


def test_the_moves_of_03_3():
    def pooled(row, column):
        batch = np.zeros((1, 8, 8, 1), "float32")
        batch[0, row, column] = 1
        return np.asarray(_largest(batch, 2))

    survives = [
        [np.array_equal(pooled(3 + down, 4 + right), pooled(3, 4)) for right in (-1, 0, 1)]
        for down in (-1, 0, 1)
    ]
    np.testing.assert_array_equal(survives, chapter_03._SURVIVED.right)


def test_the_heads_of_03_4():
    counts = []
    for head in (keras.layers.Flatten(), keras.layers.GlobalAveragePooling2D()):
        layers = [keras.Input((6, 6, 128)), head, keras.layers.Dense(20)]
        counts.append(keras.Sequential(layers).count_params())
    assert counts == chapter_03._HEADS.right.tolist()


def test_what_03_6_measures_is_what_the_formula_says():
    convolution, pooling = keras.layers.Conv2D, keras.layers.MaxPooling2D
    layers = [convolution(4, 3, activation="relu"), pooling(2)] * 2 + [convolution(32, 3)]
    layers = [type(one).from_config(one.get_config() | {"name": None}) for one in layers]
    net = keras.Sequential([keras.Input((64, 64, 3)), *layers])
    columns, rows = keyhole._lines_that_reach(net)
    assert len(columns) == len(rows) == 18  # section 4 of the chapter
    assert columns[-1] - columns[0] == rows[-1] - rows[0] == 17


def test_the_stack_of_03_6_in_16_bits(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        from exercise_answers.chapter_03 import narrow_first, strided

        for answer in (narrow_first(), strided()):
            assert checks.check("03.6", answer).status == "right"
    finally:
        keras.config.set_dtype_policy(policy)
