"""Judge of last layers: how many units, which activation, which loss for a task."""

from collections.abc import Mapping

from course_utils.checks.answers import as_number
from course_utils.language import translate

# By task: the numbers of units, activations and losses that fit together.
_RIGHT = {
    "clouds": {(4, "softmax", "sparse")},
    "things": {(6, "sigmoid", "binary")},
    "dog": {(1, "sigmoid", "binary"), (2, "softmax", "sparse")},
    "age": {(1, "linear", "difference")},
}

_LOSSES = {
    "sparsecategoricalcrossentropy": "sparse",
    "categoricalcrossentropy": "one-hot",
    "binarycrossentropy": "binary",
    "bce": "binary",
    **dict.fromkeys(
        ("meansquarederror", "mse", "meanabsoluteerror", "mae", "huber", "logcosh"), "difference"
    ),
}

_NO_PROBABILITIES = (
    "without an activation the outputs may be below 0 or above 1, and −ln needs a probability. "
    "(Keras can be told to take raw outputs, but the loss's name alone does not tell it.)"
)
_ACTIVATIONS = {
    ("clouds", "sigmoid"): (
        "sigmoid gives each output a probability of its own, and all four may be near 1. Exactly "
        "one kind of cloud is there: which activation makes them share?"
    ),
    ("things", "softmax"): (
        "softmax shares out one probability among the six, so a bench and a bicycle on the same "
        "photo can never both be sure. Which activation looks at each output by itself?"
    ),
    ("dog", "softmax"): (
        "softmax divides each output by the sum of all. With a single output, that is always "
        "1, whatever the photo shows, and nothing can be learned."
    ),
    ("age", "sigmoid"): "sigmoid never says more than 1, and trees grow older than that.",
    ("age", "softmax"): (
        "softmax of a single output is always 1, so this net calls every tree one year old."
    ),
}
_TASK_LOSSES = {
    ("clouds", "one-hot"): (
        "this loss compares with a row that holds a single 1 (one-hot). Here a label is one "
        "number, 0 to 3; a relative of this loss takes it as it is."
    ),
    ("clouds", "binary"): (
        "this loss asks of each output by itself, yes or no. Here one label names the only right "
        "one among four."
    ),
    ("things", "one-hot"): (
        "this loss looks for one right answer among the outputs. Here each of the six has a yes "
        "or no of its own, and there may be three of them, or none."
    ),
    ("things", "sparse"): (
        "this loss takes the number of the only right class. Here a label is six numbers, each a "
        "yes or no of its own."
    ),
    ("dog", "one-hot"): "this loss needs an output for each class. Yours has a single one.",
    ("dog", "sparse"): (
        "this loss looks up the output of the right class, so it needs one output per class. "
        "Yours has a single one."
    ),
}
_FLAT = (
    "squared differences run without an error. But sigmoid and softmax are flat where a net is "
    "sure, so one that is sure and wrong hardly learns. Which loss is steep there?"
)
_FORM = (
    'Write a dictionary of the four tasks, "clouds", "things", "dog" and "age", each with three '
    'parts in parentheses: a number of units, an activation and a loss, as in the example "digits".'
)


def judge_last_layers(answer: object) -> str | None:
    """Judge 01.5, the last layers of four nets."""
    if not isinstance(answer, Mapping) or not set(_RIGHT) <= set(answer):
        return _FORM
    hints = {}
    for task in _RIGHT:
        try:
            units, activation, loss = answer[task]
        except (TypeError, ValueError):
            return _FORM
        given = as_number(units), _name(activation), _LOSSES.get(_name(loss))
        if given not in _RIGHT[task]:
            hints[task] = _hint(task, *given)
    if not hints:
        return None
    task, hint = next(iter(hints.items()))
    number = len(_RIGHT) - len(hints)
    return translate(
        '1 of 4 is right. Look at "{task}": {hint}'
        if number == 1
        else '{number} of 4 are right. Look at "{task}": {hint}',
        number=number,
        task=task,
        hint=translate(hint),
    )


def _hint(task: str, units: float | None, activation: str, loss: str | None) -> str:
    if task == "dog" and units == 2:
        return (
            "two outputs are possible. Then softmax lets them share, and the loss takes the label "
            "as the number of a class. A single output is the simpler way."
        )
    wanted, right_activation, right_loss = min(_RIGHT[task])
    if units != wanted:
        return (
            "the number of units is not right. How many numbers does the net have to say about "
            "one photo?"
        )
    if activation == "relu":
        return (
            "relu makes 0 of everything negative, and a silent output learns nothing (section 5). "
            "It belongs between layers."
        )
    if activation != right_activation:
        general = (
            _NO_PROBABILITIES if activation == "linear" else "this activation is not in the table."
        )
        return _ACTIVATIONS.get((task, activation), general)
    if loss is None:
        return "this loss is not in the table, or its name is spelt in another way."
    if task == "age":
        return (
            "a cross-entropy is −ln of a probability, and years are none. Which loss measures by "
            "how much a number is missed?"
        )
    return _FLAT if loss == "difference" else _TASK_LOSSES[task, loss]


def _name(thing: object) -> str:
    """Return the plain name of an activation or a loss, given as text, function, class or object.

    >>> _name("Mean_Squared_Error"), _name(None)
    ('meansquarederror', 'linear')
    """
    if thing is None:
        return "linear"
    if not isinstance(thing, str):
        thing = getattr(thing, "__name__", None) or getattr(thing, "name", "")
    return "".join(sign for sign in str(thing).lower() if sign.isalnum())
