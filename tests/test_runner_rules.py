"""What the runner decides without executing anything."""

import itertools
import json
from pathlib import Path

import nbformat
import pytest

from course_utils.profiles import Training
from tools import run_course
from tools.runner import honesty, parameters
from tools.runner.options import PROMISED_MEMORY_MB, OptionError, Options
from tools.runner.page import outside_requests

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--profile", "long"], "PROFILE='long' is unknown; choose one of demo, full, ci"),
        (["--data", "nowhere"], "DATA='nowhere' is neither sample nor download nor an existing"),
        (["--chapters", "02,77"], "CHAPTERS='02,77': there is no chapter '77'; there are 02, 90"),
        (["--chapters", ","], "CHAPTERS=',': there is no chapter ''"),
        (["--notebooks", "nowhere"], "nowhere' is not a folder"),
        (["--jobs", "0"], "--jobs 0 is too few"),
        (["--jobs", "two"], "invalid int value: 'two'"),
        (["--cell-timeout", "-1"], "--cell-timeout -1 is negative"),
        (["--memory-limit", "-1"], "--memory-limit -1 is negative"),
        (["--faster"], "unrecognized arguments: --faster"),
    ],
)
def test_a_wrong_option_is_one_line_before_anything_starts(tmp_path, capsys, arguments, said):
    build = tmp_path / "build"
    for name in ("02_first", "90_second"):
        (tmp_path / f"{name}.ipynb").touch()
    places = ["--notebooks", str(tmp_path), "--build", str(build)]
    assert run_course.main([*places, *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("run_course: ")
    assert said in captured.err
    assert not build.exists()


@pytest.mark.unit
def test_the_environment_gives_the_options_too(tmp_path, capsys, monkeypatch):
    for name, wrong in (("PROFILE", "long"), ("DATA", "nowhere"), ("CHAPTERS", "77")):
        with monkeypatch.context() as patch:
            patch.setenv(name, wrong)
            assert run_course.main(["--notebooks", str(FIXTURES), "--build", str(tmp_path)]) == 2
        assert f"{name}='{wrong}'" in capsys.readouterr().err


@pytest.mark.unit
def test_chapters_are_chosen_by_number_or_appendix_name(tmp_path):
    for name in ("02_b", "04_c", "A1_d"):
        (tmp_path / f"{name}.ipynb").touch()
    chosen = Options.choose(notebooks=tmp_path, chapters="A1, 02", data=str(tmp_path))
    assert [path.stem for path in chosen.chapters] == ["02_b", "A1_d"]
    assert chosen.data == str(tmp_path.resolve())
    assert Options.from_json(json.loads(json.dumps(chosen.as_json()))) == chosen
    assert chosen.cell_timeout == 1800
    assert Options.choose(notebooks=tmp_path, profile="full").cell_timeout is None
    assert chosen.memory_limit is None
    assert Options.choose(notebooks=tmp_path, profile="ci").memory_limit == PROMISED_MEMORY_MB
    assert Options.choose(notebooks=tmp_path, profile="ci", memory_limit=0).memory_limit is None
    with pytest.raises(OptionError, match="no notebook"):
        Options.choose(notebooks=FIXTURES.parent)


GOOD_LINES = list(parameters.EXPECTED.values())


@pytest.mark.unit
@pytest.mark.parametrize(
    ("sources", "said"),
    [
        (["\n".join(GOOD_LINES)], None),
        (["# comment\n" + "\n\n".join(GOOD_LINES)], None),
        ([], "0 cells are tagged"),
        (["\n".join(GOOD_LINES)] * 2, "2 cells are tagged"),
        ([GOOD_LINES[0]], "does not define DATA"),
        (["\n".join([*GOOD_LINES, "epochs = 3"])], "also defines epochs"),
        (["\n".join([*GOOD_LINES, "print(DATA)"])], "says `print(DATA)`"),
        (['PROFILE = "demo"\n' + GOOD_LINES[1]], "says `PROFILE = 'demo'`"),
        (["PROFILE ="], "not valid Python"),
    ],
)
def test_the_parameters_cell_holds_exactly_two_lines(sources, said):
    cells = [
        nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}) for source in sources
    ]
    problem = parameters.check(nbformat.v4.new_notebook(cells=cells))
    assert (problem is None) if said is None else (said in problem.message)


PLAN = {
    "02.mlp": Training(epochs=3, pictures=100, batch_size=32, test_pictures=10),
    "02.convnet": Training(epochs=3, pictures=100, batch_size=32, test_pictures=10),
    "02.long": Training(epochs=5, pictures=200, batch_size=50, test_pictures=10),
}


_MODELS = itertools.count()


def fit(asked: int, per_epoch: list[int], batches: int) -> dict:
    return {
        "cell": 1,
        "model": next(_MODELS),
        "epochs_asked": asked,
        "pictures_per_epoch": per_epoch,
        "batches": batches,
        "steps": batches,
        "seconds": 1.0,
    }


SHORT, LONG = fit(3, [100] * 3, 12), fit(5, [200] * 5, 20)
SECOND = fit(3, [100] * 3, 12)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("fits", "said"),
    [
        ([SHORT, LONG, SECOND], []),
        ([SHORT, LONG, SECOND | {"steps": 11}], []),  # loss scaling skips a step now and then
        ([SHORT, LONG, SECOND | {"steps": 13}], ["02.convnet", "13 optimizer steps in 12 batch"]),
        ([SHORT, SECOND, LONG | {"model": SHORT["model"]}], ["02.long: a model of its own", "mlp"]),
        ([SHORT, LONG, SHORT], ["02.convnet: a model of its own", "trained for 02.mlp"]),
        ([SHORT, fit(5, [200] * 2, 8), SECOND], []),  # stopped early
        ([SHORT, SECOND, LONG, fit(1, [], 0)], []),  # failed before it began
        ([SHORT, LONG], ["planned 02.convnet", "observed nothing of the kind"]),
        ([SHORT, SECOND, SHORT, LONG], ["no further training is planned"]),
        ([SHORT, SECOND, fit(2, [200] * 2, 8)], ["planned 02.long: 5 epochs", "observed 2 epochs"]),
        ([SHORT, SECOND, fit(5, [200] * 6, 24)], ["observed 6 epochs (of 5 asked)"]),
        ([SHORT, SECOND, fit(5, [400] * 5, 40)], ["observed 5 epochs × 400 pictures"]),
        ([SHORT, SECOND, fit(5, [200] * 5, 35)], ["(4 batches of 50)", "(7 batches)"]),
        ([SHORT, SECOND, fit(5, [200, 190], 8)], ["× 190 or 200 pictures"]),
        ([SHORT, SECOND, fit(5, [0] * 5, 0) | {"steps": 20}], ["× 0 pictures"]),
    ],
)
def test_training_is_held_against_the_plan(fits, said):
    record = {"backend": "tensorflow", "fits": fits, "outside_fit": []}
    failures = honesty.check(record, PLAN, nbformat.v4.new_notebook())
    assert len(failures) == bool(said)
    for words in said:
        assert words in failures[0].message


@pytest.mark.unit
@pytest.mark.parametrize(
    ("second", "own_pictures", "accepted"),
    [
        (fit(3, [70] * 3, 9), True, True),
        (fit(3, [70] * 3, 9), False, False),
        (fit(3, [130] * 3, 15), True, False),  # more than planned
        (fit(3, [70, 60, 70], 9), True, False),
        (fit(3, [70] * 3, 12), True, False),  # more steps than 70 pictures make
        (fit(2, [70] * 2, 6), True, False),  # an epoch less
    ],
)
def test_a_folder_of_ones_own_may_hold_fewer_pictures(second, own_pictures, accepted):
    record = {"backend": "tensorflow", "fits": [SHORT, LONG, second], "outside_fit": []}
    failures = honesty.check(record, PLAN, nbformat.v4.new_notebook(), own_pictures)
    assert (failures == []) == accepted


@pytest.mark.unit
def test_stages_of_one_model_share_its_object():
    plan = {
        "06.scratch": Training(epochs=3, pictures=100, batch_size=32, test_pictures=10),
        "06.transfer.head": Training(epochs=3, pictures=100, batch_size=32, test_pictures=10),
        "06.transfer.fine_tuned": Training(epochs=5, pictures=200, batch_size=50, test_pictures=10),
    }
    fits = [SHORT, SECOND, LONG | {"model": SECOND["model"]}]
    record = {"backend": "tensorflow", "fits": fits, "outside_fit": []}
    assert honesty.check(record, plan, nbformat.v4.new_notebook()) == []
    wrong = {**record, "fits": [SHORT, SECOND, LONG | {"model": SHORT["model"]}]}
    (failure,) = honesty.check(wrong, plan, nbformat.v4.new_notebook())
    assert "observed the model that was trained for 06.scratch" in failure.message
    assert "06.scratch.first and 06.scratch.second" in failure.remedy


@pytest.mark.unit
def test_a_stage_is_not_taken_for_another_model_of_the_same_length():
    short, long = PLAN["02.mlp"], PLAN["02.long"]
    plan = {"06.transfer.head": short, "06.scratch": long, "06.transfer.fine_tuned": long}
    fits = [SHORT, LONG | {"model": SHORT["model"]}, LONG]
    record = {"backend": "tensorflow", "fits": fits, "outside_fit": []}
    assert honesty.check(record, plan, nbformat.v4.new_notebook()) == []


@pytest.mark.unit
def test_training_that_is_not_watched_is_refused():
    record = {"backend": "jax", "fits": [], "outside_fit": []}
    failures = honesty.check(record, {}, nbformat.v4.new_notebook())
    assert "KERAS_BACKEND=tensorflow" in failures[0].remedy


@pytest.mark.unit
@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<script src="https://cdn.example/x.js"></script>', True),
        ("<img alt='a' src='//cdn.example/x.png'>", True),
        ('<link rel="stylesheet" href="http://cdn.example/x.css">', True),
        ('<script>import("https://cdn.example/x.mjs")</script>', True),
        ("<style>@import url(https://cdn.example/x.css);</style>", True),
        ("<style>p { background: url('https://cdn.example/x.png') }</style>", True),
        ('<a href="https://example.org">a link</a>', False),
        ('<img src="data:image/png;base64,AAAA">', False),
        ('<pre>&lt;script src="https://cdn.example/x.js"&gt;</pre>', False),
        ('<math xmlns="http://www.w3.org/1998/Math/MathML"></math>', False),
    ],
)
def test_requests_to_other_hosts_are_found(markup, found):
    assert bool(outside_requests(markup)) == found
