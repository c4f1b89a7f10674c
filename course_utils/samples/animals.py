"""A parametric animal on four legs: its proportions, coat and pose.

A :class:`Species` is a table of ranges; a cat and a dog are two of them, and a rabbit, a bear or a
fox are nothing but others. All lengths are in radii of the head.

Used in: 04, 05, 06, 07, 08.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from course_utils.samples.scenery import pick

Range = tuple[float, float]

#: Colours of fur: red, green, blue from 0 to 1.
FURS = ((0.16, 0.15, 0.15), (0.36, 0.36, 0.38), (0.60, 0.59, 0.58), (0.40, 0.27, 0.18))
FURS += ((0.76, 0.50, 0.26), (0.86, 0.74, 0.56), (0.92, 0.90, 0.87), (0.62, 0.46, 0.30))
EYES = ((0.52, 0.52, 0.28), (0.36, 0.25, 0.16), (0.60, 0.46, 0.24), (0.42, 0.52, 0.58))
NOSES = ((0.10, 0.09, 0.09), (0.28, 0.18, 0.15), (0.72, 0.46, 0.44))
EARS = ("pointed", "half-erect", "floppy")
POSES = ("head", "sitting", "standing", "lying")


@dataclass(frozen=True)
class Animal:
    """One animal's proportions, in radii of its head; angles in degrees.

    Attributes:
        ear_kind: ``"pointed"``, ``"half-erect"`` or ``"floppy"``.
        skull_width: Half the width of the skull; so for height and length.
        cheek: Radius of the cheeks.
        muzzle_length: How far the muzzle stands out of the skull.
        muzzle_width: Radius of the muzzle.
        ear_length: From root to tip.
        ear_width: Half the width of the root.
        ear_spread: Angle between an ear's root and the top of the head.
        eye_size: Radius.
        eye_spacing: Half the distance between the eyes.
        pupil_width: Width of a pupil over its height: a slit at 0.2, round at 1.
        nose_size: Half the width of the nose.
        whisker_length: 0 for none.
        neck_length: From shoulder to head.
        body_length: From hip to shoulder.
        chest: Radius of the body at the shoulder; ``waist`` at the hip.
        leg_length: From the body's middle to the ground, about.
        leg_width: Radius of a leg.
        tail_length: From root to tip.
        tail_width: Radius in the middle.
        tail_lift: Angle above the horizontal at which the tail leaves the body.
    """

    ear_kind: str
    skull_width: float
    skull_height: float
    skull_length: float
    cheek: float
    muzzle_length: float
    muzzle_width: float
    ear_length: float
    ear_width: float
    ear_spread: float
    eye_size: float
    eye_spacing: float
    pupil_width: float
    nose_size: float
    whisker_length: float
    neck_length: float
    body_length: float
    chest: float
    waist: float
    leg_length: float
    leg_width: float
    tail_length: float
    tail_width: float
    tail_lift: float


@dataclass(frozen=True)
class Species:
    """The ranges from which animals of one kind are drawn, by the attributes of :class:`Animal`.

    Attributes:
        ear_kinds: Probability of each kind of ear.
        ranges: Lowest and highest value of every other attribute.
    """

    ear_kinds: Mapping[str, float]
    ranges: Mapping[str, Range]

    def __post_init__(self):
        wanted = {part.name for part in fields(Animal)} - {"ear_kind"}
        if wrong := wanted ^ set(self.ranges):
            raise ValueError(f"a species needs every proportion once; see {', '.join(wrong)}")
        if unknown := set(self.ear_kinds) - set(EARS):
            raise ValueError(f"unknown kind of ear: {', '.join(unknown)}")

    def sample(self, rng: np.random.Generator) -> Animal:
        """Return one animal; every proportion is drawn by itself."""
        kinds = list(self.ear_kinds)
        kind = kinds[rng.choice(len(kinds), p=list(self.ear_kinds.values()))]
        values = {part.name: rng.uniform(*self.ranges[part.name]) for part in fields(Animal)[1:]}
        return Animal(ear_kind=kind, **values)


@dataclass(frozen=True)
class Coat:
    """Colours and markings; any species can wear any coat."""

    main: np.ndarray
    second: np.ndarray
    pattern: str
    face: str
    amount: float
    fineness: float
    muzzle: np.ndarray
    paws: np.ndarray
    iris: np.ndarray
    nose: np.ndarray
    whisker: np.ndarray
    collar: np.ndarray | None
    fuzz: float
    strands: float

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Coat":
        """Return a coat: one colour or two, plain, striped, patched or with a light belly."""
        main, second = pick(rng, FURS), pick(rng, FURS)
        second = main + rng.uniform(0.3, 1.0) * (second - main)
        socks = rng.random(2) < 0.4
        return cls(
            main=main,
            second=second,
            pattern=str(rng.choice(["plain", "patches", "stripes", "belly"])),
            face=str(rng.choice(["plain", "patches", "stripes", "blaze"])),
            amount=rng.uniform(0.25, 0.6),
            fineness=rng.uniform(0.7, 1.6),
            muzzle=second if socks[0] else np.clip(main * rng.uniform(0.9, 1.25), 0, 1),
            paws=second if socks[1] else main,
            iris=pick(rng, EYES),
            nose=pick(rng, NOSES, 0.02),
            whisker=np.clip(main + rng.choice([-0.2, 0.25]), 0.1, 0.8),
            collar=rng.uniform(0.1, 0.9, 3) if rng.random() < 0.25 else None,
            fuzz=rng.uniform(0.05, 0.16),
            strands=rng.uniform(0.05, 0.12),
        )


@dataclass(frozen=True)
class Pose:
    """How an animal holds itself and from where it is seen; angles in degrees.

    Attributes:
        name: ``"head"`` (a close-up), ``"sitting"``, ``"standing"`` or ``"lying"``.
        body_yaw: 0 seen from the front, ±90 from the side.
        head_yaw: So for the head, seen from the viewer.
        head_pitch: Positive looks down.
        head_roll: Tilt of the head.
        above: How far from above the animal is seen.
        lean: Tilt of the camera.
        stride: Swing of the four legs.
        tail_side: Which way the tail bends, −1 to 1.
    """

    name: str
    body_yaw: float
    head_yaw: float
    head_pitch: float
    head_roll: float
    above: float
    lean: float
    stride: np.ndarray
    tail_side: float

    @classmethod
    def sample(cls, rng: np.random.Generator) -> "Pose":
        """Return a pose in which the head can be seen; in a close-up it faces the viewer more."""
        name = POSES[rng.choice(4, p=[0.55, 0.18, 0.16, 0.11])]
        body_yaw = rng.choice([-1, 1]) * rng.uniform(10, 110)
        limit = 35 if name == "head" else 65
        head_yaw = np.clip(body_yaw * rng.uniform(-0.2, 1.0) + rng.normal(0, 12), -limit, limit)
        return cls(
            name=name,
            body_yaw=body_yaw,
            head_yaw=head_yaw,
            head_pitch=rng.normal(2, 7),
            head_roll=rng.normal(0, 7),
            above=rng.uniform(0, 22),
            lean=rng.normal(0, 4),
            stride=rng.normal(0, 14, 4),
            tail_side=rng.uniform(-1, 1),
        )
