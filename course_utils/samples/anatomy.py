"""Builds an animal on four legs: proportions, coat and pose become parts of a figure.

Used in: 04, 05, 06, 07, 08.
"""

import numpy as np

from course_utils.samples.animals import Animal, Coat, Pose
from course_utils.samples.drawing import Figure, Frame, Material, rotation


class _Skin:
    """The materials of one animal, markings fixed to its body and to its head."""

    def __init__(self, coat: Coat, body: Frame, head: Frame):
        furry = {"fuzz": coat.fuzz, "strands": coat.strands}
        marked = furry | {"amount": coat.amount, "fineness": coat.fineness}
        main, second = tuple(coat.main), tuple(coat.second)
        self.body = Material(main, second, coat.pattern, frame=body, **marked)
        self.face = Material(main, second, coat.face, frame=head, **marked)
        self.ear = Material(tuple(0.9 * coat.main), fuzz=coat.fuzz / 2, strands=coat.strands)
        self.muzzle = Material(tuple(coat.muzzle), **furry)
        self.paws = Material(tuple(coat.paws), **furry)
        self.inner_ear = Material(tuple(0.72 * coat.main + (0.10, 0.05, 0.05)), strands=0.05)
        self.rim = Material(tuple(0.4 * coat.main))
        self.iris = Material(tuple(coat.iris), shine=0.1)
        self.pupil = Material((0.06, 0.06, 0.06), shine=0.1)
        self.glint = Material((0.85, 0.85, 0.85))
        self.nose = Material(tuple(coat.nose), shine=0.12)
        self.whisker = Material(tuple(coat.whisker))
        self.collar = Material(tuple(coat.collar)) if coat.collar is not None else None


def build(figure: Figure, animal: Animal, coat: Coat, pose: Pose):
    """Add an animal to a figure.

    Args:
        figure: Where the parts go.
        animal: Proportions.
        coat: Colours.
        pose: Posture and view.

    Returns:
        What the animal covers, as :meth:`Figure.extent`; in a close-up, what the head covers.

    Used in: 04, 05.
    """
    camera = Frame(rotation(roll=pose.lean) @ rotation(pitch=pose.above))
    body = camera.joint((0, 0, 0), yaw=pose.body_yaw)
    postures = {"standing": _standing, "sitting": _sitting, "lying": _lying, "head": _sitting}
    # The head's place is known once the body's bones are; so bones first, parts later.
    bones, place = postures[pose.name](animal, pose)
    turn = camera.turn @ rotation(pose.head_yaw, pose.head_pitch, pose.head_roll)
    head = Frame(turn, body.point(place))
    skin = _Skin(coat, body, head)
    _head(figure, head, animal, skin)
    seen = figure.extent() if pose.name == "head" else None
    for material, points, radii in bones:
        figure.chain(body, points, radii, getattr(skin, material))
    if skin.collar:
        throat = body.point((0, place[1] - 0.95, place[2] - 0.55))
        collar = Frame(body.turn, throat)
        figure.ellipsoid(collar, (0, 0, 0), (0.74, 0.16, 0.74), skin.collar, rotation(pitch=35))
    return seen or figure.extent()


def _standing(animal: Animal, pose: Pose):
    """Return bones (material, points, radii) and the head's place; the origin is mid-body."""
    half, chest, waist = animal.body_length / 2, animal.chest, animal.waist
    bones = [("body", [(0, 0.05, -half), (0, -0.05, 0), (0, 0, half)], [waist, waist, chest])]
    place = np.array([0, 0.55 + 0.75 * animal.neck_length, half + 0.4 + 0.55 * animal.neck_length])
    bones.append(("body", [(0, 0.15, half), place - (0, 0.35, 0.35)], [0.8 * chest, 0.55]))
    ground = -animal.leg_length - 0.3
    for k, (side, front) in enumerate([(-1, 1), (1, 1), (-1, -1), (1, -1)]):
        swing = np.tan(np.deg2rad(pose.stride[k])) * animal.leg_length
        width = animal.leg_width
        x = side * (0.62 * (chest if front > 0 else waist))
        top = (x * 0.9, -0.25, front * half * 0.98)
        knee = (x, 0.45 * ground - 0.15, front * half + swing * 0.4 - (0.0 if front > 0 else 0.28))
        foot = (x, ground, front * half + swing - (0.0 if front > 0 else 0.12))
        thick = 1.7 if front > 0 else 2.3
        bones.append(("body", [top, knee, foot], [thick * width, 1.15 * width, width]))
        toe = (x, ground, foot[2] + 1.3 * width)
        bones.append(("paws", [foot, toe], [1.15 * width, width]))
    bones.append(_tail(animal, pose, (0, 0.3, -half - 0.35 * waist)))
    return bones, place


def _sitting(animal: Animal, pose: Pose):
    """Return bones and the head's place; the origin is on the ground."""
    chest, waist, width = animal.chest, animal.waist, animal.leg_width
    height = 0.7 * animal.body_length
    spine = [(0, 0.7, -0.7), (0, 0.5 * height + 0.4, -0.25), (0, height, 0.3)]
    bones = [("body", spine, [1.12 * waist, waist, 0.95 * chest])]
    place = np.array([0, height + 0.75 + 0.7 * animal.neck_length, 0.55 + 0.2 * animal.neck_length])
    bones.append(("body", [(0, height, 0.25), place - (0, 0.4, 0.3)], [0.85 * chest, 0.58]))
    for side in (-1, 1):
        x = side * 0.5 * chest
        elbow, foot = (x * 1.05, 0.55 * height, 0.62), (x, 0.15, 0.85)
        bones.append(
            ("body", [(x, height - 0.1, 0.45), elbow, foot], [2 * width, 1.3 * width, width])
        )
        bones.append(("paws", [foot, (x, 0.12, 0.85 + 1.4 * width)], [1.15 * width, width]))
        thigh = [(side * 0.72 * waist, 0.75, -0.55), (side * 0.86 * waist, 0.62, 0.05)]
        bones.append(("body", thigh, [0.62 * waist, 0.45 * waist]))
        paw = [(side * 0.9 * waist, 0.15, 0.1), (side * 0.92 * waist, 0.13, 0.6)]
        bones.append(("paws", paw, [width, 1.1 * width]))
    bones.append(_tail(animal, pose, (0, 0.3, -1.3), lying=True))
    return bones, place


def _lying(animal: Animal, pose: Pose):
    """Return bones and the head's place; the origin is on the ground."""
    half, chest, waist, width = animal.body_length / 2, animal.chest, animal.waist, animal.leg_width
    spine = [(0, waist, -half), (0, 0.95 * waist, 0), (0, chest, half)]
    bones = [("body", spine, [waist, 1.02 * waist, 0.95 * chest])]
    place = np.array([0, chest + 0.45 + 0.6 * animal.neck_length, half + 0.5])
    place[2] += 0.4 * animal.neck_length
    bones.append(("body", [(0, chest, half), place - (0, 0.3, 0.3)], [0.82 * chest, 0.58]))
    reach = 0.6 * animal.leg_length
    for k, side in enumerate((-1, 1)):
        x = side * 0.62 * chest
        paw = (x, width, half + reach * (1 + pose.stride[k] / 60))
        bones.append(("body", [(x, 0.6 * chest, half - 0.1), paw], [1.8 * width, width]))
        bones.append(("paws", [paw, np.add(paw, (0, 0, width))], [1.15 * width, 1.05 * width]))
        thigh = [(side * 0.7 * waist, 0.8 * waist, -half), (side * 0.95 * waist, 0.5, -half + 0.7)]
        bones.append(("body", thigh, [0.68 * waist, 0.42 * waist]))
        paw = [(side * waist, width, -half + 0.5), (side * 1.05 * waist, width, -half + 1.2)]
        bones.append(("paws", paw, [width, 1.1 * width]))
    bones.append(_tail(animal, pose, (0, 0.45, -half - 0.7 * waist), lying=True))
    return bones, place


def _tail(animal: Animal, pose: Pose, root, lying: bool = False):
    """Return the tail as a bone: a curve of five pieces that bends to one side."""
    angles = np.deg2rad(animal.tail_lift) * np.linspace(1, 1.4, 5)
    if lying:
        angles = np.zeros(5)
    aside = np.deg2rad(75 * pose.tail_side) * np.linspace(0.2, 2.0 if lying else 0.8, 5)
    steps = np.stack(
        [np.sin(aside) * np.cos(angles), np.sin(angles), -np.cos(aside) * np.cos(angles)], axis=1
    )
    points = np.vstack([root, root + np.cumsum(steps, axis=0) * animal.tail_length / 5])
    if lying:
        points[1:, 1] = animal.tail_width
    return "body", list(points), animal.tail_width * np.array([1.1, 1.1, 1.05, 1, 0.9, 0.6])


def _head(figure: Figure, head: Frame, animal: Animal, skin: _Skin) -> None:
    width, height, length = animal.skull_width, animal.skull_height, animal.skull_length
    figure.ellipsoid(head, (0, 0, 0), (width, height, length), skin.face)
    for side in (-1, 1):
        cheek = (0.95 * animal.cheek, 0.85 * animal.cheek, animal.cheek)
        figure.ellipsoid(head, (side * 0.5 * width, -0.36, 0.38 * length), cheek, skin.face)
        _eye(figure, head, animal, skin, side)
        _ear(figure, head, animal, skin, side)
    _muzzle(figure, head, animal, skin)


def _muzzle(figure: Figure, head: Frame, animal: Animal, skin: _Skin) -> None:
    radius, reach = animal.muzzle_width, animal.skull_length * 0.8 + animal.muzzle_length
    tip = np.array([0, -0.36 - 0.1 * animal.muzzle_length, reach])
    figure.capsule(head, (0, -0.26, 0.45), tip, (1.2 * radius, 0.85 * radius), skin.muzzle)
    jaw = tip - (0, 0.55 * radius, 0.25 * radius)
    figure.capsule(head, (0, -0.5, 0.4), jaw, (0.9 * radius, 0.6 * radius), skin.muzzle)
    nose = animal.nose_size
    nose_tip = tip + (0, 0.5 * radius, 0.62 * radius)
    figure.ellipsoid(head, nose_tip, (nose, 0.72 * nose, 0.6 * nose), skin.nose)
    lip = tip + (0, -0.35 * radius, 0.78 * radius)
    figure.capsule(head, nose_tip - (0, 0.3 * nose, 0), lip, (0.035, 0.035), skin.rim)
    for side in (-1, 1):
        pad = tip + (side * 0.45 * radius, -0.15 * radius, 0.12 * radius)
        figure.ellipsoid(head, pad, (0.58 * radius, 0.5 * radius, 0.6 * radius), skin.muzzle)
        corner = tip + (side * 0.75 * radius, -0.62 * radius, 0.35 * radius)
        figure.capsule(head, lip, corner, (0.035, 0.03), skin.rim)
        if animal.whisker_length < 0.15:
            continue
        for rise in (-0.25, 0.0, 0.25):
            end = pad + animal.whisker_length * np.array([side, rise, -0.15])
            start = pad + (side * 0.4 * radius, 0.1 * rise, 0.3 * radius)
            figure.capsule(head, start, end, (0.018, 0.012), skin.whisker)


def _eye(figure: Figure, head: Frame, animal: Animal, skin: _Skin, side: int) -> None:
    x, y, radius = side * animal.eye_spacing, 0.1, animal.eye_size
    depth = np.sqrt(1 - (x / animal.skull_width) ** 2 - (y / animal.skull_height) ** 2)
    # The eye looks outwards a little less than the skull does.
    eye = head.joint((x, y, animal.skull_length * depth), yaw=side * 22, pitch=-4)
    figure.ellipsoid(
        eye, (0, 0, -0.1 * radius), (1.2 * radius, 1.1 * radius, 0.5 * radius), skin.rim
    )
    figure.ellipsoid(eye, (0, 0, 0), (radius, 0.92 * radius, 0.6 * radius), skin.iris)
    pupil = (0.6 * radius * animal.pupil_width, 0.66 * radius, 0.3 * radius)
    figure.ellipsoid(eye, (0, 0, 0.36 * radius), pupil, skin.pupil)
    spot = (-0.28 * radius, 0.3 * radius, 0.58 * radius)
    figure.ellipsoid(eye, spot, (0.035,) * 3, skin.glint)


def _ear(figure: Figure, head: Frame, animal: Animal, skin: _Skin, side: int) -> None:
    spread = np.deg2rad(animal.ear_spread)
    root = (
        side * 0.92 * animal.skull_width * np.sin(spread),
        0.88 * animal.skull_height * np.cos(spread),
        -0.05,
    )
    length, half = animal.ear_length, animal.ear_width
    if animal.ear_kind == "floppy":
        ear = head.joint(root, yaw=side * 30, roll=side * 14)
        figure.ellipsoid(ear, (side * 0.12, 0, 0), (0.28, 0.2, 0.26), skin.ear)
        flap = (0.85 * half, 0.55 * length, 0.15)
        figure.ellipsoid(ear, (side * 0.22, -0.5 * length, 0.08), flap, skin.ear)
        return
    ear = head.joint(root, yaw=side * 18, pitch=-4, roll=-side * 0.5 * animal.ear_spread)
    outline = half * _EAR * (1, 0) + length * _EAR * (0, 1)
    if animal.ear_kind == "half-erect":
        fold = 0.5
        upper = outline[_EAR[:, 1] > fold - 1e-6]
        outline = outline[_EAR[:, 1] < fold + 1e-6]
        tip = ear.joint((0, fold * length, 0.04), pitch=140)
        figure.sheet(tip, (upper - (0, fold * length)) * (1.05, 1.3), skin.ear, bend=-1.0)
    figure.sheet(ear, outline, skin.ear, bend=0.8)
    inner = ear.joint((0, 0.02, 0.03))
    figure.sheet(inner, outline * (0.68, 0.8), skin.inner_ear, back=skin.ear, bend=1.2)
    top = 0.35 if animal.ear_kind == "half-erect" else 0.72
    radii = (0.55 * half, 0.5 * half if top < 0.5 else 0.1)
    figure.capsule(ear, (0, 0, -0.16), (0, top * length, -0.07), radii, skin.ear)


#: Outline of an upright ear: half its width and its height are 1.
_EAR = np.array(
    [(-1, -0.2), (-0.98, 0.2), (-0.72, 0.5), (-0.4, 0.8), (0, 1.0)]
    + [(0.4, 0.8), (0.72, 0.5), (0.98, 0.2), (1, -0.2)]
)
