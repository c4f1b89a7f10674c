"""The figures of speed: areas, bars and points lie where the numbers say, bad input is refused."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from course_utils import plots

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_areas_are_to_scale():
    axes = plots.show_areas({"full": {"one": 300}, "clever": {"a": 30, "b": 60}}, "operations")
    assert [patch.get_width() for patch in axes.patches] == [300, 30, 60]
    assert len({patch.get_height() for patch in axes.patches}) == 1
    assert axes.patches[2].get_x() == 30  # where the part before it ends
    texts = [text.get_text().strip() for text in axes.texts]
    assert "300" in texts and "90  a + b" in texts


def test_a_timeline_shows_waiting_and_computing():
    epochs = {"slow": [(0, 2, 3), (3, 5, 6)], "fast": [(0, 0, 1), (1, 1, 2)]}
    axes = plots.show_timeline(epochs)
    widths = [patch.get_width() for patch in axes.patches]
    assert widths == [2, 1, 2, 1, 0, 1, 0, 1]
    assert [text.get_text().strip() for text in axes.texts] == ["6.00 s", "2.00 s"]


def test_speedups_go_to_both_sides_of_one():
    axes = plots.show_speedups({"gains": 4.0, "loses": 0.5}, "times as fast")
    assert [patch.get_x() + patch.get_width() for patch in axes.patches] == [4.0, 0.5]
    assert axes.patches[0].get_facecolor() != axes.patches[1].get_facecolor()
    low, high = axes.get_xlim()
    assert low < 0.5 and high > 4


def test_what_multiplies_nothing_has_a_column_of_its_own():
    work = {"full": 9e8, "pointwise": 1e8, "relu": 0}
    axes = plots.show_work_and_time(work, {"full": 0.09, "pointwise": 0.02, "relu": 0.01})
    places = [tuple(points.get_offsets()[0]) for points in axes.collections]
    assert places[0] == (9e8, 90)
    assert places[2][0] < 1e8 / 3 and places[2][1] == 10
    line = axes.lines[0]
    assert line.get_ydata()[-1] == pytest.approx(90)  # through the layer that multiplies most
    assert line.get_ydata() / line.get_xdata() == pytest.approx(90 / 9e8)


def test_the_roof_has_its_ridge_where_both_limits_meet():
    axes = plots.show_roofline({"relu": (0.125, 1e9), "full": (144, 90e9)}, 100e9, 10e9)
    roof = axes.lines[0]
    assert list(roof.get_xdata())[1] == 10
    assert list(roof.get_ydata())[1:] == [100, 100]
    assert roof.get_ydata()[0] == pytest.approx(10 * roof.get_xdata()[0])
    assert [tuple(points.get_offsets()[0]) for points in axes.collections] == [
        (0.125, 1),
        (144, 90),
    ]


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.show_areas({"a": {"b": 0}}, "operations"), "above 0 .* got 0"),
        (lambda: plots.show_timeline({"a": [(0, 2, 1)]}), "0, 2, 1 are not in order"),
        (lambda: plots.show_speedups({"a": -1.0}, "times"), "got -1.0"),
        (lambda: plots.show_work_and_time({"a": 1}, {"b": 1}), "work is of a, .* of b"),
        (lambda: plots.show_work_and_time({"a": 0}, {"a": 1}), "no layer multiplies"),
        (lambda: plots.show_roofline({}, 0, 1), "the roof has the values"),
        (lambda: plots.show_roofline({"relu": (1, 0)}, 1, 1), "relu has the values"),
    ],
)
def test_what_cannot_be_drawn(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
