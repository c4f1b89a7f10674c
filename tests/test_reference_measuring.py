"""References are measured once per seed, resumed after an interruption, and found when stale."""

import ast
import contextlib
import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from course_utils import models, profiles, references, training
from course_utils.references import bands
from course_utils.samples import digits
from tools import fingerprint as hashes
from tools import notebook_files as files
from tools.references import __main__ as command
from tools.references import experiments, ladder, lengths, store

pytestmark = pytest.mark.unit

CONVNET = experiments.EXPERIMENTS["02.convnet"]
DEMO = profiles.get("demo")


def fingerprint(experiment=CONVNET, profile=DEMO, source="sample", precision="float32"):
    return experiment.fingerprint(profile, source, precision)


def test_a_fingerprint_is_the_same_again_and_leaves_the_precision_alone():
    first = fingerprint()
    keras.layers.Dense(3, name="something_else")
    assert fingerprint() == first
    fingerprint(precision="mixed_bfloat16")
    assert keras.config.dtype_policy().name == "float32"


def _built(change):
    def build(profile):
        model = models.build_mnist_convnet()
        change(model)
        return [experiments._compiled(model, "categorical_crossentropy")]

    return dataclasses.replace(CONVNET, build=build)


SLOWER = keras.optimizers.schedules.CosineDecay
HE, L2 = keras.initializers.HeNormal(), keras.regularizers.L2(0.01)
CHANGES = {
    "nothing": (lambda model: None, True),
    "activation": (lambda m: setattr(m.get_layer("conv_2"), "activation", keras.ops.tanh), False),
    "frozen layer": (lambda m: setattr(m.get_layer("conv_2"), "trainable", False), False),
    "window": (lambda m: setattr(m.get_layer("pool_1"), "pool_size", (3, 3)), False),
    "first weights": (lambda m: setattr(m.get_layer("conv_2"), "kernel_initializer", HE), False),
    "penalty": (lambda m: setattr(m.get_layer("conv_2"), "kernel_regularizer", L2), False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_fingerprint_follows_the_network(name):
    change, same = CHANGES[name]
    assert (fingerprint(_built(change)) == fingerprint()) == same


def test_a_fingerprint_follows_recipe_plan_pictures_and_precision(monkeypatch):
    def with_optimizer(optimizer):
        def build(profile):
            model = models.build_mnist_convnet()
            return [experiments._compiled(model, "categorical_crossentropy", optimizer)]

        return dataclasses.replace(CONVNET, build=build)

    found = [
        fingerprint(),
        fingerprint(profile=profiles.get("full")),
        fingerprint(source="download"),
        fingerprint(precision="mixed_bfloat16"),
        fingerprint(with_optimizer(keras.optimizers.RMSprop(0.01))),
        fingerprint(with_optimizer(keras.optimizers.RMSprop(momentum=0.9))),
        fingerprint(with_optimizer("adam")),
        fingerprint(with_optimizer(keras.optimizers.RMSprop(SLOWER(0.001, 100)))),
        fingerprint(with_optimizer(keras.optimizers.RMSprop(SLOWER(0.001, 200)))),
        fingerprint(dataclasses.replace(CONVNET, train=experiments._start_then_augment)),
        fingerprint(dataclasses.replace(CONVNET, plans=("02.mlp",))),
        fingerprint(experiments.EXPERIMENTS["01.mlp"]),
    ]
    monkeypatch.setattr(digits, "VERSION", "next")
    found.append(fingerprint())
    assert len(set(found)) == len(found)


def _other(*anything, **options):
    raise NotImplementedError


@pytest.mark.parametrize(
    ("module", "name"),
    [
        (experiments, "_fit"),
        (experiments, "_split_pets"),
        (experiments, "_compiled"),
        (training, "fit"),
        (models, "unfreeze"),
    ],
)
def test_a_fingerprint_follows_what_trains_and_splits(module, name, monkeypatch):
    fine_tuned = experiments.EXPERIMENTS["07.fine_tuned"]

    def described():
        return [experiments._code_of(fine_tuned.train), experiments._code_of(fine_tuned.load)]

    before = described()
    assert before == described()
    monkeypatch.setattr(module, name, _other)
    assert before != described()


def test_comments_and_messages_leave_a_fingerprint_as_it_is():
    def one(x):
        """Say something."""
        if x < 0:
            raise ValueError("no")
        return x

    def two(x):
        if x < 0:
            raise ValueError("that cannot be")  # another sentence
        return x

    def three(x):
        if x <= 0:
            raise ValueError("no")
        return x

    codes = [hashes.code(each).replace(each.__name__, "") for each in (one, two, three)]
    assert codes[0] == codes[1] != codes[2]


def _compiled_in(source):
    """Return optimizer, learning rate and loss of every call of compile that code names whole."""
    found, names = set(), {"keras": keras}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("keras.optimizers."):
            with contextlib.suppress(NameError):
                names[ast.unparse(node.targets[0])] = eval(ast.unparse(node.value), names)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "compile":
            known = dict(zip(("optimizer", "loss"), node.args, strict=False))
            known |= {keyword.arg: keyword.value for keyword in node.keywords}
            with contextlib.suppress(KeyError, NameError):  # a net that only judges; a variable
                optimizer, loss = (ast.unparse(known[name]) for name in ("optimizer", "loss"))
                found.add(_recipe(eval(optimizer, names), eval(loss)))
    return found


def _recipe(optimizer, loss):
    optimizer = keras.optimizers.get(optimizer)
    return type(optimizer).__name__, round(float(optimizer.learning_rate), 7), loss


@pytest.mark.parametrize(
    "name", [name for name in DEMO.trainings if name in experiments.EXPERIMENTS]
)
def test_an_experiment_compiles_and_keeps_weights_as_its_chapter_does(name):
    (chapter,) = (files.ROOT / "notebooks").glob(f"{name[:2]}_*.ipynb")
    source = "\n".join(cell.source for _, cell in files.code_cells(files.read(chapter)))
    nets = experiments.EXPERIMENTS[name].build(DEMO)
    recipes = {_recipe(net.optimizer, net.loss) for net in nets}
    assert recipes <= _compiled_in(source)
    for ours, another in (("rmsprop", "sgd"), ("RMSprop", "SGD"), ("0.003", "0.03")):
        source = source.replace(ours, another)
    assert not recipes <= _compiled_in(source)
    kept = references.history(name).monitor
    assert set(re.findall(r'monitor="(\w+)"', source)) == ({kept} if kept else set())


def _measure(folder, num_seeds):
    """As a maintainer calls it: from the command line."""
    options = ["--profile", "ci", "--names", "01.mlp", "--seeds", str(num_seeds)]
    command_line = [sys.executable, "-m", "tools.references", *options, "--folder", str(folder)]
    subprocess.run(command_line, check=True, timeout=300, cwd=Path(__file__).parents[1])
    return store.load(store.path("01.mlp", "ci", "drawn", folder))


def _shortcut(around_both):
    inputs = first = keras.Input((8, 8, 3))
    for _ in range(2):
        last, first = first, keras.layers.Conv2D(3, 3, padding="same")(first)
    model = keras.Model(inputs, keras.layers.Add()([first, inputs if around_both else last]))
    model.compile("rmsprop", keras.losses.MeanSquaredError())
    return model


def test_a_fingerprint_follows_the_wiring_and_takes_loss_objects():
    found = [hashes.of(hashes.model(_shortcut(around))) for around in (True, True, False)]
    assert found[0] == found[1] != found[2]


def test_what_has_no_description_is_an_error():
    with pytest.raises(TypeError):
        hashes.of({"loss": object()})


@pytest.mark.slow
def test_seeds_are_measured_once_and_again_when_stale(tmp_path, capsys):
    first = _measure(tmp_path, 1)
    assert list(first["values"]) == ["0"] and first["history"]["metrics"]["loss"]
    second = _measure(tmp_path, 2)
    assert list(second["values"]) == ["0", "1"]
    assert second["values"]["0"] == first["values"]["0"]
    assert second["history"] == first["history"]
    assert command.main(["--check", "--folder", str(tmp_path)]) == 0
    stale = {**second, "fingerprint": "another", "values": {"0": 0.123, "1": 0.5}}
    file = store.path("01.mlp", "ci", "drawn", tmp_path)
    file.write_text(json.dumps(stale), encoding="utf-8")
    capsys.readouterr()
    assert command.main(["--check", "--folder", str(tmp_path)]) == 1
    remedy = "run python -m tools.references --profile ci --names 01.mlp --seeds 2\n"
    assert f"01.mlp-ci-drawn.json is stale; {remedy}" in capsys.readouterr().err
    assert _measure(tmp_path, 1)["values"] == first["values"], "a seed gives the same result again"


@pytest.mark.parametrize(
    "name", ["a-b-c.json", "02.gone-demo-drawn.json", "01.mlp-gone-drawn.json"]
)
def test_what_belongs_to_no_experiment_is_stale(tmp_path, name, capsys):
    (tmp_path / name).write_text(
        json.dumps({"values": {}, "precision": "float32"}), encoding="utf-8"
    )
    assert command.main(["--check", "--folder", str(tmp_path)]) == 1
    assert f"{name} is stale: no such experiment; delete it" in capsys.readouterr().err


def test_a_range_does_not_mix_recipes(tmp_path):
    file = tmp_path / "a.json"
    store.add(file, 0, 0.5, {"fingerprint": "one", "precision": "bfloat16"}, {})
    store.add(file, 1, 0.6, {"fingerprint": "one", "precision": "bfloat16"}, {})
    assert len(store.load(file)["values"]) == 2
    before = file.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="precision bfloat16 where this machine chose float32"):
        store.add(file, 2, 0.7, {"fingerprint": "another", "precision": "float32"}, {})
    assert file.read_text(encoding="utf-8") == before, "hours of measuring are not lost"


def test_what_ships_is_current():
    assert command.main(["--check"]) == 0


def test_what_notebooks_compare_is_measured_and_ships():
    """Every name that a chapter compares has an experiment, and a range for the default profile."""
    notebooks = (Path(__file__).parents[1] / "notebooks").glob("*.ipynb")
    text = "\n".join(path.read_text(encoding="utf-8") for path in notebooks)
    compared = set(re.findall(r'references\.compare\(\\"([^"\\]+)', text))
    assert compared == set(experiments.planned(DEMO, "drawn"))
    for name in compared:
        band = bands.band(name, "demo", "drawn")
        assert band is not None and len(band.values) >= 5, f"{name}: run make references"


def test_the_ladder_has_one_size_for_all_rungs():
    rungs = lengths.LADDER.trainings.values()
    assert len({(plan.pictures, plan.test_pictures, plan.image_size) for plan in rungs}) == 1
    assert lengths.get("ladder") is lengths.LADDER and lengths.get("ci").name == "ci"
    with pytest.raises(ValueError, match="ladr"):
        lengths.get("ladr")


def test_real_photos_take_another_base_and_only_in_the_ladder():
    drawn, real = (experiments.planned(lengths.LADDER, kind) for kind in ("drawn", "real"))
    assert "07.mobilenet" in real and "07.mobilenet" not in drawn
    assert "07.mobilenet" not in experiments.planned(DEMO, "real")
    for pictures, rungs in ladder.RUNGS.items():
        assert set(rungs) <= set(experiments.planned(lengths.LADDER, pictures))


def test_what_is_not_planned_is_not_measured(capsys):
    with pytest.raises(SystemExit):
        command.main(["--profile", "ladder", "--names", "07.mobilenet"])
    assert "unknown experiments 07.mobilenet; for drawn pictures" in capsys.readouterr().err


def test_whether_mobilenet_is_stale_can_be_told_without_its_weights(monkeypatch):
    asked = []
    original = keras.applications.MobileNetV2
    monkeypatch.setattr(
        keras.applications,
        "MobileNetV2",
        lambda **options: asked.append(options["weights"]) or original(**options),
    )
    mobilenet = experiments.EXPERIMENTS["07.mobilenet"]
    first = fingerprint(mobilenet, lengths.LADDER, "download")
    assert fingerprint(mobilenet, lengths.LADDER, "download") == first
    assert asked == [None, None]


def test_the_history_of_the_lowest_seed_is_kept(tmp_path):
    file = tmp_path / "a.json"
    for seed in (3, 1, 2):
        store.add(file, seed, 0.5, {"facts": {"seed": seed}}, {"metrics": {"loss": [seed]}})
    record = store.load(file)
    assert list(record["values"]) == ["1", "2", "3"]
    assert record["history"]["seed"] == 1 == record["history"]["metrics"]["loss"][0]
    assert record["facts"] == {"seed": 1}, "hardware and minutes are those of the curves"


def test_an_unknown_experiment_names_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        command.main(["--names", "02.convnt"])
    assert (
        "unknown experiments 02.convnt; for drawn pictures, profile demo has 01.mlp"
        in capsys.readouterr().err
    )
