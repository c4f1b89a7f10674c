"""Executes one chapter and judges it; runs inside a worker process of its own."""

import contextlib
import json
import logging
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from course_utils import profiles
from tools import atomic_files
from tools.runner import failure, honesty, outputs, page, parameters, results
from tools.runner.cells import Place, executed_cells, place_of, read
from tools.runner.failure import Failure
from tools.runner.memory import MemoryWatch
from tools.runner.options import DATA_WORDS, Options, chapter_number
from tools.runner.outcome import KERNEL_NAME, Files, Outcome

_START_TIMEOUT = 120


def run_chapter(source: Path, options: Options, report_cell: Callable[[str, str], None]) -> Outcome:
    """Execute one notebook and return what came out of it.

    Args:
        source: The notebook.
        options: How the course is run.
        report_cell: Called with ``"started"`` or ``"finished"`` and the id of a code cell.
    """
    files = Files.of(source, options.build)
    outcome = Outcome(chapter=source.stem)
    with _collected_warnings(outcome.warnings):
        problem = _prepare(files)
        if problem is not None:
            outcome.failures.append(problem)
            return outcome
        with MemoryWatch(files.record, options.memory_limit) as memory:
            outcome.failures += _execute(files, options, outcome, report_cell)
        outcome.peak_memory_mb = memory.peak_mb or None
        executed = read(files.work)
        _judge(files, options, outcome, executed)
        _publish(files, outcome, executed)
    return outcome


def _prepare(files: Files) -> Failure | None:
    """Write the notebook that papermill will read, or return why it must not be executed."""
    try:
        notebook = read(files.source)
    except ValueError as error:
        message, _, remedy = str(error).partition("; ")
        return Failure("NotebookUnreadable", failure.shorten(message), remedy)
    atomic_files.write(files.prepared, nbformat.writes(notebook))
    return parameters.check(notebook)


def _execute(
    files: Files, options: Options, outcome: Outcome, report_cell: Callable[[str, str], None]
) -> list[Failure]:
    """Run the notebook in the watched kernel; return the failure that ended it, if any."""
    ids = {cell.id for cell in executed_cells(read(files.prepared))}
    started: dict[str, float] = {}

    def begin(cell, cell_index):
        if cell.id in ids:
            started[cell.id] = time.perf_counter()
            report_cell("started", cell.id)

    def end(cell, cell_index, execute_reply):
        if cell.id in ids:
            outcome.cell_seconds[cell.id] = round(time.perf_counter() - started[cell.id], 2)
            report_cell("finished", cell.id)

    def running_place() -> Place | None:
        notebook = read(files.work)
        last = list(started)[-1] if started else None
        return next((place_of(notebook, cell) for cell in notebook.cells if cell.id == last), None)

    begun = time.perf_counter()
    try:
        papermill.execute_notebook(
            files.prepared,
            files.work,
            parameters={"PROFILE": options.profile, "DATA": options.data},
            kernel_name=KERNEL_NAME,
            language="python",
            progress_bar=False,
            cwd=files.source.parent,
            start_timeout=_START_TIMEOUT,
            execution_timeout=options.cell_timeout,
            on_cell_execute=begin,
            on_cell_executed=end,
        )
    except PapermillExecutionError as error:
        executed = read(files.work)
        if outputs.cell_with_error(executed).id != list(started)[-1]:
            return []  # the chapter went on after it; `outputs.check` says what that means
        return [failure.of_exception(error.ename, error.evalue, running_place())]
    except CellTimeoutError:
        return [
            Failure(
                "CellTimeout",
                f"the cell did not end within {options.cell_timeout:,} s",
                "make the cell shorter, or allow more with --cell-timeout SECONDS (0 = no limit)",
                str(running_place() or ""),
            )
        ]
    except DeadKernelError:
        return [
            Failure(
                "KernelDied",
                "the notebook's kernel was killed or crashed while this cell ran",
                failure.MORE_MEMORY,
                str(running_place() or ""),
            )
        ]
    finally:
        outcome.seconds = round(time.perf_counter() - begun, 1)
        outcome.cells = len(outcome.cell_seconds)
    return []


def _judge(files: Files, options: Options, outcome: Outcome, executed) -> None:
    """Read what the kernel and the chapter left, and add what is wrong with it."""
    try:
        record = json.loads(files.record.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = "the watched kernel left no record of what it ran"
        remedy = f"read {files.log.name} in the build folder's work/"
        outcome.failures.append(Failure("RecordMissing", message, remedy))
        return
    # The kernel knows of its own short peaks, which the watch may miss.
    known_to_kernel = round(record["peak_memory_bytes"] / 1e6)
    outcome.peak_memory_mb = max(outcome.peak_memory_mb or 0, known_to_kernel)
    if options.memory_limit and outcome.peak_memory_mb > options.memory_limit:
        # If the kernel was killed for it, this is the reason, and the cell is known.
        place = outcome.failures[0].place if outcome.failures else ""
        outcome.failures = [failure.of_memory(outcome.peak_memory_mb, options.memory_limit, place)]
    outcome.pictures_trained = honesty.work(record)
    outcome.fits, outcome.outside_fit = record["fits"], record["outside_fit"]
    if outcome.failures:
        return  # the chapter ended early; what it did not reach would only drown the reason
    planned = profiles.get(options.profile).of_chapter(chapter_number(outcome.chapter))
    outcome.failures += outputs.check(record, executed)
    own_pictures = options.data not in DATA_WORDS
    outcome.failures += honesty.check(record, planned, executed, own_pictures)
    found, problems = results.read(files.results, options.profile, options.data)
    outcome.headline = found.get("headline", "")
    outcome.failures += problems


def _publish(files: Files, outcome: Outcome, executed) -> None:
    """Write the executed copy and its page."""
    outputs.drop_tensorflow_log(executed)
    executed.metadata.pop("papermill", None)  # paths and times of this machine
    for cell in executed.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
    atomic_files.write(files.notebook, nbformat.writes(executed) + "\n")
    text = page.render(executed, files.source.stem, str(files.source.parent))
    atomic_files.write(files.page, text)
    outcome.copies = [f"notebooks/{path.name}" for path in (files.notebook, files.page)]
    requests = page.outside_requests(text)
    if requests:
        outcome.failures.append(
            Failure(
                "PageAsksOtherHosts",
                f"showing the page would load {', '.join(requests[:3])}",
                "put the picture or script into the repository, or link to it",
            )
        )


@contextlib.contextmanager
def _collected_warnings(into: list[str]) -> Iterator[None]:
    """Collect warnings and log messages of papermill, nbclient and nbconvert as text."""
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: into.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    try:
        with warnings.catch_warnings(record=True) as caught:
            yield
        into += [str(warning.message) for warning in caught]
    finally:
        logging.getLogger().removeHandler(handler)
