"""What every notebook repeats: Colab badge, set-up and parameters cell, the course's release."""

import re
from pathlib import Path

from nbformat import NotebookNode, v4

from tools.addresses import Addresses
from tools.notebook_files import Course, code_cells, tags

PARAMETERS = """\
PROFILE = os.environ.get("COURSE_PROFILE", "demo")
DATA = os.environ.get("COURSE_DATA", "sample")"""

_BADGE = re.compile(r"^\[!\[[^\]]*\]\([^)]*colab-badge\.svg\)\]\([^)]*\)$", re.MULTILINE)
_TITLE = re.compile(r"^# .*$", re.MULTILINE)
_RELEASE = re.compile(r"(\brelease\s*=\s*)([\"'])([^\"']*)\2")

_SETUP = """\
import importlib.util
import os
import site
import subprocess
import sys

COURSE = "git+{repository}@{release_ref}"
if importlib.util.find_spec("course_utils") is None:  # in Colab: fetch the course's helpers only
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", COURSE]
    if subprocess.run(pip).returncode != 0:
        raise RuntimeError(
            f"The helpers could not be fetched from {{COURSE}}. Check the network, then run this "
            "cell again. On your own computer, run `pip install -e .` in the course's folder."
        )
    site.addsitedir(site.getusersitepackages())  # pip's place where it may write to no other
from course_utils import runtime

runtime.load_tensorflow()
"""


def setup_source(course: Course) -> str:
    """Return the source of the set-up cell.

    Where the package is missing it is installed without its dependencies: Colab has them, and
    another TensorFlow would replace the one that matches Colab's GPU.
    """
    return _SETUP.format(repository=course.repository, release_ref=course.release_ref).rstrip()


def badge(course: Course, path: Path) -> str:
    """Return the badge that opens the notebook at ``path`` in Colab."""
    target = (
        "https://colab.research.google.com/github/"
        f"{course.slug}/blob/{course.release_ref}/{course.name_of(path)}"
    )
    picture = "https://colab.research.google.com/assets/colab-badge.svg"
    return f"[![Open in Colab]({picture})]({target})"


def stamp(notebook: NotebookNode, addresses: Addresses, path: Path) -> None:
    """Write badge, set-up cell, addresses and release into a notebook.

    A missing badge goes below the title; a missing set-up cell goes before the first code cell.

    Raises:
        ValueError: If the first cell is not Markdown with a title.
    """
    for cell in notebook.cells:
        cell.source = addresses.stamp(cell.source)
    course = addresses.course
    stamp_badge(notebook, badge(course, path))
    marked = [cell for cell in notebook.cells if "setup" in tags(cell)]
    if not marked:
        first = next((index for index, _ in code_cells(notebook)), len(notebook.cells))
        marked = [v4.new_code_cell(id="set-up", metadata={"tags": ["setup"]})]
        notebook.cells.insert(first, marked[0])
    marked[0].source = setup_source(course)
    for _, cell in code_cells(notebook):
        if "runtime.start(" in cell.source:
            cell.source = _RELEASE.sub(rf"\g<1>\g<2>{course.version}\g<2>", cell.source)


def other_release(source: str, course: Course) -> str | None:
    """Return the release that a cell hands to ``runtime.start`` where it is not the course's."""
    found = _RELEASE.search(source) if "runtime.start(" in source else None
    return found[3] if found and found[3] != course.version else None


def stamp_badge(notebook: NotebookNode, line: str) -> None:
    """Write the badge below the title, in the place of the one that may stand there.

    Raises:
        ValueError: If the first cell is not Markdown with a title.
    """
    first = notebook.cells[0] if notebook.cells else None
    if first is None or first.cell_type != "markdown" or not _TITLE.search(first.source):
        raise ValueError("does not begin with a Markdown cell that holds the title; write one")
    if _BADGE.search(first.source):
        first.source = _BADGE.sub(lambda _: line, first.source, count=1)
    else:
        first.source = _TITLE.sub(lambda title: f"{title[0]}\n\n{line}", first.source, count=1)
