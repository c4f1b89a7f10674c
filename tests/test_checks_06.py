"""Chapter 06: the number format that the chapter computes in does not matter to the checks."""

import keras
import pytest
from exercise_answers import chapter_06

from course_utils import checks

pytestmark = pytest.mark.unit

_CASES = [
    ("06.1", chapter_06.right, "praised"),
    ("06.1", chapter_06.projects_with_relu, "no activation"),
    ("06.4", chapter_06.normalize, "praised"),
    ("06.5", chapter_06.fold, "praised"),
    ("06.5", chapter_06.fold_upside_down, "two layers"),
    ("06.6", chapter_06.deep_net, "praised"),
    ("06.6", chapter_06.deep_net_separable, "praised"),
    ("06.6", chapter_06.deep_net_plain, "A product"),
]


@pytest.fixture(autouse=True)
def as_students_have_it(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float32"])
@pytest.mark.parametrize(("number", "answer", "words"), _CASES)
def test_the_number_format_of_the_chapter_does_not_matter(number, answer, words, policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        feedback = checks.check(number, answer)
    finally:
        keras.config.set_dtype_policy(before)
    if words == "praised":
        assert feedback.status == "right", feedback.message
    else:
        assert words in feedback.message


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
