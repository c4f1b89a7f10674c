"""What the explorers compute in the browser is what arithmetic.py and Keras compute.

The modules of the front end are loaded as they are, from a server on this computer. A broken copy
of them has to fail the same comparison.
"""

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from course_utils import arithmetic, explorers
from course_utils.arithmetic import Window
from course_utils.explorers.arguments import for_front_end

pytestmark = pytest.mark.browser

FRONT_END = Path(explorers.__file__).parent / "front_end"

# JSON there and back: Playwright's own way of handing things over takes minutes.
WINDOWS_IN_BROWSER = """async (cases) => {
  const { outputSize, paddingAmounts, droppedRows, taps } = await import("./arithmetic.js");
  return JSON.stringify(JSON.parse(cases).map(([size, window]) => {
    try {
      const found = [outputSize, paddingAmounts, droppedRows, taps];
      return found.map((compute) => compute(size, window));
    } catch (error) {
      return error.reason ?? String(error);
    }
  }));
}"""
STACKS_IN_BROWSER = """async (cases) => {
  const { follow } = await import("./receptive_field.js");
  return JSON.stringify(JSON.parse(cases).map(([size, channels, layers]) => {
    const { results, refusal } = follow(size, channels, layers);
    const rows = results.map(({ field, parameters, multiplyAdds }) => [
      field.size, field.jump, field.start, field.positions, parameters, multiplyAdds]);
    return [rows, refusal?.layer ?? null];
  }));
}"""


def random_windows(number: int) -> list[tuple[int, Window]]:
    """Sizes and windows of all kinds, those among them that Keras refuses."""
    luck = random.Random(0)
    cases = []
    for _ in range(number):
        stride, dilation = luck.choice(
            [(1, 1), (1, 1), (1, 2), (1, 5), (2, 1), (3, 1), (5, 1), (2, 2)]
        )
        padding = luck.choice(["valid", "same"])
        window = Window(luck.randint(1, 9), stride, padding, dilation)
        cases.append((luck.randint(1, 40), window))
    return cases


def expected_of_window(size: int, window: Window):
    try:
        return [
            arithmetic.output_size(size, *window),
            list(arithmetic.padding_amounts(size, *window)),
            arithmetic.dropped_rows(size, *window),
            [list(places) for places in arithmetic.taps(size, *window)],
        ]
    except ValueError as refusal:
        return "too large" if "does not fit" in str(refusal) else "stride and dilation"


def random_stacks(number: int) -> list[tuple[int, int, list[dict]]]:
    luck = random.Random(1)
    cases = []
    for _ in range(number):
        layers = []
        for _ in range(luck.randint(1, 7)):
            stride = luck.choice([1, 1, 2, 3])
            window = Window(
                luck.randint(1, 5),
                stride,
                luck.choice(["valid", "same"]),
                luck.choice([1, 1, 2, 4]),
            )
            kind = luck.choice(["convolution", "separable", "pooling"])
            layers.append(for_front_end(window) | {"kind": kind, "filters": luck.randint(1, 64)})
        cases.append((luck.randint(1, 128), luck.randint(1, 4), layers))
    return cases


def expected_of_stack(size: int, channels: int, layers: list[dict]):
    rows, windows = [], []
    for index, layer in enumerate(layers):
        windows.append(
            Window(layer["kernelSize"], layer["stride"], layer["padding"], layer["dilation"])
        )
        try:
            field = arithmetic.receptive_field(size, windows)[-1]
        except ValueError:
            return [rows, index]
        parameters = work = 0
        if layer["kind"] != "pooling":
            separable = layer["kind"] == "separable"
            count = arithmetic.separable_parameters if separable else arithmetic.conv_parameters
            shape = channels, layer["filters"], layer["kernelSize"]
            parameters = count(*shape)
            work = arithmetic.multiply_adds(field.positions, count(*shape, use_bias=False))
            channels = layer["filters"]
        rows.append([field.size, field.jump, field.start, field.positions, parameters, work])
    return [rows, None]


def differences(visit, address: str, windows: int, stacks: int) -> tuple[int, int]:
    """How many of so many windows and stacks come out otherwise than in Python."""
    page = visit(address).page

    def count(program: str, handed_over: list, expected: list) -> int:
        found = json.loads(page.evaluate(program, json.dumps(handed_over)))
        return sum(one != other for one, other in zip(found, expected, strict=True))

    in_windows = random_windows(windows)
    in_stacks = random_stacks(stacks)
    return (
        count(
            WINDOWS_IN_BROWSER,
            [(size, for_front_end(window)) for size, window in in_windows],
            [expected_of_window(*case) for case in in_windows],
        ),
        count(STACKS_IN_BROWSER, in_stacks, [expected_of_stack(*case) for case in in_stacks]),
    )


@pytest.fixture
def copy_of_front_end(tmp_path):
    """The modules, and a page to load them from."""
    shutil.copytree(FRONT_END, tmp_path / "site")
    page = "<!doctype html><meta charset=utf-8><title>front end</title>"
    (tmp_path / "site" / "index.html").write_text(page, encoding="utf-8")
    return tmp_path / "site"


def test_the_cases_are_of_all_kinds():
    outcomes = [expected_of_window(*case) for case in random_windows(4000)]
    assert outcomes.count("too large") > 100
    assert outcomes.count("stride and dilation") > 100
    sizes = [outcome for outcome in outcomes if isinstance(outcome, list)]
    assert sum(before != after for _, (before, after), _, _ in sizes) > 100
    assert sum(dropped > 0 for _, _, dropped, _ in sizes) > 100
    broken_at = [expected_of_stack(*case)[1] for case in random_stacks(1500)]
    assert 300 < broken_at.count(None) < 1400


def test_the_browser_computes_as_python_does(copy_of_front_end, serve, visit):
    assert differences(visit, serve(copy_of_front_end), 4000, 1500) == (0, 0)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (
            "[Math.floor(total / 2), Math.ceil(total / 2)]",
            "[Math.ceil(total / 2), Math.floor(total / 2)]",
        ),
        ("Math.floor((size - span(window))", "Math.ceil((size - span(window))"),
        ("Math.ceil(size / window.stride)", "Math.floor(size / window.stride)"),
        ("(window.kernelSize - 1) * window.dilation + 1", "window.kernelSize"),
        ("- before + tap", "+ tap"),
        ("Math.max(-overhang(size, window), 0)", "0"),
        ("if (span(window) > size)", "if (span(window) >= size)"),
        ("window.stride > 1 && window.dilation > 1", "window.stride > 2 && window.dilation > 1"),
        ("jump: field.jump * window.stride", "jump: window.stride"),
        ("field.start - before * field.jump", "field.start - before"),
        ("convParameters(channels, filters, 1, useBias)", "convParameters(channels, filters, 1)"),
        ("size ** 2 * weights", "size * weights"),
    ],
)
def test_a_broken_copy_is_found(copy_of_front_end, serve, visit, right, wrong):
    module = copy_of_front_end / "arithmetic.js"
    source = module.read_text(encoding="utf-8")
    assert source.count(right) == 1
    module.write_text(source.replace(right, wrong), encoding="utf-8")
    assert sum(differences(visit, serve(copy_of_front_end), 800, 300)) > 5


def keras_outputs(image: np.ndarray, kernel: np.ndarray, window: Window) -> list[np.ndarray]:
    """What real layers make of it: a convolution, max pooling and average pooling."""
    import keras

    batch = image[None, :, :, None].astype("float32")
    layer = keras.layers.Conv2D(
        1, window.kernel_size, window.stride, window.padding, dilation_rate=window.dilation,
        use_bias=False,
    )  # fmt: skip
    layer.build(batch.shape)
    layer.set_weights([kernel[:, :, None, None]])
    layers = [layer]
    if window.dilation == 1:
        shape = window.kernel_size, window.stride, window.padding
        layers += [keras.layers.MaxPooling2D(*shape), keras.layers.AveragePooling2D(*shape)]
    return [np.asarray(one(batch))[0, :, :, 0] for one in layers]


def test_outputs_are_those_of_keras_layers(copy_of_front_end, serve, visit):
    rng = np.random.default_rng(2)
    cases = [
        (rng.integers(-9, 10, (size, size)), rng.integers(-3, 4, (window.kernel_size,) * 2), window)
        for size, window in random_windows(150)
        if size <= 12 and isinstance(expected_of_window(size, window), list)
    ]
    assert len(cases) > 15
    found = visit(serve(copy_of_front_end)).page.evaluate(
        """async (cases) => {
          const { convolve, pool } = await import("./arithmetic.js");
          return cases.map(([image, kernel, window]) => [
            convolve(image, kernel, window),
            pool(image, "max", window), pool(image, "average", window)]);
        }""",
        [
            (image.tolist(), kernel.tolist(), for_front_end(window))
            for image, kernel, window in cases
        ],
    )
    pooled = 0
    for (image, kernel, window), outputs in zip(cases, found, strict=True):
        expected = keras_outputs(image, kernel, window)
        pooled += len(expected) == 3
        for one, other in zip(outputs, expected, strict=False):
            np.testing.assert_allclose(one, other, atol=1e-4)
    assert pooled > 8


WARP_IN_BROWSER = """async ([pixels, width, height, changes, fillMode, contrast]) => {
  const { affine, changeContrast, warp } = await import("./warp.js");
  const map = affine(width, height, changes);
  const changed = changeContrast(warp(pixels, width, height, map, fillMode), contrast);
  return [map, Array.from(changed)];
}"""


def changes(**given) -> dict:
    still = {"mirror": False, "flip": False, "turn": 0, "zoom": 1, "right": 0, "down": 0}
    return still | given


@pytest.fixture
def warp(copy_of_front_end, serve, visit):
    page = visit(serve(copy_of_front_end)).page

    def warp(picture: np.ndarray, what: dict, fill_mode: str = "reflect", contrast: float = 1):
        height, width, _ = picture.shape
        opaque = np.dstack([picture, np.full((height, width), 255)])
        arguments = [opaque.ravel().tolist(), width, height, what, fill_mode, contrast]
        affine, pixels = page.evaluate(WARP_IN_BROWSER, arguments)
        return affine, np.reshape(pixels, (height, width, 4))[..., :3]

    return warp


@pytest.fixture
def picture():
    """Smooth, so that a rounding error in a place cannot become a large one in a value."""
    rows, columns = np.mgrid[0:23, 0:31] / 10
    channels = [np.sin(rows * 2 + columns), np.cos(columns * 3), np.sin(rows * columns)]
    return np.stack(channels, axis=-1) * 100 + 120


@pytest.mark.parametrize("fill_mode", ["reflect", "constant", "nearest", "wrap"])
def test_pixels_are_those_of_keras(warp, picture, fill_mode):
    from keras import ops

    for what in (
        changes(turn=0.9, zoom=1.3),
        changes(mirror=True, turn=-0.4, zoom=0.8, right=0.3, down=-0.2),
        changes(flip=True, zoom=3.1, right=-1.4),
    ):
        affine, pixels = warp(picture, what, fill_mode)
        expected = ops.image.affine_transform(
            picture.astype("float32"), np.float32([*affine, 0, 0]), fill_mode=fill_mode
        )
        off = np.abs(pixels - np.asarray(expected)).max(axis=-1)
        # A place that lies on a border within float32 may be taken for one beyond it.
        assert np.mean(off > 0.1) < 0.01


def test_each_change_is_that_of_its_keras_layer(warp, picture):
    import keras
    from keras import layers

    def in_training(layer):
        return np.asarray(layer(picture[None].astype("float32"), training=True))[0]

    for layer, what in [
        (layers.RandomRotation((0.07, 0.07)), changes(turn=2 * np.pi * 0.07)),
        (layers.RandomZoom((0.3, 0.3)), changes(zoom=1.3)),
        (layers.RandomTranslation((0.2, 0.2), (-0.1, -0.1)), changes(down=0.2, right=-0.1)),
    ]:
        _, pixels = warp(picture, what)
        off = np.abs(pixels - in_training(layer))
        assert off.max() < 1, type(layer).__name__
    _, mirrored = warp(picture, changes(mirror=True, flip=True))
    np.testing.assert_allclose(mirrored, picture[::-1, ::-1], atol=1e-3)

    contrast = layers.RandomContrast((0.5, 0.5))
    factor = {"contrast_factor": keras.ops.full((1, 1, 1, 1), 0.6)}
    expected = contrast.transform_images(picture[None].astype("float32"), factor)
    _, pixels = warp(picture, changes(), contrast=0.6)
    np.testing.assert_allclose(pixels, np.asarray(expected)[0], atol=1e-2)


def test_what_the_course_layer_does_is_one_of_the_versions(warp, picture):
    from course_utils.models.augmentation import RandomAffine

    layer = RandomAffine(mirror=False, rotation=(0.08, 0.08), zoom=(-0.15, -0.15))
    expected = np.asarray(layer(picture[None].astype("float32"), training=True))[0]
    _, pixels = warp(picture, changes(turn=2 * np.pi * 0.08, zoom=0.85))
    np.testing.assert_allclose(pixels, expected, atol=0.1)
