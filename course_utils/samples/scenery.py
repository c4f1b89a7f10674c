"""What stands behind a drawn figure, and what the camera does to the picture.

Used in: 04, 05, 06, 07, 08.
"""

import colorsys
import io

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from course_utils.samples import noise, rendering

#: Muted colours of walls, floors, cloth: red, green, blue from 0 to 1.
HOUSE = ((0.86, 0.82, 0.74), (0.62, 0.66, 0.68), (0.55, 0.42, 0.30), (0.70, 0.55, 0.42))
HOUSE += ((0.45, 0.50, 0.42), (0.78, 0.78, 0.80), (0.38, 0.30, 0.28), (0.58, 0.40, 0.38))
HOUSE += ((0.30, 0.36, 0.46), (0.82, 0.72, 0.56), (0.22, 0.21, 0.22), (0.50, 0.47, 0.44))
GREENS = ((0.28, 0.38, 0.16), (0.40, 0.50, 0.22), (0.20, 0.30, 0.16), (0.50, 0.52, 0.30))
GROUNDS = ((0.76, 0.68, 0.52), (0.48, 0.38, 0.28), (0.55, 0.54, 0.52), (0.36, 0.44, 0.20))
SKIES = ((0.55, 0.72, 0.90), (0.78, 0.84, 0.90), (0.88, 0.84, 0.80), (0.40, 0.60, 0.85))


def pick(rng: np.random.Generator, colours, spread: float = 0.05) -> np.ndarray:
    """Return one of the colours, a little changed."""
    colour = np.asarray(colours[rng.integers(len(colours))])
    return np.clip(colour + rng.normal(0, 0.4 * spread, 3) + rng.normal(0, spread), 0.02, 0.98)


def bright(rng: np.random.Generator) -> np.ndarray:
    """Return a strong colour of any hue, as toys have."""
    return np.array(colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.35, 0.9), rng.uniform(0.4, 1)))


class Backdrop:
    """A background in the making, drawn at half the working resolution.

    Args:
        shape: Height and width of the picture that is to be covered, in working pixels.
        rng: Where all choices come from.
    """

    def __init__(self, shape: tuple[int, int], rng: np.random.Generator):
        self.shape, self.rng = shape, rng
        self.width, self.height = max(8, shape[1] // 2), max(8, shape[0] // 2)
        self.image = Image.new("RGB", (self.width, self.height))
        self.pencil = ImageDraw.Draw(self.image)

    def band(self, top: float, bottom: float, first, last) -> None:
        """Fill from ``top`` to ``bottom`` (shares of the height) with a gradient of colours."""
        start, stop = round(top * self.height), round(bottom * self.height)
        if stop <= start:
            return
        share = np.linspace(0, 1, stop - start)[:, None, None]
        rows = rendering.to_bytes((1 - share) * np.asarray(first) + share * np.asarray(last))
        strip = Image.fromarray(np.ascontiguousarray(rows)).resize((self.width, stop - start))
        self.image.paste(strip, (0, start))

    def shapes(self, kind: str, boxes, colours) -> None:
        """Draw ``"ellipse"`` or ``"rectangle"`` for boxes (n, 4) in shares of the picture."""
        draw = getattr(self.pencil, kind)
        scale = (self.width, self.height) * 2
        for box, colour in zip(np.asarray(boxes) * scale, colours, strict=True):
            draw([*np.minimum(box[:2], box[2:]), *np.maximum(box[:2], box[2:])], fill=_hex(colour))

    def clumps(self, centre, size: float, colour, number: int = 14) -> None:
        """Draw a crown of leaves, a bush or a cloud: overlapping discs of nearly one colour."""
        places = self.rng.normal(centre, (0.4 * size, 0.3 * size), (number, 2))
        radii = self.rng.uniform(0.15, 0.45, (number, 1)) * size
        shades = np.clip(colour + self.rng.normal(0, 0.05, (number, 1)), 0, 1)
        self.shapes("ellipse", np.hstack([places - radii, places + radii]), shades)

    def finish(self, softness: float, texture: float) -> np.ndarray:
        """Return the background, float32 (height, width, 3), out of focus and textured."""
        image = self.image
        if softness > 0.2:
            image = image.filter(ImageFilter.GaussianBlur(float(softness)))
        image = image.resize(self.shape[::-1], Image.BILINEAR)
        picture = np.asarray(image, np.float32) / 255
        grain = noise.crop_tile(noise.clouds(), self.shape, self.rng, self.rng.uniform(1.5, 6))
        return picture * (1 + np.float32(texture) * grain[..., None])


def room(back: Backdrop, horizon: float) -> None:
    """Draw a wall with furniture above ``horizon`` and a floor below."""
    rng = back.rng
    wall, floor = pick(rng, HOUSE), pick(rng, HOUSE)
    back.band(0, horizon, wall * rng.uniform(0.75, 1.1), wall * rng.uniform(0.75, 1.1))
    if rng.random() < 0.35:
        step = rng.uniform(0.05, 0.2)
        starts = np.arange(rng.uniform(-step, 0), 1, step)
        boxes = [(x, 0, x + step * 0.5, horizon) for x in starts]
        back.shapes("rectangle", boxes, [wall * rng.uniform(0.85, 1.05)] * len(boxes))
    for _ in range(rng.integers(0, 5)):
        left, width, top = rng.uniform(-0.2, 1), rng.uniform(0.1, 0.5), rng.uniform(0, horizon)
        body = pick(rng, HOUSE)
        hanging = rng.random() < 0.4
        bottom = top + rng.uniform(0.1, 0.3) if hanging else horizon + 0.02
        frame = (left, top, left + width, min(bottom, horizon + 0.02))
        inner = (left + 0.02, top + 0.02, left + width - 0.02, frame[3] - 0.02)
        back.shapes("rectangle", [frame, inner], [body, body * rng.uniform(0.6, 1.3)])
    back.band(horizon, 1, floor * rng.uniform(0.6, 0.9), floor * rng.uniform(0.9, 1.1))
    if rng.random() < 0.5:
        rug = (rng.uniform(-0.3, 0.4), horizon + rng.uniform(0, 0.2), rng.uniform(0.6, 1.3), 1.1)
        back.shapes("ellipse" if rng.random() < 0.5 else "rectangle", [rug], [pick(rng, HOUSE)])


def outdoors(back: Backdrop, horizon: float) -> None:
    """Draw sky, trees, bushes and ground."""
    rng = back.rng
    sky, ground = pick(rng, SKIES), pick(rng, GREENS if rng.random() < 0.6 else GROUNDS)
    back.band(0, horizon, sky, np.clip(sky * 1.1, 0, 1))
    green = pick(rng, GREENS)
    if rng.random() < 0.3:
        back.band(0, horizon, green * 0.6, green)
    for _ in range(rng.integers(1, 7)):
        centre = (rng.random(), horizon - rng.uniform(0, 0.35))
        if rng.random() < 0.4:
            trunk = (centre[0] - 0.02, centre[1], centre[0] + 0.02, horizon + 0.03)
            back.shapes("rectangle", [trunk], [pick(rng, GROUNDS) * 0.6])
        back.clumps(centre, rng.uniform(0.1, 0.35), green * rng.uniform(0.6, 1.2))
    back.band(horizon, 1, ground * rng.uniform(0.75, 1.0), ground * rng.uniform(0.9, 1.1))
    if rng.random() < 0.3:
        step = rng.uniform(0.06, 0.14)
        boxes = [(x, horizon - 0.25, x + step * 0.6, horizon) for x in np.arange(0, 1, step)]
        back.shapes("rectangle", boxes, [pick(rng, HOUSE)] * len(boxes))
    for _ in range(rng.integers(0, 4)):
        centre = (rng.random(), rng.uniform(horizon, 1))
        back.clumps(centre, rng.uniform(0.05, 0.15), green * rng.uniform(0.7, 1.2), 6)


def cloth(back: Backdrop, horizon: float) -> None:
    """Draw a sofa, a bed or a blanket: large soft forms of few colours."""
    rng = back.rng
    base = pick(rng, HOUSE)
    back.band(0, 1, base * rng.uniform(0.7, 1.1), base * rng.uniform(0.7, 1.1))
    for _ in range(rng.integers(2, 6)):
        middle, reach = rng.random(2), rng.uniform(0.15, 0.5, 2)
        colour = base * rng.uniform(0.7, 1.2) if rng.random() < 0.6 else pick(rng, HOUSE)
        kind = "ellipse" if rng.random() < 0.6 else "rectangle"
        back.shapes(kind, [(*(middle - reach), *(middle + reach))], [colour])


def beach(back: Backdrop, horizon: float) -> None:
    """Draw sky, sea and sand."""
    rng = back.rng
    sky = pick(rng, SKIES)
    back.band(0, horizon, sky * 0.9, np.clip(sky * 1.15, 0, 1))
    for _ in range(rng.integers(0, 4)):
        centre = (rng.random(), rng.uniform(0, horizon * 0.8))
        back.clumps(centre, rng.uniform(0.05, 0.2), np.array([0.93, 0.94, 0.95]), 8)
    sea = pick(rng, ((0.20, 0.42, 0.58), (0.30, 0.52, 0.62)))
    back.band(horizon - rng.uniform(0.03, 0.12), horizon, sea * 0.9, sea * 1.15)
    sand = pick(rng, GROUNDS[:1])
    back.band(horizon, 1, sand * 0.95, sand * rng.uniform(0.8, 1.1))


def studio(back: Backdrop, horizon: float) -> None:
    """Draw a nearly white sheet of paper, without a horizon."""
    tone = back.rng.uniform(0.88, 1.0) + back.rng.normal(0, 0.015, 3)
    back.band(0, 1, np.clip(tone, 0, 1), np.clip(tone * back.rng.uniform(0.85, 1), 0, 1))


def shadow(shape, boxes, softness: float, strength: float) -> np.ndarray:
    """Return how much light is left, float32 (height, width, 1), under soft ellipses.

    Args:
        shape: Height and width in pixels.
        boxes: Left, top, right, bottom of each ellipse in pixels.
        softness: Radius of the blur in pixels.
        strength: Share of the light that is lost, 0 to 1.
    """
    factor = 4
    small = Image.new("L", (max(2, shape[1] // factor), max(2, shape[0] // factor)))
    pencil = ImageDraw.Draw(small)
    for box in boxes:
        pencil.ellipse([value / factor for value in box], fill=255)
    small = small.filter(ImageFilter.GaussianBlur(float(softness / factor)))
    dark = np.asarray(small.resize(shape[::-1], Image.BILINEAR), np.float32) / 255
    return 1 - np.float32(strength) * dark[..., None]


def develop(
    picture: np.ndarray, size: tuple[int, int], rng: np.random.Generator, *, quality: float = 1.0
) -> np.ndarray:
    """Reduce a working picture to its size and do what cameras do: exposure, tint, blur, noise.

    Args:
        picture: Float (height, width, 3), 0 to about 1.
        size: Width and height of the result in pixels.
        rng: Where all choices come from.
        quality: 1 for a snapshot, 0 for a clean render.

    Returns:
        uint8 array (height, width, 3).
    """
    tint = 1 + quality * rng.normal(0, 0.035, 3)
    gain = np.exp(quality * rng.normal(0, 0.15))
    haze = quality * rng.uniform(0, 0.22) * (rng.random() < 0.4)
    picture = picture * (gain * (1 - haze) * tint).astype(np.float32) + np.float32(0.6 * haze)
    image = Image.fromarray(rendering.to_bytes(picture))
    image = image.resize(size, Image.HAMMING)
    softness = rng.uniform(0.3, 1.1)
    if rng.random() < 0.35 * quality:
        image = image.filter(ImageFilter.GaussianBlur(softness))
    grain = noise.crop_tile(noise.speckle(), size[::-1], rng)
    level = 255 * quality * rng.uniform(0.005, 0.03)
    noisy = np.asarray(image, np.float32) + np.float32(level) * grain[..., None]
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def encode(picture: np.ndarray, kind: str, **options) -> bytes:
    """Return the bytes of a picture file: ``kind`` is ``"JPEG"`` or ``"PNG"``."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, kind, **options)
    return buffer.getvalue()


def _hex(colour) -> tuple[int, int, int]:
    return tuple(int(value) for value in rendering.to_bytes(np.asarray(colour)))
