"""Answers to the exercises of appendix A1."""

import numpy as np


def possible(printed, decimals, pictures):
    return round(round(printed * pictures) / pictures, decimals) == printed


def _by_trying_all(printed, decimals, pictures):
    return any(round(k / pictures, decimals) == printed for k in range(pictures + 1))


def _by_text(printed, decimals, pictures):
    wanted = f"{printed:.{decimals}f}"
    return any(f"{k / pictures:.{decimals}f}" == wanted for k in range(pictures + 1))


def _in_numpy(printed, decimals, pictures):
    return np.any(np.round(np.arange(pictures + 1) / pictures, decimals) == printed)


def _whole(printed, decimals, pictures):
    return abs(printed * pictures - round(printed * pictures)) < 1e-9


def _cut_off(printed, decimals, pictures):
    return round(int(printed * pictures) / pictures, decimals) == printed


def _four_decimals(printed, decimals, pictures):
    return round(round(printed * pictures) / pictures, 4) == printed


RIGHT: dict[str, list] = {
    "A1.1": [possible, _by_trying_all, _by_text, _in_numpy],
    "A1.2": [[29, 19_248], (29.0, 19_248.0), np.array([29, 19_248])],
    "A1.3": [[2_945, 3_008], (2_945, 3_008), np.array([2_945, 3_008])],
    "A1.4": ["b", " B."],
    "A1.Q1": ["a"],
    "A1.Q2": ["c"],
}
WRONG: dict[str, list] = {
    "A1.1": [
        (_whole, "come out whole"),
        (_cut_off, "cut the decimals"),
        (_four_decimals, "always rounds to four decimals"),
        (lambda *case: True, "yes to everything"),
        (lambda *case: False, "no to everything"),
        (lambda *case: not possible(*case), "upside down"),
        (lambda printed, *rest: printed != 0.8125, "Look at 0.5 with 1 decimals on 3 pictures"),
        (lambda *case: 410, "True or False"),
        (True, "needs the function itself"),
    ],
    "A1.2": [
        ([29, 19_200], "one number more than its window"),
        ([30, 19_248], "Where do the first and the last start"),
        ([31, 19_248], "padding same"),
        ([28, 19_248], "the steps between windows"),
        ([29, 1_248], "a flat window"),
        ([29, 19_216], "a bias for each channel of the input"),
        ([30, 19_200], "the two numbers of the report"),
        ([13, 5], "Recompute both"),
        ([29, 29, 48], "a list of 2 numbers"),
    ],
    "A1.3": [
        ([3_008, 3_008], "You found the most"),
        ([2_944, 3_008], "is there a last one at all"),
        ([2_945, 3_071], "something is left over"),
        ([3_008, 3_071], "if what does not fill a batch were left out"),
        ([2_945, 3_007], "one too few"),
        ([3_008, 2_945], "The smaller one comes first"),
        ([3_200, 3_200], "That is what the text says"),
        ([1, 2], "How many photos fill 46 batches"),
        (3_008, "a list of 2 numbers"),
    ],
    "A1.4": [
        ("a", "the logarithm of that is zero"),
        ("c", "What else goes in"),
        ("d", "no rounding"),
    ],
    "A1.Q1": [("b", "but the choice was"), ("c", "the luck of the pictures"), ("d", "A mean")],
    "A1.Q2": [("a", "a dense layer uses"), ("b", "orange dots"), ("d", "chapter 06")],
}


def _stub(printed, decimals, pictures): ...


STUBS: dict[str, list] = {"A1.1": [_stub]}
