"""The ladder: which rung beats the one before, and by more than luck."""

import json

import pytest

from course_utils.references import bands
from tools.references import ladder

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
