"""Answers to the exercises of appendix A2."""

import numpy as np


def least_seconds(multiply_adds, num_bytes, peak, bandwidth):
    return max(2 * multiply_adds / peak, num_bytes / bandwidth)


def epoch_seconds(num_batches, reading, computing, ahead):
    if not ahead:
        return num_batches * (reading + computing)
    return reading + (num_batches - 1) * max(reading, computing) + computing


def _played(num_batches, reading, computing, ahead):
    """Return the same, batch by batch, as a clock would show it."""
    there = done = 0.0
    for _ in range(num_batches):
        there = (there if ahead else done) + reading
        done = max(there, done) + computing
    return done


def _slower_one(num_batches, reading, computing, ahead):
    if ahead:
        return num_batches * max(reading, computing) + min(reading, computing)
    return num_batches * (reading + computing)


def _with(rule):
    """Return a function that is right without reading ahead."""
    return lambda n, reading, computing, ahead: (
        rule(n, reading, computing) if ahead else n * (reading + computing)
    )


RIGHT: dict[str, list] = {
    "A2.1": [
        least_seconds,
        lambda *case: np.float32(least_seconds(*case)),
        lambda *case: np.array(least_seconds(*case)),
    ],
    "A2.2": [epoch_seconds, _played, _slower_one, lambda *case: np.array(epoch_seconds(*case))],
    "A2.3": [256, 256.0, np.float32(256)],
    "A2.4": [1.44, 576 / 400, 1.4400001],
    "A2.Q1": ["a"],
    "A2.Q2": ["d"],
}
WRONG: dict[str, list] = {
    "A2.1": [
        (lambda w, b, p, m: 2 * w / p + b / m, "one after the other"),
        (lambda w, b, p, m: max(w / p, b / m), "how many operations is one multiply-add"),
        (lambda w, b, p, m: min(2 * w / p, b / m), "done first"),
        (lambda w, b, p, m: 2 * w / p, "multiplying alone"),
        (lambda w, b, p, m: b / m, "moving alone"),
        (lambda w, b, p, m: min(p, m * 2 * w / b), "Asked is a time"),
        (
            lambda *case: 1000 * least_seconds(*case),
            "300 million multiply-adds and 4 million bytes",
        ),
        (lambda *anything: "soon", "Return a time in seconds"),
        (0.004, "needs the function itself"),
    ],
    "A2.2": [
        (lambda n, r, c, ahead: n * (r + c), "never looks at `ahead`"),
        (_with(lambda n, r, c: n * max(r, c)), "while the very first batch is read"),
        (_with(lambda n, r, c: r + n * c), "hide everything"),
        (_with(lambda n, r, c: r + n * max(r, c)), "one batch too much"),
        (_with(lambda n, r, c: n * c), "your net never waits"),
        (lambda n, r, c, ahead: epoch_seconds(n, r, c, not ahead), "upside down"),
        (lambda n, r, c, ahead: epoch_seconds(n, r, c, True), "always reads ahead"),
        (lambda *case: 1000 * epoch_seconds(*case), "Look at an epoch of 10"),
        (lambda *case: "soon", "Return the seconds"),
        (2.5, "needs the function itself"),
    ],
    "A2.3": [
        (1_000, "in 32 bits"),
        (255, "largest number in eight binary digits"),
        (128, "Seven digits are stored"),
        (512, "You went on for too long"),
        (257, "Write that number in binary"),
        (65_536, "how finely"),
        (700, "With eight binary digits"),
    ],
    "A2.4": [
        (32, "how many times fewer it multiplies"),
        (1, "Both move the same bytes"),
        (0.694, "the wrong way round"),
        (22.2222, "You compared rates"),
        (2.335, "one after the other"),
        (11.52, "how many bytes does a value take"),
        (5, "Compute for each layer"),
    ],
    "A2.Q1": [("b", "the whole epoch"), ("c", "a third of its time"), ("d", "does compute")],
    "A2.Q2": [("a", "counts zero"), ("b", "not zero"), ("c", "no weights")],
}


def _first(multiply_adds, num_bytes, peak, bandwidth): ...


def _second(num_batches, reading, computing, ahead): ...


STUBS: dict[str, list] = {"A2.1": [_first], "A2.2": [_second]}
