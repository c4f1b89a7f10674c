"""References are measured once per seed, resumed after an interruption, and found when stale."""

import dataclasses
import json

import keras
import pytest

from course_utils import models, profiles
from course_utils.samples import digits
from tools.references import __main__ as command
from tools.references import experiments, store

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
    def build(plan):
        model = models.build_mnist_convnet()
        change(model)
        return experiments._compiled(model, "categorical_crossentropy")

    return dataclasses.replace(CONVNET, build=build)


CHANGES = {
    "nothing": (lambda model: None, True),
    "activation": (lambda m: setattr(m.get_layer("conv_2"), "activation", keras.ops.tanh), False),
    "frozen layer": (lambda m: setattr(m.get_layer("conv_2"), "trainable", False), False),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_fingerprint_follows_the_network(name):
    change, same = CHANGES[name]
    assert (fingerprint(_built(change)) == fingerprint()) == same


def test_a_fingerprint_follows_recipe_plan_pictures_and_precision(monkeypatch):
    def slow(plan):
        return experiments._compiled(
            models.build_mnist_convnet(), "categorical_crossentropy", keras.optimizers.RMSprop(0.01)
        )

    found = [
        fingerprint(),
        fingerprint(profile=profiles.get("full")),
        fingerprint(source="download"),
        fingerprint(precision="mixed_bfloat16"),
        fingerprint(dataclasses.replace(CONVNET, build=slow)),
        fingerprint(dataclasses.replace(CONVNET, monitor="val_loss")),
        fingerprint(experiments.EXPERIMENTS["02.mlp"]),
    ]
    monkeypatch.setattr(digits, "VERSION", "next")
    found.append(fingerprint())
    assert len(set(found)) == len(found)


@pytest.mark.slow
def test_seeds_are_measured_once_and_again_when_stale(tmp_path, capsys):
    options = ["--profile", "ci", "--names", "02.mlp"]
    assert command.main([*options, "--seeds", "1"], tmp_path) == 0
    file = store.path("02.mlp", "ci", "drawn", tmp_path)
    first = store.load(file)
    assert list(first["values"]) == ["0"] and first["history"]["metrics"]["loss"]
    assert command.main([*options, "--seeds", "2"], tmp_path) == 0
    second = store.load(file)
    assert list(second["values"]) == ["0", "1"]
    assert second["values"]["0"] == first["values"]["0"]
    assert second["history"] == first["history"]
    assert command.main(["--check"], tmp_path) == 0
    stale = {**second, "fingerprint": "another", "values": {"0": 0.123, "1": 0.5}}
    file.write_text(json.dumps(stale), encoding="utf-8")
    capsys.readouterr()
    assert command.main(["--check"], tmp_path) == 1
    assert "02.mlp-ci-drawn.json is stale; run make references" in capsys.readouterr().err
    assert command.main([*options, "--seeds", "1"], tmp_path) == 0
    assert store.load(file)["values"] == first["values"], "a seed gives the same result again"


@pytest.mark.parametrize("name", ["a.json", "02.gone-demo-drawn.json", "02.mlp-gone-drawn.json"])
def test_what_belongs_to_no_experiment_is_stale(tmp_path, name, capsys):
    (tmp_path / name).write_text(json.dumps({"values": {}, "precision": "float32"}))
    assert command.main(["--check"], tmp_path) == 1
    assert f"{name} is stale" in capsys.readouterr().err


def test_a_range_does_not_mix_recipes(tmp_path):
    file = tmp_path / "a.json"
    store.add(file, 0, 0.5, {"fingerprint": "one"}, {})
    store.add(file, 1, 0.6, {"fingerprint": "one"}, {})
    assert len(store.load(file)["values"]) == 2
    store.add(file, 2, 0.7, {"fingerprint": "another"}, {})
    assert store.load(file)["values"] == {"2": 0.7}


def test_what_ships_is_current():
    assert command.main(["--check"]) == 0


def test_the_history_of_the_lowest_seed_is_kept(tmp_path):
    file = tmp_path / "a.json"
    for seed in (3, 1, 2):
        store.add(file, seed, 0.5, {}, {"metrics": {"loss": [seed]}})
    record = store.load(file)
    assert list(record["values"]) == ["1", "2", "3"]
    assert record["history"]["seed"] == 1 == record["history"]["metrics"]["loss"][0]


def test_an_unknown_experiment_names_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        command.main(["--names", "02.convnt"])
    assert "unknown experiments 02.convnt; there are 02.mlp" in capsys.readouterr().err
