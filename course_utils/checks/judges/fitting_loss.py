"""Judge of the exercise that chooses a loss for a last layer and a form of labels."""

import warnings

import numpy as np

from course_utils.checks.core import NOT_A_FUNCTION, call
from course_utils.language import translate

# Units of the last layer, its activation, form of the labels.
Case = tuple[int, str | None, str]
_CASES: list[Case] = [
    (1, "sigmoid", "integers"),
    (4, "softmax", "integers"),
    (4, "softmax", "one-hot"),
    (1, None, "integers"),
    (4, None, "integers"),
    (4, None, "one-hot"),
    (2, "softmax", "one-hot"),
    (2, None, "integers"),
]
_FAMILIES = {
    "binarycrossentropy": "binary",
    "categoricalcrossentropy": "categorical",
    "sparsecategoricalcrossentropy": "sparse",
}


def judge(answer: object) -> str | None:
    """Return the hint for a function that chooses a loss, None where all of them fit.

    Used in: 05.
    """
    if not callable(answer):
        return NOT_A_FUNCTION
    import keras

    # All that can be seen in every case, so that one mistake has one hint.
    chosen = {case: call(answer, *case) for case in _CASES}
    for case, choice in chosen.items():
        try:
            loss = keras.losses.get(choice() if isinstance(choice, type) else choice)
        except (TypeError, ValueError):
            return translate(
                "For {case} your function returns something that is no loss. Return its name, "
                "such as that in the table of section 8 with underscores, or a loss of "
                "keras.losses.",
                case=_in_words(case),
            )
        if not _fits(loss, case):
            return _hint(loss, case)
    return None


def _fits(loss, case: Case) -> bool:
    """Return whether a loss computes minus the logarithm of the probability of the truth."""
    outputs, labels, expected = _batch(case)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the hint says it in the exercise's words
            computed = np.mean(np.asarray(loss(labels, outputs), float))
    except Exception:  # shapes that do not fit are as wrong as numbers that do not
        return False
    return bool(np.isclose(computed, expected, rtol=0.01))


def _batch(case: Case) -> tuple[np.ndarray, np.ndarray, float]:
    """Return a last layer's outputs, labels in their form, and the mean loss."""
    units, activation, form = case
    numbers = np.random.default_rng(units).normal(0.3, 1.5, (5, units)).astype("float32")
    truth = np.arange(5) % max(units, 2)
    if units == 1:
        probability = 1 / (1 + np.exp(-numbers))
        of_truth = np.where(truth == 1, probability[:, 0], 1 - probability[:, 0])
        labels = truth[:, None].astype("float32")
    else:
        probability = np.exp(numbers) / np.exp(numbers).sum(axis=1, keepdims=True)
        of_truth = probability[np.arange(5), truth]
        labels = np.eye(units, dtype="float32")[truth] if form == "one-hot" else truth
    outputs = numbers if activation is None else probability.astype("float32")
    return outputs, labels, float(-np.log(of_truth).mean())


def _hint(loss, case: Case) -> str:
    units, activation, form = case
    name = getattr(loss, "__name__", type(loss).__name__).replace("_", "").lower()
    family = _FAMILIES.get(name)
    config = loss.get_config() if hasattr(loss, "get_config") else {}
    right = "binary" if units == 1 else "sparse" if form == "integers" else "categorical"
    told_raw = bool(config.get("from_logits"))
    if family == right and told_raw == (activation is None):
        why = (
            "the kind is right, and so is what it takes the outputs for. Another of its options "
            "makes the number a different one: as they are, the defaults fit."
        )
    elif family == right and not told_raw:
        why = (
            "the kind is right. But without an activation the outputs are no probabilities; the "
            "loss has to be told so, and then applies the missing function itself. See what its "
            "class in keras.losses can be given."
        )
    elif family == right:
        why = (
            "the outputs are probabilities already. A loss that expects raw numbers would "
            "squeeze them a second time."
        )
    elif family == "binary":
        why = (
            "your loss asks each unit a yes-or-no question of its own. Here exactly one of the "
            "classes is true, and the outputs add up to 1."
        )
    elif family and units == 1:
        why = (
            "your loss compares the classes' units with each other. With a single unit there is "
            "nothing to compare: its share would always be 1 and the loss 0."
        )
    elif family == "sparse":
        why = "the labels are rows of zeros with a single one. Your loss expects plain numbers."
    elif family == "categorical":
        why = "the labels are plain numbers. Your loss expects rows of zeros with a single one."
    else:
        why = (
            "your loss is not minus the logarithm of the probability that the net gives to the "
            "truth. Which of the three in section 8 is, for labels of this form?"
        )
    return translate("For {case}: {why}", case=_in_words(case), why=translate(why))


def _in_words(case: Case) -> str:
    units, activation, form = case
    return f"({units}, {activation!r}, {form!r})"
