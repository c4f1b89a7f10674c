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
from tools.runner.outcome import Files, Outcome

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


def test_the_page_of_the_run_before_is_kept_and_not_shown_as_of_this_one(tmp_path):
    files = Files.of(tmp_path / "02_first.ipynb", tmp_path / "build")
    files.prepare()
    for path in (files.page, files.notebook):
        path.write_text("of the first run", encoding="utf-8")
    for _ in range(2):  # the second run wrote no page
        files.prepare()
        assert not files.page.exists() and not files.notebook.exists()
        kept = files.page.parent / "earlier" / files.page.name
        assert kept.read_text(encoding="utf-8") == "of the first run"
    files.page.write_text("of the third run", encoding="utf-8")
    files.prepare()
    assert kept.read_text(encoding="utf-8") == "of the third run"


def test_a_file_that_knows_no_arrows_ends_no_run(tmp_path):
    (tmp_path / "02_first.ipynb").touch()
    places = ["--notebooks", str(tmp_path), "--build", str(tmp_path / "41% → 100%, 합성곱")]
    with (tmp_path / "output").open("w", encoding="cp1252") as output:
        finished = subprocess.run(
            [sys.executable, "-c", AS_ON_WINDOWS, *places],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONIOENCODING": "cp1252"},
            stdout=output,
            stderr=subprocess.PIPE,
        )
    assert finished.returncode == 0, finished.stderr.decode("cp1252")
    assert "41% ? 100%, ???" in (tmp_path / "output").read_text(encoding="cp1252")


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
    path.write_text(str(ended.pid), encoding="utf-8")
    assert run_in(tmp_path, tmp_path) == 0
    assert not path.exists()
    # A living process that only has the same number.
    path.write_text(str(os.getpid()), encoding="utf-8")
    assert run_in(tmp_path, tmp_path) == 0
    with pytest.raises(KeyError), lock.held(tmp_path):
        assert path.read_text(encoding="utf-8") == str(os.getpid())
        raise KeyError
    assert not path.exists()
    assert run_in(tmp_path, tmp_path) == 0


@pytest.mark.parametrize("said", ["", "999999999"])
def test_a_run_holds_its_folder_whatever_its_file_says(tmp_path, capsys, monkeypatch, said):
    """At its very start the file is empty, or still a killed run's."""
    monkeypatch.setattr(supervisor, "run", lambda options: pytest.fail("it ran"))
    with lock.held(tmp_path):
        (tmp_path / "running.pid").write_text(said, encoding="utf-8")
        assert run_in(tmp_path, tmp_path) == 2
    assert f"another run (pid {said or 'unknown'}) writes to " in capsys.readouterr().err


# Says whether it may run; a refused one ends, the other waits.
A_RUN = """\
import sys
from pathlib import Path
from tools.runner import lock
from tools.runner.options import OptionError
print("ready", flush=True)
sys.stdin.readline()
try:
    with lock.held(Path(sys.argv[1])):
        print("runs", flush=True)
        sys.stdin.read()
except OptionError:
    print("refused", flush=True)
"""


def test_of_many_runs_one_takes_over_what_a_killed_one_left(tmp_path):
    def start():
        return subprocess.Popen(
            [sys.executable, "-c", A_RUN, str(tmp_path)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def go(runs):
        for run in runs:
            assert run.stdout.readline() == "ready\n"
        for run in runs:
            run.stdin.write("\n")
            run.stdin.flush()
        return [run.stdout.readline().strip() for run in runs]

    killed, *others = runs = [start() for _ in range(5)]
    try:
        assert go([killed]) == ["runs"]
        assert (tmp_path / "running.pid").read_text(encoding="utf-8") == str(killed.pid)
        killed.kill()
        killed.wait()
        assert sorted(go(others)) == ["refused"] * 3 + ["runs"]
    finally:
        for run in runs:
            run.kill()
            run.communicate()


def test_a_worker_that_fails_before_it_has_a_log_is_described(tmp_path):
    chosen = Options.choose(profile="ci", build=tmp_path)
    (failed,) = supervisor._crashed("02_first", 1, chosen).failures
    assert failed.message == "the runner itself failed (exit code 1)"
    assert failed.remedy == "read the traceback above"
    log = tmp_path / "work" / "02_first.log"
    log.parent.mkdir()
    log.write_text("Traceback\nKeyError: 3\n", encoding="utf-8")
    (failed,) = supervisor._crashed("02_first", 1, chosen).failures
    assert failed.message.endswith("(exit code 1): KeyError: 3")
    assert "02_first.log" in failed.remedy


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
    path.write_text(nbformat.v4.writes(notebook), encoding="utf-8")


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
    (copies / ".copied.json").write_text('{"02_a', encoding="utf-8")
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
    (tmp_path / "record.json").write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
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
