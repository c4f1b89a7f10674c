"""Exercise 08.1: right answers in any form pass, each typical mistake meets its own hint."""

import numpy as np
import pytest

from course_utils import checks

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def as_students_have_it(monkeypatch):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)


def right(confusion, label):
    hits = confusion[label, label]
    return hits / confusion[label].sum(), hits / confusion[:, label].sum()


def swapped(confusion, label):
    return right(confusion, label)[::-1]


def of_all(confusion, label):
    return (confusion[label, label] / confusion.sum(),) * 2


def accuracy(confusion, label):
    return (confusion.trace() / confusion.sum(),) * 2


def missed(confusion, label):
    return tuple(1 - value for value in right(confusion, label))


def percent(confusion, label):
    return tuple(100 * value for value in right(confusion, label))


def always_dogs(confusion, label):
    return right(confusion, 1)


def recall_twice(confusion, label):
    return (right(confusion, label)[0],) * 2


def two_classes_only(confusion, label):
    hits, other = confusion[label, label], (label + 1) % 2
    return hits / (hits + confusion[label, other]), hits / (hits + confusion[other, label])


def wrong_precision(confusion, label):
    return right(confusion, label)[0], 0.123


MISTAKES = [
    (swapped, "changed places"),
    (of_all, "all pictures of the matrix"),
    (accuracy, "That is the accuracy"),
    (missed, "what went wrong"),
    (percent, "in per cent"),
    (always_dogs, "always answers for class 1"),
    (recall_twice, "return it twice"),
    (two_classes_only, "With three, a row has two kinds"),
    (wrong_precision, "the precision is not yet right"),
    (lambda confusion, label: 0.5, "does not return two numbers"),
    (lambda confusion, label: (1, 2, 3), "does not return two numbers"),
    (lambda confusion, label: ("a", "b"), "does not return two numbers"),
    (right(np.eye(2), 0), "the function itself"),
]


@pytest.mark.parametrize(
    ("answer", "hint"), MISTAKES, ids=lambda value: getattr(value, "__name__", "")
)
def test_each_mistake_meets_its_hint(answer, hint):
    feedback = checks.check("08.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message


@pytest.mark.parametrize("form", [tuple, list, np.array])
def test_a_right_answer_is_praised(form):
    answer = checks.check("08.1", lambda confusion, label: form(right(confusion, label)))
    assert answer.status == "right"


def test_a_function_that_writes_into_the_matrix():
    def spoils(confusion, label):
        confusion[label] = 0
        return 0.0, 0.0

    assert "changes the matrix" in checks.check("08.1", spoils).message


def test_an_untouched_stub_is_not_answered_yet():
    def stub(confusion, label): ...

    assert checks.check("08.1", stub).status == "not answered yet"
