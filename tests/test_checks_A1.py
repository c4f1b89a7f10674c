"""Exercise A1.1: right answers in any form pass, each typical mistake meets its own hint."""

import numpy as np
import pytest

from course_utils import checks

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def as_students_have_it(monkeypatch):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)


def right(printed, decimals, pictures):
    return round(round(printed * pictures) / pictures, decimals) == printed


def by_trying_all(printed, decimals, pictures):
    return any(round(k / pictures, decimals) == printed for k in range(pictures + 1))


def by_text(printed, decimals, pictures):
    wanted = f"{printed:.{decimals}f}"
    return any(f"{k / pictures:.{decimals}f}" == wanted for k in range(pictures + 1))


def in_numpy(printed, decimals, pictures):
    return np.any(np.round(np.arange(pictures + 1) / pictures, decimals) == printed)


def whole(printed, decimals, pictures):
    return abs(printed * pictures - round(printed * pictures)) < 1e-9


def cut_off(printed, decimals, pictures):
    return round(int(printed * pictures) / pictures, decimals) == printed


def four_decimals(printed, decimals, pictures):
    return round(round(printed * pictures) / pictures, 4) == printed


def upside_down(printed, decimals, pictures):
    return not right(printed, decimals, pictures)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (whole, "come out whole"),
        (cut_off, "cut the decimals"),
        (four_decimals, "always rounds to four decimals"),
        (lambda *case: True, "yes to everything"),
        (lambda *case: False, "no to everything"),
        (upside_down, "upside down"),
        (lambda printed, *rest: printed != 0.8125, "Look at 0.5 with 1 decimals on 3 pictures"),
        (lambda *case: 410, "True or False"),
        (True, "needs the function itself"),
    ],
)
def test_each_mistake_meets_its_hint(answer, hint):
    feedback = checks.check("A1.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message


@pytest.mark.parametrize("answer", [right, by_trying_all, by_text, in_numpy])
def test_the_right_answer_in_any_form(answer):
    assert checks.check("A1.1", answer).status == "right"


def test_the_untouched_stub_is_not_answered_yet():
    def stub(printed, decimals, pictures): ...

    assert checks.check("A1.1", stub).status == "not answered yet"
