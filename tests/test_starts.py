"""Every chapter can be entered at its start-here cell, with what was recorded for it."""

import copy
import json
import shutil
import textwrap
from pathlib import Path

import keras
import numpy as np
import pytest
from nbformat import v4
from notebook_cases import Repository, code, text

from course_utils import profiles, references
from course_utils.references import bands
from course_utils.references import starts as recorded
from course_utils.runtime import Chapter
from course_utils.samples import pets
from course_utils.training import History
from tools import notebook_files as files
from tools import notebook_run, start_cells
from tools.addresses import Addresses
from tools.notebook_rules import check_notebook
from tools.references import starts

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
CHAPTERS = sorted(NOTEBOOKS.glob("0[1-8]_*.ipynb"))
WITH_NETS = ("02", "03", "08")


def number(path):
    return path.name[:2]


def chapter(name="90_halves", profile="demo", data="sample"):
    return Chapter(name, profiles.get(profile), data)


def halves(**sources):
    """A small chapter that is entered in its middle; sources of cells by id."""
    cells = [
        text("title", "# Two halves"),
        code("imports", "import keras\nimport numpy as np\n\nkeras.utils.set_random_seed(1)"),
        text("section", "## 1. The first half"),
        code("make", sources.get("make", "def build():\n    return keras.Sequential([layer()])")),
        code("train", sources.get("train", "right, curve = 0.75, np.array([0.5, 0.25])")),
        code("here", sources.get("here", HERE), start_cells.TAG),
        code("below", sources.get("below", "print('below:', right, curve.sum())")),
    ]
    return v4.new_notebook(cells=cells)


HERE = """\
if "right" not in globals():
    recorded = {"right": 0.75, "curve": np.array([0.5, 0.25])}
    right, curve = recorded["right"], recorded["curve"]"""


@pytest.fixture
def folder(tmp_path):
    """A recorded start with one thing of each kind: value, history, array and net."""
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    net.compile(loss="mse", metrics=["accuracy"])
    variables = {
        "right": np.float64(0.75),
        "history": History({"loss": [2.0, 1.0]}, best_epoch=2, seconds=3.0),
        "curve": np.array([0.5, 0.25]),
        "nets": {"small": net},
        "x_test": np.zeros((4, 3), "float32"),
        "y_test": np.zeros((4, 2), "float32"),
    }
    asked = 'recorded["right"], recorded["history"], recorded["curve"]\n'
    asked += 'recorded.load("nets.small", build())'
    starts.save("90", variables, asked, "its fingerprint", tmp_path / "starts")
    return tmp_path / "starts"


@pytest.mark.unit
def test_what_was_saved_is_there_again_and_marked(folder, capsys):
    start = recorded.start(chapter(), folder)
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Recorded, not trained now: profile demo, drawn pictures, ")
    assert "minutes of training" in line and "You chose" not in line
    assert start["right"] == 0.75 and start["curve"].tolist() == [0.5, 0.25]
    assert start["history"].recorded and start["history"].metrics == {"loss": [2.0, 1.0]}
    net = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    assert start.load("nets.small", net) is net
    for loaded, kept in zip(net.get_weights(), start.weights["nets.small"], strict=True):
        assert kept.dtype == "float16" and np.array_equal(loaded, kept)


@pytest.mark.unit
def test_another_profile_is_named(folder, capsys):
    recorded.start(chapter(profile="ci"), folder)
    assert "You chose profile ci" in capsys.readouterr().out


@pytest.mark.unit
def test_nets_that_know_drawn_pictures_refuse_others(folder):
    with pytest.raises(ValueError, match="DATA is 'download': set DATA to 'sample'"):
        recorded.start(chapter(data="download"), folder)


@pytest.mark.unit
def test_results_say_that_their_first_half_was_recorded(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_RESULTS", str(tmp_path / "results"))
    entered, whole = chapter(), chapter("90_whole")
    recorded.start(entered, folder)
    for one, expected in [(entered, "convnet 97% (first half recorded)"), (whole, "convnet 97%")]:
        written = json.loads(one.write_results("convnet 97%").read_text(encoding="utf-8"))
        assert written["headline"] == expected
        assert written["notes"] == one.notes


@pytest.mark.unit
def test_what_is_not_there_is_named_beside_what_is(folder):
    with pytest.raises(ValueError, match="no start was recorded for chapter '91'; there are 90"):
        recorded.start(chapter("91_other"), folder)
    start = recorded.read("90", folder)
    with pytest.raises(KeyError, match="'wrong' was not recorded for chapter 90.*right, history"):
        start["wrong"]
    with pytest.raises(KeyError, match="recorded were: nets.small"):
        start.load("small", keras.Sequential())


@pytest.mark.unit
@pytest.mark.parametrize("units", [3, None])
def test_a_net_of_another_shape_is_refused_and_left_as_it_was(folder, units):
    layers = [keras.layers.Dense(units)] if units else []
    net = keras.Sequential([keras.Input((3,)), *layers])
    before = net.get_weights()
    with pytest.raises(ValueError, match=r"shapes \[\(3, 2\), \(2,\)\].*build it as chapter 90"):
        recorded.read("90", folder).load("nets.small", net)
    assert all(map(np.array_equal, net.get_weights(), before))


def _cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def _other_weights(path):
    with np.load(path) as stored:
        others = {name: np.zeros_like(one) for name, one in stored.items()}
    np.savez_compressed(path, **others)


def _changed(change, sealed=False):
    """Return what changes a JSON file; ``sealed`` if its hash is made to fit again."""

    def damage(path):
        content = json.loads(path.read_text(encoding="utf-8"))
        change(content)
        if sealed:
            archive = path.with_suffix(".npz").read_bytes()
            content["sha256"] = recorded.digest(content, archive)
        path.write_text(json.dumps(content), encoding="utf-8")

    return damage


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("90.npz", _cut),
        ("90.npz", Path.unlink),
        ("90.npz", _other_weights),
        ("90.json", _cut),
        ("90.json", lambda path: path.write_text("[]", encoding="utf-8")),
        ("90.json", lambda path: path.write_text("[" * 100_000, encoding="utf-8")),
        ("90.json", _changed(lambda content: content.pop("sha256"))),
        ("90.json", _changed(lambda content: content["values"].update(right=0.57))),
        ("90.json", _changed(lambda content: content.update(chapter="91"), sealed=True)),
        ("90.json", _changed(lambda content: content.pop("facts"), sealed=True)),
        ("90.json", _changed(lambda content: content.update(facts=None), sealed=True)),
        ("90.json", _changed(lambda content: content["facts"].pop("data"), sealed=True)),
        ("90.json", _changed(lambda content: content["facts"].pop("hardware"), sealed=True)),
    ],
)
def test_a_damaged_file_says_what_to_do(folder, name, damage):
    damage(folder / name)
    with pytest.raises(ValueError, match="chapter 90 is damaged .*install the course again"):
        recorded.start(chapter(), folder)


@pytest.mark.unit
def test_nothing_is_recorded_that_cannot_be_given_back(tmp_path):
    net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    net.compile(loss="mse", metrics=["accuracy"])
    # In 16 bits 1.0004 is 1, which is too little to lift the answer above one half.
    net.set_weights([np.full((1, 1), 1.0004, "float32"), np.full(1, -1, "float32")])
    variables = {"net": net, "x_test": np.full((9, 1), 0.9998, "float32"), "y_test": np.ones(9)}
    variables["made"] = object()
    for asked, error, said in [
        ('recorded["missing"]', KeyError, "missing"),
        ('recorded["made"]', TypeError, "neither a number, text, list"),
        ('recorded.load("net", net)', ValueError, "right for 100.0% .* 16 bits a weight for 0.0%"),
    ]:
        with pytest.raises(error, match=said):
            starts.save("90", variables, asked, "", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unit
def test_requests_are_read_from_the_cell():
    asked = start_cells.request('a = recorded["a"]\nn = recorded.load("nets.x", build(recorded))')
    assert (asked.values, asked.nets) == ({"a"}, {"nets.x"})
    with pytest.raises(ValueError, match="asks for name; write the name out"):
        start_cells.request("a = recorded[name]")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("early", "skipped"),
    [
        (True, ["scores = {}", "for net in nets:\n    net.fit(x)\n    scores[net] = 1"]),
        (True, ["for net in nets:\n    net.fit(x)\n    scores = 1"]),
        (True, ["scores = before(net)\nnet.fit(x)"]),
        (False, ["scores = training.fit(net, x)"]),
        (False, ["for net in nets:\n    net.fit(x)", "scores = [1]"]),
        (False, ["def train():\n    scores = net.fit(x)", "scores = train()"]),
    ],
)
def test_a_name_that_an_interrupted_training_leaves_behind(early, skipped):
    cells = [code(str(place), source) for place, source in enumerate(skipped)]
    assert start_cells.is_there_before_training_ends("scores", cells) is early


@pytest.mark.unit
def test_a_chapter_that_asks_for_such_a_name_breaks_a_rule(tmp_path):
    repository = Repository(tmp_path)
    source = (NOTEBOOKS / "03_pooling.ipynb").read_text(encoding="utf-8")
    path = tmp_path / "notebooks" / "03_pooling.ipynb"
    for guard, breaks in (("accuracy", False), ("first_epoch", True)):
        path.write_text(
            source.replace('\\"accuracy\\" not in', f'\\"{guard}\\" not in'), encoding="utf-8"
        )
        findings = check_notebook(path, Addresses(repository.course))
        assert any("before their last training ends" in one for one in findings) is breaks


@pytest.mark.unit
def test_the_chapters_that_train_have_a_start():
    assert list(starts.chapters()) == [f"0{place}" for place in range(1, 9)]
    assert {path.stem for path in recorded.FOLDER.iterdir()} == set(starts.chapters())
    size = sum(path.stat().st_size for path in recorded.FOLDER.iterdir())
    assert size < 3e6, f"{size:,} bytes are too many to install with the course"


@pytest.mark.unit
@pytest.mark.parametrize("path", CHAPTERS, ids=number)
def test_a_recorded_start_belongs_to_its_chapter(path):
    """It holds just what the cell asks for, and was computed by the cells that stand there now."""
    start = recorded.read(number(path))
    asked = start_cells.request(start_cells.parts(files.read(path)).start.source)
    assert (set(start.values), set(start.weights)) == (asked.values, asked.nets)
    assert bool(start.weights) is (number(path) in WITH_NETS)
    assert (start.facts["profile"], start.facts["data"]) == ("demo", "sample")
    command = f"python -m tools.references.starts {number(path)}"
    assert not starts.is_stale(path), f"chapter {number(path)} was changed: run {command}"


@pytest.mark.unit
def test_a_changed_first_half_is_stale_and_a_changed_text_is_not(tmp_path, monkeypatch, capsys):
    path = tmp_path / "04_small_data.ipynb"
    original = files.read(NOTEBOOKS / path.name)

    def stale(change):
        notebook = copy.deepcopy(original)
        change({cell.id: cell for cell in notebook.cells})
        path.write_text(files.render(notebook), encoding="utf-8")
        return starts.is_stale(path)

    def replaced(identifier, old, new):
        assert old in next(cell.source for cell in original.cells if cell.id == identifier)
        return lambda cells: cells[identifier].update(
            source=cells[identifier].source.replace(old, new)
        )

    assert not stale(lambda cells: None)
    assert not stale(replaced("train-predict", "two curves", "two lines"))
    assert not stale(replaced("train", "model = ", "# The net.\nmodel = "))
    assert not stale(replaced("start", 'release="', 'release="9'))
    assert not stale(replaced("look", "resize((180, 180))", "resize((90, 90))"))
    assert not stale(replaced("train", "of the test pictures", "of them"))
    assert not stale(replaced("checkpoint", "validation", "unseen"))
    assert stale(replaced("train", "rmsprop", "adam"))
    assert stale(replaced("split", "num_train", "num_train - 1"))
    assert stale(replaced("small-convnet", "MaxPooling2D(2)", "MaxPooling2D(3)"))
    assert stale(replaced("start-here", '"by_hand"', '"hands"'))
    monkeypatch.setattr(starts, "chapters", lambda: {"04": path})
    assert starts.main(["--check"]) == 1
    assert "04: run python -m tools.references.starts 04" in capsys.readouterr().err
    assert not stale(lambda cells: None) and starts.main(["--check"]) == 0
    monkeypatch.setattr(pets, "VERSION", "next")
    assert stale(lambda cells: None)


@pytest.mark.unit
def test_an_unknown_chapter_is_refused(capsys):
    with pytest.raises(SystemExit):
        starts.main(["A1"])
    assert "unknown chapters A1; there are 01, 02" in capsys.readouterr().err


@pytest.mark.unit
def test_histories_of_headline_results_and_of_long_trainings():
    name, profile, pictures = sorted(bands.FOLDER.glob("*.json"))[0].stem.rsplit("-", 2)
    history = references.history(name, profile, pictures)
    assert history.recorded and history.num_epochs == len(history.metrics["accuracy"])
    with pytest.raises(ValueError, match=r"'05.augmentd' in profile 'demo'.*05.augmented \(demo"):
        references.history("05.augmentd")


@pytest.mark.notebooks
@pytest.mark.slow
@pytest.mark.parametrize("path", CHAPTERS, ids=number)
def test_a_chapter_runs_from_its_start_here_cell(path):
    """In a fresh kernel: the cells above section 1, the start-here cell, all below it."""
    entered = start_cells.entered_in_the_middle(files.read(path))
    executed = notebook_run.execute(entered, NOTEBOOKS)
    printed = {
        cell.id: "".join(output.get("text", "") for output in cell.outputs)
        for cell in executed.cells
    }
    assert "Recorded, not trained now: profile demo" in printed["start-here"]
    assert f"Results written: {path.stem}.json" in printed["results"]


def accuracies_after_start_here(path, change=""):
    """Return what a chapter's recorded nets are right for, by name, on the chapter's pictures.

    The pictures are those of profile demo, on which the nets were judged when they were recorded.
    The start-here cell of chapter 03 keeps no labels, so they are loaded once more.
    """
    notebook = files.read(path)
    found = start_cells.parts(notebook)
    names = sorted(start_cells.request(found.start.source).nets)
    judge = f"""
        import json
        {change}
        if "y_test" not in globals():
            _, (x_test, y_test) = data.load(
                "mnist", DATA, num_train=plan.pictures, num_test=plan.test_pictures
            )
            x_test = x_test[..., None].astype("float32") / 255
        labels = np.argmax(y_test, axis=1) if np.ndim(y_test) == 2 else np.ravel(y_test)
        right = {{}}
        for name, net in {{{", ".join(f'"{name}": {_variable(name)}' for name in names)}}}.items():
            answers = net.predict(x_test, verbose=0)
            one = answers.shape[1] == 1
            answers = answers[:, 0] > 0.5 if one else answers.argmax(axis=1)
            right[name] = float(np.mean(answers == labels))
        print(json.dumps(right))"""
    cells = [*found.top, found.start, code("judge", textwrap.dedent(judge))]
    notebook.cells = copy.deepcopy(cells)
    executed = notebook_run.execute(notebook, NOTEBOOKS, {"COURSE_PROFILE": "demo"})
    return json.loads(executed.cells[-1].outputs[-1]["text"].splitlines()[-1])


def _variable(name):
    """Return ``nets["max"]`` for ``nets.max``."""
    name, *keys = name.split(".")
    return name + "".join(f"['{key}']" for key in keys)


#: Another processor adds up in another order, which turns few answers.
CLOSE = 0.01


@pytest.mark.notebooks
@pytest.mark.parametrize("path", [one for one in CHAPTERS if number(one) in WITH_NETS], ids=number)
def test_recorded_nets_are_right_as_often_as_when_they_were_recorded(path):
    nets = json.loads((recorded.FOLDER / f"{number(path)}.json").read_text(encoding="utf-8"))[
        "nets"
    ]
    expected = {name: net["test_accuracy"] for name, net in nets.items()}
    assert accuracies_after_start_here(path) == pytest.approx(expected, abs=CLOSE)


@pytest.mark.notebooks
def test_control_a_net_without_its_weights_is_right_by_chance():
    (path,) = (one for one in CHAPTERS if number(one) == "02")
    empty = "convnet.set_weights([np.zeros_like(one) for one in convnet.get_weights()])"
    assert accuracies_after_start_here(path, empty)["convnet"] < 0.5


@pytest.mark.notebooks
def test_a_name_that_the_start_here_cell_forgets_fails(tmp_path):
    notebook = halves()
    whole = notebook_run.execute(notebook, tmp_path)
    entered = notebook_run.execute(start_cells.entered_in_the_middle(notebook), tmp_path)
    assert whole.cells[-1].outputs == entered.cells[-1].outputs != []
    forgets = halves(below="build()")
    with pytest.raises(ValueError, match=r"\(below\) raises NameError: .*'build'"):
        notebook_run.execute(start_cells.entered_in_the_middle(forgets), tmp_path)


@pytest.mark.notebooks
def test_a_chapter_is_recorded_by_a_kernel_that_ran_its_first_half(tmp_path):
    """With control: where a cell of the first half fails, the old recording stays."""
    path, folder = tmp_path / "90_halves.ipynb", tmp_path / "starts"
    path.write_text(files.render(halves()), encoding="utf-8")
    assert starts.is_stale(path, folder)
    starts.record(path, folder)
    start = recorded.read("90", folder)
    assert start["right"] == 0.75 and start["curve"].tolist() == [0.5, 0.25]
    assert not starts.is_stale(path, folder)
    before = shutil.copytree(folder, tmp_path / "before")
    path.write_text(files.render(halves(train="right = 1 / 0")), encoding="utf-8")
    with pytest.raises(ValueError, match=r"\(train\) raises ZeroDivisionError"):
        starts.record(path, folder)
    for file in before.iterdir():
        assert file.read_bytes() == (folder / file.name).read_bytes()
