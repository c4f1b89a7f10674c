"""Open JupyterLab on the course: ``python -m tools.lab``, or ``make lab``.

The chapters are opened as copies in ``my_notebooks``, which git ignores: what is tried out there
stands in nobody's way, and the next ``git pull`` has nothing to stumble over. A copy that was
changed is never overwritten. Profile and data come from the variables PROFILE and DATA; all
arguments go to JupyterLab.
"""

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path

from tools import atomic_files
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
    for name in copy_chapters(REPOSITORY / "notebooks", copies):
        print(f"lab: {copies.name}/{name} was changed and is kept; delete it for the new version")
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={copies}"]
    passed_on = sys.argv[1:] if arguments is None else arguments
    os.execve(sys.executable, [*command, *passed_on], os.environ | chosen)


def copy_chapters(chapters: Path, copies: Path) -> list[str]:
    """Copy the chapters, without solutions, for a student or a class to work in.

    A copy that is still as it was made follows its chapter. One that was changed is left alone.

    Returns:
        The names of the changed copies whose chapter has a newer version by now.
    """
    copies.mkdir(exist_ok=True)
    record = copies / ".copied.json"  # the hash of each chapter when it was copied
    made = json.loads(record.read_text(encoding="utf-8")) if record.exists() else {}
    kept = []
    for chapter in sorted(chapters.glob("*.ipynb")):
        copy, new = copies / chapter.name, _digest(chapter)
        if copy.exists() and _digest(copy) != made.get(chapter.name):
            if made.get(chapter.name) != new:
                kept.append(chapter.name)
            continue
        shutil.copyfile(chapter, copy)
        made[chapter.name] = new
    atomic_files.write(record, json.dumps(made, indent=1) + "\n")
    return kept


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
