"""Chapter 07: the number format that the chapter computes in does not matter to the checks."""

import keras
import pytest
from exercise_answers import chapter_07

from course_utils import checks

pytestmark = pytest.mark.unit

_CASES = [
    ("07.1", chapter_07.right, "praised"),
    ("07.6", chapter_07.pet_net, "praised"),
    ("07.6", chapter_07.pet_net_in_a_row, "praised"),
    ("07.6", chapter_07.divides, "divides by 255"),
    ("07.6", chapter_07.softmax_of_one, "A softmax over a single unit"),
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


def test_the_switches_of_exercise_2_do_in_keras_what_the_answer_says():
    base = keras.Sequential([keras.Input((8, 8, 3))], name="base")
    for number, filters in enumerate((16, 32, 64), start=1):
        name = f"conv_{number}"
        base.add(keras.layers.Conv2D(filters, 3, padding="same", use_bias=False, name=name))
        base.add(keras.layers.BatchNormalization(name=f"norm_{number}"))
    head = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((8, 8, 3)), base, *head])
    counts = []

    def count():
        counts.append(sum(int(weight.numpy().size) for weight in model.trainable_weights))

    base.trainable = False
    count()
    base.get_layer("conv_3").trainable = True
    count()
    base.trainable = True
    count()
    for layer in base.layers[:-2]:
        layer.trainable = False
    count()
    assert [layer.count_params() for layer in base.layers] == [432, 64, 4608, 128, 18432, 256]
    assert checks.check("07.2", counts).status == "right"
