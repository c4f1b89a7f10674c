"""What the course never does with what it reads: unpickle, run a shell, fetch when imported.

The code is read, not searched for words: a docstring may say "pickle". Each rule is tried on code
that breaks it.
"""

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tools import notebook_files

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "course_utils").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))

#: Modules that run what they read.
_UNPICKLERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
#: Calls that hand a text to a shell, by their full name.
_SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
#: Calls that unpack an archive or several of its files at once.
_UNPACKERS = {"extractall", "unpack_archive"}
#: The only place where a file is taken out of an archive: it looks at the paths first.
_SAFE_UNPACKER = "course_utils/data/download.py"


def full_name(node):
    """``os.system`` for the tree of these words; only the last word if more comes before it."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{full_name(node.value)}.{node.attr}"
    return ""


def is_constant(call, keyword, value):
    """Whether a call is given a keyword with exactly this constant."""
    given = [word.value for word in call.keywords if word.arg == keyword]
    return bool(given) and isinstance(given[0], ast.Constant) and given[0].value is value


def breaches(code, place):
    """Return what a piece of code does that no code of the course may do, one line each."""
    found = []
    for node in ast.walk(ast.parse(code)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
        if {name.split(".")[0] for name in names} & _UNPICKLERS:
            found.append(f"{place}:{node.lineno} imports what unpickles")
        if set(names) & _SHELLS:
            found.append(f"{place}:{node.lineno} imports a shell")
        if not isinstance(node, ast.Call):
            continue
        name = full_name(node.func)
        last = name.split(".")[-1]
        words = {word.arg for word in node.keywords}
        where = f"{place}:{node.lineno} {name}"
        if name in ("np.load", "numpy.load") and not is_constant(node, "allow_pickle", False):
            found.append(f"{where} without allow_pickle=False")
        if last == "read_pickle" or (
            "allow_pickle" in words and not is_constant(node, "allow_pickle", False)
        ):
            found.append(f"{where} may unpickle")
        if "safe_mode" in words and not is_constant(node, "safe_mode", True):
            found.append(f"{where} leaves the safe mode")
        if last == "enable_unsafe_deserialization":
            found.append(f"{where} leaves the safe mode")
        if (
            name in _SHELLS
            or last == "system"
            or not ("shell" not in words or is_constant(node, "shell", False))
        ):
            found.append(f"{where} runs a shell")
        if last in _UNPACKERS or (last == "extract" and place != _SAFE_UNPACKER):
            found.append(f"{where} unpacks an archive beside data.download.unpack")
        if last == "get_file" and ({"extract", "untar"} & words):
            found.append(f"{where} unpacks an archive beside data.download.unpack")
    return found


def test_the_package_keeps_the_rules():
    found = []
    for path in MODULES:
        place = path.relative_to(ROOT).as_posix()
        found += breaches(path.read_text(encoding="utf-8"), place)
    assert len(MODULES) > 30 and found == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebooks_keep_the_rules(path):
    found = []
    for cell in notebook_files.read(path).cells:
        if cell.cell_type != "code":
            continue
        lines = cell.source.splitlines()
        # A magic is no Python. A line for the shell is one only the set-up cell could need.
        found += [f"{cell.id}: {line}" for line in lines if line.lstrip().startswith("!")]
        code = "\n".join("" if line.startswith(("%", "!")) else line for line in lines)
        found += breaches(code, cell.id)
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle",
        "from joblib import load",
        "def later():\n    import cloudpickle",
        "np.load(path)",
        "np.load(path, mmap_mode='r', allow_pickle=True)",
        "numpy.load(path, allow_pickle=allowed)",
        "np.savez(path, allow_pickle=True, x=x)",
        "pd.read_pickle(path)",
        "keras.models.load_model(path, safe_mode=False)",
        "keras.config.enable_unsafe_deserialization()",
        "os.system('ls')",
        "from os import system",
        "import os as operating\noperating.system('ls')",
        "subprocess.run('ls', shell=True)",
        "subprocess.Popen(command, shell=use_shell)",
        "subprocess.getoutput('ls')",
        "zipfile.ZipFile(path).extractall(folder)",
        "contents.extract(name, folder)",
        "shutil.unpack_archive(path)",
        "keras.utils.get_file(name, origin=address, extract=True)",
    ],
)
def test_control_each_rule_finds_what_breaks_it(code):
    assert breaches(code, "chapter")


@pytest.mark.parametrize(
    "code",
    [
        "np.load(path, allow_pickle=False)",
        "keras.models.load_model(path)",
        "subprocess.run(['ls'])",
        "'pickle, os.system() and extractall()'",
    ],
)
def test_control_other_code_is_left_alone(code):
    assert breaches(code, "chapter") == []


# --- nothing is fetched by an import ------------------------------------------------------------

#: Imports the modules that it is given, and prints whatever tried to reach the network.
IMPORTER = """
    import importlib, sys
    reached = []

    def hook(event, arguments):
        if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"):
            reached.append(f"{event}{arguments!r}")
            raise ConnectionRefusedError("no network in this test")

    sys.addaudithook(hook)
    for name in sys.argv[1:]:
        try:
            importlib.import_module(name)
        except ConnectionRefusedError:
            pass
    print(*reached, sep="\\n")
"""


def reached_by_importing(names, folder):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(IMPORTER), *names],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_an_import_reaches_for_no_network():
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
    ]
    assert reached_by_importing(names, ROOT) == ""


@pytest.mark.parametrize(
    "code",
    [
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9')",
        "import requests\ntry:\n    requests.get('http://127.0.0.1:9')\nexcept OSError:\n    pass",
    ],
    ids=["urllib", "requests, and the error is swallowed"],
)
def test_control_an_import_that_does_is_noticed(tmp_path, code):
    (tmp_path / "greedy.py").write_text(code, encoding="utf-8")
    assert "127.0.0.1" in reached_by_importing(["greedy"], tmp_path)
