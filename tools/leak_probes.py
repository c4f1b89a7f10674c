"""Simple probes of the drawn pictures: how much of a class can be told without seeing shapes.

``python -m tools.leak_probes`` draws every set, asks a logistic regression and a random forest for
the class of a picture from its colours, brightness, border, shape and file size, trains a convnet
on the same pictures, and publishes the figures in ``course_utils/samples``: ``leak_probes.json``,
and from it the table of ``README.md``. ``--only hands`` measures the sets of one generator anew,
``--table`` writes only the table, ``--check`` changes nothing and names stale figures and broken
promises.
"""

import argparse
import io
import json
import platform
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import stats  # scikit-learn brings it
from sklearn.base import ClassifierMixin, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from course_utils import data, profiles
from course_utils.data import picture_sets
from tools import atomic_files, generated_text, leak_report, machine

FOLDER = Path(__file__).resolve().parents[1] / "course_utils" / "samples"
PLANTED_BRIGHTNESS = 1.02

#: Pictures a class that a probe of pets learns from, as many as the course's convnet does, and the
#: next ones, which it is asked about.
PETS_LEARNED, PETS_ASKED = 1000, 1500
#: Of other persons' hands: 20 frames of each of seven.
_OTHER_HANDS_PER_CLASS = 140

PROBES: dict[str, ClassifierMixin] = {
    # Hundreds of features of a thousand pictures need a strong penalty.
    "logistic regression": make_pipeline(
        StandardScaler(), LogisticRegression(C=0.003, max_iter=2000)
    ),
    "random forest": RandomForestClassifier(n_estimators=300, random_state=0, n_jobs=-1),
}


@dataclass(frozen=True)
class Exam:
    """A set of pictures as the probes see it.

    Attributes:
        features: What is known of each picture by kind; float arrays (pictures, numbers).
        labels: Class of each picture, int (pictures,).
        rounds: Pairs of places: to learn from, and to be asked about. No picture is asked twice.
        groups: What each picture is of, such as a hand; None where each one stands for itself.
    """

    features: dict[str, np.ndarray]
    labels: np.ndarray
    rounds: Sequence[tuple[np.ndarray, np.ndarray]]
    groups: np.ndarray | None = None


def describe(picture: np.ndarray, num_bytes: int) -> dict[str, np.ndarray]:
    """Return what a probe is told of a picture, by kind: everything but where its shapes lie.

    Args:
        picture: uint8 array (height, width, channels).
        num_bytes: Size of the picture's file.
    """
    height, width, channels = picture.shape
    pixels = picture.reshape(-1, channels)
    histograms = [np.bincount(pixels[:, c], minlength=256) for c in range(channels)]
    grey = pixels.mean(axis=1)
    edges = (picture[:4], picture[-4:], picture[4:-4, :4], picture[4:-4, -4:])
    border = np.concatenate([edge.reshape(-1, channels) for edge in edges])
    return {
        # Roots of shares spread evenly, rare colours as much as frequent ones.
        "colours": np.concatenate(
            [pixels.mean(0), pixels.std(0), *np.sqrt(np.array(histograms) / len(pixels))]
        ),
        "brightness": np.array(
            [grey.mean(), grey.std(), *np.percentile(grey, (5, 25, 50, 75, 95))]
        ),
        "border": np.concatenate([border.mean(0), border.std(0)]),
        "width and height": np.array([height, width, width / height]),
        "file size": np.array([num_bytes, num_bytes / len(pixels)]),
    }


def stack(described: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return what :func:`describe` said of many pictures as one array for each kind."""
    return {kind: np.array([one[kind] for one in described]) for kind in described[0]}


def ask(exam: Exam, probe: str, kinds: Sequence[str] | None = None) -> dict[str, float]:
    """Return how often a probe names the right class, with the ends of a 95 % interval.

    The interval counts what is independent: pictures (Wilson's interval), or groups of pictures
    such as one person's (Student's t over the accuracies of the groups).

    Args:
        exam: The pictures.
        probe: Name of one of ``PROBES``.
        kinds: What it is told; everything by default.
    """
    table = np.hstack([exam.features[kind] for kind in kinds or exam.features])
    right, asked = [], []
    for learn, answer in exam.rounds:
        model = clone(PROBES[probe]).fit(table[learn], exam.labels[learn])
        right.append(model.predict(table[answer]) == exam.labels[answer])
        asked.append(answer)
    right, asked = np.concatenate(right), np.concatenate(asked)
    if exam.groups is None:
        interval = stats.binomtest(int(right.sum()), len(right)).proportion_ci(method="wilson")
    else:
        groups = exam.groups[asked]
        means = [right[groups == group].mean() for group in np.unique(groups)]
        reach = stats.t.ppf(0.975, len(means) - 1) * stats.sem(means)
        interval = np.clip(np.mean(means) + reach * np.array([-1, 1]), 0, 1)
    lower, upper = interval
    found = {"accuracy": right.mean(), "lower": lower, "upper": upper}
    return {name: round(float(share), 4) for name, share in found.items()}


def ask_all(exam: Exam) -> dict[str, dict]:
    """Return what both probes know from everything together and from each kind alone."""
    told = {leak_report.EVERYTHING: None} | {kind: [kind] for kind in exam.features}
    return {
        label: {probe: ask(exam, probe, kinds) for probe in PROBES} for label, kinds in told.items()
    }


# --- the drawn sets ----------------------------------------------------------------------------


def of_files(paths: Sequence[Path], brighter: Callable[[Path], bool] | None = None) -> dict:
    """Return the features of picture files; those for which ``brighter`` holds get the leak."""
    described = []
    for path in paths:
        content = path.read_bytes()
        picture = np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
        if brighter and brighter(path):
            picture = np.clip(np.rint(picture * PLANTED_BRIGHTNESS), 0, 255).astype(np.uint8)
        described.append(describe(picture, len(content)))
    return stack(described)


def pets_exam(learned: int = PETS_LEARNED, asked: int = PETS_ASKED) -> tuple[Exam, Exam]:
    """Draw cats and dogs; return them as they are, and with the dogs made 2 % brighter.

    A probe learns from the first pictures of each class and is asked about the next ones.
    """
    pictures = data.load("dogs-vs-cats", per_class=learned + asked)
    split = data.split_by_index(
        pictures, train=range(learned), validation=range(learned, learned + asked), test=None
    )
    plain = of_split(split)
    planted = of_files(_paths(split), brighter=lambda path: path.name.startswith("dog"))
    return plain, replace(plain, features=planted)


def cross_validated(exam: Exam, num_pictures: int) -> Exam:
    """Return an exam that asks about each of the first pictures after learning from the others.

    In five rounds a probe learns from four fifths of them and is asked about the last fifth.
    """
    # Class by class, as they lie in their folder: the order decides who is in which fifth.
    order = np.argsort(exam.labels[:num_pictures], kind="stable")
    folds = StratifiedKFold(5, shuffle=True, random_state=0).split(order, exam.labels[order])
    return replace(exam, rounds=[(order[learn], order[answer]) for learn, answer in folds])


def of_split(split: data.Split, group_of: Callable[[str], str] | None = None) -> Exam:
    """Return an exam that learns from the training pictures and asks about the validation ones."""
    names = [name for part in (split.train, split.validation) for name in part.names]
    places = np.arange(len(names))
    return Exam(
        features=of_files(_paths(split)),
        labels=np.array([*split.train.labels, *split.validation.labels]),
        rounds=[(places[: len(split.train)], places[len(split.train) :])],
        groups=np.array([group_of(name) for name in names]) if group_of else None,
    )


def _paths(split: data.Split) -> list[Path]:
    return [split.folder / name for part in (split.train, split.validation) for name in part.names]


def digits_exam(train: tuple, test: tuple) -> Exam:
    """Return an exam on digits; they are no files, so that their size as PNG stands for it."""
    described = []
    for picture in np.concatenate([train[0], test[0]]):
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "PNG")
        described.append(describe(picture[..., None], len(file.getvalue())))
    places = np.arange(len(described))
    labels = np.concatenate([train[1], test[1]]).astype(int)
    return Exam(stack(described), labels, [(places[: len(train[1])], places[len(train[1]) :])])


# --- the convnets on the same pictures ---------------------------------------------------------


@dataclass(frozen=True)
class Convnet:
    """A builder of ``course_utils.models`` and how long its net trains here."""

    builder: str
    epochs: int
    batch_size: int
    input_shape: tuple[int, int, int]


CONVNETS = {
    "hands, by hand": Convnet("build_rps_convnet", 13, 32, (96, 96, 3)),
    "horses and humans": Convnet("build_horse_or_human_convnet", 20, 32, (96, 96, 3)),
    "digits": Convnet("build_mnist_convnet", 5, 64, (28, 28, 1)),
}
DIGITS_LEARNED, DIGITS_ASKED = 4_000, 1_000
#: The recorded training of chapter 4, whose convnet is that of the pets.
RECORDED = ("04.small_convnet", "full", "drawn")


def train(chosen: Convnet, num_pictures: int, train_data, test_data, held_out=None) -> dict:
    """Train a convnet, without a look at the test pictures, and return its accuracy on them.

    The learning rate falls to zero, so that the last epoch's weights are no accident; where
    training pictures are held out, the epoch that suits them best gives the weights.
    """
    import keras  # here: probes alone need no TensorFlow

    from course_utils import models, precision, training

    number_format = precision.choose()
    keras.utils.set_random_seed(0)
    plan = profiles.Training(chosen.epochs, num_pictures, chosen.batch_size, test_pictures=0)
    steps = plan.epochs * plan.num_batches
    model = getattr(models, chosen.builder)(chosen.input_shape)
    model.compile(
        optimizer=keras.optimizers.RMSprop(keras.optimizers.schedules.CosineDecay(1e-3, steps)),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    monitor = None if held_out is None else "val_loss"
    history = training.fit(model, train_data, plan, validation_data=held_out, monitor=monitor)
    asked = test_data if isinstance(test_data, tuple) else (test_data,)
    accuracy = model.evaluate(*asked, verbose=0, return_dict=True)["accuracy"]
    return {
        "builder": chosen.builder,
        "epochs": chosen.epochs,
        "best_epoch": history.best_epoch if monitor else None,
        "input_shape": list(chosen.input_shape),
        "pictures": num_pictures,
        "precision": number_format,
        "accuracy": round(float(accuracy), 4),
    }


def train_on_split(chosen: Convnet, split: data.Split, inner: data.Split | None = None) -> dict:
    """Train a convnet on a split's training pictures and test it on its validation pictures.

    Args:
        chosen: The convnet.
        split: What is learned from, and what is asked about.
        inner: The same training pictures, some of them held out to choose the epoch.
    """
    size, batch_size = chosen.input_shape[:2], chosen.batch_size
    learned, asked, _ = data.image_datasets(split, size, batch_size, label_mode="int")
    held_out = None
    if inner:
        learned, held_out, _ = data.image_datasets(inner, size, batch_size, label_mode="int")
    return train(chosen, len((inner or split).train), learned, asked, held_out)


def recorded_convnet() -> dict:
    """Return what the course has on record about its convnet on drawn pets."""
    from course_utils import references  # here: it loads TensorFlow

    found = references.recorded(*RECORDED)
    size = profiles.get("full")[RECORDED[0]].image_size
    return {
        "builder": "build_small_convnet",
        "epochs": found.history.num_epochs,
        "best_epoch": found.history.best_epoch,
        "input_shape": [size, size, 3],
        "pictures": 2 * PETS_LEARNED,
        "precision": found.facts["precision"],
        "accuracy": found.test_accuracy,
        "recorded": found.facts["test accuracy of all seeds"],
    }


# --- measuring ---------------------------------------------------------------------------------


def measure_pets() -> dict:
    """Return the figures of cats and dogs, with those of the planted leak and of another way."""
    plain, brighter = pets_exam()
    figures = _record("pets", plain)
    figures["cross_validated"] = {
        str(pictures): {probe: ask(cross_validated(plain, pictures), probe) for probe in PROBES}
        for pictures in (2 * PETS_LEARNED, len(plain.labels))
    }
    figures["planted_leak"] = {probe: ask(brighter, probe) for probe in PROBES}
    return {"pets": figures | {"convnet": recorded_convnet()}}


def measure_hands() -> dict:
    """Return the figures of hands: split by picture, and asked about other persons."""
    hands = data.load("rock-paper-scissors")
    by_picture = data.split_by_fraction(hands, validation=0.2, test=None)
    others = data.load("rock-paper-scissors-test", per_class=_OTHER_HANDS_PER_CLASS)
    by_hand = data.split_by_folder(hands, others)
    net = train_on_split(CONVNETS["hands, by hand"], by_hand)
    return {
        "hands, by picture": _record("hands", of_split(by_picture)),
        "hands, by hand": _record("hands", of_split(by_hand, picture_sets.hand_of))
        | {"convnet": net},
    }


def measure_horses_humans() -> dict:
    """Return the figures of horses and humans; the epoch is chosen by individuals held out."""
    learned, asked = data.load("horse-or-human")
    split = data.split_by_folder(learned, asked)
    inner = data.split_by_group(learned, validation=0.2, test=None)
    figures = _record("horses_humans", of_split(split, picture_sets.figure_of))
    net = train_on_split(CONVNETS["horses and humans"], split, inner)
    return {"horses and humans": figures | {"convnet": net}}


def measure_digits() -> dict:
    """Return the figures of digits."""
    drawn = data.load("mnist", num_train=DIGITS_LEARNED, num_test=DIGITS_ASKED)
    learned, asked = ((x[..., None].astype("float32") / 255, y) for x, y in drawn)
    net = train(CONVNETS["digits"], DIGITS_LEARNED, learned, asked)
    return {"digits": _record("digits", digits_exam(*drawn)) | {"convnet": net}}


#: What measures the sets of each generator.
MEASURES: dict[str, Callable[[], dict]] = {
    "pets": measure_pets,
    "hands": measure_hands,
    "horses_humans": measure_horses_humans,
    "digits": measure_digits,
}


def measure(only: Collection[str] = (), published: dict | None = None) -> dict:
    """Draw the sets, ask the probes, train the convnets and return everything worth publishing.

    Args:
        only: Generators whose sets are measured; the others' figures are the published ones. All
            by default.
        published: The figures so far.

    Raises:
        ValueError: If the published figures come from another machine or other versions.
    """
    packages = ("scikit-learn", "scipy", "numpy", "pillow", "tensorflow", "keras")
    report = {
        "hardware": machine.processor(),
        "versions": {"Python": platform.python_version()}
        | {package: metadata.version(package) for package in packages},
        "minutes": {},
        "sets": {},
    }
    if only:
        for name in ("hardware", "versions"):
            if published[name] != report[name]:
                raise ValueError(
                    f"the published figures come from other {name} ({published[name]}); measure "
                    "all sets anew"
                )
    for generator, measure_sets in MEASURES.items():
        if not only or generator in only:
            begin = time.monotonic()
            report["sets"] |= measure_sets()
            report["minutes"][generator] = round((time.monotonic() - begin) / 60, 1)
        else:
            report["minutes"][generator] = published["minutes"][generator]
            report["sets"] |= {
                name: figures
                for name, figures in published["sets"].items()
                if figures["generator"] == generator
            }
    return report


def _record(generator: str, exam: Exam) -> dict:
    print(f"Probing {generator}: {len(exam.labels):,} pictures", flush=True)
    return {
        "generator": generator,
        "generator_version": leak_report.generator_versions()[generator],
        "pictures": len(exam.labels),
        "tested": sum(len(answer) for _, answer in exam.rounds),
        "groups": None if exam.groups is None else len(set(exam.groups[exam.rounds[0][1]])),
        "chance": round(1 / len(set(exam.labels)), 4),
        "probes": ask_all(exam),
    }


def main(arguments: list[str] | None = None, folder: Path = FOLDER) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.leak_probes", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if stale")
    parser.add_argument("--table", action="store_true", help="write only the table anew")
    parser.add_argument("--only", choices=MEASURES, action="append", default=[])
    chosen = parser.parse_args(arguments)
    figures, page = folder / "leak_probes.json", folder / "README.md"
    try:
        if not (chosen.check or chosen.table):
            published = json.loads(figures.read_text(encoding="utf-8")) if chosen.only else None
            measured = json.dumps(measure(chosen.only, published), indent=1, ensure_ascii=False)
            atomic_files.write(figures, measured + "\n")
        report = json.loads(figures.read_text(encoding="utf-8"))
        text = page.read_text(encoding="utf-8")
        fresh = generated_text.replace_between(
            text, leak_report.MARKS, leak_report.table(report), page.name
        )
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    found = leak_report.problems(report)
    if chosen.check and fresh != text:
        found.append(f"{page.name}: the table is not that of {figures.name}; pass --table")
    if not chosen.check:
        atomic_files.write(page, fresh)
        print(leak_report.table(report))
    # Broken promises are published like kept ones, and fail the command.
    for problem in found:
        print(problem, file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
