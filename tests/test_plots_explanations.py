"""The figures that explain a network show what they are given."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import explain, plots

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_each_heat_map_covers_the_whole_of_its_picture():
    axes = plots.show_heat_maps(np.zeros((3, 20, 30, 3)), np.ones((3, 2, 3)), "abc", columns=2)
    assert len(axes) == 3
    grey, heat = axes[0].images
    assert list(grey.get_extent()) == list(heat.get_extent()) == [-0.5, 29.5, 19.5, -0.5]
    assert heat.get_clim() == (0, 1)
    titles = [one.get_title() for one in axes[0].figure.axes]
    assert [title for title in titles if title] == list("abc")


def test_heat_maps_and_pictures_must_be_as_many():
    with pytest.raises(ValueError, match="3 pictures but 2 heat maps"):
        plots.show_heat_maps(np.zeros((3, 4, 4, 3)), np.ones((2, 2, 2)))


def test_confusion_shows_counts_and_shares_of_rows():
    axes = plots.show_confusion([[30, 10], [1, 1]], ["cat", "dog"])
    assert [text.get_text() for text in axes.texts] == ["30\n75%", "10\n25%", "1\n50%", "1\n50%"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog"]


def test_confusion_needs_a_row_per_class():
    with pytest.raises(ValueError, match=r"3 classes but a matrix of shape \(2, 2\)"):
        plots.show_confusion(np.eye(2), ["a", "b", "c"])


def test_reliability_shows_the_bins_that_hold_something():
    found = explain.reliability([0.9, 0.95, 0.6], [True, False, True])
    axes = plots.show_reliability(found, "net")
    assert [patch.get_height() for patch in axes.patches] == [1, 0.5]
    assert axes.get_title() == f"net\ncalibration error {found.error:.1%}"
    assert axes.get_xlim() == pytest.approx((0.6, 1))
