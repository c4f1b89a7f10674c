"""Writes the list of what Colab has: of its several hundred packages, those the course meets."""

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tools import atomic_files
from tools.environments.kinds import EnvironmentFailure
from tools.notebook_files import ROOT

_HEADER = """\
# Colab's versions of what the course needs, and of what that needs. Written by
# `python -m tools.environments colab-list FILE` from the list that Colab publishes (pip-freeze.txt
# in github.com/googlecolab/backend-info); do not edit.
"""
#: The Python that Colab's list was made with.
_PYTHON = "3.13"


def write(published: Path, target: Path) -> None:
    """Write the course's part of Colab's list.

    Args:
        published: Colab's list, as ``pip freeze`` prints it.
        target: The file that is replaced.

    Raises:
        EnvironmentFailure: If Colab lacks a package that the course depends on, or the list is
            none.
    """
    lines = published.read_text(encoding="utf-8").splitlines()
    has = {_name(line): line for line in lines if re.fullmatch(r"[\w.-]+==[\w.!+]+", line)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [_name(requirement) for requirement in project["dependencies"]]
    if missing := [name for name in needed if name not in has]:
        raise EnvironmentFailure(
            f"{published.name} lacks {', '.join(missing)}, which pyproject.toml lists under "
            "dependencies; the set-up cell installs none of them, so chapters must do without"
        )
    # The course's tools need more, such as papermill; a notebook in Colab does without them.
    tools = [_name(line) for line in project["optional-dependencies"]["run"]]
    wanted = sorted({*needed, *(name for name in tools if name in has), "pip", "setuptools"})
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "colab.txt"
        constraints.write_text("\n".join(has.values()), encoding="utf-8")
        finished = subprocess.run(
            [sys.executable, "-m", "uv", "pip", "compile", "-", "--constraint", constraints]
            + ["--python-version", _PYTHON, "--no-header", "--no-annotate", "--quiet"],
            input="\n".join(wanted),
            capture_output=True,
            text=True,
        )
    if finished.returncode != 0:
        raise EnvironmentFailure(f"Colab's packages do not fit together: {finished.stderr}")
    atomic_files.write(target, _HEADER + finished.stdout)


def _name(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")
