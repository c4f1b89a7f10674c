"""Answers to the exercises of chapter 04."""

import math

import numpy as np


def kept(metrics, monitor):
    best = (max if "accuracy" in monitor else min)(metrics[monitor])
    return metrics[monitor].index(best) + 1


def signed(metrics, monitor):
    return [-value if "accuracy" in monitor else value for value in metrics[monitor]]


def kept_by(better):
    return lambda metrics, monitor: metrics[monitor].index(better(metrics[monitor])) + 1


def luck(accuracy, num_pictures):
    return 1.96 * math.sqrt(accuracy * (1 - accuracy) / num_pictures)


def luck_by_tossing(accuracy, num_pictures):
    right = np.random.default_rng(4).binomial(num_pictures, accuracy, 20_000)
    return 1.96 * np.std(right / num_pictures)


def luck_by_counting(accuracy, num_pictures):
    right = np.random.default_rng(4).binomial(num_pictures, accuracy, 20_000)
    low, high = np.percentile(right / num_pictures, [2.5, 97.5])
    return (high - low) / 2


def half_between_extremes(accuracy, num_pictures, tosses=10_000):
    right = np.random.default_rng(4).binomial(num_pictures, accuracy, tosses) / num_pictures
    return (right.max() - right.min()) / 2


def leaking(related):
    return lambda train, validation: [
        one["name"] for one in validation if any(related(one, other) for other in train)
    ]


def same(key):
    return lambda one, other: one[key] == other[key]


def known(one, other):
    return one["group"] is not None and one["group"] == other["group"]


leaks = leaking(lambda one, other: one["content"] == other["content"] or known(one, other))


def leaks_with_sets(train, validation):
    contents = {one["content"] for one in train}
    groups = {one["group"] for one in train} - {None}
    return {
        one["name"] for one in validation if one["content"] in contents or one["group"] in groups
    }


def leaks_for_every_relative(train, validation):
    return [
        one["name"]
        for one in validation
        for other in train
        if one["content"] == other["content"] or known(one, other)
    ]


def takes_groups_for_granted(train, validation):
    """Stop at the first picture of a group that nobody knows."""
    return sorted(one["name"] for one in validation if one["group"].startswith("a"))


RIGHT = {
    "04.1": [kept, *(lambda *case, form=form: form(kept(*case)) for form in (float, np.int64))],
    "04.2": [[23, 42, 575], (23.0, 42, 575), np.array([23, 42, 575])],
    "04.3": [["d", "a", "e", "c", "b"], "daecb", ("D", "(a)", " e", "c", "B)")],
    "04.4": [
        luck,
        luck_by_tossing,
        luck_by_counting,
        lambda accuracy, num_pictures: np.float32(luck(accuracy, num_pictures)),
        lambda accuracy, n: 2 * np.sqrt(accuracy * (1 - accuracy) / n),
    ],
    "04.5": [
        leaks,
        leaks_with_sets,
        lambda *case: np.array(leaks(*case)),
        lambda *case: tuple(leaks(*case)[::-1]),
    ],
    "04.Q1": ["b"],
    "04.Q2": ["d"],
}

WRONG = {
    "04.1": [
        (lambda metrics, monitor: kept(metrics, monitor) - 1, "a list begins at 0"),
        (lambda metrics, monitor: int(np.argmin(metrics[monitor])) + 1, "always takes the lowest"),
        (lambda metrics, monitor: int(np.argmax(metrics[monitor])) + 1, "always takes the highest"),
        (
            lambda metrics, monitor: (
                len(metrics[monitor]) - int(np.argmin(signed(metrics, monitor)[::-1]))
            ),
            "Of equal values you keep the last",
        ),
        (lambda metrics, monitor: abs(min(signed(metrics, monitor))), "the best value itself"),
        (
            lambda metrics, monitor: kept_by(max if monitor != "val_loss" else min)(
                metrics, monitor
            ),
            "another loss among the metrics",
        ),
        (
            lambda metrics, monitor: kept_by(min if monitor != "val_accuracy" else max)(
                metrics, monitor
            ),
            "another accuracy among the metrics",
        ),
        (lambda metrics, monitor: kept(metrics, "val_loss"), "whatever it is asked to monitor"),
        (lambda metrics, monitor: len(metrics[monitor]), "That is the last epoch"),
        (lambda metrics, monitor: 1, "Which of these values is the best one"),
        (lambda metrics, monitor: metrics[monitor].sort() or 1, "changes what it is given"),
        (lambda metrics, monitor: metrics[monitor], "does not return one number"),
        (3, "needs the function itself"),
    ],
    "04.2": [
        ([22, 42, 550], "some pictures would never be seen"),
        ([22.65625, 42, 575], "a part of a batch is a batch"),
        ([31, 42, 775], "the batches of the validation set as well"),
        ([23, 64, 575], "full batches only"),
        ([23, 32, 575], "last batch of the validation set"),
        ([23, 42, 775], "no weight moves"),
        ([23, 42, 25], "do not wait for the end of the epoch"),
        ([23, 42, 36_250], "one for each picture"),
        ([23, 42, 576], "How many steps are that in all"),
        (23, "asks for a list of 3 numbers"),
    ],
    "04.3": [
        ("aaecb", "4 of 5 are right. Look at A again: for overfitting"),
        ("dcecb", "no epoch could have validated"),
        ("daacb", "a v_loss that turns around"),
        ("daeab", "has had a time when it was good"),
        ("daecd", "the first loss is the one to explain"),
        (["d", "a", "e", "c", "f"], "none of the letters to choose from"),
        ({"A": "d", "B": "a", "C": "e", "D": "a", "E": "a"}, "3 of 5 are right. Look at D"),
        (["overfitting"] * 5, "a list of 5 letters"),
    ],
    "04.4": [
        (lambda *case: 100 * luck(*case), "the unit is not"),
        (lambda *case: 2 * luck(*case), "the whole width"),
        (half_between_extremes, "the largest and the smallest of all tosses"),
        (lambda *case: half_between_extremes(*case, 1_000), "the largest and the smallest"),
        (lambda *case: half_between_extremes(*case, 100_000), "the largest and the smallest"),
        (lambda *case: 2 * half_between_extremes(*case), "the largest and the smallest"),
        (lambda *case: 2 * luck_by_counting(*case), "half of the range that is left"),
        (lambda *case: round(luck(*case), 2), "but rounded"),
        (lambda *case: luck(*case) / 1.96, "one standard deviation, within"),
        (lambda accuracy, n: accuracy * (1 - accuracy) / n, "This is the variance"),
        (lambda accuracy, n: 1.96 * accuracy * (1 - accuracy) / n, "four times as many"),
        (lambda accuracy, n: n * luck(accuracy, n), "the number of right answers"),
        (lambda accuracy, n: 1 / math.sqrt(n), "rule of thumb"),
        (lambda *case: math.sqrt(2) * luck(*case), "the difference of two accuracies"),
        (lambda accuracy, n: 1.96 * math.sqrt(accuracy / n), "wrong 90 % of the time"),
        (lambda accuracy, n: 1 - accuracy, "Toss a coin"),
        (lambda *case: (0.1, 0.2), "does not return one finite number"),
        (0.025, "needs the function itself"),
    ],
    "04.5": [
        (leaking(same("name")), "a name proves nothing"),
        (leaking(same("content")), "seldom equal to the last byte"),
        (leaking(known), "no group known"),
        (leaking(same("group")), "take two unknown ones for the same"),
        (
            leaking(lambda *pair: same("content")(*pair) or same("group")(*pair)),
            "it is no group that one could share",
        ),
        (leaking(lambda *pair: same("content")(*pair) and known(*pair)), "One of the two is"),
        (
            leaking(lambda *pair: same("content")(*pair) or known(*pair) or same("name")(*pair)),
            "only have their name in common",
        ),
        (leaks_for_every_relative, "more than once"),
        (lambda train, validation: leaks(validation, train), "the names of the training pictures"),
        (
            lambda train, validation: [
                one["name"] for one in validation if one["name"] not in leaks(train, validation)
            ],
            "The question asks for the others",
        ),
        (lambda train, validation: leaks(train, validation)[:2], "your answer about 'v/"),
        (lambda train, validation: len(leaks(train, validation)), "a list of names"),
        (lambda train, validation: validation, "a list of names"),
        (takes_groups_for_granted, "stopped with AttributeError"),
        (lambda train, validation: train.clear() or [], "changes what it is given"),
    ],
    "04.Q1": [("a", "0.4"), ("c", "This loss rises"), ("d", "training loss is falling")],
    "04.Q2": [("a", "one was chosen by them"), ("b", "twenty times"), ("c", "In which direction")],
}


def kept_epoch(metrics, monitor): ...


def plus_or_minus(accuracy, num_pictures): ...


def leaking_pictures(train, validation): ...


STUBS = {"04.1": [kept_epoch], "04.4": [plus_or_minus], "04.5": [leaking_pictures]}
