"""Chapters under hard conditions: killed, two at once, in unwritable folders, short of memory.

Real chapters run in real kernels under the course's runner. Beside each kind of fault stands a
notebook that does not withstand it, so that the test is known to notice.
"""

import ctypes
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.notebooks

REPOSITORY = Path(__file__).resolve().parents[1]
FIXTURES = Path(__file__).parent / "fixtures"
#: The chapter for kills and crowds: it draws two sets, decodes them, writes a copy, trains.
CHAPTER = "04_small_data"
_PATIENCE = 120


class Room:
    """A copy of some chapters with a build folder of its own; the cache may be another's.

    Args:
        folder: Where all of it lies.
        names: Chapters of the course, or notebooks among the fixtures.
        cache: The cache folder; one inside ``folder`` by default.
    """

    def __init__(self, folder: Path, *names: str, cache: Path | None = None):
        self.notebooks, self.build = folder / "notebooks", folder / "build"
        self.cache = cache or folder / "cache"
        self.notebooks.mkdir(parents=True)
        for name in names:
            fixture = FIXTURES / f"{name}.ipynb"
            place = fixture if fixture.exists() else REPOSITORY / "notebooks" / fixture.name
            shutil.copy(place, self.notebooks)

    def start(self, *arguments: str, prepare: Callable | None = None, **variables: str):
        """Start the runner on all notebooks in profile ci."""
        places = ["--notebooks", str(self.notebooks), "--build", str(self.build)]
        return subprocess.Popen(
            [sys.executable, "-m", "tools.run_course", "--profile", "ci", *places, *arguments],
            cwd=REPOSITORY,
            env={**os.environ, "COURSE_CACHE": str(self.cache), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=prepare,
        )

    def finish(self, process) -> dict[str, list[str]]:
        """Wait for the end; return what went wrong in each chapter, nothing if it passed."""
        printed, _ = process.communicate(timeout=5 * _PATIENCE)
        assert process.returncode in (0, 1), printed
        report = json.loads((self.build / "report.json").read_text(encoding="utf-8"))
        return {
            chapter["chapter"]: [f"{one['error']}: {one['message']}" for one in chapter["failures"]]
            for chapter in report["chapters"]
        }

    def run(self, *arguments: str, **options) -> dict[str, list[str]]:
        """Start the runner and wait for its end, as ``finish``."""
        return self.finish(self.start(*arguments, **options))

    def killed(self, name: str, moment: Callable, delay: float) -> dict[str, list[str]]:
        """Run, and kill the notebook's kernel as soon as something is so, plus a delay."""
        shutil.rmtree(self.build, ignore_errors=True)  # an earlier run would be taken for this one
        process = self.start()
        give_up = time.monotonic() + _PATIENCE
        while not moment(self, name) and time.monotonic() < give_up:
            assert process.poll() is None, "the run ended before the moment came"
            time.sleep(0.005)
        time.sleep(delay)
        record = self.build / "work" / f"{name}.record.json"
        psutil.Process(json.loads(record.read_text(encoding="utf-8"))["pid"]).kill()
        return self.finish(process)

    def reached(self, name: str, identifier: str) -> bool:
        """Whether a cell has been started; papermill rewrites its notebook at each of them."""
        try:
            written = (self.build / "work" / f"{name}.ipynb").read_text(encoding="utf-8")
            cells = json.loads(written)["cells"]
        except (OSError, ValueError):
            return False
        states = [cell["metadata"].get("papermill", {}).get("status") for cell in cells]
        place = [cell["id"] for cell in cells].index(identifier)
        return any(state in ("running", "completed") for state in states[place:])

    def unfinished(self, what: str) -> list[Path]:
        """Return the folders of a drawn set that is being drawn, or was left so."""
        return list(self.cache.glob(f".{what}-*.part"))


# --- killed -------------------------------------------------------------------------------------

#: What a chapter is doing; how that is seen; the longest random delay of the kill, in seconds.
MOMENTS = {
    "drawing pictures": (lambda room, name: room.unfinished("pets"), 0.05),
    "copying and decoding pictures": (lambda room, name: room.reached(name, "materialize"), 0.3),
    "training": (lambda room, name: room.reached(name, "train"), 1.5),
}


def test_a_chapter_that_was_killed_runs_again(tmp_path, fault_report):
    room = Room(tmp_path, CHAPTER)
    luck = random.Random(0)
    for what, (moment, longest) in MOMENTS.items():
        failures = room.killed(CHAPTER, moment, luck.uniform(0, longest))
        assert "KernelDied" in failures[CHAPTER][0], f"{what}: {failures}"
        if what == "drawing pictures":
            assert room.unfinished("pets") and not list(room.cache.glob("pets-*"))
        fault_report.add(f"chapter killed: {what}", 1, "taken up by the next run")
    for _ in range(2):
        assert room.run() == {CHAPTER: []}
    fault_report.add("chapter run twice in a row", 2, "passes")


def test_control_a_chapter_that_trusts_halves_fails_when_it_runs_again(tmp_path):
    name = "90_trusts_halves"
    room = Room(tmp_path, name)
    room.killed(name, lambda room, name: room.reached(name, "prepare"), 1.0)
    assert "half of what was prepared" in room.run()[name][0]


# --- two at once, in a folder that cannot be written to, without a GPU --------------------------


def give_up_root() -> None:
    """Let permissions hold for the process that is starting, also where root starts it.

    The administrator of a Linux computer writes wherever he likes by a capability (number 1,
    CAP_DAC_OVERRIDE) that prctl (operation 24, PR_CAPBSET_DROP) takes from him.
    """
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, 1, 0, 0, 0) != 0:
        os._exit(99)


def protect(folder: Path) -> None:
    """Take the permission to write in a folder from everybody."""
    folder.chmod(0o555)


on_unix = pytest.mark.skipif(
    not hasattr(os, "geteuid"), reason="Windows lets its owner write into a read-only folder"
)


@on_unix
def test_two_at_once_in_a_folder_that_cannot_be_written_to(tmp_path, fault_report):
    cache = tmp_path / "cache"
    rooms = [Room(tmp_path / side, CHAPTER, cache=cache) for side in ("left", "right")]
    for room in rooms:
        protect(room.notebooks)
    running = [room.start(prepare=give_up_root, CUDA_VISIBLE_DEVICES="-1") for room in rooms]
    for room, process in zip(rooms, running, strict=True):
        assert room.finish(process) == {CHAPTER: []}
        assert os.listdir(room.notebooks) == [f"{CHAPTER}.ipynb"]
        executed = (room.build / "notebooks" / f"{CHAPTER}.ipynb").read_text(encoding="utf-8")
        assert "no GPU (none is needed)" in executed
    assert not list(cache.rglob("*.part"))
    fault_report.add("chapter: two at once, cannot write beside it, no GPU", 2, "passes")


@on_unix
def test_control_a_chapter_that_writes_beside_itself_fails(tmp_path):
    name = "90_writes_beside"
    room = Room(tmp_path, name)
    protect(room.notebooks)
    assert "PermissionError" in room.run(prepare=give_up_root)[name][0]


# --- memory -------------------------------------------------------------------------------------

GREEDY = ("90_grows", "90_grows_elsewhere", "90_short_peak")


def test_a_chapter_that_takes_more_memory_than_allowed_is_stopped(tmp_path, fault_report):
    room = Room(tmp_path, *GREEDY)
    failures = room.run("--memory-limit", "300")
    for name in GREEDY:
        assert len(failures[name]) == 1
        assert "TooMuchMemory" in failures[name][0] and "300 MB allowed" in failures[name][0]
        fault_report.add(f"too much memory: {name}", 1, "stopped, named with the cell")
