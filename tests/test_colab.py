"""What runs the chapters as in Colab: it takes the right part, and notices what it is there for."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from nbformat import v4
from notebook_cases import code

from tools import environments, notebook_template
from tools import notebook_files as files
from tools.addresses import Addresses
from tools.environments import __main__ as command
from tools.environments import colab_list, execution, public_copy, shares
from tools.environments.computer import Computer, fresh_folder
from tools.environments.install import Environment, install
from tools.environments.kinds import COLAB_LIST, KINDS, EnvironmentFailure, Kind

CHAPTERS = sorted((files.ROOT / "notebooks").glob("*.ipynb"))
COURSE = files.Course.read()
LOCKED = dict(
    line.split("==")
    for line in COLAB_LIST.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
)


@pytest.mark.unit
@pytest.mark.parametrize("pushed", range(1, 7))
def test_every_share_comes_however_many_commits_are_pushed_at_a_time(pushed):
    """CI sees the last commit of a push only."""
    seen = {shares.of_commit(100 + pushed * run) for run in range(7)}
    assert seen == set(shares.SHARES)


@pytest.mark.unit
def test_all_shares_together_are_everything():
    taken = [
        (share.kind.name, chapter)
        for share in shares.SHARES
        for chapter in share.chapters(CHAPTERS)
    ]
    assert sorted(taken) == sorted((kind, chapter) for kind in KINDS for chapter in CHAPTERS)


@pytest.mark.unit
def test_the_schedule_names_this_share_and_when_each_other_comes():
    lines = shares.schedule(43, CHAPTERS).splitlines()
    assert lines[0].startswith(f"Share of commit 43: {shares.of_commit(43).in_words(CHAPTERS)}.")
    announced = {line.partition(": ")[2] for line in lines[1:-1]}
    others = set(shares.SHARES) - {shares.of_commit(43)}
    assert announced == {share.in_words(CHAPTERS) for share in others}
    assert f"  with commit 44: {shares.of_commit(44).in_words(CHAPTERS)}" in lines


@pytest.mark.unit
def test_every_commit_advances_the_share_also_in_a_shallow_clone(tmp_path, capsys):
    def git(*arguments, folder=tmp_path / "one"):
        author = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"]
        subprocess.run(["git", *author, *arguments], cwd=folder, check=True)

    (tmp_path / "one").mkdir()
    git("init", "--quiet")
    numbers = []
    for message in ("one", "two", "three"):
        git("commit", "--quiet", "--allow-empty", "--message", message)
        numbers.append(shares.commit_number(tmp_path / "one"))
    assert numbers == [1, 2, 3]
    address = (tmp_path / "one").as_uri()
    git("clone", "--quiet", "--depth", "1", address, str(tmp_path / "shallow"))
    capsys.readouterr()
    assert shares.commit_number(tmp_path / "shallow") > 20_000  # days since 1970
    assert "The history is cut off" in capsys.readouterr().out
    with pytest.raises(EnvironmentFailure, match="use a clone of the repository"):
        (tmp_path / "none").mkdir()
        shares.commit_number(tmp_path / "none")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--environment", "colob"], "'colob' is unknown; there are colab, oldest, newest"),
        (["--chapters", "77"], "there is no chapter '77'"),
    ],
)
def test_wrong_words_start_nothing(options, sentence, capsys, monkeypatch):
    monkeypatch.setattr(command, "install", lambda *details: pytest.fail("installed something"))
    assert command.main(["run", *options]) == 2
    assert sentence in capsys.readouterr().err


def _modules(source: str) -> set[str]:
    """Return the top-level names of what a Python source imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


def _not_in_colab(sources: list[str]) -> set[str]:
    """Return the imported modules that are neither Python's nor the course's nor Colab's."""
    packages = metadata.packages_distributions()
    modules = set().union(*map(_modules, sources)) - set(sys.stdlib_module_names)
    return {
        module
        for module in modules - {"course_utils"}
        if not {name.lower().replace("_", "-") for name in packages.get(module, [])} & set(LOCKED)
    }


@pytest.mark.unit
def test_chapters_import_only_what_colab_has():
    """The set-up cell installs without dependencies, so what Colab lacks would be missing."""
    notebooks = [
        cell.source for path in COURSE.notebooks() for _, cell in files.code_cells(files.read(path))
    ]
    package = [
        path.read_text(encoding="utf-8") for path in (files.ROOT / "course_utils").rglob("*.py")
    ]
    assert _not_in_colab(notebooks + package) == set()
    assert _not_in_colab(["import papermill, keras", "from nbval import x"]) == {
        "papermill",
        "nbval",
    }


@pytest.mark.unit
def test_the_set_up_cell_calls_pip_and_nothing_else():
    """Pip itself calls git; both are there in Colab. The cell is the same in every notebook."""
    source = notebook_template.setup_source(COURSE)
    called = re.findall(r"subprocess\.\w+\((\w+)", source)
    assert called == ["pip"]
    assert '[sys.executable, "-m", "pip", "install"' in source
    assert not re.search(r"\bos\.(system|popen)|^[!%]", source, re.MULTILINE)


@pytest.mark.unit
def test_colabs_list_holds_every_dependency_and_a_tensorflow_that_may_be_used():
    project = tomllib.loads((files.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in project["dependencies"]:
        name, bound = requirement.split(">=")
        has, needs = (
            [int(part) for part in version.split(".")[:2]] for version in (LOCKED[name], bound)
        )
        assert has >= needs, f"Colab has {name} {LOCKED[name]}, pyproject.toml asks for {bound}"


@pytest.mark.unit
def test_a_list_without_a_dependency_is_refused(tmp_path):
    published = tmp_path / "pip-freeze.txt"
    published.write_text(
        "# a comment\nkeras==3.13.2\ntorch @ https://example.invalid/x.whl\n", encoding="utf-8"
    )
    target = tmp_path / "colab.txt"
    with pytest.raises(EnvironmentFailure, match="pip-freeze.txt lacks tensorflow, numpy"):
        colab_list.write(published, target)
    assert not target.exists()


@pytest.mark.unit
def test_no_suitable_python_is_named_with_the_remedy(tmp_path):
    future = Kind("future", "for later", ("3.99",), None, has_runner=False)
    with pytest.raises(EnvironmentFailure, match=r"needs Python 3\.99, .* install one"):
        install(future, tmp_path)


@pytest.mark.unit
def test_a_free_threaded_python_is_passed_over(tmp_path, monkeypatch):
    """The packages have no wheels for it, and it may come first on the PATH."""
    pythons = [
        {"implementation": "cpython", "version": "3.13.9", "variant": "freethreaded", "path": "t"},
        {"implementation": "pypy", "version": "3.13.8", "variant": "default", "path": "pypy"},
        {"implementation": "cpython", "version": "3.13.5", "variant": "default", "path": "plain"},
    ]
    monkeypatch.setattr(environments.install, "_uv", lambda kind, *arguments: json.dumps(pythons))
    kind = Kind("some", "for this test", ("3.13",), None, has_runner=False)
    assert environments.install._find_python(kind) == ("plain", "3.13.5")
    # What uv says of this computer has these fields.
    monkeypatch.undo()
    listed = environments.install._uv(
        kind, "python", "list", "--only-installed", "--output-format", "json"
    )
    assert all(set(pythons[0]) <= set(python) for python in json.loads(listed))


@pytest.mark.notebooks
def test_an_index_that_is_not_there_fails_and_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(command, "_BUILD", tmp_path / "build")
    assert command.main(["run", "--environment", "colab", "--chapters", "00"]) == 1
    said = capsys.readouterr().err
    assert "colab: FAILED" in said
    assert "Is the package index reachable" in said


# From here on with real kernels, in a small environment: IPython and pip, and no TensorFlow.

STAND_IN = {
    "pyproject.toml": """\
[build-system]
# Newer than Colab's own, which refuses a license in this form: pip must build with its own.
requires = ["setuptools>=77.0.3"]
build-backend = "setuptools.build_meta"
[project]
name = "course_utils"
version = "{version}"
license = "MIT"
[project.urls]
Repository = "https://github.com/ada/small-course"
[tool.course]
release_ref = "{ref}"
[tool.setuptools]
packages = ["course_utils"]
""",
    "course_utils/__init__.py": '__version__ = "{version}"\n',
    # What the set-up cell, a chapter and the runner ask of the package.
    "course_utils/runtime.py": """\
import json
import os


def load_tensorflow():
    pass


def start(name, profile, data, release):
    return None


def write_results(name):
    record = {{"chapter": name, "profile": os.environ["COURSE_PROFILE"], "data": "sample"}}
    record |= {{"meaningful": False, "headline": "done", "values": {{}}, "versions": {{}}}}
    with open(os.path.join(os.environ["COURSE_RESULTS"], name + ".json"), "w") as file:
        json.dump(record, file)
""",
}


@pytest.fixture(scope="module")
def small_environment(tmp_path_factory) -> Environment:
    """An environment with a kernel and pip, made as the real ones are."""
    folder = tmp_path_factory.mktemp("environments")
    wanted = folder / "small.txt"
    names = ("ipykernel", "pip", "setuptools")
    uv = [sys.executable, "-m", "uv", "pip", "compile", "-", "--quiet", "--constraint", COLAB_LIST]
    subprocess.run([*uv, "--output-file", wanted], input="\n".join(names), text=True, check=True)
    small = Kind("small", "IPython and pip", KINDS["colab"].pythons, None, has_runner=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments.install, "COLAB_LIST", wanted)
        return install(small, folder)


class SmallCourse:
    """A course in a git repository, whose package needs nothing."""

    def __init__(self, folder: Path, ref: str):
        self.folder = folder
        for name, text in STAND_IN.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            filled = text.format(version=files.Course.version, ref=ref)
            (folder / name).write_text(filled, encoding="utf-8")
        subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
        (folder / "notebooks").mkdir()
        self.course = files.Course.read(folder)

    def write(self, name: str, source: str) -> Path:
        """Write a chapter with a cell of its own, in order but for that."""
        chapter = self.folder / "notebooks" / f"{name}.ipynb"
        notebook = v4.new_notebook(
            cells=[
                v4.new_markdown_cell("# Small", id="title"),
                code("choices", notebook_template.PARAMETERS, "parameters"),
                code("results", f"runtime.write_results({name!r})"),
                code("added", source),
            ]
        )
        notebook_template.stamp(notebook, Addresses(self.course), chapter)
        chapter.write_text(files.render(notebook), encoding="utf-8")
        return chapter


# Chapters that Colab would run, and chapters that it would not; what is said of the latter.
IN_ORDER = "90_in_order"
UNFORGIVEN = {
    # A program that a developer's computer has, and Colab perhaps not.
    "90_program": (
        "import subprocess\nsubprocess.run(['make'], check=True)",
        ["(id added)", "error:  FileNotFoundError", "remedy: "],
    ),
    "90_package": (
        "import papermill",
        ["(id added)", "error:  ModuleNotFoundError", "remedy: install the course's"],
    ),
    "90_installs": (
        'pip = [sys.executable, "-m", "pip", "install", "--quiet", "latex2mathml"]\n'
        "subprocess.run(pip, check=True)",
        ["where:  the set-up cell", "also installed latex2mathml"],
    ),
    "90_elsewhere": (
        'sys.modules["course_utils"].__file__ = os.__file__',
        ["(id where-the-helpers-lie)", "AssertionError: course_utils lies in"],
    ),
    "90_nowhere": (
        "",
        ["(id set-up)", "The helpers could not be fetched", "Check the network"],
    ),
}


@pytest.fixture
def small_course(tmp_path) -> SmallCourse:
    return SmallCourse(tmp_path / "course", "main")


@pytest.mark.notebooks
def test_what_colab_would_not_forgive_fails_and_the_rest_passes(
    small_environment, tmp_path, capsys
):
    """All chapters in one run: the set-up cell fetches the helpers from a release's tag."""
    tag = f"v{files.Course.version}"
    small = SmallCourse(tmp_path / "course", tag)
    chapters = [small.write(IN_ORDER, "")]
    chapters += [small.write(name, source) for name, (source, _) in UNFORGIVEN.items()]
    nowhere = chapters[-1].read_text(encoding="utf-8")
    chapters[-1].write_text(nowhere.replace(f"@{tag}", "@no-such-tag"), encoding="utf-8")
    failures = {
        text.split()[2]: text for text in execution.run(small_environment, chapters, small.course)
    }
    printed = capsys.readouterr().out
    assert re.search(rf"small +{IN_ORDER} +passed", printed), failures.get(IN_ORDER)
    assert set(failures) == set(UNFORGIVEN)
    for name, (_, sentences) in UNFORGIVEN.items():
        assert failures[name].startswith(f"small: FAILED {name}\n  where:  "), failures[name]
        for sentence in sentences:
            assert sentence in failures[name]
        assert re.search(rf"small +{name} +FAILED", printed)

    executed = small_environment.folder / f"chapters/{IN_ORDER}/notebooks/{IN_ORDER}.ipynb"
    cells = {cell.id: cell for cell in files.read(executed).cells}
    assert cells["set-up"].source == notebook_template.setup_source(small.course)
    assert f"git+https://github.com/ada/small-course@{tag}" in cells["set-up"].source
    assert cells["where-the-helpers-lie"].outputs[0].text == (
        f"course_utils was installed by the set-up cell: {files.Course.version}\n"
    )


@pytest.mark.notebooks
def test_a_computer_that_has_the_helpers_already_is_no_test(
    small_environment, small_course, tmp_path
):
    public = public_copy.make(small_course.course, tmp_path / "public")
    chapter = small_course.write("90_small", "")
    fresh = Computer(small_environment, chapter, tmp_path / "one", public)
    fresh.check_before()
    with pytest.raises(EnvironmentFailure, match=r"did not install .* noted \{\}"):
        fresh.check_after(small_course.course)
    (fresh.notebooks / "course_utils.py").touch()
    with pytest.raises(EnvironmentFailure, match=r"is there before .*course_utils\.py"):
        fresh.check_before()


@pytest.mark.unit
def test_the_public_copy_holds_what_the_next_commit_would(small_course, tmp_path):
    (small_course.folder / ".gitignore").write_text("secret.txt\n", encoding="utf-8")
    for name in ("secret.txt", "new.txt"):
        (small_course.folder / name).touch()
    public = public_copy.make(small_course.course, tmp_path / "public")
    names = subprocess.run(
        ["git", "ls-files"], cwd=public.folder, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "new.txt" in names
    assert "secret.txt" not in names
    found = subprocess.run(
        ["git", "ls-remote", "https://github.com/ada/small-course", "main"],
        env=os.environ | public.git_settings,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert found.split() == [public.commit, "refs/heads/main"]


@pytest.mark.unit
def test_temporary_files_in_the_repository_are_refused(monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(files.ROOT / "build"))
    with pytest.raises(EnvironmentFailure, match="TMPDIR"):
        fresh_folder(COURSE)


@pytest.mark.unit
def test_colabs_list_says_where_it_comes_from_and_pins_everything():
    lines = COLAB_LIST.read_text(encoding="utf-8").splitlines()
    assert "googlecolab/backend-info" in " ".join(lines[:3])
    assert all(re.fullmatch(r"[a-z0-9.-]+==[\w.]+|#.*", line) for line in lines)
    assert json.dumps(sorted(LOCKED)) == json.dumps(list(LOCKED))
