"""Exercises: right answers in any form pass, each typical mistake meets its own hint."""

import math

import numpy as np
import pytest

from course_utils import checks

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def as_students_have_it(monkeypatch):
    monkeypatch.delenv("COURSE_CHECKS", raising=False)


def right(input_size, kernel_size, stride, padding):
    if padding == "same":
        return -(-input_size // stride)
    return (input_size - kernel_size) // stride + 1


def stub(input_size, kernel_size, stride, padding): ...


def counts_steps(input_size, kernel_size, stride, padding):
    if padding == "same":
        return math.ceil(input_size / stride)
    return (input_size - kernel_size) // stride


def same_keeps_the_size(input_size, kernel_size, stride, padding):
    if padding == "same":
        return input_size
    return (input_size - kernel_size) // stride + 1


def rounds_up(input_size, kernel_size, stride, padding):
    if padding == "same":
        return math.ceil(input_size / stride)
    return math.ceil((input_size - kernel_size) / stride) + 1


def ignores_padding(input_size, kernel_size, stride, padding):
    return (input_size - kernel_size) // stride + 1


def does_not_round(input_size, kernel_size, stride, padding):
    if padding == "same":
        return input_size / stride
    return (input_size - kernel_size) / stride + 1


def pads_like_pytorch(input_size, kernel_size, stride, padding):
    before = (kernel_size - 1) // 2 if padding == "same" else 0
    return (input_size + 2 * before - kernel_size) // stride + 1


def rounds_same_down(input_size, kernel_size, stride, padding):
    if padding == "same":
        return input_size // stride
    return (input_size - kernel_size) // stride + 1


def forgets_the_stride(input_size, kernel_size, stride, padding):
    if padding == "same":
        return math.ceil(input_size / stride)
    return input_size - kernel_size + 1


MISTAKES = [
    (counts_steps, "four posts"),
    (same_keeps_the_size, "Same keeps the size at stride 1 only"),
    (rounds_up, "hangs over the edge"),
    (ignores_padding, "treats same like valid"),
    (does_not_round, "places are whole numbers"),
    (pads_like_pytorch, "under same not yet"),
    (rounds_same_down, "under same not yet"),
    (forgets_the_stride, "under valid not yet"),
]


@pytest.mark.parametrize(
    ("answer", "hint"), MISTAKES, ids=lambda value: getattr(value, "__name__", "")
)
def test_each_mistake_meets_its_hint(answer, hint):
    feedback = checks.check("02.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message


def test_a_right_answer_is_praised():
    assert checks.check("02.1", right).status == "right"


@pytest.mark.parametrize("form", [float, np.int64, np.float32, np.array], ids=lambda f: f.__name__)
def test_the_right_answer_in_another_form(form):
    assert checks.check("02.1", lambda *case: form(right(*case))).status == "right"


def test_the_right_answer_as_a_tensor():
    import tensorflow as tf

    assert checks.check("02.1", lambda *case: tf.constant(right(*case))).status == "right"


def prints(input_size, kernel_size, stride, padding):
    print(right(input_size, kernel_size, stride, padding))


def forgets_a_branch(input_size, kernel_size, stride, padding):
    if padding == "valid":
        return (input_size - kernel_size) // stride + 1


@pytest.mark.parametrize("answer", [prints, forgets_a_branch])
def test_a_function_that_returns_nothing_is_told_so(answer):
    feedback = checks.check("02.1", answer)
    assert feedback.status == "not yet right"
    assert "returned nothing" in feedback.message


@pytest.mark.parametrize("answer", [..., None, stub, lambda *case: ...])
def test_an_untouched_stub_is_not_answered_yet(answer):
    assert checks.check("02.1", answer).status == "not answered yet"


@pytest.mark.parametrize(
    "answer",
    [
        0,
        "o = i - f + 1",
        [],
        right(5, 3, 1, "valid"),
        lambda *case: 0,
        lambda *case: math.nan,
        lambda *case: math.inf,
        lambda *case: [],
        lambda *case: "3",
        lambda *case: True,
        lambda *case: np.zeros((2, 2)),
        lambda *case: 1 / 0,
        lambda input_size: input_size,
    ],
)
def test_degenerate_answers_get_a_sentence_and_no_trace(answer):
    feedback = checks.check("02.1", answer)
    assert feedback.status == "not yet right"
    assert 40 < len(feedback.message) < 400
    assert "Traceback" not in feedback.message


def test_a_wrong_answer_raises_where_the_course_tests_itself(monkeypatch):
    monkeypatch.setenv("COURSE_CHECKS", "strict")
    with pytest.raises(checks.WrongAnswer, match="02.1"):
        checks.check("02.1", ignores_padding)
    assert checks.check("02.1", right).status == "right"
    assert checks.check("02.1", stub).status == "not answered yet"


@pytest.mark.parametrize(
    ("number", "message"), [("02.99", "this chapter has 02.1"), ("77.1", "'77'")]
)
def test_an_unknown_exercise_names_the_known_ones(number, message):
    with pytest.raises(ValueError, match=message):
        checks.check(number, 1)


def test_feedback_is_a_paragraph_in_a_notebook_too():
    shown = checks.check("02.1", lambda *case: 1 / 0)._repr_html_()
    assert "not yet right" in shown
    assert "<script" not in checks.Feedback("02.1", "right", "<script>")._repr_html_()


def field(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += (kernel_size - 1) * jump
        jump *= stride
    return size


def ignores_strides(layers):
    return 1 + sum(kernel_size - 1 for kernel_size, _ in layers)


def widens_too_early(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        jump *= stride
        size += (kernel_size - 1) * jump
    return size


def adds_whole_kernels(layers):
    size, jump = 1, 1
    for kernel_size, stride in layers:
        size += kernel_size * jump
        jump *= stride
    return size


def starts_from_nothing(layers):
    return field(layers) - 1


def multiplies_kernels(layers):
    return math.prod(kernel_size for kernel_size, _ in layers)


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (ignores_strides, "treats every stride as 1"),
        (widens_too_early, "its own stride counts from the next layer on"),
        (adds_whole_kernels, "one neighbour too many"),
        (starts_from_nothing, "a value sees itself"),
        (multiplies_kernels, "write both down after every layer"),
        (lambda layers: layers.pop() and field(layers), "changes the list"),
        (lambda layers: layers, "does not return one number"),
        (lambda layers: math.nan, "write both down"),
        (18, "needs the function itself"),
    ],
)
def test_each_mistake_of_03_1_meets_its_hint(answer, hint):
    feedback = checks.check("03.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message


@pytest.mark.parametrize("form", [int, float, np.int32, np.array], ids=lambda f: f.__name__)
def test_the_right_answer_to_03_1(form):
    assert checks.check("03.1", lambda layers: form(field(layers))).status == "right"


def kept(metrics, monitor):
    best = (max if "accuracy" in monitor else min)(metrics[monitor])
    return metrics[monitor].index(best) + 1


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (lambda metrics, monitor: kept(metrics, monitor) - 1, "a list begins at 0"),
        (lambda metrics, monitor: int(np.argmin(metrics[monitor])) + 1, "always takes the lowest"),
        (lambda metrics, monitor: int(np.argmax(metrics[monitor])) + 1, "always takes the highest"),
        (
            lambda metrics, monitor: (
                len(metrics[monitor]) - int(np.argmin(_signed(metrics, monitor)[::-1]))
            ),
            "Of equal values you keep the last",
        ),
        (lambda metrics, monitor: kept(metrics, "val_loss"), "whatever it is asked to monitor"),
        (lambda metrics, monitor: len(metrics[monitor]), "That is the last epoch"),
        (lambda metrics, monitor: 1, "Which of these values is the best one"),
        (lambda metrics, monitor: metrics[monitor].sort() or 1, "changes the history"),
        (lambda metrics, monitor: metrics[monitor], "does not return one number"),
        (3, "needs the function itself"),
    ],
)
def test_each_mistake_of_04_1_meets_its_hint(answer, hint):
    feedback = checks.check("04.1", answer)
    assert feedback.status == "not yet right"
    assert hint in feedback.message


def _signed(metrics, monitor):
    return [-value if "accuracy" in monitor else value for value in metrics[monitor]]


@pytest.mark.parametrize("form", [int, float, np.int64], ids=lambda f: f.__name__)
def test_the_right_answer_to_04_1(form):
    assert checks.check("04.1", lambda *case: form(kept(*case))).status == "right"
