"""The small pretrained base: small, current, the same for everybody, and blind to the classes."""

import json

import numpy as np
import pytest

from course_utils import models
from course_utils.data import load_folder
from course_utils.models import small_base
from course_utils.samples import other_animals
from tools import small_base as tool
from tools import source_animals

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def report():
    return json.loads(tool.REPORT.read_text(encoding="utf-8"))


def test_the_files_are_small():
    assert small_base.FILE.stat().st_size <= 2_000_000
    assert tool.EXAMPLES.stat().st_size <= 100_000


def test_the_files_belong_to_the_code():
    assert tool.find_problem() == ""


def test_another_recipe_changes_the_key():
    assert tool.key(tool.Recipe(epochs=1)) != tool.key(tool.Recipe())


def test_other_weights_are_found(tmp_path, monkeypatch):
    other = tmp_path / "small_base.npz"
    tool.write_weights(models.build_small_base(), other)
    monkeypatch.setattr(small_base, "FILE", other)
    assert "not the file" in tool.find_problem()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "small_base.json: "),
        ("[]", "no report"),
        ('{"recipe": {}}', "no report"),
        ('{"recipe": {"epoch": 3}, "key": "", "sha256": ""}', "were changed"),
    ],
)
def test_a_report_of_something_else_is_a_problem(content, words, tmp_path, monkeypatch):
    other = tmp_path / "small_base.json"
    other.write_text(content, encoding="utf-8")
    monkeypatch.setattr(tool, "REPORT", other)
    assert words in tool.find_problem()


def test_another_species_changes_the_key(monkeypatch):
    before = tool.key(tool.Recipe())
    monkeypatch.setitem(source_animals.SPECIES, "unicorn", source_animals.SPECIES["pony"])
    assert tool.key(tool.Recipe()) != before


def test_no_cat_and_no_dog(report):
    assert report["classes"] == list(source_animals.SPECIES)
    assert len(report["classes"]) == 10
    assert not {"cat", "dog"} & {*report["classes"], *other_animals.OTHERS}
    assert not set(other_animals.OTHERS) & set(report["classes"])


def test_it_learned_its_own_task(report):
    assert report["held_out_accuracy"] > 0.5  # guessing gets 0.1
    assert report["held_out_pictures"] >= 1000


def test_features_are_the_same_for_everybody(report):
    assert tool.fingerprint(models.load_small_base()) == pytest.approx(
        report["fingerprint"], rel=0.01, abs=0.002
    )


def test_the_base_is_frozen_and_takes_other_sizes():
    base = models.load_small_base(input_shape=(64, 80, 3))
    assert base.trainable_weights == []
    assert base.output_shape[-1] == 256
    assert base.count_params() == 184_320


def test_random_weights_are_others():
    learned, random = models.load_small_base(), models.load_small_base(weights=None)
    assert random.trainable_weights == []
    assert not np.allclose(learned.get_weights()[0], random.get_weights()[0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": "imagenet"}, "'imagenet'"),
        ({"input_shape": (96, 96, 1)}, "3 channels"),
        ({"input_shape": (96, 96)}, "three positive integers"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        models.load_small_base(**arguments)


def test_an_example_of_each_animal(report):
    animals = models.source_animals()
    assert list(animals) == report["classes"]
    assert {picture.shape for picture in animals.values()} == {(96, 96, 3)}


def test_drawing_is_repeatable_and_in_turn():
    one = source_animals.draw("fox", 3)
    assert np.array_equal(one, source_animals.draw("fox", 3))
    assert not np.array_equal(one, source_animals.draw("fox", 4))
    pictures, labels = source_animals.draw_set(range(1), 32, num_workers=1)
    assert pictures.shape == (10, 32, 32, 3)
    assert labels.tolist() == list(range(10))


def test_folders_for_the_last_section(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path))
    folder = other_animals.draw_folders(per_class=2)
    assert load_folder(folder).count() == {"deer": 2, "raccoon": 2}
    assert other_animals.draw_folders(per_class=2) == folder
    with pytest.raises(ValueError, match="per_class"):
        other_animals.draw_folders(per_class=0)
