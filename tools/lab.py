"""Open JupyterLab on the course: ``python -m tools.lab``, or ``make lab``.

The chapters are opened as copies in ``my_notebooks``, which git ignores: what is tried out there
stands in nobody's way, and the next ``git pull`` has nothing to stumble over. A copy that was
changed is never overwritten. Profile and data come from the variables PROFILE and DATA; all
arguments go to JupyterLab.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

from tools import atomic_files, notebook_files
from tools.runner.options import REPOSITORY, OptionError, Options


def main(arguments: list[str] | None = None) -> int:
    """Become JupyterLab; return 2, after one line, where PROFILE or DATA is wrong."""
    profile, data = (os.environ.get(name) for name in ("PROFILE", "DATA"))
    try:
        options = Options.choose(profile=profile or "demo", data=data or "sample")
    except OptionError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    # The folder is absolute by now; each notebook runs in its own folder.
    chosen = {"COURSE_PROFILE": options.profile, "COURSE_DATA": options.data}
    copies = REPOSITORY / "my_notebooks"
    kept = copy_chapters(REPOSITORY / "notebooks", copies)
    kept += [f"ko/{name}" for name in copy_chapters(REPOSITORY / "notebooks/ko", copies / "ko")]
    for name in kept:
        print(f"lab: {copies.name}/{name} was changed and is kept; delete it for the new version")
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={copies}"]
    passed_on = sys.argv[1:] if arguments is None else arguments
    os.execve(sys.executable, [*command, *passed_on], os.environ | chosen)


def copy_chapters(chapters: Path, copies: Path) -> list[str]:
    """Copy the chapters, without solutions and outputs, for a student or a class to work in.

    The outputs that git keeps would give away what a reader is asked to predict. A copy that is
    still as it was made follows its chapter; one in which somebody typed is left alone.

    Returns:
        The names of the changed copies whose chapter has a newer version by now.
    """
    copies.mkdir(exist_ok=True)
    record = copies / ".copied.json"  # the hash of each chapter when it was copied
    try:
        made = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        made = {}  # lost or damaged: only copies that equal their chapter are then replaced
    kept = []
    for chapter in sorted(chapters.glob("*.ipynb")):
        copy, new = copies / chapter.name, _digest(chapter)
        if copy.exists() and _digest(copy) not in (made.get(chapter.name), new):
            if made.get(chapter.name) != new:
                kept.append(chapter.name)
            continue
        notebook = notebook_files.read(chapter)
        for _, cell in notebook_files.code_cells(notebook):
            cell.outputs, cell.execution_count = [], None
        atomic_files.write(copy, notebook_files.render(notebook))
        made[chapter.name] = new
    atomic_files.write(record, json.dumps(made, indent=1) + "\n")
    return kept


def _digest(path: Path) -> str:
    """Return the hash of what a notebook's cells say.

    JupyterLab rewrites metadata as soon as it opens a file; that is nobody's change.
    """
    try:
        cells = [cell.source for cell in notebook_files.read(path).cells]
    except ValueError:  # no notebook any more: whatever it is, somebody made it
        cells = [path.read_bytes().hex()]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
