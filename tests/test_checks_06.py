"""Exercise 06.1: right blocks in any form pass, each typical mistake meets its own hint."""

import keras
import pytest
from keras import layers

from course_utils import checks

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def as_students_have_it(monkeypatch):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)


def main_path(inputs, num_filters, strides):
    x = layers.Conv2D(num_filters, 3, strides=strides, activation="relu", padding="same")(inputs)
    return layers.Conv2D(num_filters, 3, activation="relu", padding="same")(x)


def right(inputs, num_filters, strides):
    shortcut = inputs
    if strides != 1 or inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1, strides=strides, padding="same")(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def with_a_plus_sign(inputs, num_filters, strides):
    x = main_path(inputs, num_filters, strides)
    if x.shape == inputs.shape:
        return x + inputs
    return x + layers.Conv2D(num_filters, (1, 1), (strides, strides), use_bias=False)(inputs)


def with_average_pooling(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1:
        shortcut = layers.AveragePooling2D(strides, padding="same")(shortcut)
    if inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1)(shortcut)
    return layers.add([shortcut, main_path(inputs, num_filters, strides)])


def stub(inputs, num_filters, strides): ...


def broken(inputs, num_filters, strides):
    return layers.Add()([main_path(inputs, num_filters, strides), inputs])


def compares_channels_only(inputs, num_filters, strides):
    shortcut = inputs
    if inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1, strides=strides)(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def compares_strides_only(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1:
        shortcut = layers.Conv2D(num_filters, 1, strides=strides)(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def forgets_the_strides(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1 or inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1)(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def projects_always(inputs, num_filters, strides):
    shortcut = layers.Conv2D(num_filters, 1, strides=strides)(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def projects_with_relu(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1 or inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 1, strides=strides, activation="relu")(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def projects_with_3_by_3(inputs, num_filters, strides):
    shortcut = inputs
    if strides > 1 or inputs.shape[-1] != num_filters:
        shortcut = layers.Conv2D(num_filters, 3, strides=strides, padding="same")(inputs)
    return layers.Add()([main_path(inputs, num_filters, strides), shortcut])


def relu_after_the_sum(inputs, num_filters, strides):
    return layers.ReLU()(right(inputs, num_filters, strides))


def keeps_the_size(inputs, num_filters, strides):
    return right(inputs, num_filters, 1)


def concatenates(inputs, num_filters, strides):
    shortcut = layers.MaxPooling2D(strides, padding="same")(inputs)
    return layers.Concatenate()([main_path(inputs, num_filters, strides), shortcut])


def gives_up_the_sum(inputs, num_filters, strides):
    return main_path(inputs, num_filters, strides)


def loses_the_relu(inputs, num_filters, strides):
    x = layers.Conv2D(num_filters, 3, strides=strides, padding="same")(inputs)
    x = layers.Conv2D(num_filters, 3, padding="same")(x)
    if x.shape == inputs.shape:
        return layers.Add()([x, inputs])
    return layers.Add()([x, layers.Conv2D(num_filters, 1, strides=strides)(inputs)])


MISTAKES = [
    (broken, "the addition still meets two shapes"),
    (compares_channels_only, "One case is left"),
    (compares_strides_only, "The condition has two halves"),
    (forgets_the_strides, "What has the shortcut to do"),
    (projects_always, "even where the shapes agree"),
    (projects_with_relu, "The projection has no activation"),
    (projects_with_3_by_3, "for a ninth of the weights"),
    (relu_after_the_sum, "an activation after the sum"),
    (keeps_the_size, "The main path already has the right shape"),
    (concatenates, "Concatenate puts them side by side"),
    (gives_up_the_sum, "nothing is added"),
    (loses_the_relu, "Repair the shortcut, nothing else"),
]


@pytest.mark.parametrize(
    ("answer", "hint"), MISTAKES, ids=lambda value: getattr(value, "__name__", "")
)
def test_each_mistake_meets_its_hint(answer, hint):
    feedback = checks.check("06.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message


@pytest.mark.parametrize("answer", [right, with_a_plus_sign, with_average_pooling])
def test_a_right_block_in_any_form_is_praised(answer):
    feedback = checks.check("06.1", answer)
    assert feedback.status == "right", feedback.message


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float32"])
def test_the_number_format_of_the_chapter_does_not_matter(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        assert checks.check("06.1", right).status == "right"
        assert "no activation" in checks.check("06.1", projects_with_relu).message
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("answer", [..., None, stub])
def test_an_untouched_stub_is_not_answered_yet(answer):
    assert checks.check("06.1", answer).status == "not answered yet"


@pytest.mark.parametrize(
    "answer",
    [
        0,
        "Conv2D",
        lambda *case: -1,
        lambda *case: [],
        lambda *case: 1 / 0,
        lambda inputs: inputs,
        lambda inputs, num_filters, strides: inputs,
        lambda inputs, num_filters, strides: keras.Input((8, 8, 16)),
        lambda inputs, num_filters, strides: print(num_filters),
    ],
)
def test_degenerate_answers_get_a_sentence_and_no_trace(answer):
    feedback = checks.check("06.1", answer)
    assert feedback.status == "not yet right"
    assert 40 < len(feedback.message) < 400
    assert "Traceback" not in feedback.message
