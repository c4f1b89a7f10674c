"""The augmentation explorer: one picture and what random layers make of it."""

import base64
import io

import numpy as np
from PIL import Image

from course_utils.explorers import arguments
from course_utils.explorers.display import Explorer
from course_utils.language import speaking, translate

FILL_MODES = ("reflect", "constant", "nearest", "wrap")
#: The longer side of the picture in the explorer, in pixels.
_SIDE = 128


def augmentation(
    picture: np.ndarray | None = None,
    mirror: bool = True,
    flip: bool = False,
    rotation: float = 0.1,
    zoom: float = 0.2,
    translation: float = 0.0,
    contrast: float = 0.0,
    fill_mode: str = "reflect",
    seed: int = 0,
    language: str | None = None,
) -> Explorer:
    """Return an explorer of random versions of a picture, to be shown as the last line of a cell.

    The reader changes how strongly the picture is mirrored, turned, zoomed, moved and changed in
    contrast, draws again, and reads the Keras layers that do the same.

    Args:
        picture: uint8 array (height, width) or (height, width, 3); a drawn cat by default. It is
            made smaller where a side is longer than 128 pixels.
        mirror: Whether half of the versions are mirrored, left for right.
        flip: Whether half of the versions are turned upside down like a reflection in a lake.
        rotation: Largest turn as a fraction of a full turn, to both sides, 0 to 0.5.
        zoom: Largest change of size as a fraction, to both sides, 0 to 0.5.
        translation: Largest move as a fraction of height and width, to all sides, 0 to 0.5.
        contrast: Largest change of contrast as a fraction, to both sides, 0 to 1.
        fill_mode: What fills places outside of the picture: ``"reflect"``, ``"constant"`` (black),
            ``"nearest"`` or ``"wrap"``.
        seed: The first drawing, 0 or more.
        language: Language of the explorer, such as ``"ko"``; by default that of the chapter.

    Raises:
        ValueError: If a value is out of its range, or ``picture`` is no picture.

    Used in: 05.
    """
    if fill_mode not in FILL_MODES:
        raise ValueError(
            translate(
                "fill_mode must be one of {modes}, not {value}",
                modes=", ".join(FILL_MODES),
                value=repr(fill_mode),
            )
        )
    settings = {
        "mirror": bool(mirror),
        "flip": bool(flip),
        "rotation": arguments.fraction("rotation", rotation, 0.5),
        "zoom": arguments.fraction("zoom", zoom, 0.5),
        "translation": arguments.fraction("translation", translation, 0.5),
        "contrast": arguments.fraction("contrast", contrast, 1),
        "fillMode": fill_mode,
        "seed": arguments.whole("seed", seed, 2**31, least=0),
    }
    image = _cat() if picture is None else _image(picture)
    image.thumbnail((_SIDE, _SIDE))
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    data = base64.b64encode(buffer.getvalue()).decode()
    settings["picture"] = f"data:image/png;base64,{data}"

    def draw():
        from course_utils import plots

        pixels = np.asarray(image)
        versions = [pixels, pixels[:, ::-1], pixels[::-1]]
        titles = [
            translate("the original"),
            translate("left for right"),
            translate("top for bottom"),
        ]
        return plots.show_pictures(versions, titles, size=2.4)[0].figure

    with speaking(language):
        sentence = translate("A picture, its mirror image, and its reflection in a lake.")
        return Explorer("augmentation", settings, draw, sentence)


def _cat() -> Image.Image:
    from course_utils.samples import pets

    # Number 30 shows all of the animal, and neither side of it is like the other.
    return Image.fromarray(pets.draw("cat", 30, size=_SIDE))


def _image(picture: np.ndarray) -> Image.Image:
    """Return an array as a picture in colour.

    Raises:
        ValueError: If it is none.
    """
    pixels = np.asarray(picture)
    if pixels.ndim == 3 and pixels.shape[-1] == 1:
        pixels = pixels[..., 0]
    right_shape = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[-1] == 3)
    if pixels.dtype != np.uint8 or not right_shape or 0 in pixels.shape:
        raise ValueError(
            translate(
                "picture must be a uint8 array (height, width) or (height, width, 3), not {found}",
                found=f"{pixels.dtype} {pixels.shape}",
            )
        )
    return Image.fromarray(pixels).convert("RGB")
