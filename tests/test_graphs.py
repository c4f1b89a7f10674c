"""Small computational graphs: their gradients are the tape's, and the drawing shows them all."""

import random

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from course_utils import graphs, plots

pytestmark = pytest.mark.unit

LECTURE = graphs.Graph("q = x + y", "f = q * z")
AT = {"x": -2, "y": 5, "z": -4}
TWICE = graphs.Graph("q = x + y", "f = q * x")
DEEP = graphs.Graph("h = w1 * x", "a = relu(h)", "o = a * w2", "d = o - t", "C = d * d")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def random_graph(seed: int, num_steps: int = 8) -> graphs.Graph:
    """A graph of random steps in which every result is used, most of them more than once."""
    chance = random.Random(seed)
    names, steps = ["x", "y", "z"], []
    for index in range(num_steps):
        # The step before is always read, so that no result is left over.
        first = names[-1] if index else "x"
        second = chance.choice(names)
        operation = chance.choice(["{} + {}", "{} - {}", "{} * {}", "relu({})"])
        steps.append(f"s{index} = " + operation.format(first, second))
        names.append(f"s{index}")
    return graphs.Graph(*steps)


def by_tape(graph: graphs.Graph, inputs: dict[str, float]) -> dict[str, float]:
    """The gradients of all values, inputs and results alike, by TensorFlow."""
    import tensorflow as tf

    operations = {
        "Add": lambda a, b: a + b,
        "Sub": lambda a, b: a - b,
        "Mult": lambda a, b: a * b,
        "relu": tf.nn.relu,
    }
    with tf.GradientTape() as tape:
        values = {name: tf.constant(value, tf.float64) for name, value in inputs.items()}
        tape.watch(values)
        for node in graph.nodes:
            arguments = [values[name] for name in node.arguments]
            values[node.name] = operations[node.operation](*arguments)
    found = tape.gradient(
        values[graph.output], values, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    return {name: float(gradient) for name, gradient in found.items()}


def some_inputs(graph: graphs.Graph, seed: int) -> dict[str, float]:
    chance = random.Random(1000 + seed)
    return {name: chance.uniform(-1.5, 1.5) for name in graph.inputs}


@pytest.mark.parametrize("seed", range(40))
def test_gradients_of_random_graphs_are_those_of_the_tape(seed):
    graph = random_graph(seed)
    inputs = some_inputs(graph, seed)
    total = graph.backward(graph.forward(**inputs)).total
    expected = by_tape(graph, inputs)
    assert set(total) == set(expected)
    for name, gradient in expected.items():
        assert total[name] == pytest.approx(gradient, rel=1e-9, abs=1e-12), name


def test_the_lectures_graph():
    values = LECTURE.forward(**AT)
    assert (values["q"], values["f"]) == (3, -12)
    assert LECTURE.backward(values).total == {"f": 1, "q": -4, "z": 3, "x": -4, "y": -4}


def test_paths_add_up_to_the_total():
    found = TWICE.backward(TWICE.forward(x=3, y=2))
    assert found.paths == {("f", 0): 3, ("f", 1): 5, ("q", 0): 3, ("q", 1): 3}
    assert found.total["x"] == 8


def test_a_value_used_twice_by_one_step():
    found = DEEP.backward(DEEP.forward(w1=0.5, x=2, w2=-3, t=1))
    assert (found.total["d"], found.total["w1"], found.total["w2"]) == (-8, 48, -8)


def test_a_silent_unit_gets_no_blame():
    total = DEEP.backward(DEEP.forward(w1=-0.5, x=2, w2=-3, t=1)).total
    assert (total["w1"], total["w2"]) == (0, 0)
    assert total["o"] != 0


def test_a_backward_pass_half_way():
    values = LECTURE.forward(**AT)
    assert LECTURE.backward(values, 0).total == {"f": 1}
    assert set(LECTURE.backward(values, 1).total) == {"f", "q", "z"}
    with pytest.raises(ValueError, match="num_steps=3"):
        LECTURE.backward(values, 3)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([], "at least one step"),
        (["x + y"], "'x \\+ y' is not a step"),
        (["q = x + y + z"], "is not a step"),
        (["q = x + 1"], "is not a step"),
        (["q = x / y"], "is not a step"),
        (["q = Add(x)"], "is not a step"),
        (["q = relu(x, y)"], "is not a step"),
        (["q = x +"], "is not a step"),
        (["q = x + y", "q = x * y"], "'q' is computed twice"),
        (["q = f + y", "f = q * x"], "'q' reads 'f' before it is computed"),
        (["q = q + y"], "'q' reads 'q' before it is computed"),
        (["q = x + y", "f = x * y"], "'q' is computed but never used"),
    ],
)
def test_what_is_no_graph(steps, message):
    with pytest.raises(ValueError, match=message):
        graphs.Graph(*steps)


def test_inputs_that_are_missing_or_unknown():
    with pytest.raises(ValueError, match="inputs are x, y, z; given were x"):
        LECTURE.forward(x=1)
    with pytest.raises(ValueError, match="given were none"):
        LECTURE.forward()


def texts(ax, color):
    return sorted(text.get_text() for text in ax.texts if text.get_color() == color)


def written(number):
    return f"{number + 0.0:.4g}".replace("-", "−")


@pytest.mark.parametrize("seed", range(12))
def test_the_drawing_shows_every_value_and_every_path(seed):
    graph = random_graph(seed)
    values = graph.forward(**some_inputs(graph, seed))
    found = graph.backward(values)
    ax = plots.show_graph(graph, values)
    orange = texts(ax, plots.ORANGE)
    for path in [*found.paths.values(), 1.0]:
        assert written(path) in orange
    for name in values:
        if len(list(graph.uses(name))) > 1:
            assert any(text.endswith(f" = {written(found.total[name])}") for text in orange), name
    blue = texts(ax, plots.BLUE)
    for node in graph.nodes:
        assert f"{node.name} = {written(values[node.name])}" in blue


def test_the_drawing_of_the_lectures_graph():
    values = LECTURE.forward(**AT)
    note = "← gradients, backward"
    before = plots.show_graph(LECTURE, values, gradients=False)
    assert texts(before, plots.ORANGE) == []
    assert {"q = 3", "f = −12", "−2", "5", "−4"} < set(texts(before, plots.BLUE))
    half = plots.show_graph(LECTURE, values, passed=1)
    assert texts(half, plots.ORANGE) == sorted(["1", "−4", "3", note])
    whole = plots.show_graph(LECTURE, values)
    assert texts(whole, plots.ORANGE) == sorted(["1", "−4", "3", "−4", "−4", note])


def test_the_step_just_passed_is_ringed():
    ax = plots.show_graph(LECTURE, LECTURE.forward(**AT), passed=1)
    orange = matplotlib.colors.to_rgba(plots.ORANGE)
    ringed = [patch for patch in ax.patches if patch.get_edgecolor() == orange]
    times = next(text for text in ax.texts if text.get_text() == "×")
    assert [patch.center for patch in ringed if hasattr(patch, "center")] == [times.get_position()]


@pytest.mark.parametrize("seed", range(12))
def test_no_two_nodes_stand_on_each_other(seed):
    graph = random_graph(seed, num_steps=4)
    ax = plots.show_graph(graph, graph.forward(**some_inputs(graph, seed)))
    circles = [patch for patch in ax.patches if hasattr(patch, "center")]
    assert len(circles) == len(graph.inputs) + len(graph.nodes)
    centers = np.array([circle.center for circle in circles])
    distances = np.hypot(*(centers[:, None] - centers[None]).transpose(2, 0, 1))
    assert distances[~np.eye(len(circles), dtype=bool)].min() > 2 * circles[0].radius


def test_one_weight_needs_a_pixel_and_a_class():
    axes = plots.show_one_weight(np.zeros((28, 28)), (14, 3), np.full(10, 0.1), 7)
    frame = axes[0].patches[-1]
    assert (frame.get_x(), frame.get_y()) == (2.5, 13.5)
    assert len(axes[2].patches) == 10
    with pytest.raises(ValueError, match=r"no pixel \(28, 0\)"):
        plots.show_one_weight(np.zeros((28, 28)), (28, 0), np.full(10, 0.1), 7)
    with pytest.raises(ValueError, match="label=10"):
        plots.show_one_weight(np.zeros((28, 28)), (0, 0), np.full(10, 0.1), 10)


def test_descents_lie_on_the_curve():
    axes = plots.show_descents(np.square, {"a": [3.0, 1.0], "b": [3.0, -4.0]})
    assert [ax.get_title() for ax in axes] == ["a", "b"]
    path = axes[1].lines[1]
    assert list(path.get_xdata()) == [3, -4]
    assert list(path.get_ydata()) == [9, 16]
    with pytest.raises(ValueError, match="no path"):
        plots.show_descents(np.square, {})
