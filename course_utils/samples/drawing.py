"""Figures of the drawn pictures: round bodies made of parts that stand anywhere in space.

A figure is a list of ellipsoids, tapered capsules and flat sheets; ``rendering`` finds what is
seen of it.

Axes: x to the right, y up, z towards the viewer. Lengths are in units of the figure.

Used in: 04, 05, 06, 07, 08.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

Vector = Sequence[float]


def rotation(yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0) -> np.ndarray:
    """Return the matrix (3, 3) that rolls, then pitches, then yaws; angles in degrees.

    Positive yaw turns the front (+z) to the right, positive pitch tips it down, positive roll
    leans the top to the left.
    """
    (a, b, c), (d, e, f) = (fun(np.deg2rad([yaw, pitch, roll])) for fun in (np.cos, np.sin))
    turn = np.array([[a, 0, d], [0, 1, 0], [-d, 0, a]])
    tip = np.array([[1, 0, 0], [0, b, -e], [0, e, b]])
    lean = np.array([[c, -f, 0], [f, c, 0], [0, 0, 1]])
    return turn @ tip @ lean


@dataclass(frozen=True, eq=False)
class Frame:
    """A place and an orientation in space, to which parts are fixed.

    Attributes:
        turn: Rotation matrix (3, 3) from this frame to the viewer's.
        origin: Position (3,) in the viewer's frame.
    """

    turn: np.ndarray = field(default_factory=lambda: np.eye(3))
    origin: np.ndarray = field(default_factory=lambda: np.zeros(3))

    def point(self, place: Vector) -> np.ndarray:
        """Return a place of this frame in the viewer's frame."""
        return self.origin + self.turn @ np.asarray(place, float)

    def joint(self, place: Vector, yaw: float = 0.0, pitch: float = 0.0, roll: float = 0.0):
        """Return the frame that sits at ``place`` and is turned by the angles, in degrees."""
        return Frame(self.turn @ rotation(yaw, pitch, roll), self.point(place))


@dataclass(frozen=True, eq=False)
class Material:
    """What a part is made of.

    Attributes:
        colour: Red, green, blue from 0 to 1.
        second: The colour of the markings.
        pattern: ``"plain"``, ``"patches"``, ``"stripes"``, ``"belly"`` (second colour below) or
            ``"blaze"`` (second colour along the middle of the front).
        amount: Share of the markings, 0 to 1.
        fineness: Markings per unit of length.
        frame: Where the markings are fixed.
        fuzz: Roughness of the outline, as a share of the part's radius.
        strands: Strength of the fur's streaks.
        shine: Strength of the highlight.
    """

    colour: Vector
    second: Vector = (1.0, 1.0, 1.0)
    pattern: str = "plain"
    amount: float = 0.5
    fineness: float = 1.0
    frame: Frame = field(default_factory=Frame)
    fuzz: float = 0.0
    strands: float = 0.0
    shine: float = 0.0


class Figure:
    """A list of parts, each already in the viewer's frame."""

    def __init__(self):
        self.materials: list[Material] = []
        self.parts: list[tuple] = []

    def ellipsoid(
        self, frame: Frame, centre: Vector, radii: Vector, material: Material, turn=None
    ) -> None:
        """Add an ellipsoid; ``turn`` is a rotation matrix of its own."""
        axes = frame.turn @ (np.diag(radii) if turn is None else turn @ np.diag(radii))
        centre = frame.point(centre)
        reach = np.sqrt((axes**2).sum(axis=1))[:2]
        self._add("ellipsoid", centre[:2] - reach, centre[:2] + reach, material, (centre, axes))

    def capsule(
        self, frame: Frame, start: Vector, end: Vector, radii: Vector, material: Material
    ) -> None:
        """Add a rod with round ends; ``radii`` at its start and end."""
        start, end = frame.point(start), frame.point(end)
        ends = np.stack([start, end])
        length, depth = np.hypot(*(end - start)[:2]), abs(end[2] - start[2])
        if depth > length:
            # Seen almost end-on, a row of balls shows the nearer end whole.
            steps = np.linspace(0, 1, 4)
        else:
            steps = ()
            reach = np.asarray(radii)[:, None]
            low = (ends[:, :2] - reach).min(axis=0)
            high = (ends[:, :2] + reach).max(axis=0)
            self._add("capsule", low, high, material, (start, end, *radii))
        for step in steps:
            radius = radii[0] + step * (radii[1] - radii[0])
            centre = start + step * (end - start)
            data = (centre, np.eye(3) * radius)
            self._add("ellipsoid", centre[:2] - radius, centre[:2] + radius, material, data)

    def chain(
        self, frame: Frame, points: Sequence[Vector], radii: Sequence[float], material: Material
    ) -> None:
        """Add capsules from point to point."""
        for k in range(len(points) - 1):
            self.capsule(frame, points[k], points[k + 1], radii[k : k + 2], material)

    def sheet(
        self,
        frame: Frame,
        outline: np.ndarray,
        material: Material,
        back: Material | None = None,
        bend: float = 0.0,
    ) -> None:
        """Add a flat piece in the frame's x-y plane.

        Args:
            frame: The sheet's front looks along the frame's z axis.
            outline: Corners (n, 2).
            material: Of the front.
            back: Material of the back; the front's by default.
            bend: How much the light sees it as a gutter (positive) or a ridge (negative).
        """
        facing = frame.turn[2, 2]
        if abs(facing) < 0.08:  # seen edge-on
            return
        corners = frame.origin[:2] + outline @ frame.turn[:2, :2].T
        data = (frame, corners, bend)
        low, high = corners.min(axis=0), corners.max(axis=0)
        self._add("sheet", low, high, material if facing > 0 or back is None else back, data)

    def _add(self, kind: str, low, high, material: Material, data: tuple) -> None:
        if material not in self.materials:
            self.materials.append(material)
        self.parts.append((kind, low, high, self.materials.index(material), data))

    def extent(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Return what the figure covers as seen: lower and upper corner (2,) and area in units².

        The area is counted on a rough picture in which each part is an ellipse.
        """
        lows = np.array([part[1] for part in self.parts])
        highs = np.array([part[2] for part in self.parts])
        low, high = lows.min(axis=0), highs.max(axis=0)
        scale = 64 / max(high - low)
        rough = Image.new("1", (66, 66))
        pencil = ImageDraw.Draw(rough)
        for start, end in zip((lows - low) * scale, (highs - low) * scale, strict=True):
            pencil.ellipse([*start, *(end + 1)], fill=1)
        return low, high, np.count_nonzero(np.asarray(rough)) / scale**2
