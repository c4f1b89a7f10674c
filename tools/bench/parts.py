"""The parts beside training: input pipelines, drawing, imports, and the course in profile ci."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from course_utils import timing
from tools.bench import recipes

_ROOT = Path(__file__).resolve().parents[2]


def pipelines(pictures: Path, size: int, batch_size: int, rounds: int) -> dict[str, float]:
    """Return pictures per second of three ways to read the same folder, from the second epoch on.

    The rounds alternate; each way's median counts.
    """
    import keras
    import tensorflow as tf

    folder = pictures / "train"
    plain = keras.utils.image_dataset_from_directory(
        folder, image_size=(size, size), batch_size=batch_size, verbose=False
    )
    generator = tf.keras.preprocessing.image.ImageDataGenerator(rescale=1 / 255)
    legacy = generator.flow_from_directory(
        folder, target_size=(size, size), batch_size=batch_size, class_mode="binary"
    )
    course = recipes.course_datasets(pictures, size, batch_size, seed=0)[0]

    def legacy_epoch():
        for place in range(len(legacy)):
            legacy[place]

    ways: dict[str, Callable] = {
        "ImageDataGenerator": legacy_epoch,
        "image_dataset_from_directory": lambda: sum(1 for _ in plain),
        "course": lambda: sum(1 for _ in course),
    }
    times = timing.alternate(ways, repeats=rounds, warm_up=1)
    return {name: legacy.samples / timed.median for name, timed in times.items()}


def drawing(num_pictures: int = 1000) -> float:
    """Return pictures per second when pets are drawn into an empty cache."""
    with tempfile.TemporaryDirectory() as folder:
        program = (
            "from course_utils import data\n"
            "if __name__ == '__main__':\n"
            f"    data.load('dogs-vs-cats', 'sample', per_class={num_pictures // 2})\n"
        )
        script = Path(folder) / "draw.py"
        script.write_text(program, encoding="utf-8")
        begin = time.perf_counter()
        _run([str(script)], {"COURSE_CACHE": folder})
        return num_pictures / (time.perf_counter() - begin)


def imports(rounds: int = 3) -> dict[str, float]:
    """Return the seconds that a fresh Python needs for an import, interpreter included."""
    found = {}
    for module in ("course_utils", "keras", "course_utils.models"):
        durations = []
        for _ in range(rounds):
            begin = time.perf_counter()
            _run(["-c", f"import {module}"])
            durations.append(time.perf_counter() - begin)
        found[module] = statistics.median(durations)
    return found


def notebooks_in_ci() -> float:
    """Return the seconds that all notebooks take in profile ci."""
    with tempfile.TemporaryDirectory() as build:
        begin = time.perf_counter()
        _run(
            ["-m", "tools.run_course", "--build", build],
            {"PROFILE": "ci", "DATA": "sample", "CHAPTERS": ""},
        )
        return time.perf_counter() - begin


def _run(arguments: list[str], variables: dict[str, str] | None = None) -> None:
    """Run this Python with these arguments; an error ends the bench."""
    environment = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONPATH": str(_ROOT),
        **(variables or {}),
    }
    subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        check=True,
        cwd=_ROOT,
        stdout=subprocess.DEVNULL,
    )
