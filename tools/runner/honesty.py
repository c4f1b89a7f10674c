"""Holds the training that really happened against the training that the profile plans.

Every planned training happens exactly once, in one call of ``fit`` that asks for the planned number
of epochs, and every epoch sees the planned number of pictures in batches of the planned size, with
at most one optimizer step a batch. A fit may end early (early stopping); nothing else may train.

Every plan has a model object of its own, so that no model trains longer than one plan says. The
stages of one model share what stands before the second dot of their names: ``06.transfer.head``
and ``06.transfer.fine_tuned`` may train the same object.
"""

import math
from dataclasses import replace

from nbformat import NotebookNode

from course_utils.profiles import Training
from tools.runner.cells import place_of_execution
from tools.runner.failure import Failure
from tools.watch_keras import WATCHED_BACKEND

_ERROR = "TrainingDiffersFromProfile"


def check(
    record: dict,
    planned: dict[str, Training],
    notebook: NotebookNode,
    own_pictures: bool = False,
) -> list[Failure]:
    """Return every difference between the watched training and the plan.

    Args:
        record: What the watched kernel wrote.
        planned: The profile's trainings of this chapter, by name.
        notebook: The executed notebook, to say where a training stands.
        own_pictures: Whether the pictures come from a folder of one's own, which may hold fewer
            than the profile plans.
    """
    if record["backend"] not in (None, WATCHED_BACKEND):
        return [
            Failure(
                "UnwatchedBackend",
                f"the chapter used Keras with {record['backend']}, whose training is not counted",
                f"run the course with KERAS_BACKEND={WATCHED_BACKEND} (or unset)",
            )
        ]
    happened = [fit for fit in record["fits"] if fit["batches"] or fit["steps"]]
    return [
        *_compare_fits(happened, planned, notebook, own_pictures),
        *(_outside_fit(training, notebook) for training in record["outside_fit"]),
    ]


def work(record: dict) -> int:
    """Return the number of pictures that training steps received, every epoch counted."""
    inside = sum(sum(fit["pictures_per_epoch"]) for fit in record["fits"])
    return inside + sum(training["pictures"] for training in record["outside_fit"])


def _compare_fits(
    happened: list[dict],
    planned: dict[str, Training],
    notebook: NotebookNode,
    own_pictures: bool,
) -> list[Failure]:
    missing = dict(planned)
    unplanned = []
    failures = []
    first_plans: dict[int, str] = {}  # by model, the plan that it followed first
    for fit in happened:
        following = [name for name, plan in missing.items() if _follows(fit, plan, False)]
        if own_pictures and not following:
            following = [name for name, plan in missing.items() if _follows(fit, plan, True)]
        if not following:
            unplanned.append(fit)
            continue
        first = first_plans.get(fit["model"])
        same_model = (name for name in following if first and _model_in(name) == _model_in(first))
        name = next(same_model, following[0])
        del missing[name]
        first = first_plans.setdefault(fit["model"], name)
        # Of fewer pictures than planned it is not known for certain which plan a fit follows.
        if not own_pictures and _model_in(first) != _model_in(name):
            failures.append(_same_model_again(fit, first, name, notebook))
    # Show differences side by side: most likely the n-th unexpected fit was meant to be the n-th
    # planned training that is missing.
    names = list(missing)
    for index, fit in enumerate(unplanned):
        name = names[index] if index < len(names) else None
        failures.append(_unplanned(fit, name, missing.get(name), notebook))
    failures += [_never_happened(name, missing[name]) for name in names[len(unplanned) :]]
    return failures


def _follows(fit: dict, plan: Training, own_pictures: bool) -> bool:
    done = len(fit["pictures_per_epoch"])
    if own_pictures and done and 0 < fit["pictures_per_epoch"][0] < plan.pictures:
        plan = replace(plan, pictures=fit["pictures_per_epoch"][0])
    return (
        fit["epochs_asked"] == plan.epochs
        and done <= plan.epochs
        and set(fit["pictures_per_epoch"]) == {plan.pictures}
        and fit["batches"] == done * _batches_per_epoch(plan)
        and fit["steps"] <= fit["batches"]  # fewer where loss scaling skips one
    )


def _model_in(name: str) -> str:
    """Return ``"06.transfer"`` for ``"06.transfer.fine_tuned"``, a stage of that model."""
    return ".".join(name.split(".")[:2])


def _batches_per_epoch(plan: Training) -> int:
    return math.ceil(plan.pictures / plan.batch_size)


def _unplanned(
    fit: dict, name: str | None, plan: Training | None, notebook: NotebookNode
) -> Failure:
    if plan is None:
        wanted = "no further training is planned for this chapter"
        remedy = (
            "remove this call of fit, or plan it in course_utils/profiles.py and take its numbers "
            "from there"
        )
    else:
        wanted = f"planned {name}: {_plan_in_words(plan)}"
        remedy = f'take epochs, pictures and batch size from profile["{name}"], once per training'
    return Failure(
        _ERROR,
        f"{wanted}; observed {_fit_in_words(fit)}",
        remedy,
        str(place_of_execution(notebook, fit["cell"]) or ""),
    )


def _same_model_again(fit: dict, first: str, name: str, notebook: NotebookNode) -> Failure:
    return Failure(
        _ERROR,
        f"planned {name}: a model of its own; observed the model that was trained for {first}",
        f"build a new model for {name}, or name both plans as stages of one model, such as "
        f"{_model_in(first)}.first and {_model_in(first)}.second",
        str(place_of_execution(notebook, fit["cell"]) or ""),
    )


def _never_happened(name: str, plan: Training) -> Failure:
    return Failure(
        _ERROR,
        f"planned {name}: {_plan_in_words(plan)}; observed nothing of the kind",
        f"train {name} in this chapter, or take it out of course_utils/profiles.py",
    )


def _outside_fit(training: dict, notebook: NotebookNode) -> Failure:
    return Failure(
        _ERROR,
        f"no training outside of fit is planned; observed {training['steps']:,} optimizer steps "
        f"and {training['pictures']:,} pictures in training steps outside of fit",
        "train with Model.fit and the profile's numbers",
        str(place_of_execution(notebook, training["cell"]) or ""),
    )


def _plan_in_words(plan: Training) -> str:
    return (
        f"{_count(plan.epochs, 'epoch')} × {plan.pictures:,} pictures "
        f"({_count(_batches_per_epoch(plan), 'batch', 'batches')} of {plan.batch_size})"
    )


def _fit_in_words(fit: dict) -> str:
    per_epoch = fit["pictures_per_epoch"]
    done = len(per_epoch)
    asked = "" if fit["epochs_asked"] == done else f" (of {fit['epochs_asked']} asked)"
    pictures = " or ".join(f"{number:,}" for number in sorted(set(per_epoch)))
    batches = math.ceil(fit["batches"] / done) if done else fit["batches"]
    return (
        f"{_count(done, 'epoch')}{asked} × {pictures} pictures "
        f"({_count(batches, 'batch', 'batches')}), {_count(fit['steps'], 'optimizer step')} in "
        f"{_count(fit['batches'], 'batch', 'batches')}"
    )


def _count(number: int, singular: str, plural: str | None = None) -> str:
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
