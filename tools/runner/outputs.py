"""Errors that leave a trace in the executed notebook or the kernel's record, and nowhere else.

papermill sees only exceptions that end a cell. A widget's body that raises, a shell command that
fails and a ``sys.exit()`` all let it report success.
"""

import re
from collections.abc import Iterator

from nbformat import NotebookNode

from tools.runner import failure
from tools.runner.cells import Place, place_of, place_of_execution
from tools.runner.failure import Failure

_TRACEBACK = "Traceback (most recent call last)"
_WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
_TENSORFLOW_LOG = re.compile(
    r"^(?:WARNING: All log messages before absl::InitializeLog\(\)"
    r"|[IWE]\d{4} [\d:.]+ +\d+ \S+\.cc:).*\n?",
    re.MULTILINE,
)
_SWALLOWED = (
    "the cell went on although its body failed (a widget or callback swallowed the exception): "
    "call the body once outside of the widget and correct it"
)


def check(record: dict, notebook: NotebookNode) -> list[Failure]:
    """Return every error that did not end its cell, each once."""
    found = [
        *(_swallowed(error, notebook) for error in record["swallowed"]),
        *(_failed_command(command, notebook) for command in record["failed_commands"]),
        *_in_outputs(notebook),
        *_in_widgets(notebook),
    ]
    unique: dict[tuple[str, str], Failure] = {}
    for one in found:  # the record, which knows the cell, comes first
        unique.setdefault((one.error, one.message), one)
    return list(unique.values())


def cell_with_error(notebook: NotebookNode) -> NotebookNode | None:
    """Return the first cell that shows an exception, or None."""
    for cell in notebook.cells:
        if any(output["output_type"] == "error" for output in cell.get("outputs", [])):
            return cell
    return None


def drop_tensorflow_log(notebook: NotebookNode) -> None:
    """Remove the lines that TensorFlow's C++ code logs from all outputs.

    They say which processor instructions are used and that no GPU was found; TensorFlow 2.21
    writes them whatever TF_CPP_MIN_LOG_LEVEL says. The chapter's log in the build folder has them.
    """
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                output["text"] = _TENSORFLOW_LOG.sub("", output["text"])
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("text") != ""]


def _swallowed(error: dict, notebook: NotebookNode) -> Failure:
    place = place_of_execution(notebook, error["cell"])
    return _hidden(error["error"], error["message"], place)


def _failed_command(command: dict, notebook: NotebookNode) -> Failure:
    return Failure(
        "CommandFailed",
        f"`{failure.shorten(command['command'])}` ended with exit code {command['exit_code']}",
        "run the command by hand and read its output; a command that may fail ends with `|| true`",
        str(place_of_execution(notebook, command["cell"]) or ""),
    )


def _in_outputs(notebook: NotebookNode) -> Iterator[Failure]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            yield from _in_output(output, place_of(notebook, cell))


def _in_widgets(notebook: NotebookNode) -> Iterator[Failure]:
    widgets = notebook.metadata.get("widgets", {}).get(_WIDGET_STATE, {}).get("state", {})
    for widget in widgets.values():
        for output in widget.get("state", {}).get("outputs", ()):
            yield from _in_output(output, None)


def _in_output(output: dict, place: Place | None) -> Iterator[Failure]:
    if output["output_type"] == "error":
        if output["ename"] == "SystemExit":
            yield Failure(
                "SystemExit",
                "the cell ended the program, and the cells below it did not run",
                "remove sys.exit() or exit() from the notebook",
                str(place or ""),
            )
        else:
            yield _hidden(output["ename"], output["evalue"], place)
    elif output.get("name") == "stderr" and _TRACEBACK in output["text"]:
        last_line = output["text"].split(_TRACEBACK)[-1].strip().splitlines()[-1]
        name, _, message = last_line.partition(":")
        yield _hidden(name.strip(), message, place)


def _hidden(name: str, message: str, place: Place | None) -> Failure:
    return Failure(name, failure.shorten(message), _SWALLOWED, str(place or ""))
