"""From a picture file of nearly any kind to RGB pixels.

What a picture shows is decided here once: grey and palette pictures become RGB, CMYK is converted,
transparent parts are laid on white, of an animation the first frame counts, 16 bits a channel
become 8, and a photo that the camera stored lying on its side (EXIF orientation) is turned upright.
EXIF that cannot be read is ignored.
"""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

#: Decided by a file's content, whatever its name ends in. The list is closed because some other
#: readers of Pillow start programs; AVIF is read where this Pillow can.
Image.init()
FORMATS = tuple(
    sorted({"AVIF", "BMP", "GIF", "JPEG", "MPO", "PNG", "PPM", "TIFF", "WEBP"} & set(Image.OPEN))
)


def decode(source: Path | io.BytesIO, size: tuple[int, int] | None = None) -> np.ndarray:
    """Return the pixels of a picture file.

    Args:
        source: Path or open file.
        size: Height and width in pixels that the picture is resized to, pixel for pixel as
            ``keras.utils.image_dataset_from_directory`` does (bilinear between four neighbours,
            fractions of a level cut off); it is distorted where its aspect ratio is another one,
            nothing is cut away. None leaves the picture as it is.

    Returns:
        uint8 array (height, width, 3), 0 to 255.

    Raises:
        OSError: If the file cannot be read or is no picture of a format that is known here.
        ValueError: If the pixels have no meaning as colours, such as floating-point numbers.
        Exception: Of other kinds where a file is damaged; Pillow's readers raise many.

    Used in: 04, 05.
    """
    with Image.open(source, formats=FORMATS) as image:
        image = _to_rgb(_upright(image))
        if size is not None:
            # Not image.resize: where a picture shrinks, that averages over more than neighbours.
            whole = (0, 0, *image.size)
            bilinear = Image.Resampling.BILINEAR
            image = image.transform(size[::-1], Image.Transform.EXTENT, whole, bilinear)
        return np.asarray(image)


def find_problem(content: bytes) -> str:
    """Say why the content of a file cannot be used as a picture; an empty string if it can.

    Used in: 04, 05.
    """
    if not content:
        return "the file is empty"
    try:
        _read_through(content)
    except Image.UnidentifiedImageError:
        return "no picture of a known format (photos in HEIC: save them as JPEG)"
    # Depending on where a file is damaged, Pillow's readers raise quite different errors.
    except Exception as error:
        return f"damaged or not usable as a picture: {error}"
    return ""


def _read_through(content: bytes) -> None:
    """Raise an error unless the whole picture can be read; as fast as its format allows."""
    file = io.BytesIO(content)
    with Image.open(file, formats=FORMATS) as image:
        if image.format == "JPEG":
            image.draft(None, (1, 1))  # reads all of the file, computes 1/64 of the pixels
            _upright(image)
            return
        if image.format == "PNG":
            image.verify()  # compares the checksums of all parts, which decoding does not
    file.seek(0)
    decode(file)


def _upright(image: Image.Image) -> Image.Image:
    """Return the picture turned upright; as it is stored where its EXIF cannot be read."""
    image.load()  # an error in the pixels is one
    try:
        return ImageOps.exif_transpose(image)
    # Depending on where EXIF is damaged, Pillow raises quite different errors.
    except Exception:
        return image


def _to_rgb(image: Image.Image) -> Image.Image:
    """Return the picture in RGB, on white where it is transparent."""
    if image.mode.startswith("I"):
        return _from_16_bits(image)
    if image.mode == "F":
        raise ValueError("its pixels are floating-point numbers; save it with 8 bits a channel")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image.convert("RGB")


def _from_16_bits(image: Image.Image) -> Image.Image:
    """Return a grey picture of 16 bits in RGB; Pillow itself would cut all values at 255."""
    values = np.asarray(image)
    if values.min() < 0 or values.max() > 0xFFFF:
        raise ValueError("its pixels have 32 bits; save it with 8 bits a channel")
    return Image.fromarray((values >> 8).astype(np.uint8)).convert("RGB")
