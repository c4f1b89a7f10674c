"""Make a release: ``python -m tools.release VERSION``, or ``make release VERSION=…``.

All work is done in a clone in a temporary folder. Only when everything has passed, the repository
takes over the finished commit and its tag, in one last step that Ctrl-C cannot interrupt; so
whatever happens before, the working tree, the branch and the tags are as they were. Nothing is ever
pushed.

Exit codes: 0 released; 1 refused or failed; 130 interrupted. In the latter two nothing has changed.
"""

import argparse
import datetime
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tools import release_files
from tools.notebook_files import ROOT
from tools.release_files import ReleaseError

_AUTHOR = ("user.name", "user.email")
_INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM)
_FORMAT = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.release", description=__doc__)
    parser.add_argument("version", help="the new version, such as 1.2.0")
    version = parser.parse_args(arguments).version
    # Both end as tidily as Ctrl-C; a job in the background inherits that SIGINT is ignored.
    for number in _INTERRUPTIONS:
        signal.signal(number, signal.default_int_handler)
    try:
        branch, before = check(root, version)
        # What an interrupted step started may still be writing there while it is removed.
        temporary = tempfile.TemporaryDirectory(
            prefix="course-release-", ignore_cleanup_errors=True
        )
        with temporary as folder:
            clone = Path(folder) / "clone"
            packages = prepare(root, clone, version)
            # To the very end, removing the clone included, and in git, too, which inherits this.
            for number in _INTERRUPTIONS:
                signal.signal(number, signal.SIG_IGN)
            _step("Taking over packages, commit and tag")
            kept = keep(root, packages, version)
            try:
                take_over(root, clone, version)
            except ReleaseError:
                shutil.rmtree(kept)
                raise
    except ReleaseError as error:
        print(f"release: {error}. Nothing has changed.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("release: interrupted. Nothing has changed.", file=sys.stderr)
        return 130
    print(_what_remains(version, branch, before))
    return 0


def check(root: Path, version: str) -> tuple[str, str]:
    """See whether a release can be made, and return the branch and its last commit.

    Raises:
        ReleaseError: If the version is none or goes backwards, its tag exists, the tree is not
            clean, or the course has no public address yet.
    """
    _step("Checking version, tree and tags")
    present = release_files.present_version(root)
    if not _FORMAT.fullmatch(version):
        raise ReleaseError(f"VERSION={version!r} is no version; write three numbers, such as 1.2.0")
    if not _FORMAT.fullmatch(present):
        raise ReleaseError(
            f"course_utils/__init__.py has the version {present!r}; write three numbers, such as "
            "1.2.0, there and into CITATION.cff, and commit"
        )
    if _numbers(version) < _numbers(present):
        raise ReleaseError(f"VERSION={version} is older than {present}, which the course has now")
    if changed := _git(root, "status", "--porcelain", "--untracked-files=normal"):
        first = changed.splitlines()[0].split(maxsplit=1)[1]
        raise ReleaseError(f"the tree is not clean ({first}); commit or remove what has changed")
    if _git(root, "tag", "--list", f"v{version}"):
        raise ReleaseError(f"the tag v{version} exists already; choose the next version")
    branch = _git(root, "branch", "--show-current")
    if not branch:
        raise ReleaseError("no branch is checked out; git switch to the one that is to be released")
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    address = settings["project"]["urls"]["Repository"]
    if "." in address.removeprefix("https://github.com/").partition("/")[0]:
        raise ReleaseError(
            f"{address} is not an address on GitHub yet (no owner's name has a dot); write the "
            "real one into pyproject.toml, run make stamp, and commit"
        )
    release_files.new_changelog(root, version, "")
    for name in _AUTHOR:
        if not _git(root, "config", "--default", "", "--get", name):
            raise ReleaseError(f'git does not know your {name}; call git config {name} "…"')
    return branch, _git(root, "rev-parse", "HEAD")


def prepare(root: Path, clone: Path, version: str) -> Path:
    """Make the release's commit and tag in a clone; return the folder of the built packages.

    Raises:
        ReleaseError: If a rule is broken, or the packages lack something.
    """
    _step("Cloning the repository into a temporary folder")
    _git(root, "clone", "--quiet", "--no-tags", str(root), str(clone))
    _step(f"Writing version {version}")
    release_files.write_version(clone, version, datetime.date.today().isoformat())
    # With the environment that runs this, which must not be installed anew for the clone's sake. By
    # a link, as make takes a folder's name apart where it has a space.
    (clone / ".venv").symlink_to(sys.prefix)
    make = ["make", "-o", ".venv/.installed"]
    _run(clone, [*make, "stamp"])
    _step("Checking style, notebooks and tables (make lint)")
    _run(clone, [*make, "lint"])
    packages = clone.parent / "packages"
    _step("Building source archive and wheel")
    _run(clone, [sys.executable, "-m", "uv", "build", "--quiet", "--out-dir", str(packages)])
    release_files.check_contents(
        packages, set(_git(clone, "ls-files", "course_utils").splitlines())
    )
    _step("Installing both")
    for package in release_files.built(packages):
        _check_installed(package, version, clone.parent / "installed")
    _step("Committing")
    for name in _AUTHOR:
        _git(clone, "config", name, _git(root, "config", name))
    _git(clone, "commit", "--quiet", "--all", "-m", f"Release {version}")
    _git(clone, "tag", "--annotate", f"v{version}", "-m", f"Release {version}")
    return packages


def keep(root: Path, packages: Path, version: str) -> Path:
    """Copy the built packages into the repository's ``build``, and return their folder.

    Raises:
        ReleaseError: If they cannot be written there.
    """
    folder = root / "build" / "release" / f"v{version}"
    try:
        # Where there is one, it is of a release that was taken back: its tag is gone.
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
        for package in release_files.built(packages):
            shutil.copy(package, folder)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ReleaseError(f"the packages cannot be written to build/release ({error})") from error
    return folder


def take_over(root: Path, clone: Path, version: str) -> None:
    """Bring the finished commit and its tag into the repository, both or neither.

    Raises:
        ReleaseError: If the repository has changed meanwhile.
    """
    before = _git(root, "rev-parse", "HEAD")
    tag = _git(clone, "rev-parse", f"refs/tags/v{version}")
    fetched = ("--no-tags", "--no-write-fetch-head", str(clone), f"refs/tags/v{version}")
    _git(root, "fetch", "--quiet", *fetched)
    changed = "; the repository changed meanwhile, so begin again"
    _git(root, "merge", "--quiet", "--ff-only", f"{tag}^{{commit}}", hint=changed)
    try:
        # The empty old value: only where there is no such tag.
        _git(root, "update-ref", f"refs/tags/v{version}", tag, "", hint=changed)
    except ReleaseError:
        _git(root, "reset", "--quiet", "--keep", before)
        raise


def _check_installed(package: Path, version: str, folder: Path) -> None:
    """Install a built package into an empty environment and import it from there."""
    uv = [sys.executable, "-m", "uv"]
    _run(folder.parent, [*uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder])
    python = folder / "bin" / "python"
    _run(
        folder.parent, [*uv, "pip", "install", "--quiet", "--no-deps", "--python", python, package]
    )
    code = "import course_utils; print(course_utils.__version__)"
    if (found := _run(folder, [python, "-I", "-c", code])) != version:
        raise ReleaseError(f"{package.name} installs version {found} instead of {version}")


def _git(folder: Path, *arguments: str, hint: str = "") -> str:
    # What a hook on this computer would do is no part of a release.
    return _run(folder, ["git", "-c", f"core.hooksPath={os.devnull}", *arguments], hint)


def _run(folder: Path, command: list, hint: str = "") -> str:
    """Run a command and return what it prints; on a failure, what it said is the reason."""
    # `make` hands its options on to the make inside; they are none of its business.
    environment = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    finished = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if finished.returncode != 0:
        words = " ".join(str(word) for word in command[:6])
        said = f"{finished.stdout}\n{finished.stderr}".strip()
        raise ReleaseError(f"{words} … failed{hint}\n{said}\n")
    return finished.stdout.strip()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _FORMAT.fullmatch(version).groups())


def _step(words: str) -> None:
    print(f"{words} …", flush=True)


def _what_remains(version: str, branch: str, before: str) -> str:
    tag = f"v{version}"
    return f"""
Release {version} is committed on {branch} and tagged {tag}, in this repository only.
The packages lie in build/release/{tag}. What remains to be done by hand:
  1. make test-colab: every chapter, in every environment
  2. git push --atomic origin {branch} {tag}
  3. open a chapter by its badge in Colab and choose "Run all"
  4. make a release from {tag} on GitHub, with the packages and this version's part of CHANGELOG.md
  5. to go on: release_ref = "main" in pyproject.toml, the next version in course_utils/__init__.py
     and CITATION.cff, "(not yet released)" behind it in CHANGELOG.md, "(아직 나오지 않음)" in
     CHANGELOG.ko.md, make stamp, commit
To take it back before step 2: git tag --delete {tag} && git reset --keep {before[:12]}"""


if __name__ == "__main__":
    sys.exit(main())
