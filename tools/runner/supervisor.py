"""Starts one worker process per chapter, follows them, and leaves none behind."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil

from course_utils import profiles
from tools import atomic_files, watched_kernel
from tools.runner import failure
from tools.runner.failure import Failure
from tools.runner.options import REPOSITORY, Options, as_typed
from tools.runner.outcome import KERNEL_NAME, Files, Outcome
from tools.runner.progress import Progress

_TICK_SECONDS = 0.5
_SECONDS_TO_STOP = 8


def run(options: Options) -> list[Outcome]:
    """Execute every chapter of ``options`` and return what came out, in the chapters' order.

    On an exception, Ctrl-C included, the running workers and their kernels are stopped first.
    """
    _write_kernel_spec(options)
    waiting = list(options.chapters)
    running: dict[str, _Worker] = {}
    outcomes: dict[str, Outcome] = {}
    events: queue.Queue = queue.Queue()
    progress = Progress(options)
    try:
        while waiting or running:
            while waiting and len(running) < options.jobs:
                worker = _Worker(waiting.pop(0), options, events)
                running[worker.stem] = worker
            try:
                stem, event, value = events.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                progress.tick()
                continue
            if event == "outcome":
                outcomes[stem] = Outcome.from_json(value)
            elif event == "exit":
                running.pop(stem)
                if stem not in outcomes:
                    outcomes[stem] = _crashed(stem, value, options)
                progress.end_chapter(stem, passed=not outcomes[stem].failures)
            else:
                progress.cell(stem, event, value)
    finally:
        _stop(list(running.values()))
        progress.close()
    return [outcomes[source.stem] for source in options.chapters]


class _Worker:
    """One chapter's process; its events arrive in a queue as (stem, event, value)."""

    def __init__(self, source: Path, options: Options, events: queue.Queue):
        self.stem = source.stem
        files = Files.of(source, options.build)
        files.prepare()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.runner.worker"],
            cwd=REPOSITORY,
            env=_environment(options, files),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then stops us
        )
        job = {"source": str(source), "options": options.as_json()}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        self._events = events
        threading.Thread(target=self._pass_on_events, daemon=True).start()

    def _pass_on_events(self) -> None:
        for line in self.process.stdout:
            message = json.loads(line)
            self._events.put((self.stem, message["event"], message["value"]))
        self._events.put((self.stem, "exit", self.process.wait()))


def _stop(workers: list[_Worker]) -> None:
    """End workers and whatever they started, politely at first."""
    families = [_family(worker.process.pid) for worker in workers]
    for worker in workers:
        worker.process.terminate()  # it stops its kernel itself
    processes = [process for family in families for process in family]
    _, alive = psutil.wait_procs(processes, timeout=_SECONDS_TO_STOP)
    _kill(alive)


def _stop_orphaned_kernel(record: Path) -> None:
    """End the kernel of a worker that could not do so any more."""
    with contextlib.suppress(FileNotFoundError, psutil.NoSuchProcess):
        family = _family(json.loads(record.read_text(encoding="utf-8"))["pid"])
        if family and watched_kernel.LAUNCH in family[0].cmdline():  # not another of that number
            _kill(family)


def _family(process_id: int) -> list[psutil.Process]:
    try:
        itself = psutil.Process(process_id)
        return [itself, *itself.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=_SECONDS_TO_STOP)


def _crashed(stem: str, exit_code: int, options: Options) -> Outcome:
    """Describe a worker that ended without an outcome, and clean up after it."""
    _stop_orphaned_kernel(options.build / "work" / f"{stem}.record.json")
    log = options.build / "work" / f"{stem}.log"
    if exit_code < 0:
        message = f"the process that ran the chapter was ended by {signal.Signals(-exit_code).name}"
        remedy = failure.MORE_MEMORY
    else:
        message = f"the runner itself failed (exit code {exit_code})"
        remedy = "read the traceback above"
        if log.exists():  # else it failed before it wrote there, and what it said is above
            said = log.read_text(errors="replace", encoding="utf-8").strip().splitlines()
            message += f": {failure.shorten((said or ['nothing'])[-1])}"
            remedy = f"read the traceback in {as_typed(log)}"
    return Outcome(chapter=stem, failures=[Failure("WorkerDied", message, remedy)])


def _write_kernel_spec(options: Options) -> None:
    folder = options.build / "jupyter" / "kernels" / KERNEL_NAME
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(watched_kernel.kernel_spec(options.python), indent=1)
    atomic_files.write(folder / "kernel.json", text)


def _environment(options: Options, files: Files) -> dict[str, str]:
    """Return the environment of a worker, which its kernel inherits."""
    before = os.environ
    jupyter_path = [str(options.build / "jupyter"), before.get("JUPYTER_PATH", "")]
    added = {
        "COURSE_PROFILE": options.profile,
        "COURSE_DATA": options.data,
        "COURSE_RESULTS": str(files.results.parent),
        "COURSE_PROGRESS": str(files.progress),
        "TF_NUM_INTRAOP_THREADS": str(options.threads),
        "TF_NUM_INTEROP_THREADS": str(options.threads),
        "OMP_NUM_THREADS": str(options.threads),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        # Two kernels share a GPU; by default the first would take all of its memory.
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "JUPYTER_PATH": os.pathsep.join(filter(None, jupyter_path)),
        watched_kernel.SETTINGS_VARIABLE: json.dumps(
            {
                "record": str(files.record),
                "restore": {"JUPYTER_PATH": before.get("JUPYTER_PATH")},
            }
        ),
    }
    environment = {**before, **added}
    environment.pop("COURSE_CHECKS", None)
    if not profiles.get(options.profile).meaningful:
        environment["COURSE_CHECKS"] = "strict"  # only here must a wrong answer stop the run
    return environment
