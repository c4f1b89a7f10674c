"""Figures of how nets are put together: they draw what they are told, and refuse nonsense."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from course_utils import plots

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def _patches(ax, kind):
    return [patch for patch in ax.patches if type(patch) is kind]


def _texts(ax):
    return [text.get_text() for text in ax.texts]


def test_stacks_draw_a_box_for_each_layer_and_an_arc_for_each_pair():
    ax = plots.show_stacks({"small": 3, "large": 7}, shortcuts=["large"])
    assert len(_patches(ax, Rectangle)) == 10
    assert len(_patches(ax, FancyArrowPatch)) == 3
    assert {"small", "large"} <= set(_texts(ax))


def test_a_stack_without_layers_is_refused():
    with pytest.raises(ValueError, match="'none' has 0 layers"):
        plots.show_stacks({"none": 0})


@pytest.mark.parametrize(("shortcut", "boxes"), [(None, 2), ("Conv 1×1", 3)])
def test_a_residual_block_has_its_layers_its_shortcut_and_its_sum(shortcut, boxes):
    ax = plots.show_residual_block(["Conv", "Pool"], shortcut, ("in", "out"), "a block")
    assert len(_patches(ax, FancyBboxPatch)) == boxes
    assert {"in", "out", "+", "Conv", "Pool", shortcut or "as it is"} <= set(_texts(ax))
    assert ax.get_title() == "a block"


def test_a_residual_block_without_layers_is_refused():
    with pytest.raises(ValueError, match="at least one layer"):
        plots.show_residual_block([], None, ("in", "out"))


def test_stages_draw_a_slab_for_each_convolution():
    ax = plots.show_stages({"first": (64, 16, 2), "second": (16, 64, 3)})
    slabs = _patches(ax, Rectangle)
    assert len(slabs) == 5
    assert slabs[0].get_height() > slabs[2].get_height()
    assert slabs[0].get_width() * 2 < slabs[2].get_width() * 3
    assert {"64×64", "16 filters", "3 convolutions"} <= set(_texts(ax))


def test_stages_of_no_size_are_refused():
    with pytest.raises(ValueError, match="'first' is described by"):
        plots.show_stages({"first": (64, 0, 2)})


def test_given_axes_are_used():
    _, axes = plt.subplots(1, 3)
    assert plots.show_stacks({"net": 2}, ax=axes[0]) is axes[0]
    assert plots.show_residual_block(["Conv"], None, ("a", "b"), ax=axes[1]) is axes[1]
    assert plots.show_stages({"one": (8, 8, 1)}, ax=axes[2]) is axes[2]
