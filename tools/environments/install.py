"""Makes an environment with uv: the packages of its list, and nothing else."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.environments.kinds import COLAB_LIST, EnvironmentFailure, Kind
from tools.notebook_files import ROOT

# What students have beside the course's requirements: the set-up cell calls pip.
_PIP = "pip>=24.1\n"
_SHOWN = ("tensorflow", "keras", "numpy", "ipykernel")


@dataclass(frozen=True)
class Environment:
    """An installed environment.

    Attributes:
        kind: Which one.
        folder: Where it lies.
        python_version: The version of its Python, in full.
    """

    kind: Kind
    folder: Path
    python_version: str

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return self.folder / "python" / "bin" / "python"

    def versions(self) -> str:
        """Return the versions of the packages that decide what a chapter computes."""
        listed = _uv(self.kind, "pip", "list", "--format", "json", "--python", str(self.python))
        versions = {package["name"]: package["version"] for package in json.loads(listed)}
        return " · ".join(f"{name} {versions[name]}" for name in _SHOWN)


def install(kind: Kind, build: Path) -> Environment:
    """Make an environment under ``build``, or bring it up to date.

    Raises:
        EnvironmentFailure: If this computer has no suitable Python, or the index has no packages
            that fit together.
    """
    folder = build / kind.name
    python, version = _find_python(kind)
    _uv(kind, "venv", "--quiet", "--allow-existing", "--python", python, str(folder / "python"))
    environment = Environment(kind, folder, version)
    wanted = COLAB_LIST if kind.resolution is None else _resolve(environment)
    # Exactly this list: what an earlier run left beyond it is taken out.
    _uv(kind, "pip", "sync", "--quiet", "--python", str(environment.python), str(wanted))
    return environment


def _resolve(environment: Environment) -> Path:
    """Write down the versions that the requirements of the course lead to, and return the file."""
    kind, wanted = environment.kind, environment.folder / "requirements.txt"
    resolved = _uv(
        kind,
        *("pip", "compile", "--quiet", "--no-header", "--no-annotate", "--extra", "run"),
        *("--resolution", kind.resolution, "--upgrade"),
        *("--python", str(environment.python), "pyproject.toml", "-"),
        stdin=_PIP,
    )
    wanted.write_text(resolved, encoding="utf-8")
    return wanted


def _find_python(kind: Kind) -> tuple[str, str]:
    """Return the path and the version of the Python that suits an environment best."""
    listed = _uv(kind, "python", "list", "--only-installed", "--output-format", "json")
    found = {}
    for python in json.loads(listed):
        # The packages have no wheels for free-threaded Pythons.
        if python["implementation"] == "cpython" and python["variant"] == "default":
            found.setdefault(python["version"].rpartition(".")[0], python)
    for version in kind.pythons:
        if version in found:
            return found[version]["path"], found[version]["version"]
    raise EnvironmentFailure(
        f"{kind.name} needs Python {' or '.join(kind.pythons)}, and this computer has "
        f"{', '.join(found) or 'none'}; install one and put it on the PATH"
    )


def _uv(kind: Kind, *arguments: str, stdin: str = "") -> str:
    """Run uv and return what it prints."""
    command = [sys.executable, "-m", "uv", *arguments]
    finished = subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, text=True)
    if finished.returncode != 0:
        raise EnvironmentFailure(
            f"{kind.name} could not be installed (uv {arguments[0]} {arguments[1]}):\n"
            f"{finished.stderr.strip()}\n"
            "Is the package index reachable, and has it wheels for this Python? A bound in "
            "pyproject.toml that nothing satisfies any more has to be raised."
        )
    return finished.stdout
