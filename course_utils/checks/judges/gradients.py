"""Judges of the functions at the end of chapter 01: softmax's blame, and a check of gradients."""

from collections.abc import Callable

import numpy as np

from course_utils.checks.answers import as_array
from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.language import translate

_OUTPUTS = [([2.0, 1.0, 0.1], 0), ([-3.0, 2.5], 0), ([0.0, 0.0, 0.0, 0.0], 2), ([1.0, 4.0], 1)]
_LARGE = [([1000.0, 1001.0, 998.0], 1), ([-2000.0, 0.0, -1.0], 2)]


def _softmax(outputs: np.ndarray) -> np.ndarray:
    powers = np.exp(outputs - outputs.max())
    return powers / powers.sum()


def _target(outputs: np.ndarray, label: int) -> np.ndarray:
    return np.eye(len(outputs))[label]


# The right rule, then whole wrong ones with the hint for somebody who wrote just that.
_BLAMES: list[tuple[Callable[[np.ndarray, int], np.ndarray], str | None]] = [
    (lambda outputs, label: _softmax(outputs) - _target(outputs, label), None),
    (
        lambda outputs, label: _softmax(outputs),
        "That is what the net said. The blame is what it said minus what it should have said: "
        "what should it have said about the right class, and what about the others?",
    ),
    (
        lambda outputs, label: _target(outputs, label) - _softmax(outputs),
        "The sizes are right, the signs are not. A gradient says where the loss grows: if the "
        "right output grew, would the loss grow with it?",
    ),
    (
        lambda outputs, label: -_target(outputs, label) / _softmax(outputs),
        "That is the gradient with respect to the probabilities, one node too early. Walk on, "
        "backward through softmax, to the outputs before it; there the formula becomes simple.",
    ),
    (
        lambda outputs, label: _softmax(outputs) - label,
        "You subtract the label itself, a class's number, from every probability. What should "
        "have been said is a row: a single 1, in the place that the label names, and zeros.",
    ),
    (
        lambda outputs, label: outputs - _target(outputs, label),
        "You compare the raw outputs with the target. What the net said is what softmax makes of "
        "them: probabilities.",
    ),
    (
        lambda outputs, label: 2 * (_softmax(outputs) - _target(outputs, label)),
        "A factor of 2 belongs to squared differences. Here the loss is −ln.",
    ),
]


def judge_blame(answer: object) -> str | None:
    """Judge 01.6, the gradient of −ln softmax with respect to the outputs."""
    if not callable(answer):
        return NOT_A_FUNCTION
    found = []
    for numbers, label in _OUTPUTS + _LARGE:
        outputs = np.array(numbers)
        with np.errstate(all="ignore"):  # its warnings are said in the hint
            blame = as_array(call(answer, outputs, label))
        if blame is None or blame.ndim == 0:
            return "Your function does not return a row of numbers: one gradient for each output."
        if blame.shape != outputs.shape:
            return translate(
                "For {number} outputs your function returns the shape {shape}. Each output gets "
                "one gradient, in the same order.",
                number=len(numbers),
                shape=blame.shape,
            )
        found.append(blame)
    usual = len(_OUTPUTS)
    for rule, hint in _BLAMES:
        if _follow(found[:usual], _OUTPUTS, rule) and hint:
            return hint
    if not _follow(found[:usual], _OUTPUTS, _BLAMES[0][0]):
        if _follow(found[:usual], _OUTPUTS, _BLAMES[0][0], within=6e-3):
            return (
                "These gradients are right, but rounded, and small ones are lost that way. Return "
                "them with all of their digits."
            )
        return (
            "The form is right, the numbers are not. Begin with equal outputs: softmax then gives "
            "each class the same. What is said too much, and what too little? All blame together "
            "adds up to 0."
        )
    if not _follow(found[usual:], _LARGE, _BLAMES[0][0]):
        return (
            "Right for small outputs, not for large ones: np.exp(1000) is more than a computer's "
            "number can hold. Softmax stays what it is if you subtract one number from all "
            "outputs before np.exp. Which number, subtracted, keeps every power at most 1?"
        )
    return None


def _follow(found: list[np.ndarray], cases: list, rule: Callable, within: float = 1e-4) -> bool:
    return all(
        np.allclose(blame, rule(np.array(numbers), label), atol=within)
        for blame, (numbers, label) in zip(found, cases, strict=True)
    )


class _Watched:
    """A loss that notes at which weights it was asked."""

    def __init__(self, formula: Callable, gradient: Callable, weights: np.ndarray):
        self.formula = formula
        self.weights = weights
        self.expected = gradient(weights)
        self.moves: list[np.ndarray] = []  # differences to the weights themselves

    def __call__(self, weights):
        given = np.array(weights, float)
        if given.shape != self.weights.shape:
            raise ValueError(
                translate(
                    "the loss takes weights of shape {shape}, got {given}",
                    shape=self.weights.shape,
                    given=given.shape,
                )
            )
        self.moves.append(given - self.weights)
        return float(self.formula(given))

    def __repr__(self) -> str:
        return translate("a loss")

    @property
    def step(self) -> float:
        """The usual length of a nudge."""
        lengths = [abs(move).max() for move in self.moves]
        return float(np.median([length for length in lengths if length > 0] or [0.0]))

    def moved_together(self) -> set[int]:
        """Return how many weights were away from their place, of all nudges."""
        return {
            int((abs(move) > 0.01 * abs(move).max()).sum()) for move in self.moves if move.any()
        }

    def nudged_both_ways(self) -> bool:
        """Whether each weight was made larger as well as smaller."""
        return all(
            any(move[place] > 0 for move in self.moves)
            and any(move[place] < 0 for move in self.moves)
            for place in np.ndindex(self.weights.shape)
        )


def _losses() -> list[_Watched]:
    """Return losses that bend, of which one lets its weights act together."""
    factors = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])

    def pairs(weights):
        return (factors * weights**2).sum() + weights[0, 0] * weights[1, 2]

    def gradient_of_pairs(weights):
        cross = np.zeros_like(weights)
        cross[0, 0], cross[1, 2] = weights[1, 2], weights[0, 0]
        return 2 * factors * weights + cross

    table = np.array([[0.5, -1.0, 2.0], [1.5, 3.0, -0.5]])
    return [
        _Watched(lambda w: (w**3).sum(), lambda w: 3 * w**2, np.array([2.0, -1.0, 0.5])),
        _Watched(pairs, gradient_of_pairs, table),
        _Watched(lambda w: np.sin(3 * w).sum(), lambda w: 3 * np.cos(3 * w), np.array([0.2])),
    ]


def judge_numerical_gradient(answer: object) -> str | None:
    """Judge 01.7, a gradient by nudging each weight both ways."""
    if not callable(answer):
        return NOT_A_FUNCTION
    losses, found = _losses(), []
    for loss in losses:
        result = as_array(call(answer, loss, loss.weights.copy()))
        if not loss.moves:
            return "Your function never asks the loss. Nudging means to call it, again and again."
        found.append(result)
    if hint := _how_nudged(losses):
        return hint
    for loss, result in zip(losses, found, strict=True):
        shape = loss.weights.shape
        if result is None or result.shape != shape:
            if result is None:
                got = translate("no array of numbers")
            else:
                got = translate("the shape {shape}", shape=result.shape)
            return translate(
                "For weights of shape {shape} your function returns {got}. Each weight gets one "
                "gradient, in its own place; np.zeros_like(weights) makes a table to fill.",
                shape=shape,
                got=got,
            )
    return _compare(losses, found)


def _how_nudged(losses: list[_Watched]) -> str | None:
    """Return the hint for somebody who moves the weights in another way than the exercise asks."""
    together = losses[0].moved_together() | losses[1].moved_together()
    if not together:
        return "The loss is only asked at the weights as they are. Nothing is nudged in its copy."
    if max(together) > 1 and min(together) == 1:
        return (
            "A weight is nudged while the one before it still is: the nudges pile up. Take a fresh "
            "copy of the weights for each one."
        )
    if max(together) > 1:
        return (
            "You nudge several weights at once, and nobody can tell any more which of them changed "
            "the loss. One at a time."
        )
    if not all(loss.nudged_both_ways() for loss in losses):
        return (
            "Not every weight is nudged both ways. With one side only, the bend of the curve stays "
            "in the answer, as in the 48.036 of section 5; the other side takes it out."
        )
    return None


def _compare(losses: list[_Watched], found: list[np.ndarray]) -> str | None:
    pairs = list(zip(losses, found, strict=True))
    if all(_near(result, loss.expected) for loss, result in pairs):
        return None
    if all(_near(result, 2 * loss.expected) for loss, result in pairs):
        return (
            "All gradients are twice too large. From the one nudge to the other it is not one "
            "step: by how much do the two weights differ?"
        )
    if all(_near(result, -loss.expected) for loss, result in pairs):
        return (
            "The signs are turned around: the loss at the larger weight comes first, minus the "
            "loss at the smaller one."
        )
    if all(np.allclose(result, 2 * loss.step * loss.expected, rtol=0.05) for loss, result in pairs):
        return (
            "These are the differences of the losses. How fast it changes is that, divided by the "
            "way between the two weights."
        )
    step = losses[0].step
    if step > 5e-3:
        return translate(
            "Your nudge of {step:.2g} is so long that the curve bends on the way, in a manner "
            "that both sides together do not take out. Try a shorter one.",
            step=step,
        )
    if step < 1e-9:
        return translate(
            "Your nudge of {step:.2g} is so short that the two losses differ in their last digits "
            "only, and those are rounded. Shorter is not always better.",
            step=step,
        )
    if all(np.allclose(result, loss.expected, rtol=0, atol=6e-3) for loss, result in pairs):
        return (
            "These gradients are right, but rounded. A check of gradients looks for small "
            "differences, so return them with all of their digits."
        )
    return (
        "The nudges are as they should be, the numbers are not. Try a loss whose slope you know: "
        "for the sum of all squares, each gradient is twice its weight."
    )


def _near(result: np.ndarray, expected: np.ndarray) -> bool:
    return np.allclose(result, expected, rtol=2e-4, atol=2e-4)
