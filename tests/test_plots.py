"""The figures: what they show is what was computed, and bad input is refused."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import arithmetic, plots, training

pytestmark = pytest.mark.unit

IMAGE = np.array([[1, 2, 3, 4, 5], [2, 1, 0, 1, 2], [3, 0, 1, 1, 0], [1, 4, 1, 0, 2]])
KERNEL = np.array([[1, 0, 1], [1, 0, 1], [0, 1, 0]])


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def _texts(axes):
    return [text.get_text() for text in axes.texts]


def test_pictures_get_one_axes_each_and_their_titles():
    axes = plots.show_pictures(np.zeros((7, 4, 4)), titles=range(7), columns=3)
    assert [one.get_title() for one in axes] == list("0123456")
    assert len(axes[0].figure.axes) == 9  # a grid of 3×3 whose last two places stay empty


def test_pictures_in_16_bits_are_shown_in_32():
    """Older NumPy and matplotlib cannot show what layers return on 16-bit hardware."""
    import ml_dtypes

    axes = plots.show_pictures(np.full((1, 4, 4, 3), 0.5, ml_dtypes.bfloat16), limits=(0, 1))
    shown = axes[0].images[0].get_array()
    assert shown.dtype == np.float32
    assert shown.max() == 0.5


@pytest.mark.parametrize(
    ("pictures", "titles", "message"),
    [([], None, "no picture"), (np.zeros((2, 4, 4)), ["one"], "2 pictures but 1 titles")],
)
def test_pictures_that_cannot_be_shown(pictures, titles, message):
    with pytest.raises(ValueError, match=message):
        plots.show_pictures(pictures, titles)


def test_numbers_are_printed_in_their_places():
    axes = plots.show_numbers([[1, -2], [0.5, 300]])
    assert _texts(axes) == ["1", "−2", "0.5", "300"]
    assert [text.get_position() for text in axes.texts] == [(0, 0), (1, 0), (0, 1), (1, 1)]


def test_numbers_are_legible_on_black_and_white():
    axes = plots.show_numbers([[0, 255]], as_picture=True)
    assert [text.get_color() for text in axes.texts] == ["white", "black"]


def test_numbers_need_two_axes():
    with pytest.raises(ValueError, match=r"\(2, 2, 3\)"):
        plots.show_numbers(np.zeros((2, 2, 3)))


def test_convolution_step_shows_products_and_the_outputs_so_far():
    axes = plots.show_convolution_step(IMAGE, KERNEL, row=0, column=1)
    assert _texts(axes[2]) == ["2", "0", "4", "1", "0", "1", "0", "1", "0"]
    assert _texts(axes[3]) == ["6", "9"]
    frame = axes[0].patches[-1]
    assert (frame.get_x(), frame.get_y(), frame.get_width()) == (0.5, -0.5, 3)
    title = axes[0].figure.get_suptitle()  # counted as in the call, and as in the explorers
    assert title == "Row 0, column 1 of the output: the 9 products add up to 9"


def test_convolution_step_agrees_with_keras():
    import keras

    layer = keras.layers.Conv2D(1, 3, use_bias=False)
    layer.build((1, *IMAGE.shape, 1))
    layer.set_weights([KERNEL[:, :, None, None]])
    expected = np.asarray(layer(IMAGE[None, :, :, None].astype("float32")))[0, :, :, 0]
    axes = plots.show_convolution_step(IMAGE, KERNEL, 1, 2)
    assert _texts(axes[3]) == [f"{value:g}" for value in expected.ravel()]


def test_convolution_step_outside_the_output():
    with pytest.raises(ValueError, match=r"shape \(2, 3\).*\(2, 0\)"):
        plots.show_convolution_step(IMAGE, KERNEL, row=2, column=0)


@pytest.mark.parametrize(
    ("case", "dashed", "crossed"),
    [((8, 3, 2, "valid"), 0, 1), ((6, 3, 2, "same"), 1, 0), ((5, 3, 1, "same"), 2, 0)],
)
def test_windows_show_zeros_and_dropped_pixels(case, dashed, crossed):
    axes = plots.show_windows(*case)
    assert sum(patch.get_linestyle() == "--" for patch in axes.patches) == dashed
    assert len(axes.lines) == crossed == arithmetic.dropped_rows(*case)
    shown = [text for text in _texts(axes) if text.startswith("output")]
    assert len(shown) == arithmetic.output_size(*case)


@pytest.mark.parametrize("case", [(9, 3, 1, "valid", 2), (7, 2, 1, "same", 3), (8, 3, 2, "same")])
def test_windows_show_each_weight_on_the_pixel_it_reads(case):
    axes = plots.show_windows(*case)
    weights = [text for text in axes.texts if text.get_text().startswith("$w")]
    assert [text.get_position()[0] for text in weights] == [
        pixel for window in arithmetic.taps(*case) for pixel in window
    ]


def test_a_dilated_window_steps_over_pixels():
    axes = plots.show_windows(9, 3, dilation=2)
    weights = [text for text in axes.texts if text.get_text().startswith("$w")]
    assert [text.get_position()[0] for text in weights[:3]] == [0, 2, 4]


def test_signed_maps_share_one_scale():
    axes = plots.show_maps(np.array([[[-3.0, 1.0]]]), signed=True)
    assert {one.images[0].get_clim() for one in axes} == {(-3.0, 3.0)}


def test_maps_need_three_axes():
    with pytest.raises(ValueError, match=r"\(4, 4\)"):
        plots.show_maps(np.zeros((4, 4)))


def test_history_shows_training_beside_validation_and_marks_what_was_recorded(tmp_path):
    history = training.History({"loss": [2.0, 1.0], "val_loss": [2.5, 1.5], "accuracy": [0.1, 0.9]})
    axes = plots.show_history(history, "net")
    assert [one.get_ylabel() for one in axes] == ["loss", "accuracy"]
    assert [line.get_label() for line in axes[0].lines] == ["training", "validation"]
    assert axes[0].figure.get_suptitle() == "net"
    recorded = training.History.load(history.save(tmp_path / "h.json"))
    assert plots.show_history(recorded, "net")[0].figure.get_suptitle() == "net (recorded)"


def test_history_takes_what_keras_returns():
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    axes = plots.show_history(model.fit(np.ones((4, 1)), np.ones((4, 1)), verbose=0))
    assert len(axes) == 1


def test_lines_differ_in_more_than_colour():
    axes = plots.show_lines([0, 1], {"a": [1, 2], "b": [2, 3], "c": [3, 4]}, "x", "y")
    assert len({line.get_linestyle() for line in axes.lines}) == 3
    assert len({line.get_marker() for line in axes.lines}) == 3


def test_lines_keep_the_colours_that_are_asked_for_in_the_legend_too():
    axes = plots.show_lines([0, 1], {"a": [1, 2], "b": [2, 3]}, "x", "y", colors=["red", "green"])
    assert [line.get_color() for line in axes.lines] == ["red", "green"]
    assert [line.get_color() for line in axes.get_legend().get_lines()] == ["red", "green"]
    assert len({line.get_linestyle() for line in axes.lines}) == 2
    with pytest.raises(ValueError, match="1 colors for 2 lines"):
        plots.show_lines([0, 1], {"a": [1, 2], "b": [2, 3]}, "x", "y", colors=["red"])


@pytest.mark.parametrize(
    ("series", "message"),
    [({"a": [1]}, "'a' has 1 values for 2"), ({name: [1, 2] for name in "abcde"}, "5 lines")],
)
def test_lines_that_cannot_be_told(series, message):
    with pytest.raises(ValueError, match=message):
        plots.show_lines([0, 1], series, "x", "y")
