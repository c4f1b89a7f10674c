"""Figures of chapter 07 show what they are given."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from course_utils import plots

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


def test_trainable_layers_say_how_many_weights_learn():
    axes = plots.show_trainable(
        {
            "before": {"conv_1": (7056, 0), "norm": (1024, 0)},
            "after": {"conv_1": (7056, 7056), "norm": (1024, 0)},
        }
    )
    words = [text.get_text() for text in axes.texts]
    assert words == ["7,056 frozen", "1,024 frozen", "7,056 learn", "1,024 frozen"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["conv_1", "norm"]
    assert axes.yaxis_inverted()


def test_changes_are_bars_in_the_order_of_the_layers():
    axes = plots.show_changes({"a": {"x": 0.5, "y": 0.0}, "b": {"x": 0.1, "y": 0.2}}, "distance")
    widths = [[bar.get_width() for bar in group] for group in axes.containers]
    assert widths == [[0.5, 0.0], [0.1, 0.2]]
    assert axes.get_xlabel() == "distance"


@pytest.mark.parametrize(
    "stages", [{}, {"a": {}}, {"a": {"x": (1, 0)}, "b": {"y": (1, 0)}}], ids=str
)
def test_different_layers_are_refused(stages):
    with pytest.raises(ValueError, match="same layers"):
        plots.show_trainable(stages)
    with pytest.raises(ValueError, match="same layers"):
        plots.show_changes({name: dict.fromkeys(layers, 1) for name, layers in stages.items()}, "x")
