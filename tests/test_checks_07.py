"""Chapter 07: what the exercises say of switches is what Keras does."""

import keras
import pytest

from course_utils import checks

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("as_students_have_it")]


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
