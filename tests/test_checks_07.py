"""Exercise 07.1: each usual way to unfreeze wrongly meets its own hint."""

import pytest
from keras import layers

from course_utils import checks, models

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def as_students_have_it(monkeypatch):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)


def right(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and not isinstance(layer, layers.BatchNormalization)
    return base


def of_the_course(base, first_layer):
    models.unfreeze(base, first_layer)
    return base


def stub(base, first_layer): ...


def forgets_the_base(base, first_layer):
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and not isinstance(layer, layers.BatchNormalization)
    return base


def does_nothing(base, first_layer):
    return base


def everything(base, first_layer):
    base.trainable = True
    return base


def base_last(base, first_layer):
    forgets_the_base(base, first_layer)
    base.trainable = True
    return base


def with_normalizations(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached
    return base


def ignores_first(base, first_layer):
    base.trainable = True
    for layer in base.layers:
        layer.trainable = not isinstance(layer, layers.BatchNormalization)
    return base


def one_late(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        layer.trainable = reached and not isinstance(layer, layers.BatchNormalization)
        reached = reached or layer.name == first_layer
    return base


def other_half(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = not reached and not isinstance(layer, layers.BatchNormalization)
    return base


def by_name(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and "norm" not in layer.name and "scale" not in layer.name
    return base


def by_wrong_name(base, first_layer):
    base.trainable = True
    reached = False
    for layer in base.layers:
        reached = reached or layer.name == first_layer
        layer.trainable = reached and "norm" not in layer.name
    return base


def returns_names(base, first_layer):
    return models.unfreeze(base, first_layer)


def returns_nothing(base, first_layer):
    right(base, first_layer)


MISTAKES = [
    (forgets_the_base, "a frozen base overrules its layers"),
    (does_nothing, "Whose switch is still off"),
    (everything, "that line must come first"),
    (base_last, "that line must come first"),
    (with_normalizations, "the batch normalizations among them learn, too"),
    (ignores_first, "the layers before first_layer learn"),
    (one_late, "one layer later"),
    (other_half, "the other half"),
    (by_name, "A name is only a name"),
    (by_wrong_name, "Some batch normalizations are trainable"),
    (returns_names, "must return the base"),
    (returns_nothing, "returned nothing"),
    ("block_3", "needs the function itself"),
]


@pytest.mark.parametrize(
    ("answer", "hint"), MISTAKES, ids=lambda value: getattr(value, "__name__", "")
)
def test_each_mistake_meets_its_hint(answer, hint):
    feedback = checks.check("07.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message


@pytest.mark.parametrize("answer", [right, of_the_course])
def test_a_right_answer_is_praised(answer):
    assert checks.check("07.1", answer).status == "right"


def test_the_stub_is_not_answered_yet():
    assert checks.check("07.1", stub).status == "not answered yet"
