"""Answers to the exercises of chapter 08."""

import numpy as np


def recall_and_precision(confusion, label):
    hits = confusion[label, label]
    return hits / confusion[label].sum(), hits / confusion[:, label].sum()


def _rates(rule, form=tuple):
    return lambda confusion, label: form(rule(*recall_and_precision(confusion, label)))


def _two_classes_only(confusion, label):
    hits, other = confusion[label, label], (label + 1) % 2
    return hits / (hits + confusion[label, other]), hits / (hits + confusion[other, label])


def _the_other_of_two(confusion, label):
    hits, other = confusion[label, label], 1 - label
    return hits / (hits + confusion[label, other]), hits / (hits + confusion[other, label])


def _always_the_second_of_two(confusion, label):
    return _two_classes_only(confusion, 1)


def _always_the_first_of_two(confusion, label):
    return _two_classes_only(confusion, 0)


def _writes_into_it(confusion, label):
    confusion[label] = 0
    return 0.0, 0.0


def falls(predict, picture, side, step=1, cover=128, missing=0):
    """Return how far the probability falls, place by place."""
    height, width = picture.shape[:2]
    covered, rows = [], range(0, height - side + 1 - missing, step)
    columns = range(0, width - side + 1 - missing, step)
    for row in rows:
        for column in columns:
            one = picture.copy()
            one[row : row + side, column : column + side] = cover
            covered.append(one)
    changed = predict(np.stack(covered)).reshape(len(rows), len(columns))
    return predict(picture[None])[0] - changed


def highest(values):
    return np.unravel_index(values.argmax(), values.shape)


def find_mark(predict, picture, side):
    return highest(falls(predict, picture, side))


def _one_by_one(predict, picture, side):
    lowest = {}
    for row in range(picture.shape[0] - side + 1):
        for column in range(picture.shape[1] - side + 1):
            one = picture.copy()
            one[row : row + side, column : column + side] = picture.mean()
            lowest[row, column] = float(predict([one])[0])
    return list(min(lowest, key=lowest.get))


def _pixel_by_pixel(predict, picture, side):
    single = falls(predict, picture, 1)
    windows = np.lib.stride_tricks.sliding_window_view(single, (side, side))
    return np.array(highest(windows.sum(axis=(2, 3))))


def _middle(predict, picture, side):
    return np.add(find_mark(predict, picture, side), side // 2)


def _looks_for_the_pattern(predict, picture, side):
    grey = picture.astype(float).std(axis=-1)  # both squares are grey, everything else is coloured
    windows = np.lib.stride_tricks.sliding_window_view(grey == 0, (side, side))
    places = np.argwhere(windows.all(axis=(2, 3)))
    mark = find_mark(predict, picture, side)
    return next(place for place in places if tuple(place) != mark)


def _covers_in_place(predict, picture, side):
    picture[:side, :side] = 128
    return 0, 0


def _of_falls(rule, **options):
    return lambda predict, picture, side: rule(falls(predict, picture, side, **options), side)


RIGHT: dict[str, list] = {
    "08.1": [
        recall_and_precision,
        _rates(lambda r, p: [r, p], list),
        _rates(lambda *r: r, np.array),
    ],
    "08.2": [36 / 180, 0.2, np.float32(0.2)],
    "08.3": [[[2, 0], [0.5, 3]], np.array([[2, 0], [0.5, 3]]), ((2.0, 0.0), (0.5, 3.0))],
    "08.4": [0.1375, 0.138, 5.5 / 40],
    "08.5": ["d", "D"],
    "08.6": [
        find_mark,
        _one_by_one,
        _pixel_by_pixel,
        _of_falls(lambda found, side: highest(found), cover=0),
        _of_falls(lambda found, side: highest(found), cover=255),
    ],
    "08.Q1": ["c"],
    "08.Q2": ["b"],
}
WRONG: dict[str, list] = {
    "08.1": [
        (_rates(lambda r, p: (p, r)), "changed places"),
        (lambda c, k: (c[k, k] / c.sum(),) * 2, "all pictures of the matrix"),
        (lambda c, k: (c.trace() / c.sum(),) * 2, "That is the accuracy"),
        (_rates(lambda r, p: (1 - r, 1 - p)), "what went wrong"),
        (_rates(lambda r, p: (100 * r, 100 * p)), "in per cent"),
        (lambda c, k: recall_and_precision(c, 1), "always answers for class 1"),
        (_rates(lambda r, p: (r, r)), "return it twice"),
        (_two_classes_only, "With three, a row has two kinds"),
        (_the_other_of_two, "With three, a row has two kinds"),
        (_always_the_second_of_two, "always answers for class 1"),
        (_always_the_first_of_two, "always answers for class 0"),
        (_rates(lambda r, p: (r, 0.123)), "the precision is not yet right"),
        (lambda c, k: 0.5, "does not return two numbers"),
        (lambda c, k: (1, 2, 3), "does not return two numbers"),
        (lambda c, k: ("a", "b"), "does not return two numbers"),
        ((1.0, 1.0), "the function itself"),
        (_writes_into_it, "changes what it is given"),
    ],
    "08.2": [
        (0.9, "the recall: a row"),
        (0.857, "That holds for the test"),
        (0.852, "the accuracy"),
        (0.8, "its other cell"),
        (0.04, "share of dogs among the visitors"),
        (0.036, "divide by all visitors"),
        (36 / 111, "The alarms for dogs are right"),
        (20, "in per cent"),
        (0.5, "Fill in the confusion matrix"),
    ],
    "08.3": [
        ([[2, 0], [0, 12]], "at its own place"),
        ([[2, -3], [0.5, 3]], "one place speaks against"),
        ([[8, 0], [2, 12]], "four times too large"),
        ([[0.667, 0], [0.167, 1]], "divided by its maximum"),
        ([[2, 0], [1, 4]], "its weight is negative"),
        ([[2, 3], [1.5, 5]], "without their signs"),
        ([[2, 0.5], [0, 3]], "rows and columns have changed places"),
        ([[1, 1], [1, 1]], "Go in three steps"),
        ([2, 0, 0.5, 3], "the shape (2, 2)"),
    ],
    "08.4": [
        (0.175, "the same say"),
        (0.0125, "On average this net is indeed honest"),
        (-0.0125, "A distance has no sign"),
        (0.14, "rounded too far"),
        (13.75, "in per cent"),
        (0.25, "the worse bin"),
        (0.0625, "only the bin in which the net is too sure"),
        (0.3, "share of wrong answers"),
        (5.5, "summed over all answers"),
        (0.5, "Two bins, two distances"),
    ],
    "08.5": [("a", "the same habit"), ("b", "Another seed"), ("c", "how sure, not why")],
    "08.6": [
        (lambda *case: find_mark(*case)[::-1], "swapped"),
        (_of_falls(lambda found, side: highest(-found)), "it speaks against"),
        (_of_falls(lambda found, side: highest(abs(found))), "in either direction"),
        (
            lambda predict, picture, side: np.multiply(
                highest(falls(predict, picture, side, step=side)), side
            ),
            "from tile to tile",
        ),
        (
            lambda predict, picture, side: highest(falls(predict, picture, side, step=side)),
            "the number of a tile",
        ),
        (_of_falls(lambda found, side: highest(found), missing=1), "one step before"),
        (_middle, "return its middle"),
        (_looks_for_the_pattern, "ask the net"),
        (lambda predict, picture, side: (1, 1), "goes from 0.60 to 0.60"),
        (lambda predict, picture, side: (99, 0), "no such square fits"),
        (_of_falls(lambda found, side: found.argmax()), "np.unravel_index"),
        (lambda predict, picture, side: predict(picture), "takes a batch"),
        (_covers_in_place, "changes what it is given"),
        ((3, 4), "the function itself"),
    ],
    "08.Q1": [("a", "was it the filter"), ("b", "Which cell"), ("d", "moved at all")],
    "08.Q2": [("a", "above 0 stays"), ("c", "divided by the same"), ("d", "same order")],
}


def _first(confusion, label): ...


def _second(predict, picture, side): ...


STUBS: dict[str, list] = {"08.1": [_first], "08.6": [_second]}
