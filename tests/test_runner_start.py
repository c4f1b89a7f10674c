"""Before a run or JupyterLab starts: other systems, other runs, wrong folders; and file writing."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest

from tools import atomic_files, lab, run_course, watched_kernel
from tools.runner import lock, report, supervisor
from tools.runner.memory import MemoryWatch
from tools.runner.options import REPOSITORY, Options
from tools.runner.outcome import Outcome

pytestmark = pytest.mark.unit

# What Windows lacks.
AS_ON_WINDOWS = """\
import signal, sys
import psutil  # on Linux, it needs the module itself
sys.modules["resource"] = None
del signal.SIGHUP
from tools import lab, run_course, watched_kernel
from tools.runner import supervisor, worker
supervisor.run = lambda options: []
sys.exit(run_course.main(sys.argv[1:]))
"""


def test_the_runner_starts_without_what_windows_lacks(tmp_path):
    (tmp_path / "02_first.ipynb").touch()
    places = ["--notebooks", str(tmp_path), "--build", str(tmp_path / "build")]
    finished = subprocess.run(
        [sys.executable, "-c", AS_ON_WINDOWS, *places],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 0, finished.stderr


def test_peak_memory_is_known_on_windows_too(monkeypatch):
    process = SimpleNamespace(memory_info=lambda: SimpleNamespace(peak_wset=123))
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr(psutil, "Process", lambda: process)
    assert watched_kernel.peak_memory_bytes() == 123


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "kept.json"
    atomic_files.write(path, "old\n")
    path.chmod(0o640)

    def fail(*names):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with pytest.raises(OSError, match="no space"):
            atomic_files.write(path, "new\n")
    assert [file.name for file in tmp_path.iterdir()] == ["kept.json"]
    assert path.read_bytes() == b"old\n"
    atomic_files.write(path, "new\n")
    assert path.read_bytes() == b"new\n"
    assert path.stat().st_mode & 0o777 == 0o640


def run_in(build: Path, notebooks: Path) -> int:
    (notebooks / "02_first.ipynb").touch()
    return run_course.main(["--notebooks", str(notebooks), "--build", str(build)])


def test_a_second_run_in_one_build_folder_is_refused(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(supervisor, "run", lambda options: pytest.fail("it ran"))
    build = tmp_path / "build"
    with lock.held(build):
        assert run_in(build, tmp_path) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert f"another run (pid {os.getpid()}) writes to " in captured.err
    assert "build; wait for it or give --build FOLDER" in captured.err


def test_the_lock_of_a_run_that_has_ended_is_taken_over(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor, "run", lambda options: [])
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    path = tmp_path / "running.pid"
    path.write_text(str(ended.pid))
    assert run_in(tmp_path, tmp_path) == 0
    assert not path.exists()
    # A process that is younger than the file only has the same number.
    path.write_text(str(os.getpid()))
    long_ago = time.time() - 1e9
    os.utime(path, (long_ago, long_ago))
    assert run_in(tmp_path, tmp_path) == 0
    with pytest.raises(KeyError), lock.held(tmp_path):
        assert path.read_text() == str(os.getpid())
        raise KeyError
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path, capsys):
    (tmp_path / "file").touch()
    assert run_in(tmp_path / "file" / "build", tmp_path) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "build cannot be written to (Not a directory); give --build FOLDER" in captured.err


def test_the_page_to_open_is_named_as_one_types_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "02_first.ipynb").touch()
    chosen = Options.choose(notebooks=tmp_path, build="build")
    shown = Outcome("03_second", copies=["notebooks/03_second.ipynb", "notebooks/03_second.html"])
    page = report.first_page(chosen, [Outcome("02_first"), shown])
    assert page == os.path.join("build", "notebooks", "03_second.html")
    assert report.first_page(chosen, [Outcome("02_first")]) is None


def test_lab_hands_on_absolute_data_and_its_options(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(os, "execve", lambda *call: started.append(call))
    monkeypatch.setattr(lab, "copy_chapters", lambda chapters, copies: [])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my data").mkdir()
    monkeypatch.setenv("DATA", "my data")
    monkeypatch.setenv("PROFILE", "full")
    lab.main(["--no-browser", "--port=1"])
    ((program, command, environment),) = started
    assert program == command[0] == sys.executable
    notebooks = f"--notebook-dir={REPOSITORY / 'my_notebooks'}"
    assert command[1:] == ["-m", "jupyterlab", notebooks, "--no-browser", "--port=1"]
    assert environment["COURSE_DATA"] == str((tmp_path / "my data").resolve())
    assert environment["COURSE_PROFILE"] == "full"


def _write(path, source, **metadata):
    cell = nbformat.v4.new_code_cell(source, id="cell")
    cell.outputs, cell.execution_count = [nbformat.v4.new_output("stream", text="42")], 1
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=metadata)
    path.write_text(nbformat.v4.writes(notebook))


def _source(path):
    return nbformat.read(path, 4).cells[0].source


def test_lab_opens_copies_and_never_overwrites_a_changed_one(tmp_path):
    chapters, copies = tmp_path / "notebooks", tmp_path / "my_notebooks"
    (chapters / "solutions").mkdir(parents=True)
    for name in ("02_a.ipynb", "03_b.ipynb", "solutions/02_a.ipynb"):
        _write(chapters / name, "first version")
    assert lab.copy_chapters(chapters, copies) == []
    assert sorted(path.name for path in copies.glob("*.ipynb")) == ["02_a.ipynb", "03_b.ipynb"]
    assert not (copies / "solutions").exists()
    assert not nbformat.read(copies / "02_a.ipynb", 4).cells[0].outputs, "it spoils predictions"

    _write(copies / "02_a.ipynb", "a student's answers")
    _write(copies / "03_b.ipynb", "first version", language_info={"name": "python", "version": "3"})
    assert lab.copy_chapters(chapters, copies) == []
    for name in ("02_a.ipynb", "03_b.ipynb"):
        _write(chapters / name, "second version")
    assert lab.copy_chapters(chapters, copies) == ["02_a.ipynb"]
    assert _source(copies / "02_a.ipynb") == "a student's answers"
    assert _source(copies / "03_b.ipynb") == "second version", "only opened, not changed"


def test_lab_survives_a_damaged_record(tmp_path):
    chapters, copies = tmp_path / "notebooks", tmp_path / "my_notebooks"
    chapters.mkdir()
    _write(chapters / "02_a.ipynb", "first version")
    lab.copy_chapters(chapters, copies)
    (copies / ".copied.json").write_text('{"02_a')
    assert lab.copy_chapters(chapters, copies) == []
    _write(chapters / "02_a.ipynb", "second version")
    lab.copy_chapters(chapters, copies)
    assert _source(copies / "02_a.ipynb") == "second version"


@pytest.mark.parametrize("name", ["PROFILE", "DATA"])
def test_lab_refuses_what_does_not_exist(monkeypatch, capsys, name):
    monkeypatch.setattr(os, "execve", lambda *call: pytest.fail("it started"))
    monkeypatch.setenv(name, "nowhere")
    assert lab.main([]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"lab: {name}='nowhere' is ")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("error", [psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess])
def test_a_process_that_may_not_be_looked_at_ends_no_watch(tmp_path, monkeypatch, error):
    refused = iter([error(os.getpid())])
    look = psutil.Process.memory_info

    def refuse_once(process):
        for one in refused:
            raise one
        return look(process)

    monkeypatch.setattr(psutil.Process, "memory_info", refuse_once)
    (tmp_path / "record.json").write_text(json.dumps({"pid": os.getpid()}))
    with MemoryWatch(tmp_path / "record.json", None) as watch:
        give_up = time.monotonic() + 20
        while watch.peak_mb == 0 and time.monotonic() < give_up:
            time.sleep(0.05)
    assert watch.peak_mb > 0, "the watch ended at its first look"


def test_make_lab_goes_through_the_check():
    finished = subprocess.run(
        ["make", "--dry-run", "lab", "LAB=--no-browser"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    # Called from make itself, make adds lines about folders.
    commands = finished.stdout.splitlines()
    assert any(line.endswith("python -m tools.lab --no-browser") for line in commands)
