"""The IPython kernel in which the runner executes a chapter, with a witness in it.

The witness notes what papermill and nbval cannot see: the training that really happened (see
``watch_keras``), tracebacks that a widget or a callback swallowed, shell commands that failed, and
the peak of memory. It rewrites its record after every cell; the notebook notices nothing.
"""

import json
import os
import sys
from pathlib import Path

from tools import atomic_files
from tools.watch_keras import TrainingWatch

SETTINGS_VARIABLE = "COURSE_WATCH"
# How to start this module without the import path or PYTHONPATH of the notebook being another one
# afterwards: an editable install puts the repository there too, so that "remove it again" would
# need to know who had put it.
LAUNCH = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from tools import watched_kernel; "
    "del sys.path[0]; watched_kernel.main()"
)


def peak_memory_bytes() -> int:
    """Return the most memory that this process ever held."""
    try:
        import resource
    except ImportError:  # on Windows
        import psutil

        return psutil.Process().memory_info().peak_wset
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # bytes on macOS, else KiB


class CellWatch:
    """Keeps the record of one kernel.

    Args:
        shell: The kernel's interactive shell.
        path: Where the record is written.
    """

    def __init__(self, shell, path: Path):
        self._shell = shell
        self._path = path
        self._tracebacks: list[dict] = []  # of the running cell
        self._commands: list[dict] = []
        self._swallowed: list[dict] = []  # of all cells
        self._failed_commands: list[dict] = []
        self._training = TrainingWatch()
        self._training.install()
        self._watch_tracebacks()
        self._watch_commands()
        shell.events.register("post_run_cell", self._end_cell)
        self._write()

    def _watch_tracebacks(self) -> None:
        show = self._shell._showtraceback  # every displayed traceback passes here

        def noted(etype, evalue, stb):
            self._tracebacks.append({"error": etype.__name__, "message": str(evalue)})
            return show(etype, evalue, stb)

        self._shell._showtraceback = noted

    def _watch_commands(self) -> None:
        system = self._shell.system  # `!command` and `%pip` both end up here

        def noted(command):
            system(command)
            exit_code = self._shell.user_ns.get("_exit_code")
            if exit_code:
                self._commands.append({"command": command, "exit_code": exit_code})

        self._shell.system = noted

    def _end_cell(self, result) -> None:
        # Only here is the cell's number certain: IPython counts on before or after the cell runs,
        # depending on its version.
        cell = {"cell": result.execution_count}
        if result.success:
            # Shown although the cell went on: somebody caught the exception and carried on.
            self._swallowed += [{**cell, **traceback} for traceback in self._tracebacks]
        self._failed_commands += [{**cell, **command} for command in self._commands]
        self._tracebacks, self._commands = [], []
        self._training.end_cell(result.execution_count)
        self._write()

    def _write(self) -> None:
        record = {
            "pid": os.getpid(),
            "peak_memory_bytes": peak_memory_bytes(),
            "swallowed": self._swallowed,
            "failed_commands": self._failed_commands,
            **self._training.record(),
        }
        atomic_files.write(self._path, json.dumps(record))


def kernel_spec(python: str) -> dict:
    """Return the kernelspec (the content of ``kernel.json``) that starts this module.

    Args:
        python: The Python that executes the notebooks; it needs ipykernel, but not the course.
    """
    repository = str(Path(__file__).resolve().parents[1])
    return {
        "argv": [
            python,
            "-c",
            LAUNCH,
            repository,
            "-f",
            "{connection_file}",
            "--HistoryManager.hist_file=:memory:",
        ],
        "display_name": "Python 3, watched by the course's runner",
        "language": "python",
    }


def main() -> None:
    """Start the kernel with the connection file that Jupyter passes on the command line."""
    settings = json.loads(os.environ.pop(SETTINGS_VARIABLE))
    for name, value in settings["restore"].items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    sys.path[:] = [entry for entry in sys.path if entry]  # `python -c` adds ""; IPython has its own
    from ipykernel.kernelapp import IPKernelApp  # the runner imports this module without a kernel

    application = IPKernelApp.instance()
    application.initialize()
    CellWatch(application.shell, Path(settings["record"]))
    application.start()
