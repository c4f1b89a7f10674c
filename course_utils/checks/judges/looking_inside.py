"""The judges of the two functions that chapter 08 asks for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_utils.checks.answers import as_array, as_number
from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.language import translate

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


_TWO_ONLY = (
    "With two classes your function is right. With three, a row has two kinds of mistake and so "
    "has a column: add up all of it."
)
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
        _TWO_ONLY,
    ),
]


def judge_recall_and_precision(answer: object) -> str | None:
    """Return the hint for a function of a confusion matrix and a class, None if it is right."""
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for matrix, label in _CASES:
        pair = _pair(call(answer, np.array(matrix), label))
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
    if hint := _of_two_classes(results):
        return hint
    (matrix, label), result, wanted = next(
        case
        for case in zip(_CASES, results, expected, strict=True)
        if not np.allclose(case[1], case[2])
    )
    which = "recall" if not np.isclose(result[0], wanted[0]) else "precision"
    total = "row" if which == "recall" else "column"
    return translate(
        "Look at {matrix} and class {label}: the {which} is not yet right. What the net got right "
        "stands on the diagonal; divide it by the sum of one {total}. Which?",
        matrix=matrix,
        label=label,
        which=translate(which),
        total=translate(total),
    )


def _of_two_classes(results: list[Pair]) -> str | None:
    """Return the hint for a function that fits matrices of two classes, or one class of them."""
    small = [case for case in _CASES if len(case[0]) == 2]
    found = results[: len(small)]
    if np.allclose(found, [_right(*case) for case in small]):
        return _TWO_ONLY
    for fixed in (0, 1):
        if np.allclose(found, [_right(matrix, fixed) for matrix, _ in small]):
            return translate(
                "With two classes your function always answers for class {fixed}. The second "
                "argument says which class is meant, and there may be more than two.",
                fixed=fixed,
            )
    return None


def _pair(result: object) -> Pair | None:
    try:
        values = [as_number(value) for value in result]
    except TypeError:  # a single number, or nothing that can be gone through
        return None
    return tuple(values) if len(values) == 2 and None not in values else None


@dataclass(frozen=True)
class _Planted:
    """A net whose answer hangs on one square of one picture; called with batches.

    Covering the square at ``mark`` lowers the probability, covering that at ``against`` raises it.
    The square at ``decoy`` looks like the mark, and nothing depends on it.
    """

    height: int
    width: int
    side: int
    mark: tuple[int, int]
    decoy: tuple[int, int]
    against: tuple[int, int]
    probability: float
    fall: float
    rise: float

    @property
    def picture(self) -> np.ndarray:
        picture = np.random.default_rng(8).integers(60, 200, (self.height, self.width, 3))
        checked = 255 * (np.indices((self.side, self.side)).sum(axis=0) % 2)
        for row, column in (self.mark, self.decoy):
            picture[row : row + self.side, column : column + self.side] = checked[..., None]
        return picture.astype("uint8")

    def __call__(self, pictures: object) -> np.ndarray:
        pictures, own = np.asarray(pictures, float), self.picture.astype(float)
        if pictures.shape[1:] != own.shape:
            raise ValueError(
                translate(
                    "predict takes a batch of pictures, (n, {height}, {width}, 3), but was given "
                    "the shape {shape}",
                    height=self.height,
                    width=self.width,
                    shape=pictures.shape,
                )
            )
        changed = (abs(pictures - own) > 4).any(axis=-1)
        lost, gained = (
            changed[:, row : row + self.side, column : column + self.side].mean(axis=(1, 2))
            for row, column in (self.mark, self.against)
        )
        return self.probability - self.fall * lost + self.rise * gained

    def __repr__(self) -> str:
        return "predict"

    def falls(self) -> np.ndarray:
        """Return how far the probability falls when a square is covered, for every place."""
        rows, columns = self.height - self.side + 1, self.width - self.side + 1
        covered = np.repeat(self.picture[None], rows * columns, axis=0)
        for index in range(rows * columns):
            row, column = divmod(index, columns)
            covered[index, row : row + self.side, column : column + self.side] = 128
        return self.probability - self(covered).reshape(rows, columns)


# Pictures that are not square, marks that lie on no grid, at the last place and at an edge; once
# another square changes the answer more than the mark does, but upwards.
_PLANTED = [
    _Planted(20, 24, 4, (9, 13), (2, 3), (14, 4), 0.6, 0.5, 0.3),
    _Planted(24, 18, 5, (19, 13), (3, 9), (10, 1), 0.4, 0.3, 0.55),
    _Planted(16, 16, 3, (0, 7), (8, 3), (10, 11), 0.95, 0.2, 0.04),
    _Planted(12, 30, 2, (5, 25), (7, 11), (2, 2), 0.7, 0.4, 0.2),
]

Place = tuple[int, int]


def _highest(values: np.ndarray, step: int = 1) -> Place:
    row, column = np.unravel_index(values.argmax(), values.shape)
    return step * int(row), step * int(column)


_MISPLACED: list[tuple[Callable[[_Planted], Place], str]] = [
    (
        lambda net: net.mark[::-1],
        "The right places, with rows and columns swapped. The row, counted from above, comes "
        "first, as in the index of an array.",
    ),
    (
        lambda net: _highest(-net.falls()),
        "You found the square whose covering raises the probability most: it speaks against. "
        "Asked is the one without which the net is least sure.",
    ),
    (
        lambda net: _highest(abs(net.falls())),
        "You take the largest change in either direction. In one of the pictures covering a "
        "certain square makes the net surer; only a fall shows what it relies on.",
    ),
    (
        lambda net: _highest(net.falls()[:: net.side, :: net.side], net.side),
        "You jump from tile to tile, as the map in section 3 does. That finds the tile next to the "
        "mark. The mark lies on no grid: try every row and every column.",
    ),
    (
        lambda net: _highest(net.falls()[:: net.side, :: net.side]),
        "You return the number of a tile, not of a pixel, and the mark lies on no grid: let the "
        "square move by one pixel at a time.",
    ),
    (
        lambda net: _highest(net.falls()[:-1, :-1]),
        "Nearly: in one picture the mark lies in the very last corner, and your loops end one step "
        "before it. How many places are there for a square as wide as the picture?",
    ),
    (
        lambda net: (net.mark[0] + net.side // 2, net.mark[1] + net.side // 2),
        "You found every mark, and return its middle. Asked is the corner at its upper left.",
    ),
    (
        lambda net: net.decoy,
        "You found squares that look like the mark. But cover them: the answer stays the same. "
        "Looking at pixels is not enough here, ask the net.",
    ),
]


def judge_find_mark(answer: object) -> str | None:
    """Return the hint for a function that finds what a net looks at, None if it is right."""
    if not callable(answer):
        return NOT_A_FUNCTION
    places = []
    for net in _PLANTED:
        place = as_array(call(answer, net, net.picture, net.side))
        if place is None or place.shape != (2,):
            return (
                "Your function does not return a row and a column. `argmax` alone counts through "
                "all places; `np.unravel_index` makes a row and a column of that."
            )
        places.append(tuple(place))
    for rule, hint in [(lambda net: net.mark, None), *_MISPLACED]:
        if places == [rule(net) for net in _PLANTED]:
            return hint
    net, (row, column) = next(
        pair for pair in zip(_PLANTED, places, strict=True) if pair[1] != pair[0].mark
    )
    where = translate(
        "In a picture of {height}×{width} with a square of {side} your function",
        height=net.height,
        width=net.width,
        side=net.side,
    )
    falls = net.falls()
    if (row, column) not in np.ndindex(falls.shape):
        return translate(
            "{where} returns a place where no such square fits in. Return whole numbers from 0.",
            where=where,
        )
    return translate(
        "{where} says ({row:.0f}, {column:.0f}). Covered there, the probability goes from "
        "{before:.2f} to {after:.2f}; another place makes it fall lower. Is every place tried, "
        "with only its own square covered?",
        where=where,
        row=row,
        column=column,
        before=net.probability,
        after=net.probability - falls[int(row), int(column)],
    )
