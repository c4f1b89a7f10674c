"""A fresh computer for one chapter: an environment's packages, git, pip, and no course.

Every chapter gets a virtual environment of its own that is empty and reads an installed one. So
the set-up cell finds no ``course_utils``, whatever ran before, and what it installs can be seen.
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import nbformat

from tools.environments.install import Environment
from tools.environments.kinds import EnvironmentFailure
from tools.environments.public_copy import PublicCopy
from tools.notebook_files import Course, read

#: The last cell of every copy: the kernel's own word on where the helpers come from.
_WHERE = """\
import pathlib
import sys

import course_utils

place = pathlib.Path(course_utils.__file__).resolve()
assert place.is_relative_to(pathlib.Path(sys.prefix).resolve()), f"course_utils lies in {place}"
print("course_utils was installed by the set-up cell:", course_utils.__version__)"""


class Computer:
    """A fresh computer with one chapter on it.

    Args:
        environment: The installed environment whose packages it has.
        chapter: The notebook.
        folder: Where everything of it goes; outside of the repository, or a kernel might find the
            checkout's ``course_utils`` beside the notebook.
        public: The repository that stands for the public one.
    """

    def __init__(self, environment: Environment, chapter: Path, folder: Path, public: PublicCopy):
        self._public = public
        self._folder = folder
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir(parents=True)
        notebook = read(chapter)
        notebook.cells.append(nbformat.v4.new_code_cell(_WHERE, id="where-the-helpers-lie"))
        nbformat.write(notebook, self.notebooks / chapter.name)
        subprocess.run(
            [environment.python, "-m", "venv", "--without-pip", folder / "python"], check=True
        )
        packages, base = _packages(self.python), _packages(environment.python)
        # A plain line, which pip knows how to take back: it builds the course apart from what is
        # installed, with a setuptools of its own. For the folder's own .pth files, which a plain
        # line leaves out, copies; they follow in the order of their names.
        (packages / "00-environment.pth").write_text(f"{base}\n", encoding="utf-8")
        for own in base.glob("*.pth"):
            shutil.copyfile(own, packages / own.name)
        self._packages = packages
        self._there_before = {path.name for path in packages.iterdir()}
        # Beside the packages, Jupyter keeps templates of pages there.
        (folder / "python" / "share").mkdir(exist_ok=True)
        (folder / "python" / "share" / "jupyter").symlink_to(
            environment.python.parents[1] / "share" / "jupyter"
        )
        (folder / "programs").mkdir()
        (folder / "programs" / "git").symlink_to(shutil.which("git"))

    @property
    def python(self) -> Path:
        """The computer's Python."""
        return self._folder / "python" / "bin" / "python"

    def variables(self) -> dict[str, str]:
        """Return the environment variables of the computer.

        Of all programs, only git can be found by name; the course's files go to empty folders.
        """
        usual = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "COURSE_", "VIRTUAL_ENV"))
        }
        return usual | {
            "PATH": str(self._folder / "programs"),
            "COURSE_CACHE": str(self._folder / "cache"),
            "COURSE_PROGRESS": str(self._folder / "progress"),
            **self._public.git_settings,
        }

    def check_before(self) -> None:
        """See to it that the set-up cell will have something to do.

        Raises:
            EnvironmentFailure: If ``course_utils`` is there already.
        """
        code = "import importlib.util as u; s = u.find_spec('course_utils'); print(s and s.origin)"
        found = self._ask(code)
        if found != "None":
            raise EnvironmentFailure(
                f"course_utils is there before the set-up cell has run, at {found}; remove "
                "build/environments and call this again"
            )

    def check_after(self, course: Course) -> None:
        """See to it that the set-up cell installed the helpers, from the address, and no more.

        Raises:
            EnvironmentFailure: If it did anything else.
        """
        added = {path.name for path in self._packages.iterdir()} - self._there_before
        others = sorted(name for name in added if not name.startswith("course_utils"))
        if others:
            raise EnvironmentFailure(
                f"the set-up cell or the chapter also installed {', '.join(others)}; it must add "
                "course_utils only, or it replaces what matches Colab's GPU"
            )
        records = list(self._packages.glob("course_utils-*.dist-info/direct_url.json"))
        origin = json.loads(records[0].read_text(encoding="utf-8")) if records else {}
        wanted = {
            "url": course.repository,
            "vcs_info": {
                "vcs": "git",
                "requested_revision": course.release_ref,
                "commit_id": self._public.commit,
            },
        }
        if origin != wanted:
            raise EnvironmentFailure(
                f"pip did not install course_utils as the set-up cell asks: it noted {origin}, "
                f"and {wanted} was expected; look at the set-up cell's output"
            )

    def _ask(self, code: str) -> str:
        return subprocess.run(
            [self.python, "-c", code],
            cwd=self.notebooks,
            env=self.variables(),
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()


def fresh_folder(course: Course) -> tempfile.TemporaryDirectory:
    """Return a temporary folder that lies outside of the repository.

    Raises:
        EnvironmentFailure: If temporary files go into the repository.
    """
    folder = tempfile.TemporaryDirectory(prefix="course-", ignore_cleanup_errors=True)
    if Path(folder.name).resolve().is_relative_to(course.root):
        folder.cleanup()
        raise EnvironmentFailure(
            "temporary files go into the repository here, where a notebook could find the "
            "checkout's course_utils; set the variable TMPDIR to a folder elsewhere"
        )
    return folder


def _packages(python: Path) -> Path:
    """Return the folder in which a Python keeps the packages that pip installs."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    printed = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return Path(printed.stdout.strip())
