"""Exercise 05.1: right answers in any form pass, each typical mistake meets its own hint."""

import numpy as np
import pytest

from course_utils import checks

pytestmark = pytest.mark.unit

LIES = {
    ("digits", "mirror"),
    ("digits", "half turn"),
    ("left or right hands", "mirror"),
    ("clocks, read to the minute", "mirror"),
    ("clocks, read to the minute", "half turn"),
    ("clocks, read to the minute", "turn by 10 degrees"),
}


@pytest.fixture(autouse=True)
def as_students_have_it(monkeypatch):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)


def right(pictures, change):
    return (pictures, change) not in LIES


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda pictures, change: True, "finds every change harmless"),
        (lambda pictures, change: False, "trusts no change"),
        (lambda pictures, change: not right(pictures, change), "where the label is kept"),
        (lambda pictures, change: change == "mirror" or right(pictures, change), "every mirror"),
        (lambda pictures, change: change == "half turn" or right(pictures, change), "Section 2"),
        (
            lambda pictures, change: change != "mirror" and right(pictures, change),
            "rejects every mirror",
        ),
        (
            lambda pictures, change: right(pictures, change) and "cats" not in pictures,
            "What would you call the animal",
        ),
        (
            lambda pictures, change: (
                right(pictures, change) and (pictures, change) != ("cats or dogs", "half turn")
            ),
            "never meet an upside-down pet",
        ),
        (
            lambda pictures, change: right(pictures, change) or "10" in change,
            "'clocks, read to the minute' and 'turn by 10 degrees'",
        ),
        (
            lambda pictures, change: right(pictures, change) and "hands" not in pictures,
            "Do it with your own hand",
        ),
        (lambda pictures, change: "yes", "Return True or False"),
        (lambda pictures, change: 1, "Return True or False"),
        (lambda pictures, change: np.ones((9, 9)), "Return True or False"),
        (lambda pictures: True, "stopped with TypeError"),
        (True, "needs the function itself"),
    ],
)
def test_each_mistake_meets_its_hint(answer, hint):
    feedback = checks.check("05.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message
    assert len(feedback.message) < 400


@pytest.mark.parametrize("form", [bool, np.bool_, np.array], ids=lambda f: f.__name__)
def test_the_right_answer_in_another_form(form):
    assert checks.check("05.1", lambda *case: form(right(*case))).status == "right"


@pytest.mark.parametrize("answer", [..., None, lambda *case: ...])
def test_an_untouched_stub_is_not_answered_yet(answer):
    assert checks.check("05.1", answer).status == "not answered yet"


def test_a_wrong_answer_raises_where_the_course_tests_itself(monkeypatch):
    monkeypatch.setenv("COURSE_CHECKS", "strict")
    with pytest.raises(checks.WrongAnswer, match="05.1"):
        checks.check("05.1", lambda *case: True)
