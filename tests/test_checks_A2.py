"""Exercise A2.1: right answers in any form pass, each typical mistake meets its own hint."""

import numpy as np
import pytest

from course_utils import checks

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def as_students_have_it(monkeypatch):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)


def right(multiply_adds, num_bytes, peak, bandwidth):
    return max(2 * multiply_adds / peak, num_bytes / bandwidth)


def one_after_the_other(multiply_adds, num_bytes, peak, bandwidth):
    return 2 * multiply_adds / peak + num_bytes / bandwidth


def counts_one_operation(multiply_adds, num_bytes, peak, bandwidth):
    return max(multiply_adds / peak, num_bytes / bandwidth)


def takes_the_faster(multiply_adds, num_bytes, peak, bandwidth):
    return min(2 * multiply_adds / peak, num_bytes / bandwidth)


def multiplies_only(multiply_adds, num_bytes, peak, bandwidth):
    return 2 * multiply_adds / peak


def moves_only(multiply_adds, num_bytes, peak, bandwidth):
    return num_bytes / bandwidth


def returns_the_rate(multiply_adds, num_bytes, peak, bandwidth):
    return min(peak, bandwidth * 2 * multiply_adds / num_bytes)


def milliseconds(multiply_adds, num_bytes, peak, bandwidth):
    return 1000 * right(multiply_adds, num_bytes, peak, bandwidth)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (one_after_the_other, "one after the other"),
        (counts_one_operation, "how many operations is one multiply-add"),
        (takes_the_faster, "done first"),
        (multiplies_only, "multiplying alone"),
        (moves_only, "moving alone"),
        (returns_the_rate, "Asked is a time"),
        (milliseconds, "300 million multiply-adds and 4 million bytes"),
        (lambda *anything: "soon", "Return a time in seconds"),
        (0.004, "needs the function itself"),
    ],
)
def test_each_mistake_meets_its_hint(answer, hint):
    feedback = checks.check("A2.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message


@pytest.mark.parametrize(
    "answer", [right, lambda *case: np.float32(right(*case)), lambda *case: np.array(right(*case))]
)
def test_the_right_answer_in_any_form(answer):
    assert checks.check("A2.1", answer).status == "right"


def test_the_untouched_stub_is_not_answered_yet():
    def stub(multiply_adds, num_bytes, peak, bandwidth): ...

    assert checks.check("A2.1", stub).status == "not answered yet"


def test_an_unknown_exercise_of_an_appendix_names_the_known_one():
    with pytest.raises(ValueError, match="this chapter has A2.1"):
        checks.check("A2.9", 1)
