"""Drawn digits in the place of MNIST: 28×28 pictures, white strokes on black.

The digits of the text faces that come with matplotlib are rendered once, large, as maps of the
distance to the stroke. A picture is one such map looked up through a bent and tilted grid: the
distance turns into ink, so that one map gives thin and thick strokes alike.

Pictures are drawn in blocks of one hundred, each block from a random generator of its own. So
picture ``i`` depends on the seed, the split and ``i``, never on how many pictures are asked for.

Used in: 02, 03.
"""

import functools
import math
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageDraw, ImageFont

from course_utils.data import cache

#: Changes whenever the same seed gives other pictures; cached pictures and references carry it.
VERSION = "2"

NUM_CLASSES = 10
PICTURE_SIZE = 28

#: Random streams of the two splits; no picture can stand in both.
_SPLITS = {"train": 0, "test": 1}
_BLOCK = 100

# Faces whose digits look like digits when they are small. Not among them: symbol faces, cmmi10,
# whose old-style 0 and 1 look like letters, DejaVu Sans Mono, whose dotted 0 closes to an 8, and
# cmti10, which matplotlib 3.10 and Colab do not have yet.
_REGULAR_FACES = (
    "DejaVuSans",
    "DejaVuSans-Oblique",
    "DejaVuSerif",
    "DejaVuSerif-Italic",
    "STIXGeneral",
    "STIXGeneralItalic",
    "cmr10",
    "cmss10",
    "cmtt10",
)
_BOLD_FACES = (
    "DejaVuSans-Bold",
    "STIXGeneralBol",
    "STIXGeneralBolIta",
    "cmb10",
)

# Lengths inside a template are counted in its own, finer pixels.
_FINENESS = 4
_TEMPLATE_SIZE = 36 * _FINENESS
_DIGIT_SIZE = 19 * _FINENESS
#: Largest distance from the stroke that a template knows.
_REACH = 8

# How far a displacement reaches that bends the strokes: nodes of a coarse grid over the picture.
_NUM_NODES = 5


def draw(
    num_pictures: int, *, split: str = "train", seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Draw digits, without a cache.

    In every hundred pictures each digit occurs ten times, in shuffled order.

    Args:
        num_pictures: How many, 0 or more.
        split: ``"train"`` or ``"test"``; the two never share a picture.
        seed: Another seed (0 or more) gives other pictures.

    Returns:
        ``pictures``, uint8 of shape (num_pictures, 28, 28), 0 black to 255 white, and ``labels``,
        uint8 of shape (num_pictures,), 0 to 9.

    Raises:
        ValueError: For a negative number or seed or an unknown split.

    >>> pictures, labels = draw(3)
    >>> pictures.shape, labels.shape, pictures.dtype.name
    ((3, 28, 28), (3,), 'uint8')

    Used in: 02, 03.
    """
    if num_pictures < 0:
        raise ValueError(f"num_pictures must be 0 or more, got {num_pictures}")
    if seed < 0:
        raise ValueError(f"seed must be 0 or more, got {seed}")
    if split not in _SPLITS:
        raise ValueError(f"unknown split {split!r}; choose one of {', '.join(_SPLITS)}")
    num_blocks = math.ceil(num_pictures / _BLOCK)
    pictures = np.empty((num_blocks * _BLOCK, PICTURE_SIZE, PICTURE_SIZE), np.uint8)
    labels = np.empty(num_blocks * _BLOCK, np.uint8)
    for block in range(num_blocks):
        here = slice(block * _BLOCK, (block + 1) * _BLOCK)
        rng = np.random.default_rng([seed, _SPLITS[split], block])
        pictures[here], labels[here] = _draw_block(rng)
    return pictures[:num_pictures], labels[:num_pictures]


def load(
    num_train: int = 60_000, num_test: int = 10_000, seed: int = 0
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return drawn digits as ``keras.datasets.mnist.load_data`` returns MNIST, from a cache.

    Args:
        num_train: Number of training pictures.
        num_test: Number of test pictures.
        seed: As for :func:`draw`.

    Returns:
        ``(x_train, y_train), (x_test, y_test)``; shapes and types as :func:`draw` returns them.

    Raises:
        ValueError: As :func:`draw`.

    Used in: 02, 03.
    """

    def make() -> dict[str, np.ndarray]:
        x_train, y_train = draw(num_train, split="train", seed=seed)
        x_test, y_test = draw(num_test, split="test", seed=seed)
        return {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}

    # Pillow brings its own FreeType, and between 10.1 and 13.0 some strokes became others. The
    # faces' files, which matplotlib brings, are the same from 3.8 to 3.11.
    drawn_by = f"{VERSION}-pillow{PIL.__version__}"
    name = f"digits-{drawn_by}-seed{seed}-train{num_train}-test{num_test}.npz"
    stored = cache.arrays(name, ("x_train", "y_train", "x_test", "y_test"), make)
    return (stored["x_train"], stored["y_train"]), (stored["x_test"], stored["y_test"])


def _draw_block(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw one block: pictures (100, 28, 28) and labels (100,), both uint8."""
    labels = rng.permutation(np.arange(_BLOCK, dtype=np.uint8) % NUM_CLASSES)
    faces = rng.integers(len(_REGULAR_FACES) + len(_BOLD_FACES), size=_BLOCK)
    distances = _sample(_templates(), faces * NUM_CLASSES + labels, _bent_grid(rng))
    # The pen adds to the face's own stroke; a bold face has most of its width already.
    widest = np.where(faces < len(_REGULAR_FACES), 4.0, 2.0)
    pen = _column(rng.uniform(1.5, widest))
    softness = _column(rng.uniform(2.5, 5.0, _BLOCK))
    ink = np.clip(0.5 + (pen - distances) / softness, 0, 1)
    # Pressure differs between pictures and slowly along a stroke.
    pressure = _column(rng.uniform(0.9, 1.1, _BLOCK)) + 0.06 * _smooth_field(rng)
    grain = _column(rng.uniform(0.0, 0.05, _BLOCK)) * rng.standard_normal(ink.shape, np.float32)
    return np.rint(255 * np.clip(ink * pressure + grain, 0, 1)).astype(np.uint8), labels


def _bent_grid(rng: np.random.Generator) -> np.ndarray:
    """Return where every pixel of a block looks into its template: (2, 100, 28, 28), y then x."""
    angle = np.deg2rad(rng.normal(0, 9, _BLOCK))
    shear = rng.normal(0, 0.15, _BLOCK)
    height = rng.uniform(0.85, 1.1, _BLOCK)
    width = rng.uniform(0.85, 1.25, _BLOCK)
    cosine, sine = np.cos(angle), np.sin(angle)
    # From the picture back to the template: turn, then slant, then stretch.
    matrix = np.array(
        [
            [cosine / height, -sine / height],
            [(sine + shear * cosine) / width, (cosine - shear * sine) / width],
        ],
        np.float32,
    )
    shift = rng.normal(0, 0.8, (2, _BLOCK, 1, 1)).astype(np.float32)
    bend = _column(rng.uniform(0.3, 1.5, _BLOCK))
    centred = np.arange(PICTURE_SIZE, dtype=np.float32) - (PICTURE_SIZE - 1) / 2
    y = centred[:, None] - shift[0] + bend * _smooth_field(rng)
    x = centred[None, :] - shift[1] + bend * _smooth_field(rng)
    turned = matrix[:, 0, :, None, None] * y + matrix[:, 1, :, None, None] * x
    return (_TEMPLATE_SIZE - 1) / 2 + _FINENESS * turned


def _sample(templates: np.ndarray, chosen: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Look templates up between their pixels (bilinear interpolation).

    Args:
        templates: Float array (num_templates, size, size).
        chosen: Index of each picture's template, shape (n,).
        grid: Positions in template pixels, y then x, shape (2, n, 28, 28).

    Returns:
        Float array (n, 28, 28).
    """
    size = templates.shape[-1]
    # Outside a template the values of its border go on.
    grid = np.clip(grid, 0, size - 1.001)
    corner = grid.astype(np.int32)
    part_y, part_x = grid % 1
    flat = templates.reshape(-1)
    first = (chosen[:, None, None].astype(np.int32) * size + corner[0]) * size + corner[1]
    above = flat[first] + part_x * (flat[first + 1] - flat[first])
    below = flat[first + size] + part_x * (flat[first + size + 1] - flat[first + size])
    return above + part_y * (below - above)


def _smooth_field(rng: np.random.Generator) -> np.ndarray:
    """Return slowly varying random numbers of variance 1, shape (100, 28, 28)."""
    nodes = rng.standard_normal((_BLOCK, _NUM_NODES, _NUM_NODES), np.float32)
    return _smoothing() @ nodes @ _smoothing().T


@functools.cache
def _smoothing() -> np.ndarray:
    """Return the matrix (28, nodes) that spreads a coarse grid smoothly over a picture's side."""
    spacing = (PICTURE_SIZE - 1) / (_NUM_NODES - 1)
    pixels, nodes = np.arange(PICTURE_SIZE), np.arange(_NUM_NODES) * spacing
    weights = np.exp(-0.5 * ((pixels[:, None] - nodes) / (0.7 * spacing)) ** 2)
    # Rows of length 1 keep the variance.
    return (weights / np.linalg.norm(weights, axis=1, keepdims=True)).astype(np.float32)


def _column(values: np.ndarray) -> np.ndarray:
    """Shape one number per picture so that it meets (100, 28, 28)."""
    return values.astype(np.float32)[:, None, None]


@functools.cache
def _templates() -> np.ndarray:
    """Render all digits of all faces: (faces x 10, size, size), distance to the stroke, float32."""
    # Only for the folder; matplotlib takes a while to import.
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return np.stack(
        [
            _distance_template(folder / f"{face}.ttf", str(digit))
            for face in _REGULAR_FACES + _BOLD_FACES
            for digit in range(NUM_CLASSES)
        ]
    )


def _distance_template(path: Path, digit: str) -> np.ndarray:
    """Render a digit as distances to its stroke: 0 on it, up to 8 template pixels around it."""
    trial_size = 100
    font = ImageFont.truetype(str(path), trial_size)  # Pillow 10.1 takes no Path
    position = (_TEMPLATE_SIZE / 4, _TEMPLATE_SIZE * 3 / 4)
    left, top, right, bottom = _render(digit, font, position).getbbox()
    # As in MNIST, the longer side has one length, and the centre of mass lies in the middle.
    font = font.font_variant(size=trial_size * _DIGIT_SIZE / max(right - left, bottom - top))
    ink = np.asarray(_render(digit, font, position), np.float32)
    offsets = np.arange(_TEMPLATE_SIZE) - (_TEMPLATE_SIZE - 1) / 2
    position = (
        position[0] - (ink.sum(axis=0) @ offsets) / ink.sum(),
        position[1] - (ink.sum(axis=1) @ offsets) / ink.sum(),
    )
    # A stroke widened by k covers every pixel nearer than k: count the layers that miss a pixel.
    layers = [_render(digit, font, position, widening) for widening in range(_REACH)]
    return sum(1 - np.asarray(layer, np.float32) / 255 for layer in layers)


def _render(
    digit: str,
    font: ImageFont.FreeTypeFont,
    position: tuple[float, float],
    widening: int = 0,
) -> Image.Image:
    """Render one digit, white on black, its baseline starting at ``position``."""
    layer = Image.new("L", (_TEMPLATE_SIZE, _TEMPLATE_SIZE))
    ImageDraw.Draw(layer).text(
        position, digit, fill=255, font=font, stroke_width=widening, anchor="ls"
    )
    return layer
