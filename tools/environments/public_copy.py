"""A git repository on this computer that stands for the public one on GitHub.

It holds what the next commit would: every file of the working tree that git does not ignore. The
set-up cell asks for the public address, and git is told to look here instead, so that the cell's
text stays as students run it.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.environments.kinds import EnvironmentFailure
from tools.notebook_files import Course

_NOBODY = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.invalid")


@dataclass(frozen=True)
class PublicCopy:
    """The repository that stands for the public one.

    Attributes:
        folder: Where it lies.
        commit: The one commit in it.
        git_settings: The environment variables by which git finds it under the public address.
    """

    folder: Path
    commit: str
    git_settings: dict[str, str]


def make(course: Course, folder: Path) -> PublicCopy:
    """Copy the working tree into a repository with the branch and tag that set-up cells ask for.

    Raises:
        EnvironmentFailure: If the course does not lie in a git repository.
    """
    for name in _files(course.root):
        source, copy = course.root / name, folder / name
        if source.is_file():  # one that was deleted and not yet committed is still listed
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _git(folder, "add", "--all", "--force")
    _git(folder, *_NOBODY, "commit", "--quiet", "--no-verify", "--no-gpg-sign", "-m", "The course")
    if course.release_ref != "main":
        _git(folder, "tag", course.release_ref)
    settings = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{folder.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": course.repository,
        "GIT_TERMINAL_PROMPT": "0",
    }
    return PublicCopy(folder, _git(folder, "rev-parse", "HEAD").strip(), settings)


def _files(root: Path) -> list[str]:
    names = _git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return [name for name in names.split("\0") if name]


def _git(folder: Path, *arguments: str) -> str:
    # A hook or an alias of whoever runs this is not part of what students get.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    finished = subprocess.run(
        ["git", "-c", f"core.hooksPath={os.devnull}", *arguments],
        cwd=folder,
        env=inherited,
        capture_output=True,
        text=True,
    )
    if finished.returncode != 0:
        raise EnvironmentFailure(
            f"git {arguments[0]} failed in {folder.name}: {finished.stderr.strip()}; the course "
            "must lie in a git repository (git clone, not a downloaded archive)"
        )
    return finished.stdout
