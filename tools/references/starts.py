"""Record the first halves of the chapters: ``python -m tools.references.starts``.

Each chapter runs in profile demo on drawn pictures, in a kernel of its own, up to its cell tagged
``start-here``. Then what that cell asks for is taken from the chapter's variables and written down.
"""

import argparse
import io
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from nbformat import NotebookNode, v4
from tqdm.auto import tqdm

from course_utils import runtime
from course_utils.references import starts
from course_utils.training import History
from tools import atomic_files, machine, notebook_run, start_cells
from tools import notebook_files as files
from tools.references import chapter_code

PROFILE, DATA = "demo", "sample"
#: Sixteen bits for each weight must not cost more of the test pictures than this.
_MOST_LOST = 0.005
#: Seconds that nets were trained for, in the kernel that runs a chapter.
_seconds = 0.0


def main(arguments: list[str] | None = None) -> int:
    """Record the chapters that are missing or stale, or only say which; return the exit code."""
    known = chapters()
    parser = argparse.ArgumentParser(prog="python -m tools.references.starts", description=__doc__)
    parser.add_argument("chapters", nargs="*", default=list(known), help="such as 04")
    parser.add_argument("--check", action="store_true", help="run nothing; exit 1 if one is stale")
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.chapters) - set(known)):
        parser.error(f"unknown chapters {', '.join(unknown)}; there are {', '.join(known)}")
    stale = [number for number in chosen.chapters if is_stale(known[number])]
    if chosen.check:
        for number in stale:
            print(f"{number}: run python -m tools.references.starts {number}", file=sys.stderr)
        return int(bool(stale))
    for number in tqdm(stale):
        record(known[number])
    return 0


def chapters() -> dict[str, Path]:
    """Return the chapters that have a start-here cell, by number."""
    paths = sorted((files.ROOT / "notebooks").glob("*.ipynb"))
    return {
        number_of(path): path
        for path in paths
        if any(start_cells.TAG in files.tags(cell) for cell in files.read(path).cells)
    }


def number_of(path: Path) -> str:
    """Return a chapter's number, such as ``"04"``."""
    return path.name.split("_")[0]


def fingerprint(path: Path, notebook: NotebookNode) -> str:
    """Return a hash of all that computes above the start-here cell, with its plans and pictures.

    Text, comments and statements that only print or draw may change without a new recording.
    """
    found = start_cells.parts(notebook)
    return chapter_code.fingerprint(number_of(path), (*found.top, *found.skipped), PROFILE)


def is_stale(path: Path, folder: Path = starts.FOLDER) -> bool:
    """Say whether a chapter was not recorded, computes otherwise since, or asks for other names."""
    file = folder / f"{number_of(path)}.json"
    if not file.exists():
        return True
    content = json.loads(file.read_text(encoding="utf-8"))
    notebook = files.read(path)
    asked = start_cells.request(start_cells.parts(notebook).start.source)
    values = {*content["values"], *content["histories"], *content["arrays"]}
    return (
        content["fingerprint"] != fingerprint(path, notebook)
        or values != asked.values
        or set(content["nets"]) != asked.nets
    )


def record(path: Path, folder: Path = starts.FOLDER) -> None:
    """Run a chapter up to its start-here cell and write down what that cell asks for.

    Raises:
        ValueError: If a cell raises an error; nothing is written then.
    """
    notebook = files.read(path)
    found = start_cells.parts(notebook)
    first, *others = [*found.top, *found.skipped]
    recorder = "from tools.references import starts as recorder"
    said = fingerprint(path, notebook)
    arguments = f"{number_of(path)!r}, globals(), {found.start.source!r}, {said!r}, {str(folder)!r}"
    cells = [
        first,
        v4.new_code_cell(f"{recorder}\nrecorder.time_trainings()"),
        *others,
        v4.new_code_cell(f"recorder.save({arguments})"),
    ]
    environment = {"COURSE_PROFILE": PROFILE, "COURSE_DATA": DATA, "PYTHONPATH": str(files.ROOT)}
    above = v4.new_notebook(cells=cells, metadata=notebook.metadata)
    notebook_run.execute(above, path.parent, environment)


def time_trainings() -> None:
    """Count from now on how long ``fit`` takes."""
    import keras

    fit = keras.Model.fit

    def timed(*arguments, **options):
        global _seconds
        begin = time.monotonic()
        try:
            return fit(*arguments, **options)
        finally:
            _seconds += time.monotonic() - begin

    keras.Model.fit = timed


def save(
    number: str, variables: Mapping[str, Any], source: str, said: str, folder: str | Path
) -> None:
    """Write what a start-here cell asks for; called in the kernel that ran the cells above it.

    Args:
        number: The chapter's number.
        variables: The chapter's variables.
        source: The start-here cell.
        said: The chapter's fingerprint.
        folder: Where to write.

    Raises:
        KeyError: If the chapter has no variable of a name that the cell asks for.
        TypeError: If a value is nothing that can be recorded.
        ValueError: If a net with rounded weights is right less often than before.
    """
    asked = start_cells.request(source)
    values, histories, arrays, nets = {}, {}, {}, {}
    for name in sorted(asked.values):
        value = _variable(variables, name)
        if isinstance(value, History):
            history = asdict(value)
            del history["recorded"]
            histories[name] = history
        elif isinstance(value, np.ndarray):
            arrays[name] = value.astype("float32") if value.dtype.kind == "f" else value
        else:
            values[name] = json.loads(json.dumps(value, default=_plain))
    names_of_arrays = list(arrays)
    for name in sorted(asked.nets):
        rounded = [weight.astype("float16") for weight in _variable(variables, name).get_weights()]
        arrays |= {f"{name}/{place}": weight for place, weight in enumerate(rounded)}
        nets[name] = {
            "num_weights": len(rounded),
            "test_accuracy": _accuracy_with(variables, name, rounded),
        }
    archive = _archive(arrays) if arrays else b""
    content = {
        "chapter": number,
        "fingerprint": said,
        "facts": {
            "profile": PROFILE,
            "data": DATA,
            "hardware": machine.processor(),
            "minutes": max(0.1, round(_seconds / 60, 1)),
            "versions": runtime.versions(),
        },
        "values": values,
        "histories": histories,
        "arrays": names_of_arrays,
        "nets": nets,
    }
    content["sha256"] = starts.digest(content, archive)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if archive:
        atomic_files.write(folder / f"{number}.npz", archive)
    else:
        (folder / f"{number}.npz").unlink(missing_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    atomic_files.write(folder / f"{number}.json", text)


def _variable(variables: Mapping[str, Any], name: str) -> Any:
    """Return a chapter's variable; ``nets.max`` stands for ``nets["max"]``."""
    name, *keys = name.split(".")
    value = variables[name]
    for key in keys:
        value = value[key]
    return value


def _accuracy_with(variables: Mapping[str, Any], name: str, rounded: list[np.ndarray]) -> float:
    """Return a net's accuracy on the chapter's test pictures with the weights that are written.

    Raises:
        ValueError: If it differs from that of the net as it was trained.
    """
    net = _variable(variables, name)
    exact = net.get_weights()
    accuracies = []
    for weights in (exact, [weight.astype("float32") for weight in rounded]):
        net.set_weights(weights)
        accuracies.append(net.evaluate(variables["x_test"], variables["y_test"], verbose=0)[1])
    net.set_weights(exact)
    trained, written = accuracies
    if abs(trained - written) > _MOST_LOST:
        raise ValueError(
            f"{name} is right for {trained:.1%} of the test pictures, with 16 bits a weight for "
            f"{written:.1%}; it cannot be recorded that way"
        )
    return round(float(written), 4)


def _archive(arrays: Mapping[str, np.ndarray]) -> bytes:
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def _plain(value: Any) -> Any:
    """Turn NumPy's numbers into Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} is neither a number, text, list, array nor a history")


if __name__ == "__main__":
    sys.exit(main())
