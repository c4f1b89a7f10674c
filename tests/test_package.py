"""The package as a whole: what importing it costs, and that the project's files agree."""

import os
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml

import course_utils

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
THE_SIX_PACKAGES = {"tensorflow", "jupyterlab", "matplotlib", "nbval", "papermill", "gdown"}


def _python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_import_loads_nothing_heavy():
    loaded = _python("import sys, course_utils; print(*sys.modules)").split()
    assert not {"tensorflow", "keras", "matplotlib", "numpy"} & set(loaded)


def test_import_costs_little_beside_python_itself():
    """The best of several starts each, as a ratio in one run: no absolute time.

    The budget is 0.2 s; a bare Python with the three standard modules below takes about a quarter
    of that on a slow machine, so five times as long would break it.
    """

    def best(code: str) -> float:
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            _python(code)
            times.append(time.perf_counter() - begin)
        return min(times)

    assert best("import course_utils") < 5 * best("import json, tempfile, importlib.metadata")


def test_submodules_load_on_first_use_and_unknown_ones_say_so():
    assert course_utils.profiles.get("ci").name == "ci"
    with pytest.raises(AttributeError, match="'nothing'"):
        _ = course_utils.nothing
    assert "arithmetic" in dir(course_utils)


def test_constraints_pin_versions_and_name_no_address():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 50
    for line in lines:
        assert re.fullmatch(r"[a-z0-9._-]+==[\w.+!]+( ; .+)?", line), line


def _requirements(*groups: str) -> dict[str, str]:
    wanted = [*PROJECT["dependencies"]]
    for group in groups:
        wanted += PROJECT["optional-dependencies"][group]
    return dict(re.fullmatch(r"([\w-]+)(.*)", entry).groups() for entry in wanted)


def test_only_lower_bounds():
    for package, bound in _requirements("run", "test").items():
        assert re.fullmatch(r">=[\d.]+", bound), f"{package}{bound}"


def test_every_requirement_is_constrained():
    pinned = re.findall(
        r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(_requirements("run", "test")) <= set(pinned)


def test_environment_shows_the_six_packages_with_pyproject_bounds_and_a_use():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    packages = yaml.safe_load(text)["dependencies"][-1]["pip"]
    shown = dict(
        re.fullmatch(r"([\w-]+)(>=.*)", entry).groups() for entry in packages if "=" in entry
    )
    bounds = _requirements("run", "test")
    assert set(shown) == THE_SIX_PACKAGES
    assert shown == {package: bounds[package] for package in THE_SIX_PACKAGES}
    for package in THE_SIX_PACKAGES:
        assert re.search(rf"^ +- {package}>=\S+ +# used in: \w", text, re.MULTILINE), package


def test_git_ignores_no_source_of_the_data_package():
    """A pattern ``data/`` would leave course_utils/data out of every commit."""
    for file in (ROOT / "course_utils").rglob("*.py"):
        ignored = subprocess.run(["git", "check-ignore", "-q", file], cwd=ROOT).returncode == 0
        assert not ignored, file


def test_citation_has_the_package_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == course_utils.__version__


def test_a_test_that_no_command_would_select_is_refused(tmp_path):
    conftest = (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    marked = "import pytest\n\n@pytest.mark.{}\ndef test_something():\n    pass\n"

    def collect(mark):
        (tmp_path / "test_one.py").write_text(marked.format(mark), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--collect-only", "."]
        tests = {"PYTHONPATH": str(ROOT / "tests")}
        return subprocess.run(
            command, cwd=tmp_path, env={**os.environ, **tests}, capture_output=True, text=True
        )

    assert collect("unit").returncode == 0
    refused = collect("slow")
    assert refused.returncode != 0
    assert "test_one.py::test_something" in refused.stdout + refused.stderr
