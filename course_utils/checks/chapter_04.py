"""The exercises of chapter 04, small data."""

from collections.abc import Callable

from course_utils.checks.core import NOT_A_FUNCTION, Exercise, as_number, call

# Histories that tell the usual mistakes apart: the best epoch is first, last or in the middle,
# loss and accuracy disagree, and equal values occur twice.
_HISTORIES = [
    {
        "loss": [0.70, 0.61, 0.45, 0.30, 0.12],
        "accuracy": [0.51, 0.66, 0.79, 0.88, 0.97],
        "val_loss": [0.69, 0.63, 0.58, 0.71, 0.99],
        "val_accuracy": [0.50, 0.64, 0.69, 0.72, 0.71],
    },
    {
        "loss": [0.40, 0.50, 0.60],
        "accuracy": [0.80, 0.70, 0.70],
        "val_loss": [0.60, 0.60, 0.90],
        "val_accuracy": [0.66, 0.70, 0.70],
    },
]
_CASES = [(history, monitor) for history in _HISTORIES for monitor in history]


def _kept(metrics: dict[str, list[float]], monitor: str) -> int:
    values = metrics[monitor]
    best = max(values) if monitor.endswith("accuracy") else min(values)
    return values.index(best) + 1


def _last(values: list[float], best: float) -> int:
    return len(values) - values[::-1].index(best)


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_MISTAKES: list[tuple[Callable[[dict, str], int], str]] = [
    (
        lambda metrics, monitor: _kept(metrics, monitor) - 1,
        "Everything is right but the counting: a list begins at 0, the epochs of this exercise "
        "begin at 1.",
    ),
    (
        lambda metrics, monitor: metrics[monitor].index(min(metrics[monitor])) + 1,
        "Your function always takes the lowest value. That is the best loss; is it also the best "
        "accuracy?",
    ),
    (
        lambda metrics, monitor: metrics[monitor].index(max(metrics[monitor])) + 1,
        "Your function always takes the highest value. That is the best accuracy; is it also the "
        "best loss?",
    ),
    (
        lambda metrics, monitor: _last(
            metrics[monitor],
            (max if monitor.endswith("accuracy") else min)(metrics[monitor]),
        ),
        "Of equal values you keep the last. A checkpoint is overwritten only by a better epoch, "
        "not by one that is as good.",
    ),
    (
        lambda metrics, monitor: _kept(metrics, "val_loss"),
        "Your function looks at the validation loss whatever it is asked to monitor. The second "
        "argument says which list to read.",
    ),
    (
        lambda metrics, monitor: len(metrics[monitor]),
        "That is the last epoch. Without a checkpoint its weights would stay; with one, the best "
        "epoch's are kept.",
    ),
]


def _judge_kept_epoch(answer: object) -> str | None:
    if not callable(answer):
        return NOT_A_FUNCTION
    results = []
    for history, monitor in _CASES:
        handed = {name: list(values) for name, values in history.items()}
        result = as_number(call(answer, handed, monitor))
        if handed != history:
            return "Your function changes the history that it is given. Read from it, nothing else."
        if result is None:
            return f"For {monitor!r} your function does not return one number. Return an epoch."
        results.append(result)
    if results == [_kept(*case) for case in _CASES]:
        return None
    for mistake, hint in _MISTAKES:
        if results == [mistake(*case) for case in _CASES]:
            return hint
    history, monitor = next(
        case for case, result in zip(_CASES, results, strict=True) if result != _kept(*case)
    )
    return (
        f"Look at {monitor} = {history[monitor]}. Which of these values is the best one for this "
        "metric, and in which epoch, counted from 1, does it come first?"
    )


EXERCISES = [
    Exercise(
        number="04.1",
        praise=(
            "Your function keeps what ModelCheckpoint keeps. From now on you can read off a "
            "history which net was really tested."
        ),
        judge=_judge_kept_epoch,
    ),
]
