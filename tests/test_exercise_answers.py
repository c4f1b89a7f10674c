"""Exercises: right answers in any form pass, each typical mistake meets the hint meant for it."""

import copy
import importlib
import math
import re
from pathlib import Path

import exercise_answers
import numpy as np
import pytest

from course_utils import checks
from course_utils.checks import answers, core, progress

pytestmark = pytest.mark.unit

CHAPTERS = sorted(
    path.stem.partition("_")[2] for path in Path(checks.__file__).parent.glob("chapter_*.py")
)
EXERCISES = {one.number: one for chapter in CHAPTERS for one in core.exercises(chapter)}


def _cases(kind):
    """Return (number, answer) for all chapters' answers of one kind."""
    found = []
    for chapter in CHAPTERS:
        module = importlib.import_module(f"{exercise_answers.__name__}.chapter_{chapter}")
        for number, cases in getattr(module, kind).items():
            for place, case in enumerate(cases):
                found.append(pytest.param(number, case, id=f"{number}-{place}"))
    return found


def _of(kind, number):
    return [case.values[1] for case in _cases(kind) if case.values[0] == number]


RIGHT, WRONG, STUBS = _cases("RIGHT"), _cases("WRONG"), _cases("STUBS")
VALUES = [number for number, one in EXERCISES.items() if isinstance(one.judge, answers.Value)]
ROWS = [number for number, one in EXERCISES.items() if isinstance(one.judge, answers.Parts)]
CHOICES = [number for number, one in EXERCISES.items() if isinstance(one.judge, answers.Choice)]


@pytest.fixture(autouse=True)
def nothing_is_trained_here(as_students_have_it, monkeypatch):
    """So no accuracy can be judged."""
    monkeypatch.setenv("COURSE_PROFILE", "ci")


@pytest.mark.parametrize(("number", "answer"), RIGHT)
def test_a_right_answer_in_any_form_is_praised(number, answer):
    feedback = checks.check(number, answer)
    assert feedback.status == "right", feedback.message
    assert len(feedback.message) > 40


@pytest.mark.parametrize(("number", "case"), WRONG)
def test_each_mistake_meets_the_hint_meant_for_it(number, case):
    answer, hint = case
    feedback = checks.check(number, answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message
    _is_one_friendly_paragraph(feedback.message)


@pytest.mark.parametrize("number", EXERCISES)
def test_every_exercise_is_tried_with_right_and_typical_wrong_answers(number):
    hints = {hint for _, hint in _of("WRONG", number)}
    assert _of("RIGHT", number)
    few = len(EXERCISES[number].judge.hints) if number in CHOICES else 3
    assert len(hints) >= few, "each wrong answer needs a hint of its own"
    assert len(EXERCISES[number].title) <= 44


def raises(*arguments):
    raise ZeroDivisionError("division by zero")


def prints(*arguments):
    print(*arguments)


def spoils(*arguments):
    """Change whatever can be changed among the arguments."""
    for argument in arguments:
        if isinstance(argument, list):
            argument.clear()
        elif isinstance(argument, np.ndarray) and argument.flags.writeable:
            argument[...] = 0
    return -1


NONSENSE = [
    *(-1, 10**9, 0.123456, math.nan, math.inf, True, 1 + 2j, "", "???", "zz", b"a", [], (), {}),
    *({}, set(), [[]], [1, [2]], [None], object(), type, range(0), slice(1), np.array([])),
    *(np.zeros((1, 2, 3)), np.full(3, np.nan), np.array(["a"]), np.array(None)),
    *(lambda *_: -1, lambda *_: math.nan, lambda *_: [], lambda *_: "?", lambda *_: object()),
    *(lambda *_: np.zeros((7, 7)), lambda: 1, raises, prints, spoils),
]


@pytest.mark.parametrize("number", EXERCISES)
def test_nonsense_gets_a_sentence_and_no_trace(number, capsys):
    for answer in NONSENSE:
        feedback = checks.check(number, copy.deepcopy(answer))
        assert feedback.status == "not yet right", answer
        _is_one_friendly_paragraph(feedback.message)


def _is_one_friendly_paragraph(message):
    assert 40 < len(message) < 500
    assert message[0].isupper() or message[0] in "0123456789"
    assert message.rstrip(")\"'").endswith((".", "?", "!"))
    assert "Traceback" not in message and "\n" not in message


@pytest.mark.parametrize("number", EXERCISES)
@pytest.mark.parametrize("answer", [..., None], ids=["dots", "None"])
def test_an_untouched_stub_is_not_answered_yet(number, answer):
    assert checks.check(number, answer).status == "not answered yet"
    assert not progress.folder().exists()


@pytest.mark.parametrize(("number", "stub"), STUBS)
def test_an_untouched_function_is_not_answered_yet(number, stub):
    assert checks.check(number, stub).status == "not answered yet"


@pytest.mark.parametrize("number", VALUES)
def test_a_value_is_right_as_list_array_and_tensor(number):
    import tensorflow as tf

    right = EXERCISES[number].judge.right
    whole = (right == right.round()).all()
    forms = [right.tolist(), right, right.astype("float32"), tf.constant(right, "float64")]
    forms += [right.astype(int).tolist(), right.astype("int64")] if whole else []
    forms += [tuple(right.tolist())] if right.ndim else [np.float64(right), np.array(right)]
    for form in forms:
        assert checks.check(number, form).status == "right", form


@pytest.mark.parametrize("number", VALUES)
def test_neighbours_of_a_value_are_wrong_and_no_hint_tells_it(number):
    judge = EXERCISES[number].judge
    right = judge.right
    hints = [judge.otherwise, *(hint for _, hint in judge.mistakes)]
    for place in np.ndindex(right.shape):
        for change in (-1, 1):
            neighbour = right.copy()
            neighbour[place] += change
            feedback = checks.check(number, neighbour)
            assert feedback.status == "not yet right"
            hints.append(feedback.message)
    if right.ndim == 0:
        _no_hint_tells(right, hints)


@pytest.mark.parametrize("number", ROWS)
def test_no_hint_for_a_row_of_numbers_tells_one(number):
    for part in EXERCISES[number].judge.parts.values():
        _no_hint_tells(part.right, [part.otherwise, *(hint for _, hint in part.mistakes)])


def _no_hint_tells(right, hints):
    right = float(right)
    expected = {f"{right:g}", str(right)} | ({f"{right:,.0f}"} if right.is_integer() else set())
    for hint in hints:
        words = set(re.findall(r"[\d.,]*\d", hint))
        assert not words & expected, f"{hint!r} tells the value"


def test_a_hint_that_tells_the_value_is_noticed():
    with pytest.raises(AssertionError, match="tells the value"):
        _no_hint_tells(np.asarray(1728.0), ["Count again, it should be 1,728."])


@pytest.mark.parametrize("number", CHOICES)
def test_every_letter_is_answered_and_only_one_is_right(number):
    judge = EXERCISES[number].judge
    assert judge.letters == list("abcdef"[: len(judge.letters)]) and len(judge.letters) >= 3
    for letter in judge.letters:
        status = "right" if letter == judge.right else "not yet right"
        for form in (letter, letter.upper(), f" {letter}) ", f"({letter})"):
            assert checks.check(number, form).status == status
    assert len(set(judge.hints.values())) == len(judge.letters) - 1


def test_the_right_letters_are_spread():
    letters = [EXERCISES[number].judge.right for number in CHOICES]
    most = max(letters.count(letter) for letter in letters)
    assert most <= 0.6 * len(letters), "always the same letter is right"


def test_at_least_four_exercises_and_two_questions_a_chapter():
    for chapter in CHAPTERS:
        numbers = [one.number for one in core.exercises(chapter)]
        questions = [number for number in numbers if ".Q" in number]
        assert numbers == sorted(numbers) and len(set(numbers)) == len(numbers)
        assert questions == [f"{chapter}.Q{k}" for k in (1, 2)]
        least = 2 if chapter.startswith("A") else 4
        assert len(numbers) - len(questions) >= least


def test_a_wrong_answer_raises_where_the_course_tests_itself(monkeypatch):
    monkeypatch.setenv("COURSE_CHECKS", "strict")
    number, (answer, _) = WRONG[0].values
    with pytest.raises(checks.WrongAnswer, match=number):
        checks.check(number, answer)
    assert checks.check(*RIGHT[0].values).status == "right"
    assert not progress.folder().exists(), "tests are nobody's progress"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("02.99", "this chapter has 02.1"),
        ("77.1", "'77'"),
        ("02", "this chapter has 02.1"),
        ("", "is no chapter"),
        ("../x.1", "is no chapter"),
        (None, "'None'"),
    ],
)
def test_an_unknown_exercise_names_the_known_ones(number, message):
    with pytest.raises(ValueError, match=message):
        checks.check(number, 1)


def asks(*arguments):
    """A stub that says what it should do."""
    ...


def test_a_stub_with_a_docstring_is_not_answered_yet():
    assert checks.check("02.1", asks).status == "not answered yet"


def test_what_is_changed_and_changed_back_counts_as_unchanged():
    weights = np.random.default_rng(0).normal(size=1000)

    def nudges(array):
        for place in range(len(array)):
            array[place] += 1e-4
            array[place] -= 2e-4
            array[place] += 1e-4
        return 1

    def forgets(array):
        array[700] += 1e-4
        return 1

    assert core.call(nudges, weights) == 1
    for function, given in [
        (forgets, weights),
        (lambda weights: forgets(weights[0]), [weights]),
        (lambda weights: forgets(weights["w"]), {"w": weights}),
    ]:
        with pytest.raises(core.Failed, match="changes what it is given"):
            core.call(function, given)


@pytest.mark.parametrize(("number", "answer"), RIGHT)
def test_a_check_leaves_the_student_s_random_numbers_alone(number, answer):
    import random

    random.seed(7)
    np.random.seed(7)
    checks.check(number, answer)
    found = random.random(), np.random.random()
    random.seed(7)
    np.random.seed(7)
    assert found == (random.random(), np.random.random())


def test_feedback_is_a_paragraph_in_a_notebook_too():
    shown = checks.check("02.1", lambda *case: 1 / 0)._repr_html_()
    assert "not yet right" in shown
    assert "<script" not in checks.Feedback("02.1", "right", "<script>")._repr_html_()
