"""Exercise 01.1: right answers in any form pass, each typical mistake meets its own hint."""

import math

import numpy as np
import pytest

from course_utils import checks

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def as_students_have_it(monkeypatch):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)


def right(x, y, z):
    a, b = x * y, y + z
    return b * y, b * x + a, a


def stub(x, y, z): ...


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda x, y, z: (y * (y + z), x * (y + z), x * y), "the one through the product a"),
        (lambda x, y, z: (y * (y + z), x * y, x * y), "the one through the sum b"),
        (lambda x, y, z: (y * (y + z), x * (y + z) * x * y, x * y), "you multiply them"),
        (lambda x, y, z: (y, x + 1, 1), "These are local gradients"),
        (lambda x, y, z: (y * x * y, x * x * y + y + z, y + z), "the value of the other one"),
        (lambda x, y, z: right(x, y, z)[::-1], "not in the order"),
        (lambda x, y, z: (0, 0, 0), "your df/dz is 0"),
        (lambda x, y, z: (0, 0, x * y), "your df/dx is 0"),
        (lambda x, y, z: (y * (y + z), 7, x * y), "your df/dy is 7"),
        (lambda x, y, z: (math.nan,) * 3, "your df/dz is nan"),
        (lambda x, y, z: x * y * (y + z), "does not return three numbers"),
        (lambda x, y, z: (1, 2), "does not return three numbers"),
        (lambda x, y, z: "xyz", "does not return three numbers"),
        (lambda x, y, z: 1 / 0, "ZeroDivisionError"),
        ((1.0, 2.0, 3.0), "needs the function itself"),
    ],
)
def test_each_mistake_meets_its_hint(answer, hint):
    feedback = checks.check("01.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message


@pytest.mark.parametrize("form", [tuple, list, np.array], ids=lambda form: form.__name__)
def test_the_right_answer_in_any_form(form):
    assert checks.check("01.1", lambda *point: form(right(*point))).status == "right"


def test_the_right_answer_as_a_dictionary_and_as_tensors():
    import tensorflow as tf

    named = lambda *point: dict(zip("xyz", right(*point), strict=True))  # noqa: E731
    assert checks.check("01.1", named).status == "right"
    assert checks.check("01.1", lambda *point: tf.constant(right(*point))).status == "right"


@pytest.mark.parametrize("answer", [..., None, stub, lambda *point: ...])
def test_an_untouched_stub_is_not_answered_yet(answer):
    assert checks.check("01.1", answer).status == "not answered yet"
