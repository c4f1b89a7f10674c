"""Ranges over seeds: the interval, the verdict in words, and names that must exist."""

import json
import math

import numpy as np
import pytest

from course_utils import profiles, references
from course_utils.references import bands

pytestmark = pytest.mark.unit

DEMO = profiles.get("demo")


@pytest.fixture
def measured(tmp_path, monkeypatch):
    """Five seeds of the convnet in profile demo on drawn digits."""
    monkeypatch.setattr(bands, "FOLDER", tmp_path)
    content = {
        "values": {str(seed): value for seed, value in enumerate([0.90, 0.91, 0.92, 0.93, 0.94])},
        "num_test_pictures": 2000,
        "facts": {"hardware": "2 cores", "minutes": "1 minute a seed"},
    }
    (tmp_path / "02.convnet-demo-drawn.json").write_text(json.dumps(content), encoding="utf-8")
    return content


def test_the_interval_holds_95_of_100_further_runs():
    """Simulated, not the formula twice: seeds and test pictures both vary."""
    random = np.random.default_rng(0)
    inside = 0
    for _ in range(2000):
        true = random.normal(0.8, 0.02, 6)
        seen = random.binomial(2000, true) / 2000
        band = references.Band(dict(enumerate(seen[:5])), 2000, {})
        lower, upper = band.limits
        inside += lower <= seen[5] <= upper
    assert 0.94 < inside / 2000 < 0.99


def test_five_seeds_give_3_04_standard_deviations(measured):
    band = references.Band(measured["values"], 10**12, {})
    deviation = np.std(list(measured["values"].values()), ddof=1)
    assert band.limits[1] - band.mean == pytest.approx(3.04 * deviation, rel=1e-3)


def test_few_test_pictures_widen_the_band(measured):
    wide, narrow = (references.Band(measured["values"], n, {}).limits for n in (50, 5000))
    assert wide[0] < narrow[0] and wide[1] > narrow[1]
    same = references.Band({"0": 0.5, "1": 0.5}, 100, {})
    assert same.limits[1] - 0.5 == pytest.approx(1.96 * math.sqrt(0.25 / 100), rel=1e-3)


@pytest.mark.parametrize(
    ("value", "inside", "words"),
    [(0.92, True, "inside"), (0.5, False, "lower"), (1.0, False, "better")],
)
def test_the_verdict(measured, value, inside, words):
    found = references.compare("02.convnet", value, DEMO, "sample")
    assert found.inside is inside
    assert words in str(found) and f"{value:.1%}" in str(found)
    assert "5 seeds" in str(found) and "2 cores" in str(found) and "99.12%" in str(found)


@pytest.mark.parametrize(
    ("profile", "data"), [("full", "sample"), ("demo", "download"), ("demo", "/a/folder")]
)
def test_other_conditions_have_no_band(measured, profile, data):
    found = references.compare("02.convnet", 0.9, profiles.get(profile), data)
    assert found.inside is None and "not measured" in str(found)


def test_a_folder_is_not_judged_by_the_range_of_the_published_photos(measured, tmp_path):
    (tmp_path / "02.convnet-demo-real.json").write_text(json.dumps(measured), encoding="utf-8")
    assert references.compare("02.convnet", 0.92, DEMO, "download").inside
    found = references.compare("02.convnet", 0.6, DEMO, "/my/photos")
    assert found.inside is None and "your own pictures" in str(found)


def test_one_seed_is_no_band(measured, tmp_path):
    measured["values"] = {"0": 0.9}
    (tmp_path / "02.convnet-demo-drawn.json").write_text(json.dumps(measured), encoding="utf-8")
    assert references.band("02.convnet", "demo", "drawn") is None


def test_misspelt_names_and_impossible_values_are_refused():
    with pytest.raises(KeyError, match=r"02\.convnt"):
        references.compare("02.convnt", 0.9, DEMO, "sample")
    for value in (-0.1, 1.5, float("nan"), 97.0):
        with pytest.raises(ValueError, match="between 0 and 1"):
            references.compare("02.convnet", value, DEMO, "sample")


def test_source_figures_belong_to_trainings():
    """All names but those of chapters that do not exist yet."""
    sources = json.loads(bands._SOURCES.read_text(encoding="utf-8"))
    chapters = {name.split(".")[0] for name in DEMO.trainings}
    unknown = {n for n in sources if n.split(".")[0] in chapters and n not in DEMO.trainings}
    assert not unknown


def test_the_real_weights_are_shares_of_300_photos_and_ordered_as_the_chapter_says():
    own, divided, as_they_are = references.real_weights().values()
    for accuracy in (own, divided, as_they_are):
        assert accuracy * 300 == pytest.approx(round(accuracy * 300), abs=0.02)
    assert round((own - divided) * 300) == 3  # "three of 300 pictures, which can be luck"
    assert 0.5 < as_they_are < 0.7 < divided
