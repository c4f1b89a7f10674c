"""Releases: made in a clone of this course, refused, failing, and interrupted at every step."""

import datetime
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import yaml

from tools import release, release_files
from tools.environments import public_copy
from tools.notebook_files import ROOT, Course
from tools.release_files import ReleaseError

needs_make = pytest.mark.skipif(
    shutil.which("make") is None, reason="a release is made on Linux or macOS, with make"
)

REPOSITORY = "https://github.com/ada/convnet-course"
#: The version that the course has before these releases.
UNRELEASED = "2.7.0"
#: The steps that a release announces; the last one cannot be interrupted any more.
STEPS = (
    "Checking version",
    "Cloning",
    "Writing version",
    "Checking style",
    "Building",
    "Installing",
    "Committing",
)


def git(folder: Path, *arguments: str) -> str:
    finished = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return finished.stdout.strip()


class Checkout:
    """A repository with the course as it stands, a public address, and something to release."""

    def __init__(self, folder: Path, course: Course | None = None):
        self.folder = folder
        public_copy.make(course or Course.read(), folder)
        for tag in git(folder, "tag").split():  # that of the course's own last release
            git(folder, "tag", "--delete", tag)
        for name, value in (("user.name", "Ada"), ("user.email", "ada@example.invalid")):
            git(folder, "config", name, value)
        self.commit("pyproject.toml", '^Repository = ".*"$', f'Repository = "{REPOSITORY}"')
        self.commit("pyproject.toml", "^release_ref = .*$", 'release_ref = "main"')
        self.commit(
            "course_utils/__init__.py", "^__version__ = .*$", f'__version__ = "{UNRELEASED}"'
        )
        self.commit("CITATION.cff", "^version: .*(\ndate-released: .*)?$", f"version: {UNRELEASED}")
        news = f"# Fixes\n\n## {UNRELEASED} (not yet released)\n\n- **New:** a chapter.\n"
        (folder / "CHANGELOG.md").write_text(news, encoding="utf-8")
        news = f"# 고친 것\n\n## {UNRELEASED}(아직 나오지 않음)\n\n- **새로:** 장 하나.\n"
        (folder / "CHANGELOG.ko.md").write_text(news, encoding="utf-8")
        for command in (
            ["tools.notebooks", "stamp"],
            ["tools.translation", "make"],
            ["tools.translation.documents", "make"],
            ["tools.translation.documents", "stamp", "CHANGELOG.ko.md"],
        ):
            subprocess.run(
                [sys.executable, "-m", *command],
                cwd=folder,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        git(folder, "commit", "--quiet", "--all", "-m", "Stamp")

    def commit(self, name: str, pattern: str, text: str) -> None:
        """Replace what a pattern finds in a file, and commit."""
        path = self.folder / name
        changed, count = re.subn(pattern, text, path.read_text("utf-8"), flags=re.MULTILINE)
        assert count == 1, (name, pattern)
        path.write_text(changed, encoding="utf-8")
        git(self.folder, "commit", "--quiet", "--all", "--allow-empty", "-m", "Change")

    def without_lint(self) -> None:
        """For tests of something else: the rules take half a minute."""
        self.commit("Makefile", r"^lint: .*\n(\t.*\n)+", "lint:\n\t@true\n")

    def command(self, version: str) -> list[str]:
        return [sys.executable, "-m", "tools.release", version]

    def release(self, version: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            self.command(version), cwd=self.folder, capture_output=True, text=True
        )

    def state(self) -> tuple:
        """Return all that a release may change, and that a failed one must leave alone."""
        refs = git(self.folder, "for-each-ref")
        return refs, git(self.folder, "rev-parse", "HEAD"), self.status()

    def status(self) -> str:
        return git(self.folder, "status", "--porcelain")


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    return Checkout(tmp_path_factory.mktemp("course") / "checkout").folder


@pytest.fixture
def checkout(template, tmp_path) -> Checkout:
    copy = Checkout.__new__(Checkout)
    copy.folder = tmp_path / "checkout"
    shutil.copytree(template, copy.folder, symlinks=True)
    return copy


@needs_make
@pytest.mark.notebooks
@pytest.mark.slow
def test_a_release_writes_the_version_everywhere_and_pushes_nothing(checkout, tmp_path):
    before = git(checkout.folder, "rev-parse", "HEAD")
    finished = checkout.release("3.2.1")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Checking style" in finished.stdout
    assert git(checkout.folder, "rev-parse", "HEAD^", "v3.2.1^{commit}^").split() == [before] * 2
    assert git(checkout.folder, "cat-file", "-t", "v3.2.1") == "tag"
    assert git(checkout.folder, "log", "-1", "--format=%an %s") == "Ada Release 3.2.1"
    assert checkout.status() == ""

    def read(name):
        return (checkout.folder / name).read_text(encoding="utf-8")

    today = datetime.date.today()
    assert '__version__ = "3.2.1"' in read("course_utils/__init__.py")
    assert 'release_ref = "v3.2.1"' in read("pyproject.toml")
    citation = yaml.safe_load(read("CITATION.cff"))
    assert (citation["version"], citation["date-released"]) == ("3.2.1", today)
    assert citation["repository-code"] == REPOSITORY
    assert f"\n## 3.2.1 ({today})\n" in read("CHANGELOG.md")
    assert f"\n## 3.2.1 ({today})\n" in read("CHANGELOG.ko.md")
    assert "github/ada/convnet-course/blob/v3.2.1/notebooks/" in read("README.md")
    for notebook in [*checkout.folder.glob("notebooks/*.ipynb")]:
        text = notebook.read_text(encoding="utf-8")
        assert f"git+{REPOSITORY}@v3.2.1" in text, notebook.name
        assert f"ada/convnet-course/blob/v3.2.1/notebooks/{notebook.name}" in text
        assert 'release=\\"3.2.1\\"' in text, notebook.name

    kept = checkout.folder / "build" / "release" / "v3.2.1"
    assert sorted(path.name for path in kept.iterdir()) == [
        "course_utils-3.2.1-py3-none-any.whl",
        "course_utils-3.2.1.tar.gz",
    ]
    remains = finished.stdout.partition("What remains")[2]
    for words in ("make test-colab", "git push --atomic", "Colab", "git tag --delete v3.2.1"):
        assert words in remains
    # These tests pass on what was released, too: they bring their own version and changelog.
    course = Course(checkout.folder, REPOSITORY, release_ref="v3.2.1", version="3.2.1")
    released = Checkout(tmp_path / "released", course)
    release.check(released.folder, "3.2.1")
    # Made once, it cannot be made again; and what was just made can be taken back.
    again = checkout.release("3.2.1")
    assert again.returncode == 1
    assert "the tag v3.2.1 exists already" in again.stderr
    undo = remains.partition("before step 2: ")[2].strip()
    subprocess.run(undo, shell=True, cwd=checkout.folder, check=True)
    assert git(checkout.folder, "rev-parse", "HEAD") == before
    assert (git(checkout.folder, "tag"), checkout.status()) == ("", "")


@needs_make
@pytest.mark.notebooks
def test_a_folder_whose_name_has_a_space_is_released_and_its_neighbours_stay(checkout, tmp_path):
    folder = tmp_path / "한 글 copy"
    checkout.folder = checkout.folder.rename(folder)
    checkout.without_lint()
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / ".git" / "info" / "exclude").write_text(".venv\n", encoding="utf-8")
    neighbour = tmp_path / "한" / "thesis.txt"
    neighbour.parent.mkdir()
    neighbour.write_text("three years of work", encoding="utf-8")
    command = [folder / ".venv" / "bin" / "python", "-m", "tools.release", "3.2.1"]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert neighbour.read_text(encoding="utf-8") == "three years of work"
    assert finished.returncode == 0, finished.stderr
    assert git(folder, "tag") == "v3.2.1"
    assert (folder / ".venv" / "bin" / "python").exists(), "only the link to it went"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["한", "한 글 copy"]


# Makes no environment, and what it wrote before it failed is there.
NO_VENV = """\
#!/bin/sh
case "$1" in
-c) exit 0 ;;
esac
echo "$@" >> "$ASKED"
exit 1
"""


@needs_make
@pytest.mark.unit
@pytest.mark.parametrize(
    ("place", "asked", "stays"),
    [
        (".venv", "-m venv --clear .venv", False),
        ("other", "-m venv other", True),
        ("in/.venv", "-m venv in/.venv", True),
        ("한 글/.venv", None, True),
        ("", None, True),
    ],
)
def test_make_clears_no_folder_but_its_own(tmp_path, place, asked, stays):
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    for name in {"한", "글", place or "."}:
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "kept.txt").touch()
    python = tmp_path / "no_venv"
    python.write_text(NO_VENV, encoding="utf-8")
    python.chmod(0o755)
    finished = subprocess.run(
        ["make", "install", f"VENV={place}", f"PYTHON={python}"],
        cwd=tmp_path,
        env=os.environ | {"ASKED": str(tmp_path / "asked")},
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 2
    if asked:
        assert "The virtual environment could not be made" in finished.stdout
        assert (tmp_path / "asked").read_text(encoding="utf-8") == f"{asked}\n"
    else:
        assert f'VENV="{place}" must be one folder whose name holds no space' in finished.stderr
        assert not (tmp_path / "asked").exists()
    assert (tmp_path / place / "kept.txt").exists() == stays
    assert all((tmp_path / name / "kept.txt").exists() for name in "한글")


@needs_make
@pytest.mark.notebooks
@pytest.mark.parametrize(
    ("step", "number"),
    [*((step, signal.SIGINT) for step in STEPS), ("Building", signal.SIGTERM)],
)
def test_interrupted_at_any_step_it_leaves_everything_as_it_was(checkout, step, number):
    checkout.without_lint()
    before = checkout.state()
    process = subprocess.Popen(
        checkout.command("3.2.1"),
        cwd=checkout.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if line.startswith(step):
            process.send_signal(number)
            break
    _, errors = process.communicate()
    assert process.returncode == 130, errors
    assert "Nothing has changed" in errors
    assert checkout.state() == before


@needs_make
@pytest.mark.notebooks
def test_the_last_step_cannot_be_interrupted(checkout):
    """Whoever presses Ctrl-C again and again, until the process is gone."""
    checkout.without_lint()
    process = subprocess.Popen(
        checkout.command("3.2.1"),
        cwd=checkout.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if line.startswith("Taking over"):
            break
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.002)
    said, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    assert "Release 3.2.1 is committed" in said
    assert git(checkout.folder, "tag") == "v3.2.1"
    assert git(checkout.folder, "log", "-1", "--format=%s") == "Release 3.2.1"
    assert len(release_files.built(checkout.folder / "build" / "release" / "v3.2.1")) == 2
    assert checkout.status() == ""


@needs_make
@pytest.mark.notebooks
def test_a_repository_that_changes_meanwhile_gets_neither_release_nor_packages(checkout):
    checkout.without_lint()
    process = subprocess.Popen(
        checkout.command("3.2.1"),
        cwd=checkout.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if line.startswith("Building"):
            git(checkout.folder, "tag", "v3.2.1")
            meanwhile = checkout.state()
            break
    _, errors = process.communicate()
    assert process.returncode == 1
    assert "changed meanwhile, so begin again" in errors
    assert checkout.state() == meanwhile
    assert not (checkout.folder / "build" / "release" / "v3.2.1").exists()


def finished_clone(checkout: Checkout, folder: Path) -> Path:
    """Return a clone with the commit and the tag of a release, as the last step finds it."""
    git(folder, "clone", "--quiet", str(checkout.folder), "clone")
    clone = folder / "clone"
    (clone / "README.md").write_text("released", encoding="utf-8")
    for name in ("user.name", "user.email"):
        git(clone, "config", name, git(checkout.folder, "config", name))
    git(clone, "commit", "--quiet", "--all", "-m", "Release 3.2.1")
    git(clone, "tag", "--annotate", "v3.2.1", "-m", "Release 3.2.1")
    return clone


@pytest.mark.unit
@pytest.mark.parametrize(
    "change",
    [
        lambda one: git(one.folder, "tag", "v3.2.1"),
        lambda one: git(one.folder, "commit", "--quiet", "--allow-empty", "-m", "Meanwhile"),
    ],
    ids=["tag", "commit"],
)
def test_commit_and_tag_are_taken_over_both_or_neither(checkout, tmp_path, change):
    clone = finished_clone(checkout, tmp_path)
    change(checkout)
    before = checkout.state()
    with pytest.raises(ReleaseError, match="changed meanwhile, so begin again"):
        release.take_over(checkout.folder, clone, "3.2.1")
    assert checkout.state() == before


@needs_make
@pytest.mark.notebooks
@pytest.mark.parametrize(
    ("name", "pattern", "line", "sentence"),
    [
        # Lint itself, on the files as the release would have them.
        ("course_utils/profiles.py", r"\A", "import os, sys\n", "lint … failed"),
        (
            "pyproject.toml",
            r"^course_utils = \[[^]]*\]",
            "course_utils = []",
            "the wheel lacks course",
        ),
        ("pyproject.toml", r"^build-backend = .*$", 'build-backend = "none"', "uv build"),
        ("CITATION.cff", r"^version: .*\n", "", "CITATION.cff has 0 lines"),
        # Ignored by git, so the tree is clean; where the packages are to be kept lies a file.
        ("build/release", None, "a file", "cannot be written to build/release"),
    ],
    ids=["broken rule", "missing data", "no package", "no version", "no place"],
)
def test_a_failing_step_leaves_everything_as_it_was(checkout, name, pattern, line, sentence):
    if "lint" not in sentence:
        checkout.without_lint()
    if pattern is None:
        (checkout.folder / name).parent.mkdir(exist_ok=True)
        (checkout.folder / name).write_text(line, encoding="utf-8")
    else:
        checkout.commit(name, pattern, line)
    before = checkout.state()
    finished = checkout.release("3.2.1")
    assert finished.returncode == 1, finished.stdout
    assert sentence in finished.stderr
    assert checkout.state() == before


@pytest.mark.unit
@pytest.mark.parametrize(
    "version", ["", "1", "1.2", "v1.2.3", "1.2.3rc1", "1.2.3 ", "0.0.1", "03.2.1"]
)
def test_bad_versions_are_refused(checkout, version):
    with pytest.raises(ReleaseError, match="is no version|is older than"):
        release.check(checkout.folder, version)


@pytest.mark.unit
def test_new_files_are_seen_also_by_who_tells_git_to_hide_them(checkout):
    git(checkout.folder, "config", "status.showUntrackedFiles", "no")
    (checkout.folder / "new.txt").touch()
    with pytest.raises(ReleaseError, match="not clean"):
        release.check(checkout.folder, "3.2.1")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda one: (one.folder / "new.txt").touch(), "not clean (new.txt)"),
        (
            lambda one: (one.folder / "README.md").write_text("x", encoding="utf-8"),
            "not clean (README.md)",
        ),
        (lambda one: git(one.folder, "tag", "v3.2.1"), "the tag v3.2.1 exists already"),
        (lambda one: git(one.folder, "switch", "--quiet", "--detach"), "no branch is checked out"),
        (lambda one: git(one.folder, "config", "user.email", ""), "does not know your user.email"),
        (
            lambda one: one.commit("course_utils/__init__.py", UNRELEASED, "3.2.1.dev0"),
            "has the version '3.2.1.dev0'; write three numbers",
        ),
        (
            lambda one: one.commit("CHANGELOG.md", r" \(not yet released\)$", ""),
            "does not end with (not yet released)",
        ),
        (
            lambda one: one.commit(
                "pyproject.toml", "github.com/ada/", "github.com/owner.example/"
            ),
            "is not an address on GitHub yet",
        ),
    ],
    ids="new changed tag detached nobody version nothing address".split(),
)
def test_what_stands_in_the_way_is_named(checkout, change, sentence):
    change(checkout)
    with pytest.raises(ReleaseError, match=re.escape(sentence)):
        release.check(checkout.folder, "3.2.1")


def complaints(folder: Path, change=lambda settings: settings, build_tool: str = "") -> str:
    """Build a wheel as the set-up cell does, away from this environment; return what is amiss."""
    (folder / "course_utils").mkdir(parents=True)
    for name in ("README.md", "LICENSE", "LICENSE-text", "course_utils/__init__.py"):
        shutil.copy(ROOT / name, folder / name)
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (folder / "pyproject.toml").write_text(change(settings), encoding="utf-8")
    (folder / "versions.txt").write_text(build_tool, encoding="utf-8")
    command = ["-m", "uv", "build", "--wheel", "--build-constraints", "versions.txt"]
    finished = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stderr
    return "\n".join(line for line in finished.stderr.splitlines() if "Deprecat" in line)


@pytest.mark.notebooks  # fetches setuptools
@pytest.mark.parametrize("bound", ["newest", "oldest"])
def test_a_wheel_builds_without_a_form_that_setuptools_gives_up(tmp_path, bound):
    oldest = re.search(
        r'requires = \["setuptools>=([\d.]+),<\d+"\]',
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
    )
    build_tool = f"setuptools=={oldest[1]}" if bound == "oldest" else ""
    assert complaints(tmp_path / "now", build_tool=build_tool) == ""

    def old_form(settings):
        changed = settings.replace('license = "MIT"', 'license = { text = "MIT" }')
        assert changed != settings
        return changed

    assert "SetuptoolsDeprecationWarning" in complaints(tmp_path / "old", old_form, build_tool)


@pytest.mark.unit
def test_an_empty_changelog_is_no_news(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text(
        "# Fixes\n\n## 2.0.0 (not yet released)\n\n## 1.0.0\n\n- x\n", encoding="utf-8"
    )
    with pytest.raises(ReleaseError, match="says nothing about this version"):
        release_files.new_changelog(tmp_path, "2.0.0", "2026-11-23")


@pytest.mark.unit
def test_what_the_wheel_has_too_many_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.whl", "w") as wheel:
        for name in ("course_utils/a.py", "tests/b.py", "course_utils-1.dist-info/METADATA"):
            wheel.writestr(name, "")
    (tmp_path / "x.tar.gz").touch()
    with pytest.raises(ReleaseError, match="holds tests/b.py, which git does not have"):
        release_files.check_contents(tmp_path, {"course_utils/a.py", "course_utils/notes.md"})
    with pytest.raises(ReleaseError, match=r"lacks course_utils/data\.json; add a pattern"):
        release_files.check_contents(tmp_path, {"course_utils/data.json"})


@pytest.mark.unit
def test_the_courses_own_files_are_ready_for_a_release():
    first = re.search(
        "^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )[1]
    assert first.startswith(f"{release_files.present_version(ROOT)} (")
