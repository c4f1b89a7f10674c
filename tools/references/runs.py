"""Run chapters with other luck and keep their results: ``python -m tools.references.runs``.

The headline results have ranges over five seeds. For all other comparisons inside the chapters two
runs show how far they depend on luck.
"""

import argparse
import json
import re
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from tqdm.auto import tqdm

from course_utils.references import runs
from tools import atomic_files, machine, notebook_run
from tools import notebook_files as files
from tools.references import chapter_code

#: The chapters that compare what they train.
CHAPTERS = ("03_pooling", "05_augmentation", "06_residual_blocks", "07_transfer_learning")
CHAPTERS += ("08_what_convnets_see",)
_NUM_RUNS = 2
_SEED = re.compile(r"(?<=set_random_seed\()\d+(?=\))")


def main(arguments: list[str] | None = None) -> int:
    """Record the chapters that are missing or stale, or only say which; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.references.runs", description=__doc__)
    parser.add_argument("chapters", nargs="*", default=CHAPTERS, help="names of notebooks")
    parser.add_argument("--check", action="store_true", help="run nothing; exit 1 if one is stale")
    chosen = parser.parse_args(arguments)
    if unknown := sorted(set(chosen.chapters) - set(CHAPTERS)):
        parser.error(f"unknown chapters {', '.join(unknown)}; there are {', '.join(CHAPTERS)}")
    stale = [name for name in chosen.chapters if is_stale(name)]
    if chosen.check:
        for name in stale:
            print(f"{name}: run python -m tools.references.runs {name}", file=sys.stderr)
        return int(bool(stale))
    for name in tqdm(stale):
        record(name)
    return 0


def record(name: str, folder: Path = runs.FOLDER) -> None:
    """Run a chapter with each of the other seeds and write down what it gave."""
    notebook = files.read(notebook_of(name))
    begin = time.monotonic()
    results = [_run(with_other_luck(notebook, shift)) for shift in range(1, _NUM_RUNS + 1)]
    minutes = (time.monotonic() - begin) / 60 / _NUM_RUNS
    versions = ", ".join(f"{package} {text}" for package, text in results[0]["versions"].items())
    content = {
        "fingerprint": fingerprint(name, notebook),
        "facts": {
            "hardware": machine.processor(),
            "minutes": f"{minutes:.1f} minutes for the whole chapter",
            "versions": versions,
        },
        "runs": [result["values"] for result in results],
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    atomic_files.write(folder / f"{name}.json", text)


def with_other_luck(notebook: nbformat.NotebookNode, shift: int) -> nbformat.NotebookNode:
    """Return a copy in which every random seed is another one.

    Raises:
        ValueError: If the notebook sets no seed, so that nothing would be other luck.
    """
    seeded = {
        cell.id: _SEED.sub(lambda found: str(int(found[0]) + 100 * shift), cell.source)
        for cell in notebook.cells
        if cell.cell_type == "code" and _SEED.search(cell.source)
    }
    if not seeded:
        raise ValueError("the notebook never calls keras.utils.set_random_seed")
    return notebook_run.replace_cells(notebook, seeded)


def fingerprint(name: str, notebook: nbformat.NotebookNode) -> str:
    """Return a hash of all that a chapter computes."""
    cells = [cell for _, cell in files.code_cells(notebook)]
    return chapter_code.fingerprint(name.split("_")[0], cells, runs.PROFILE)


def is_stale(name: str, folder: Path = runs.FOLDER) -> bool:
    """Say whether a chapter was not recorded, or computes otherwise since."""
    file = folder / f"{name}.json"
    if not file.exists():
        return True
    recorded = json.loads(file.read_text(encoding="utf-8"))
    return recorded["fingerprint"] != fingerprint(name, files.read(notebook_of(name)))


def _run(notebook: nbformat.NotebookNode) -> dict:
    """Run a chapter as students do and return its results."""
    environment = {"COURSE_PROFILE": runs.PROFILE, "COURSE_DATA": runs.DATA}
    with tempfile.TemporaryDirectory() as folder:
        environment |= {"COURSE_RESULTS": folder}
        notebook_run.execute(notebook, files.ROOT / "notebooks", environment)
        (results,) = Path(folder).glob("*.json")
        return json.loads(results.read_text(encoding="utf-8"))


def notebook_of(name: str) -> Path:
    """Return the path of a chapter's notebook."""
    return files.ROOT / "notebooks" / f"{name}.ipynb"


if __name__ == "__main__":
    sys.exit(main())
