"""The exercises of chapter 08, what convnets see."""

from collections.abc import Callable

import numpy as np

from course_utils.checks.core import NOT_A_FUNCTION, Exercise, as_number, call

# No two rows or columns add up to the same, so that each usual mistake gives other numbers.
_CONFUSIONS = [[[40, 10], [5, 45]], [[70, 20, 10], [3, 60, 7], [1, 4, 25]]]
_CASES = [(matrix, label) for matrix in _CONFUSIONS for label in range(len(matrix))]

Pair = tuple[float, float]


def _row(matrix: list[list[int]], label: int) -> int:
    return sum(matrix[label])


def _column(matrix: list[list[int]], label: int) -> int:
    return sum(row[label] for row in matrix)


def _right(matrix: list[list[int]], label: int) -> Pair:
    hits = matrix[label][label]
    return hits / _row(matrix, label), hits / _column(matrix, label)


def _of_all(matrix: list[list[int]], label: int) -> Pair:
    share = matrix[label][label] / sum(map(sum, matrix))
    return share, share


def _accuracy(matrix: list[list[int]], label: int) -> Pair:
    share = sum(matrix[k][k] for k in range(len(matrix))) / sum(map(sum, matrix))
    return share, share


def _missed(matrix: list[list[int]], label: int) -> Pair:
    recall, precision = _right(matrix, label)
    return 1 - recall, 1 - precision


def _percent(matrix: list[list[int]], label: int) -> Pair:
    recall, precision = _right(matrix, label)
    return 100 * recall, 100 * precision


def _only_first_mistake(matrix: list[list[int]], label: int) -> Pair:
    """Two classes only: the cell beside and the cell below, not the sums."""
    hits, other = matrix[label][label], (label + 1) % 2
    return hits / (hits + matrix[label][other]), hits / (hits + matrix[other][label])


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_MISTAKES: list[tuple[Callable[[list[list[int]], int], Pair], str]] = [
    (
        lambda matrix, label: _right(matrix, label)[::-1],
        "Both numbers are right, but they have changed places. Rows are what a picture is: which "
        "of the two divides by a row? Recall comes first.",
    ),
    (
        _of_all,
        "You divide by all pictures of the matrix. Recall asks only about the pictures that are of "
        "this class, precision only about the answers that name it.",
    ),
    (
        _accuracy,
        "That is the accuracy, one number for all classes. Here each class has its own two: look "
        "at one row and at one column.",
    ),
    (
        _missed,
        "You count what went wrong: the share that was missed, and the share of false answers. "
        "Asked for are the shares that are right.",
    ),
    (_percent, "Right, but in per cent. Return numbers between 0 and 1."),
    (
        lambda matrix, label: _right(matrix, 1),
        "Your function always answers for class 1. The second argument says which class is meant.",
    ),
    (
        lambda matrix, label: (_right(matrix, label)[0],) * 2,
        "The recall is right, and you return it twice. For the precision, divide by all answers "
        "that name this class: a column.",
    ),
    (
        _only_first_mistake,
        "With two classes your function is right. With three, a row has two kinds of mistake and "
        "so has a column: add up all of it.",
    ),
]


def _judge_recall_and_precision(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for matrix, label in _CASES:
        handed = np.array(matrix)
        pair = _pair(call(answer, handed, label))
        if not np.array_equal(handed, matrix):
            return "Your function changes the matrix that it is given. Read from it, nothing else."
        if pair is None:
            return (
                "Your function does not return two numbers. End it with a return of both, recall "
                "first, with a comma between them."
            )
        results.append(pair)
    expected = [_right(*case) for case in _CASES]
    if np.allclose(results, expected):
        return None
    for mistake, hint in _MISTAKES:
        if np.allclose(results, [mistake(*case) for case in _CASES]):
            return hint
    (matrix, label), result, wanted = next(
        case
        for case in zip(_CASES, results, expected, strict=True)
        if not np.allclose(case[1], case[2])
    )
    which = "recall" if not np.isclose(result[0], wanted[0]) else "precision"
    total = "row" if which == "recall" else "column"
    return (
        f"Look at {matrix} and class {label}: the {which} is not yet right. What the net got right "
        f"stands on the diagonal; divide it by the sum of one {total}. Which?"
    )


def _pair(result: object) -> Pair | None:
    try:
        values = [as_number(value) for value in result]
    except TypeError:  # a single number, or nothing that can be gone through
        return None
    return tuple(values) if len(values) == 2 and None not in values else None


EXERCISES = [
    Exercise(
        number="08.1",
        praise=(
            "Your function tells the two kinds of mistake apart. An accuracy of 95 % can hide a "
            "class of which not one picture is found; these two numbers cannot."
        ),
        judge=_judge_recall_and_precision,
    ),
]
