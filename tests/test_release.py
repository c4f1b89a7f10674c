"""Releases: made in a clone of this course, refused, failing, and interrupted at every step."""

import datetime
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from tools import release, release_files
from tools.environments import public_copy
from tools.notebook_files import ROOT, Course
from tools.release_files import ReleaseError

REPOSITORY = "https://github.com/ada/convnet-course"
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
    """A repository with the course as it stands in the working tree, and a public address."""

    def __init__(self, folder: Path):
        self.folder = folder
        public_copy.make(Course.read(), folder)
        for name, value in (("user.name", "Ada"), ("user.email", "ada@example.invalid")):
            git(folder, "config", name, value)
        self.commit("pyproject.toml", '^Repository = ".*"$', f'Repository = "{REPOSITORY}"')
        make = ["make", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.installed", "stamp"]
        subprocess.run(make, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        git(folder, "commit", "--quiet", "--all", "-m", "Stamp")

    def commit(self, name: str, pattern: str, text: str) -> None:
        """Replace what a pattern finds in a file, and commit."""
        path = self.folder / name
        changed, count = re.subn(pattern, text, path.read_text("utf-8"), flags=re.MULTILINE)
        assert count == 1, (name, pattern)
        path.write_text(changed, encoding="utf-8")
        git(self.folder, "commit", "--quiet", "--all", "-m", "Change")

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


@pytest.mark.notebooks
@pytest.mark.slow
def test_a_release_writes_the_version_everywhere_and_pushes_nothing(checkout):
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
    # Made once, it cannot be made again; and what was just made can be taken back.
    again = checkout.release("3.2.1")
    assert again.returncode == 1
    assert "the tag v3.2.1 exists already" in again.stderr
    undo = remains.partition("before step 2: ")[2].strip()
    subprocess.run(undo, shell=True, cwd=checkout.folder, check=True)
    assert git(checkout.folder, "rev-parse", "HEAD") == before
    assert (git(checkout.folder, "tag"), checkout.status()) == ("", "")


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


@pytest.mark.notebooks
def test_the_last_step_is_finished_before_an_interruption_counts(checkout):
    checkout.without_lint()
    process = subprocess.Popen(
        checkout.command("3.2.1"), cwd=checkout.folder, stdout=subprocess.PIPE, text=True
    )
    for line in process.stdout:
        if line.startswith("Taking over"):
            process.send_signal(signal.SIGINT)
    process.wait()
    made = git(checkout.folder, "tag") == "v3.2.1"
    advanced = git(checkout.folder, "log", "-1", "--format=%s") == "Release 3.2.1"
    assert made == advanced
    assert checkout.status() == ""


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
    ],
    ids=["broken rule", "missing data", "no package", "no version"],
)
def test_a_failing_step_leaves_everything_as_it_was(checkout, name, pattern, line, sentence):
    if "lint" not in sentence:
        checkout.without_lint()
    checkout.commit(name, pattern, line)
    before = checkout.state()
    finished = checkout.release("3.2.1")
    assert finished.returncode == 1, finished.stdout
    assert sentence in finished.stderr
    assert checkout.state() == before


@pytest.mark.unit
@pytest.mark.parametrize("version", ["", "1", "1.2", "v1.2.3", "1.2.3rc1", "1.2.3 ", "0.0.1"])
def test_bad_versions_are_refused(checkout, version):
    with pytest.raises(ReleaseError, match="is no version|is older than"):
        release.check(checkout.folder, version)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda one: (one.folder / "new.txt").touch(), "not clean (new.txt)"),
        (lambda one: (one.folder / "README.md").write_text("x"), "not clean (README.md)"),
        (lambda one: git(one.folder, "tag", "v3.2.1"), "the tag v3.2.1 exists already"),
        (lambda one: git(one.folder, "switch", "--quiet", "--detach"), "no branch is checked out"),
        (lambda one: git(one.folder, "config", "user.email", ""), "does not know your user.email"),
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
    ids=["new file", "changed", "tag", "detached", "nobody", "nothing new", "no address"],
)
def test_what_stands_in_the_way_is_named(checkout, change, sentence):
    change(checkout)
    with pytest.raises(ReleaseError, match=re.escape(sentence)):
        release.check(checkout.folder, "3.2.1")


@pytest.mark.unit
def test_an_empty_changelog_is_no_news(tmp_path):
    (tmp_path / "CHANGELOG.md").write_text(
        "# Fixes\n\n## 2.0.0 (not yet released)\n\n## 1.0.0\n\n- x\n"
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
    first = re.search("^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[1]
    assert first.startswith(f"{release_files.present_version(ROOT)} (")
