"""The runner on notebooks that must fail and notebooks that must pass, with real kernels."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from bs4 import BeautifulSoup

from course_utils import profiles
from tools.runner.page import outside_requests

FIXTURES = Path(__file__).parent / "fixtures"
REPOSITORY = FIXTURES.parents[1]
CHAPTERS = (
    "02_honest",
    "02_in_callback",
    "02_many_steps",
    "02_same_model",
    "02_trains_longer",
    "02_trains_outside_fit",
    "90_counts",
    "90_exits",
    "90_install_shell",
    "90_install_subprocess",
    "90_killed",
    "90_misspelt_parameter",
    "90_name_error",
    "90_no_results",
    "90_other_profile",
    "90_page",
    "90_swallowed",
    "90_widget_body",
)


def command(folder: Path, *arguments: str) -> list[str]:
    places = ["--notebooks", str(folder / "notebooks"), "--build", str(folder / "build")]
    return [sys.executable, "-m", "tools.run_course", *places, *arguments]


def copy_chapters(folder: Path, *names: str) -> None:
    (folder / "notebooks").mkdir()
    for name in names:
        shutil.copy(FIXTURES / f"{name}.ipynb", folder / "notebooks")


class Run:
    """A finished run of the course."""

    def __init__(self, folder: Path, *arguments: str):
        self.folder = folder
        finished = subprocess.run(
            command(folder, *arguments), cwd=REPOSITORY, capture_output=True, text=True
        )
        self.code, self.out, self.err = finished.returncode, finished.stdout, finished.stderr
        self.report = json.loads((folder / "build" / "report.json").read_text(encoding="utf-8"))
        self.chapters = {chapter["chapter"]: chapter for chapter in self.report["chapters"]}

    def page(self, name: str) -> str:
        return (self.folder / "build" / "notebooks" / f"{name}.html").read_text(encoding="utf-8")

    def printed(self, name: str, cell_id: str) -> str:
        path = self.folder / "build" / "notebooks" / f"{name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        cell = next(cell for cell in notebook.cells if cell.id == cell_id)
        return "".join(output.get("text", "") for output in cell.outputs)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    copy_chapters(folder, *CHAPTERS)
    (folder / "notebooks" / "91_broken.ipynb").write_text("{", encoding="utf-8")
    stale = folder / "build" / "results" / "90_no_results.json"
    stale.parent.mkdir(parents=True)
    stale.write_text(
        json.dumps({"chapter": "90_no_results", "profile": "ci", "data": "sample"}),
        encoding="utf-8",
    )
    return Run(folder, "--profile", "ci")


FAILURES = [
    (
        "02_in_callback",
        "cell 6 (id train)",
        "planned 02.mlp: 1 epoch × 640 pictures (10 batches of 64); observed 1 epoch × 640 "
        "pictures (10 batches), 100 optimizer steps in 10 batches",
        'profile["02.mlp"]',
    ),
    ("02_many_steps", "(id train)", "02.mlp: 1 epoch", 'profile["02.mlp"]'),
    ("02_many_steps", "(id train)", "02.convnet: 1 epoch", 'profile["02.convnet"]'),
    ("02_in_callback", "(id train)", "02.convnet: 1 epoch", 'profile["02.convnet"]'),
    (
        "02_same_model",
        "cell 5 (id train)",
        "planned 02.convnet: a model of its own; observed the model that was trained for 02.mlp",
        "build a new model for 02.convnet",
    ),
    (
        "02_trains_longer",
        'cell 5 (id train-longer) in "Training": for training in',
        "planned 02.mlp: 1 epoch × 640 pictures (10 batches of 64); observed 7 epochs × 640",
        'profile["02.mlp"]',
    ),
    (
        "02_trains_outside_fit",
        'cell 6 (id gradient-tape) in "A loop by hand"',
        "no training outside of fit is planned; observed 3 optimizer steps and 0 pictures",
        "train with Model.fit",
    ),
    ("02_trains_outside_fit", "id train-on-batch", "observed 2 optimizer steps and 10 pict", ""),
    ("02_trains_outside_fit", "id update-step", "observed 6 optimizer steps and 0 pictures", ""),
    ("02_trains_outside_fit", "id graph", "observed 4 optimizer steps and 0 pictures", ""),
    ("90_exits", "cell 5 (id exit)", "the cells below it did not run", "remove sys.exit()"),
    ("90_install_shell", "cell 4 (id set-up)", "no-such-package-of-this-course` ended with", "run"),
    ("90_install_shell", "cell 5 (id set-up-by-magic)", "another-package-of-this-course`", "run"),
    ("90_install_subprocess", "cell 4 (id set-up)", "CalledProcessError: Command", "by hand"),
    ("90_killed", 'cell 5 (id kill) in "Too much memory"', "was killed or crashed", "--jobs 1"),
    (
        "90_misspelt_parameter",
        "(id parameters)",
        "not define PROFILE; it defines PROFLE",
        "exactly",
    ),
    (
        "90_name_error",
        'cell 5 (id mistake) in "Convolution by hand": # The name below is wrong.',
        "NameError: name 'input_size' is not defined",
        "define the name in an earlier cell",
    ),
    ("91_broken", "", "91_broken.ipynb is not a notebook of format 4", "save it again"),
    ("90_no_results", "", "the chapter wrote no 90_no_results.json", "write_results"),
    ("90_other_profile", "", "the results say profile 'full', asked was 'ci'", "PROFILE and DATA"),
    (
        "90_swallowed",
        'cell 5 (id callback-fails) in "A callback"',
        "ZeroDivisionError: division by zero",
        "swallowed the exception",
    ),
    ("90_swallowed", "cell 6 (id printed-only)", "KeyError: 'missing'", "swallowed the exception"),
    (
        "90_widget_body",
        'cell 5 (id interact) in "An interactive figure"',
        "NameError: name 'sizes' is not defined",
        "outside of the widget",
    ),
]


@pytest.mark.notebooks
@pytest.mark.parametrize(("chapter", "place", "error", "remedy"), FAILURES)
def test_a_failing_chapter_names_cell_error_and_remedy(run, chapter, place, error, remedy):
    failures = run.chapters[chapter]["failures"]
    said = [
        failure
        for failure in failures
        if place in failure["place"]
        and error in f"{failure['error']}: {failure['message']}"
        and remedy in failure["remedy"]
    ]
    assert len(said) == 1, failures
    block = run.err[run.err.index(f"FAILED {chapter}\n") :]
    assert f"  error:  {said[0]['error']}: {said[0]['message']}\n" in block
    assert f"  remedy: {said[0]['remedy']}\n" in block


@pytest.mark.notebooks
def test_nothing_else_is_said_about_the_failing_chapters(run):
    expected = sorted(chapter for chapter, *_ in FAILURES)
    found = sorted(
        name
        for name, chapter in run.chapters.items()
        for _ in chapter["failures"]
        if name != "90_counts"
    )
    # One more each: the second planned training, and the profile that `meaningful` belongs to.
    assert found == sorted([*expected, "02_trains_longer", "90_other_profile"])


@pytest.mark.notebooks
def test_the_others_still_run_and_the_exit_code_tells(run):
    assert run.code == 1
    assert list(run.chapters) == [*CHAPTERS, "91_broken"]
    assert run.report["passed"] is False
    for name in ("02_honest", "90_page"):
        assert run.chapters[name]["failures"] == []
    assert run.chapters["90_misspelt_parameter"]["cells"] == 0


@pytest.mark.notebooks
def test_the_table_names_work_memory_and_copies(run):
    plan = profiles.get("ci").of_chapter("02").values()
    work = sum(training.work for training in plan)
    honest = next(line for line in run.out.splitlines() if line.startswith("02_honest"))
    assert f" {work:,} " in honest
    assert "not meaningful" in honest
    assert "build/notebooks/02_honest.ipynb, .html" in honest
    assert run.chapters["02_honest"]["pictures_trained"] == work
    assert 100 < run.chapters["02_honest"]["peak_memory_mb"] < 8_000
    assert "FAILED: NameError" in run.out
    assert run.out.splitlines()[-1].startswith("Open ")
    assert run.out.splitlines()[-1].endswith("build/notebooks/02_honest.html")
    assert run.report["meaningful"] is False


@pytest.mark.notebooks
def test_pictures_and_steps_are_counted_however_keras_trains(run):
    fits = run.chapters["90_counts"]["fits"]
    assert [
        (fit["epochs_asked"], fit["pictures_per_epoch"], fit["batches"], fit["steps"])
        for fit in fits
    ] == [
        (2, [10, 10], 6, 6),  # the last batch is short
        (2, [10, 10], 10, 10),  # several steps per execution
        (1, [10], 2, 2),  # eagerly
        (1, [10], 3, 3),  # compiled by XLA
        (1, [30], 6, 6),  # a repeated dataset
        (2, [10, 10], 2, 2),  # from epoch 3 to epoch 5
        (5, [10, 10], 2, 2),  # stopped early
        (1, [10], 2, 2),  # a training step of its own
        (1, [8], 2, 2),  # validation is no training
        (1, [10], 2, 2),  # with loss scaling
        (1, [0], 0, 0),  # failed before it began
    ]
    failures = run.chapters["90_counts"]["failures"]
    assert len({fit["model"] for fit in fits}) == len(fits)
    assert len(failures) == 10
    assert all("no further training is planned" in failure["message"] for failure in failures)


@pytest.mark.notebooks
def test_the_page_asks_no_other_host_and_describes_its_figures(run):
    page = run.page("90_page")
    assert outside_requests(page) == []
    soup = BeautifulSoup(page, "html.parser")
    assert soup.title.text == "Sizes of outputs"
    assert [image["alt"] for image in soup.find_all("img")] == ['A square, "orange"']
    assert len(soup.find_all("math")) == 5
    links = {link.text: link["href"] for link in soup.find_all("a", href=True)}
    assert links["Open in Colab"].startswith("https://colab.research.google.com")
    assert links["Binder"] == "https://example.org"
    assert "only-text.js" in soup.text
    assert "the figure's font is missing" in soup.text


@pytest.mark.notebooks
def test_the_notebook_gets_what_was_asked_and_sees_no_trace_of_the_watcher(run):
    printed = run.printed("90_page", "environment")
    assert "profile ci ci data sample sample" in printed
    assert "checks strict threads 1" in printed
    assert "folder notebooks" in printed
    assert "traces []" in printed
    assert "path as usual" in printed


@pytest.mark.notebooks
def test_a_second_run_with_another_profile_replaces_the_first(tmp_path):
    copy_chapters(tmp_path, "90_page")
    first = Run(tmp_path, "--profile", "ci", "--threads", "2")
    second = Run(tmp_path, "--profile", "demo", "--chapters", "90")
    assert (first.code, second.code) == (0, 0)
    assert second.report["profile"] == "demo"
    assert "sizes agree" in second.out
    printed = second.printed("90_page", "environment")
    assert "checks None threads 1" in printed
    assert "profile demo demo" in printed
    assert "90_page passed" in second.err  # progress, on a stream that is no terminal


@pytest.mark.notebooks
def test_a_cell_that_takes_too_long_is_given_up(tmp_path):
    copy_chapters(tmp_path, "90_sleeps")
    path = tmp_path / "notebooks" / "90_sleeps.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["nbformat_minor"] = 4  # of an older format, in which cells have no ids
    for cell in notebook["cells"]:
        del cell["id"]
    path.write_text(json.dumps(notebook), encoding="utf-8")
    late = Run(tmp_path, "--profile", "ci", "--cell-timeout", "2")
    assert late.code == 1
    assert "CellTimeout: the cell did not end within 2 s" in late.err
    assert 'cell 5 (id cell-5) in "A chapter that takes long": sleeper.wait()' in late.err


def start_sleeping(folder: Path) -> tuple[subprocess.Popen, list[psutil.Process]]:
    """Start a run and return it with its processes, once its notebook has started one too."""
    copy_chapters(folder, "90_sleeps")
    process = subprocess.Popen(
        command(folder, "--profile", "ci"), cwd=REPOSITORY, stderr=subprocess.PIPE, text=True
    )
    family = []
    give_up = time.monotonic() + 60
    while not any("sleep" in one.name() for one in family) and time.monotonic() < give_up:
        time.sleep(0.1)
        family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) == 3, family  # worker, kernel, and the notebook's own process
    return process, family


@pytest.mark.notebooks
@pytest.mark.parametrize(("ending", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_an_interrupted_run_leaves_no_process_behind(tmp_path, ending, code):
    process, family = start_sleeping(tmp_path)
    process.send_signal(ending)
    _, err = process.communicate(timeout=30)
    _, alive = psutil.wait_procs(family, timeout=15)
    assert alive == []
    assert process.returncode == code
    if code == 130:
        assert "interrupted; all kernels are stopped" in err
        assert "Traceback" not in err


@pytest.mark.notebooks
def test_a_killed_worker_is_reported_and_leaves_no_process_behind(tmp_path):
    process, family = start_sleeping(tmp_path)
    family[0].kill()
    _, err = process.communicate(timeout=30)
    _, alive = psutil.wait_procs(family, timeout=15)
    assert alive == []
    assert process.returncode == 1
    assert "FAILED 90_sleeps" in err
    assert "WorkerDied: the process that ran the chapter was ended by SIGKILL" in err
    assert "ran out of memory" in err


@pytest.mark.notebooks
def test_nbval_fails_on_a_stored_output_that_changed(tmp_path):
    names = ("changed_output", "checked_without_output")
    copy_chapters(tmp_path, *names)
    notebooks = [str(tmp_path / "notebooks" / f"{name}.ipynb") for name in names]
    options = "--nbval-lax --nbval-current-env -rA"
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "/dev/null", *options.split(), *notebooks],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == 1
    assert "1 failed, 1 passed" in finished.stdout
    assert "changed_output.ipynb" in finished.stdout.split("FAILED")[-1]


@pytest.mark.notebooks
def test_an_executed_copy_shows_nobodys_own_marks(tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    (own / "02.1.json").write_text("[16, true]", encoding="utf-8")
    monkeypatch.setenv("COURSE_PROGRESS", str(own))
    copy_chapters(tmp_path, "90_counts")
    path = tmp_path / "notebooks" / "90_counts.ipynb"
    notebook = nbformat.read(path, as_version=4)
    tried = (
        "from course_utils.checks import progress\n"
        'print(progress.known("02.1"))\n'
        'progress.record("02.1", True)'
    )
    notebook.cells.append(nbformat.v4.new_code_cell(tried, id="tried"))
    nbformat.write(notebook, path)
    for _ in range(2):  # nor those of the run before
        run = Run(tmp_path, "--profile", "ci")
        assert run.printed("90_counts", "tried") == "(0, False)\n"
    assert (own / "02.1.json").read_text(encoding="utf-8") == "[16, true]"
