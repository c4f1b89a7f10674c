"""What a chapter's first and last cells do: say what runs today, and write down what came out.

Neither TensorFlow nor matplotlib is imported before a notebook asks for it.
"""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import course_utils
from course_utils import language as languages
from course_utils import profiles
from course_utils.data import cache, resolve_source
from course_utils.language import translate

#: More trainings than this are summed up instead of listed.
_MOST_LINES = 10
_SHOWN_PACKAGES = ("tensorflow", "keras", "numpy", "matplotlib")
#: There where Linux has an NVIDIA GPU and its driver.
_NVIDIA_DEVICE = Path("/dev/nvidia0")


@dataclass(frozen=True)
class Chapter:
    """A running chapter: its profile, its data, and the place for its results.

    Attributes:
        name: The notebook's file name without its ending, such as ``"02_convolution_arithmetic"``.
        profile: The profile that holds today.
        data: ``"sample"``, ``"download"`` or the path of a folder.
        notes: What its results must say of themselves, such as "first half recorded".
    """

    name: str
    profile: profiles.Profile
    data: str
    notes: list[str] = field(default_factory=list)

    def write_results(self, headline: str, **values: float | int | str | list) -> Path | None:
        """Write the chapter's results as JSON; return the file's path, None if it is not written.

        The file lies in the folder named by the environment variable ``COURSE_RESULTS``; without
        it, in ``results`` inside the course's cache folder. It is written beside and then renamed,
        so that a chapter killed at this moment leaves either the old results or the new ones.

        Args:
            headline: The chapter's result in a few words, as the course's table shows it.
            **values: Named results that JSON can hold; NumPy numbers are converted.

        Raises:
            ValueError: If the headline is empty, or a value is or holds NaN or infinity, which JSON
                does not have.
            TypeError: If a value cannot be written as JSON.
            OSError: If ``COURSE_RESULTS`` names a folder that cannot be written to. Without the
                variable, a printed note says so.

        Used in: every chapter.
        """
        if not headline.strip():
            raise ValueError("the headline is empty; say the chapter's main result in a few words")
        for name, value in values.items():
            try:
                json.dumps(value, allow_nan=False, default=_plain_number)
            except ValueError as error:
                raise ValueError(
                    f"the result {name!r} is {value!r}, and JSON has no NaN and no infinity; find "
                    "out which computation before this cell went wrong"
                ) from error
        if self.notes:
            headline += f" ({', '.join(self.notes)})"
        record = {
            "chapter": self.name,
            "profile": self.profile.name,
            "data": self.data,
            "meaningful": self.profile.meaningful,
            "headline": headline,
            "notes": self.notes,
            "values": values,
            "versions": versions(),
        }
        text = json.dumps(record, indent=1, ensure_ascii=False, default=_plain_number)
        folder = Path(os.environ.get("COURSE_RESULTS") or cache.folder() / "results")
        unfinished = folder / f"{self.name}.{os.getpid()}.partial"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(text + "\n", encoding="utf-8")
            os.replace(unfinished, folder / f"{self.name}.json")
        except OSError as error:
            message = translate(
                "the results could not be written to {folder} ({error}). Set the environment "
                "variable COURSE_RESULTS to a folder that can be written to.",
                folder=folder,
                error=error,
            )
            # Somebody who asked for the file must hear that there is none; for a student whose
            # home is read-only, the lesson has worked all the same.
            if "COURSE_RESULTS" in os.environ:
                raise OSError(message) from error
            print(headline, translate("Note: {message}", message=message), sep="\n")
            return None  # an older run's file may lie there
        print(headline, translate("Results written: {name}.json", name=self.name), sep="\n")
        return folder / f"{self.name}.json"


def start(name: str, profile: str, data: str, release: str, language: str | None = None) -> Chapter:
    """Check what a chapter needs, print what it runs on today, and return it.

    Args:
        name: The notebook's file name without its ending.
        profile: ``"demo"``, ``"full"`` or ``"ci"``.
        data: ``"sample"``, ``"download"`` or an existing folder, as ``data.load`` takes it.
        release: The release of the course that the notebook belongs to.
        language: The language of figures, messages and hints, ``"en"`` or ``"ko"``; None for what
            the environment variable ``COURSE_LANGUAGE`` says, else English.

    Raises:
        ValueError: If there is no such profile or language, or the data is neither of the two
            words nor a folder.
        RuntimeError: If the installed package belongs to another release than the notebook.

    Used in: every chapter.
    """
    languages.use(language)
    if release != course_utils.__version__:
        raise RuntimeError(
            translate(
                "This notebook belongs to release {release} of the course, but course_utils "
                "{installed} is installed. Open the notebook from the release you installed, or "
                "install again: in Colab choose Runtime > Disconnect and delete runtime, then run "
                "the set-up cell; elsewhere run pip install in the course's folder.",
                release=release,
                installed=course_utils.__version__,
            )
        )
    chosen = profiles.get(profile)
    resolve_source(data)
    shown = " · ".join(f"{package} {version}" for package, version in versions().items())
    print(f"course_utils {course_utils.__version__} · {shown}")
    print(translate("Hardware: {hardware}", hardware=hardware()))
    print(
        translate("Profile {name}: {summary}.", name=chosen.name, summary=translate(chosen.summary))
    )
    for line in _plan_in_words(chosen.of_chapter(name.split("_")[0])):
        print(f"    {line}")
    print(translate("Data {data}: {what}", data=data, what=_describe(data)))
    return Chapter(name=name, profile=chosen, data=str(data))


def load_tensorflow() -> None:
    """Import TensorFlow and find its accelerators, without the notes it prints meanwhile.

    TensorFlow's C++ part writes a dozen lines on drivers that are not there straight to the
    process's standard error, where no Python setting reaches them. Should the import fail, what was
    held back is printed after all.

    Raises:
        ImportError: If TensorFlow is not installed or does not load.

    Used in: every chapter's set-up cell.
    """
    sys.stderr.flush()
    usual = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        loaded = False
        try:
            import tensorflow as tf

            tf.config.list_physical_devices()
            loaded = True
        finally:
            os.dup2(usual, 2)
            os.close(usual)
            if not loaded:
                held_back.seek(0)
                print(held_back.read().decode(errors="replace"), file=sys.stderr)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide what a chapter computes.

    Read from the installed packages' metadata, so that nothing heavy is imported.

    Used in: every chapter.
    """
    found = {"Python": platform.python_version()}
    for package in _SHOWN_PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def hardware() -> str:
    """Return in words what TensorFlow computes on: the accelerator, or the processor's cores.

    Where the computer has an NVIDIA GPU that TensorFlow does not find, a hint says what to install.

    Used in: every chapter.
    """
    import tensorflow as tf  # here, because this is the first cell that needs it

    accelerators = tf.config.list_physical_devices("GPU")
    if accelerators:
        details = tf.config.experimental.get_device_details(accelerators[0])
        return f"{len(accelerators)} × {details.get('device_name', 'GPU')}"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    counted = "1 processor core" if cores == 1 else "{number} processor cores"
    found = translate(counted, number=cores)
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")  # somebody wants it this way
    if _NVIDIA_DEVICE.exists() and not hidden:
        return translate(
            "{found}; TensorFlow does not find this computer's NVIDIA GPU. To use it, install the "
            'extra gpu: pip install ".[gpu]" in the course\'s folder, then restart the kernel',
            found=found,
        )
    return translate("{found}, no GPU (none is needed)", found=found)


def _plan_in_words(trainings: Mapping[str, profiles.Training]) -> list[str]:
    """Return a line for each training, or one for all of them where they are very many."""
    if len(trainings) > _MOST_LINES:
        pictures = sorted(training.pictures for training in trainings.values())
        epochs = sorted(training.epochs for training in trainings.values())
        return [
            translate(
                "{number} trainings, the smallest on {fewest:,} pictures, the largest on {most:,}; "
                "at most {epochs}",
                number=len(trainings),
                fewest=pictures[0],
                most=pictures[-1],
                epochs=_in_epochs(epochs[-1]),
            )
        ]
    return [
        translate(
            "{label}: {pictures:,} pictures × {epochs}",
            label=label,
            pictures=training.pictures,
            epochs=_in_epochs(training.epochs),
        )
        for label, training in trainings.items()
    ]


def _in_epochs(number: int) -> str:
    return translate("1 epoch" if number == 1 else "{number} epochs", number=number)


def _describe(data: str) -> str:
    if data == "sample":
        return translate("pictures drawn by the course itself; no download.")
    if data == "download":
        return translate(
            "the real pictures, fetched from their publishers; needs the network once."
        )
    return translate("a folder of your own.")


def _plain_number(value: object) -> object:
    """Turn a NumPy or TensorFlow number or array into what JSON can hold."""
    for method in ("tolist", "numpy"):
        if hasattr(value, method):
            return getattr(value, method)()
    raise TypeError(f"{value!r} cannot be written as JSON; use numbers, texts or lists")
