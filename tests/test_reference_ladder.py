"""The ladder: which rung beats the one before, and by more than luck."""

import dataclasses
import json
import re

import pytest

from course_utils.references import bands
from tools import notebook_files as files
from tools.references import ladder, lengths

pytestmark = pytest.mark.unit

FACTS = {
    "hardware": "2 cores",
    "minutes": "1.5 minutes a seed",
    "precision": "float32",
    "versions": "keras 3",
}
LOW = [0.70, 0.71, 0.72, 0.73, 0.74]


@pytest.fixture
def measure(tmp_path, monkeypatch):
    """Return a function that writes the accuracies of a rung's seeds."""
    monkeypatch.setattr(bands, "FOLDER", tmp_path)

    def write(name, values, pictures="drawn"):
        content = {
            "values": dict(enumerate(values)),
            "num_test_pictures": 2000,
            "facts": FACTS,
        }
        (tmp_path / f"{name}-ladder-{pictures}.json").write_text(
            json.dumps(content), encoding="utf-8"
        )

    return write


@pytest.mark.parametrize(
    ("higher", "verdict"),
    [
        ([0.77, 0.77, 0.77, 0.77, 0.77], "clearly"),  # 5 points above, seeds differ by 4
        ([0.75, 0.75, 0.75, 0.75, 0.75], "not clearly"),  # 3 points above, those of the first by 4
        ([0.70, 0.78, 0.78, 0.79, 0.80], "not clearly"),  # 5 points above, its own by 10
        ([0.60, 0.60, 0.60, 0.60, 0.60], "clearly lower"),
        ([0.70, 0.70, 0.70, 0.70, 0.70], "lower, not clearly"),
    ],
)
def test_a_rung_is_clearly_above_if_seeds_lie_closer_than_means(measure, higher, verdict):
    measure("04.small_convnet", LOW)
    measure("05.augmented", higher)
    below, above = ladder.rungs("drawn")
    assert (below.gain, below.verdict) == (None, "")
    assert above.gain == pytest.approx(sum(higher) / 5 - 0.72)
    assert above.verdict == verdict
    table = ladder.table("drawn")
    assert f"{abs(100 * above.gain):.1f} points: {above.verdict} | 5 | 1.5 | float32 |" in table
    assert table.count("Measured on 2 cores; keras 3") == 1


def test_pictures_are_told_apart_and_missing_rungs_left_out(measure):
    measure("04.small_convnet", LOW)
    measure("07.fine_tuned", [0.90, 0.91])
    measure("05.augmented", [0.5, 0.6], "real")
    first, last = ladder.rungs("drawn")
    assert last.verdict == "too few seeds to say"  # of the last
    assert last.before == first.band and last.title == "07: borrowed base, fine-tuned"
    assert [rung.before for rung in ladder.rungs("real")] == [None]
    assert "| 05" not in ladder.table("drawn")
    (bands.FOLDER / "04.small_convnet-ladder-drawn.json").unlink()
    (bands.FOLDER / "07.fine_tuned-ladder-drawn.json").unlink()
    assert ladder.rungs("drawn") == []


@pytest.mark.parametrize("pictures", ladder.RUNGS)
def test_all_rungs_that_ship_were_measured_with_the_same_seeds(pictures):
    found = ladder.rungs(pictures)
    assert len(found) == len(ladder.RUNGS[pictures])
    assert len({tuple(rung.band.values) for rung in found}) == 1


def _figures(names):
    """Return what a text on the ladder must name: pictures, size, epochs of the nets."""
    plans = lengths.LADDER.trainings
    pictures = {f"{plan.pictures:,}" for plan in plans.values()}
    sizes = {f"{plan.image_size}×{plan.image_size}" for plan in plans.values()}
    return pictures | sizes | {str(sum(plans[one].epochs for one in chosen)) for chosen in names}


SHORTEST, LONGEST = ("04.small_convnet",), ("05.augmented",)
MOBILENET = ("07.mobilenet.head", "07.mobilenet")
SMALL_BASE = ("07.fine_tuned.head", "07.fine_tuned")
TEXTS = {
    "notebooks/{}05_augmentation.ipynb long-read": (SHORTEST, LONGEST),
    "notebooks/{}07_transfer_learning.ipynb race-intro": (SHORTEST, LONGEST, MOBILENET),
    "site/pages/{}ranges.md": (SHORTEST, LONGEST, MOBILENET, SMALL_BASE),
}


def _lacking(text, names):
    return {figure for figure in _figures(names) if not re.search(rf"(?<![\d,]){figure}", text)}


@pytest.mark.parametrize("language", ["", "ko/"])
@pytest.mark.parametrize("place", TEXTS)
def test_what_is_written_of_the_ladder_is_its_plan(place, language, monkeypatch):
    name, _, cell = place.format(language).partition(" ")
    path = files.ROOT / name
    text = path.read_text(encoding="utf-8")
    if cell:
        (text,) = (one.source for one in files.read(path).cells if one.id == cell)
    assert not _lacking(text, TEXTS[place])
    epochs = [lengths.LADDER[rung].epochs for rung in ladder.RUNGS["drawn"]][:3]
    assert (min(epochs), max(epochs)) == tuple(
        lengths.LADDER[one].epochs for (one,) in (SHORTEST, LONGEST)
    )
    other = lengths._RUNG | {"epochs": 31, "pictures": 2_001, "image_size": 97}
    changed = {rung: lengths.Training(**other) for rung in lengths.LADDER.trainings}
    longer = dataclasses.replace(lengths.LADDER, trainings=changed)
    monkeypatch.setattr(lengths, "LADDER", longer)
    assert _lacking(text, TEXTS[place]) >= {"2,001", "97×97", "31"}
