"""The exercises of chapter 04, small data."""

from collections.abc import Callable

from course_utils.checks.answers import Choice, Letters, Parts, Value, as_number
from course_utils.checks.core import NOT_A_FUNCTION, Exercise, call
from course_utils.checks.judges import leaking_pictures, luck
from course_utils.language import translate

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
_EPOCH_CASES = [(history, monitor) for history in _HISTORIES for monitor in history]


def _kept(metrics: dict[str, list[float]], monitor: str) -> int:
    return metrics[monitor].index(_best(metrics, monitor)) + 1


def _best(metrics: dict[str, list[float]], monitor: str) -> float:
    return (max if monitor.endswith("accuracy") else min)(metrics[monitor])


def _last(values: list[float], best: float) -> int:
    return len(values) - values[::-1].index(best)


# Each is a whole wrong rule, followed by the hint for somebody who wrote just that.
_EPOCH_MISTAKES: list[tuple[Callable[[dict, str], int], str]] = [
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
        lambda metrics, monitor: _last(metrics[monitor], _best(metrics, monitor)),
        "Of equal values you keep the last. A checkpoint is overwritten only by a better epoch, "
        "not by one that is as good.",
    ),
    (
        _best,
        "That is the best value itself, and it is the right one. The question is in which epoch "
        "it comes first: where does it stand in the list?",
    ),
    (
        lambda metrics, monitor: _kept(
            metrics | {"loss": [-one for one in metrics["loss"]]}, monitor
        ),
        "Your function takes the lowest value for the validation loss only. There is another loss "
        "among the metrics, and its best value is the lowest as well.",
    ),
    (
        lambda metrics, monitor: _kept(
            metrics | {"accuracy": [-one for one in metrics["accuracy"]]}, monitor
        ),
        "Your function takes the highest value for the validation accuracy only. There is another "
        "accuracy among the metrics, and its best value is the highest as well.",
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
    for history, monitor in _EPOCH_CASES:
        handed = {name: list(values) for name, values in history.items()}
        result = as_number(call(answer, handed, monitor))
        if result is None:
            return translate(
                "For {monitor!r} your function does not return one number. Return an epoch.",
                monitor=monitor,
            )
        results.append(result)
    if results == [_kept(*case) for case in _EPOCH_CASES]:
        return None
    for mistake, hint in _EPOCH_MISTAKES:
        if results == [mistake(*case) for case in _EPOCH_CASES]:
            return hint
    history, monitor = next(
        case for case, result in zip(_EPOCH_CASES, results, strict=True) if result != _kept(*case)
    )
    return translate(
        "Look at {monitor} = {values}. Which of these values is the best one for this metric, and "
        "in which epoch, counted from 1, does it come first?",
        monitor=monitor,
        values=history[monitor],
    )


# 1,450 pictures for training, 480 for validation, in batches of 64, for 25 epochs.
_judge_steps = Parts(
    {
        "Steps in an epoch": Value(
            23,
            mistakes=[
                (22.65625, "a part of a batch is a batch, too; steps are whole."),
                (
                    22,
                    "rounded down, some pictures would never be seen. Keras trains on a last batch "
                    "that is not full like on any other.",
                ),
                (
                    31,
                    "this counts the batches of the validation set as well. Training steps are "
                    "those in which something is learned.",
                ),
                (8, "these are the batches of the validation set. The question is about training."),
                (
                    64,
                    "this is how many pictures a step reads. How many such steps does it take to "
                    "see all of them once?",
                ),
            ],
            otherwise="cut the row of training pictures into pieces of one batch, and count them.",
        ),
        "Pictures in the last step": Value(
            42,
            mistakes=[
                (
                    64,
                    "full batches only would hold more pictures than there are. How many are left "
                    "for the last one?",
                ),
                (
                    22,
                    "this is how many batches are full. How many pictures do they hold together, "
                    "and how many remain?",
                ),
                (32, "this is the last batch of the validation set."),
            ],
            otherwise="take away the pictures of all full batches; what remains?",
        ),
        "Changes of the weights": Value(
            575,
            mistakes=[
                (550, "the last, smaller batch of every epoch changes the weights as well."),
                (
                    775,
                    "this counts the validation batches, too. They are looked at, and no weight "
                    "moves.",
                ),
                (
                    25,
                    "the weights do not wait for the end of the epoch. Each batch gives a "
                    "gradient, and each gradient a step.",
                ),
                (
                    36250,
                    "this is one for each picture. The pictures of a batch share a single one, "
                    "by their mean gradient.",
                ),
            ],
            otherwise="each step of each epoch changes them once. How many steps are that in all?",
        ),
    }
)

_judge_diagnoses = Letters(
    right={"A": "d", "B": "a", "C": "e", "D": "c", "E": "b"},
    hints={
        "A": {
            "a": "for overfitting, the net would have to learn something first. Does any of these "
            "numbers change at all?",
            "b": "a rate that is too high throws the numbers about. How far do these move?",
            "c": "wrong validation labels would leave the training loss alone; look at that one.",
            "e": "patience helps a net that improves slowly. By how much does this one improve "
            "from epoch to epoch?",
        },
        "B": {
            "b": "with too high a rate the training loss cannot fall as steadily as here.",
            "c": "with shuffled labels, no epoch could have validated well above one half. What "
            "does the best of these reach?",
            "d": "the training loss falls to almost nothing, so the weights do move.",
            "e": "look at the last three values of v_loss. What would more epochs do to them?",
        },
        "C": {
            "a": "the sign of overfitting is a v_loss that turns around. Does this one?",
            "b": "too high a rate shows in jumps. Do you see any here?",
            "c": "the validation accuracy is far from a coin's, so its labels must be in order.",
            "d": "slow is not the same as standing still. Compare the first and the last epoch.",
        },
        "D": {
            "a": "an overfitted net has had a time when it was good on new pictures as well. When "
            "was that here? Look at the very first epochs.",
            "b": "the training loss falls steadily. A rate that is too high would show there "
            "first.",
            "d": "the training accuracy climbs, so something learns.",
            "e": "the net already is right on most training pictures. Is the validation accuracy "
            "on its way anywhere?",
        },
        "E": {
            "a": "an overfitted net is good on the training pictures. What does this one reach "
            "there?",
            "c": "wrong validation labels would not disturb the training loss; it is odd here, "
            "too.",
            "d": "the numbers do change, and the first loss is the one to explain. Frozen weights "
            "would give the same loss in every epoch.",
            "e": "look at the first loss and compare it with a coin's. Would patience repair what "
            "threw the net there?",
        },
    },
)

EXERCISES = [
    Exercise(
        number="04.1",
        title="Which epoch is kept?",
        praise=(
            "Your function keeps what ModelCheckpoint keeps. From now on you can read off a "
            "history which net was really tested."
        ),
        judge=_judge_kept_epoch,
    ),
    Exercise(
        number="04.2",
        title="Count the steps",
        praise=(
            "Now you can tell from a progress bar whether Keras sees all of your pictures: its "
            "count of steps is this one. And you know what twice the batch costs: half the steps."
        ),
        judge=_judge_steps,
    ),
    Exercise(
        number="04.3",
        title="Five histories, five diagnoses",
        praise=(
            "You read histories like a doctor: what the training curve does comes first, then the "
            "first epoch, then where the two curves part. Keep the list for the next training "
            "that goes wrong."
        ),
        judge=_judge_diagnoses,
    ),
    Exercise(
        number="04.4",
        title="How much of an accuracy is luck?",
        praise=(
            "Now try it on 1,000 pictures and 80 %: two and a half points up or down show "
            "nothing. Remember that when the next chapters gain a point."
        ),
        judge=luck.judge,
    ),
    Exercise(
        number="04.5",
        title="Find the leak",
        praise=(
            "Your function finds copies under other names and relatives that are no copies; of the "
            "leaves, b/1.jpg is the one and b/2.jpg the other. A few lines, run once, before "
            "anybody believes a score: take them along to your own data."
        ),
        judge=leaking_pictures.judge,
    ),
    Exercise(
        number="04.Q1",
        title="Loss rises, accuracy stays",
        praise=(
            "Accuracy counts mistakes, the loss also asks how sure the net was. Between them lies "
            "confidence, and that is what an overfitting net gains without deserving it."
        ),
        judge=Choice(
            right="b",
            hints={
                "a": "Compute both for one picture: of a dog, the net says dog with probability "
                "0.4, and next time 0.01. What happens to the loss, what to the accuracy?",
                "c": "A leak makes validation better, in loss and in accuracy. This loss rises.",
                "d": "The training loss is falling all the while, so the steps are not too large. "
                "What else can make a loss rise while the number of mistakes stays?",
            },
        ),
    ),
    Exercise(
        number="04.Q2",
        title="The best of twenty nets",
        praise=(
            "Twenty throws, and the highest is reported: some of that height is luck, however "
            "clean the split. That is why a test set is opened once, by one net."
        ),
        judge=Choice(
            right="d",
            hints={
                "a": "No net was trained on these pictures, but one was chosen by them. If all "
                "twenty were equally good, would their twenty scores be equal?",
                "b": "A split by person keeps relatives apart, and this choice still looks at "
                "the validation pictures, twenty times. What does the highest of twenty tell?",
                "c": "More training pictures would help the net, but the question is whether the "
                "reported number is an honest one. In which direction does choosing push it?",
            },
        ),
    ),
]
