"""From a manifest to batches: decoded once, kept in bounded memory, shuffled where it must be.

Every picture is decoded and resized once, by Pillow in several threads, and kept as bytes. What
TensorFlow then shuffles are numbers, not pictures, so that all of a training set takes part in
every shuffle at no cost.

Used in: 04, 05, 06, 07, 08.
"""

import hashlib
import io
import itertools
import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import tensorflow as tf

from course_utils.data import arguments, decoding, progress
from course_utils.data import cache as cache_folder
from course_utils.data.manifest import SUBSETS, Split, Subset
from course_utils.data.pictures import printable
from course_utils.language import translate

_COUNTED = {
    "train": "{number:,} train",
    "validation": "{number:,} validation",
    "test": "{number:,} test",
}
#: Bytes of decoded pictures that are kept in memory; more than that goes into a file.
MEMORY_LIMIT = 1_000_000_000
#: Changes whenever the same file gives other pixels; cache files carry it.
VERSION = "2"
#: Batches that are made side by side, and that wait ready for the next step.
_BATCHES_AT_ONCE = 2
#: Pictures that are decoded at a time.
_CHUNK = 256

#: Path of each picture with the SHA-256 that its file had when the split was made.
Files = Sequence[tuple[Path, str]]
#: Takes places in a subset, int tensor (n,), and returns uint8 tensor (n, height, width, 3).
Fetch = Callable[[tf.Tensor], tf.Tensor]


def image_datasets(
    split: Split,
    image_size: int | tuple[int, int] = (180, 180),
    batch_size: int = 32,
    seed: int = 0,
    label_mode: str = "auto",
    cache: bool = True,
) -> tuple[tf.data.Dataset, tf.data.Dataset, tf.data.Dataset | None]:
    """Return the three subsets of a split as batches of pictures and labels.

    Training pictures come in another order in every epoch. Validation and test pictures always
    come in the order of the manifest, so that prediction 17 belongs to ``split.test.names[17]``.
    One printed line says where the decoded pictures are kept.

    Args:
        split: Which picture is in which subset.
        image_size: Height and width in pixels, or one number for both. Pictures of another shape
            are distorted, nothing is cut off.
        batch_size: Pictures per batch; the last batch of an epoch holds what is left.
        seed: Another seed shuffles the training pictures in another way.
        label_mode: ``"binary"`` (0.0 or 1.0, for a sigmoid), ``"int"`` (for sparse categorical
            cross-entropy), ``"categorical"`` (one-hot), or ``"auto"``: binary for two classes,
            int for more.
        cache: Whether decoded pictures are kept: in memory up to ``MEMORY_LIMIT`` (1 GB), beyond
            that in a file in the cache folder. All such files together take 10 GB at most; those
            that were not used for the longest time are removed first, and a printed line says so.
            Without ``cache`` every picture is decoded again in every epoch.

    Returns:
        Training, validation and test set; None in the place of a test set that the split lacks.
        Pictures are float32 (batch, height, width, 3), 0 to 255; labels float32 or int32
        (batch,), or float32 (batch, classes) if categorical.

    Raises:
        ValueError: For a bad size, batch size, label mode or seed, or a picture that is damaged or
            was changed since the split was made.
        FileNotFoundError: If a picture is missing.

    Used in: 04, 05, 06, 07, 08.
    """
    arguments.instance("split", split, Split, "one of the split_by_... functions")
    size = _height_and_width(image_size)
    batch_size = arguments.whole_number("batch_size", batch_size, least=1)
    seed = arguments.seed(seed)
    encode = _label_encoder(label_mode, len(split.class_names))
    sources, place = _sources(split, size, cache)
    counts = " + ".join(
        translate(_COUNTED[name], number=len(part)) for name, part in split.subsets.items()
    )
    shown = f"{size[0]}×{size[1]}"
    print(
        translate("Pictures: {counts} at {size}, {place}", counts=counts, size=shown, place=place)
    )

    datasets = {}
    for name, subset in split.subsets.items():
        indices = tf.data.Dataset.range(len(subset))
        if name == "train":
            indices = indices.shuffle(len(subset), seed=seed)
        read = _batch_reader(sources[name], size, encode(subset))
        batches = indices.batch(batch_size).map(read, num_parallel_calls=_BATCHES_AT_ONCE)
        datasets[name] = batches.prefetch(_BATCHES_AT_ONCE).with_options(_options())
    return tuple(datasets.get(name) for name in SUBSETS)


def _options() -> tf.data.Options:
    """Switch off the tuning thread of tf.data.

    It sleeps for twice as long after every round, and does not wake up when its work is over: a
    ``fit`` that has ended after 21 seconds may return after 40 (seen with TensorFlow 2.21).
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return options


def _batch_reader(fetch: Fetch, size: tuple[int, int], labels: np.ndarray):
    """Return a function from places in a subset to a batch of pictures and labels."""

    def read(indices: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        pictures = tf.ensure_shape(fetch(indices), (None, *size, 3))
        return tf.cast(pictures, tf.float32), tf.gather(labels, indices)

    return read


def _sources(split: Split, size: tuple[int, int], cache: bool) -> tuple[dict[str, Fetch], str]:
    """Return where each subset gets its decoded pictures, and the words for that place."""
    files = {
        name: [
            (split.folder / picture, digest)
            for picture, digest in zip(subset.names, subset.digests, strict=True)
        ]
        for name, subset in split.subsets.items()
    }
    num_bytes = sum(map(len, files.values())) * math.prod(size) * 3
    amount = f"{num_bytes / 1e6:,.0f} MB"
    decoders = {name: _from_files(part, size) for name, part in files.items()}
    if not cache:
        return decoders, translate("decoded in every epoch")
    if num_bytes <= MEMORY_LIMIT:
        in_memory = {name: _from_memory(part, size) for name, part in files.items()}
        return in_memory, translate("kept in memory ({amount})", amount=amount)
    file = _cache_file(split, size)
    cache_folder.tidy(file, num_bytes)
    try:
        everything = list(itertools.chain(*files.values()))
        pictures = _stored(file, (len(everything), *size, 3))
        if pictures is None:
            _write(file, everything, size)
            pictures = np.load(file, mmap_mode="r", allow_pickle=False)
    except _MissingPictureError:
        raise
    except OSError as error:
        return decoders, translate(
            "decoded in every epoch: {amount} cannot be kept ({error})", amount=amount, error=error
        )
    parts = np.split(pictures, np.cumsum([len(part) for part in files.values()])[:-1])
    mapped = {name: _from_array(part) for name, part in zip(files, parts, strict=True)}
    return mapped, translate("kept in {file} ({amount})", file=file, amount=amount)


class _MissingPictureError(FileNotFoundError):
    """A picture is missing, not the place of the cache."""


def _stored(file: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    """Return the array in a cache file, mapped; None if there is no whole one.

    Raises:
        OSError: If the file cannot be read, or is damaged and cannot be removed.
    """
    try:
        pictures = np.load(file, mmap_mode="r", allow_pickle=False)
        if pictures.shape == shape and pictures.dtype == np.uint8:
            return pictures
    except FileNotFoundError:
        return None
    except (ValueError, EOFError):
        pass
    file.unlink(missing_ok=True)
    return None


def _from_memory(files: Files, size: tuple[int, int]) -> Fetch:
    """Decode all pictures now and return a function that picks from them."""
    pictures = np.empty((len(files), *size, 3), np.uint8)
    for place, picture in enumerate(_decode_all(files, size)):
        pictures[place] = picture
    # A tensor is freed together with the datasets; what a numpy_function holds never is.
    with tf.device("CPU:0"):
        tensor = tf.constant(pictures)
    return lambda indices: tf.gather(tensor, indices)


def _from_array(pictures: np.ndarray) -> Fetch:
    """Return a function that picks from a mapped file; free memory decides how much stays there."""
    return lambda indices: tf.numpy_function(pictures.__getitem__, [indices], tf.uint8)


def _from_files(files: Files, size: tuple[int, int]) -> Fetch:
    """Return a function that decodes the pictures at these places anew."""

    def fetch(places: np.ndarray) -> np.ndarray:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return np.stack(list(pool.map(lambda place: _decode(*files[place], size), places)))

    return lambda indices: tf.numpy_function(fetch, [indices], tf.uint8)


def _decode_all(files: Files, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """Yield all pictures in order, with a progress bar; a few hundred at a time are in memory."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        chunks = (files[start : start + _CHUNK] for start in range(0, len(files), _CHUNK))
        pictures = (pool.map(lambda file: _decode(*file, size), chunk) for chunk in chunks)
        yield from progress.show(
            itertools.chain.from_iterable(pictures), translate("Decoding pictures"), len(files)
        )


def _decode(path: Path, digest: str, size: tuple[int, int]) -> np.ndarray:
    """Decode one picture; an error names it.

    Raises:
        FileNotFoundError: If it is missing.
        ValueError: If it is another one than when the split was made, or cannot be decoded.
    """
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError("it was changed since the split was made")
        return decoding.decode(io.BytesIO(content), size)
    except FileNotFoundError as error:
        raise _MissingPictureError(error.errno, error.strerror, str(path)) from error
    # Depending on where a file is damaged, Pillow's readers raise quite different errors.
    except Exception as error:
        raise ValueError(
            f"{printable([str(path)])} is damaged: {error}. Load the folder and split the pictures "
            "anew"
        ) from error


def _cache_file(split: Split, size: tuple[int, int]) -> Path:
    """Return a name that says everything that the decoded pictures depend on."""
    digests = [digest for subset in split.subsets.values() for digest in subset.digests]
    key = hashlib.sha256("\n".join([VERSION, *digests]).encode()).hexdigest()[:16]
    return cache_folder.folder() / f"decoded-{key}-{size[0]}x{size[1]}.npy"


def _write(file: Path, files: Files, size: tuple[int, int]) -> None:
    """Write all pictures as one array, whole or not at all.

    Raises:
        OSError: If the disk is full or the folder cannot be written to.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(cache_folder.unfinished_name(file.name))
    header = {"descr": "|u1", "fortran_order": False, "shape": (len(files), *size, 3)}
    try:
        with unfinished.open("wb") as stream:
            np.lib.format.write_array_header_1_0(stream, header)
            for picture in _decode_all(files, size):
                stream.write(picture.tobytes())
        os.replace(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)


def _height_and_width(image_size: int | tuple[int, int]) -> tuple[int, int]:
    """Return height and width, or raise a ValueError."""
    try:
        sides = tuple(image_size)
    except TypeError:
        sides = (image_size, image_size)
    try:
        height, width = (arguments.whole_number("image_size", side, least=1) for side in sides)
    except ValueError:
        raise ValueError(
            f"image_size must be height and width in pixels, or one number, got {image_size!r}"
        ) from None
    return height, width


def _label_encoder(label_mode: str, num_classes: int) -> Callable[[Subset], np.ndarray]:
    """Return a function from a subset to its labels in the form that a loss takes."""
    if label_mode == "auto":
        label_mode = "binary" if num_classes == 2 else "int"
    if label_mode == "binary" and num_classes != 2:
        raise ValueError(
            f'label_mode="binary" needs two classes, there are {num_classes}; '
            'use "int" or "categorical"'
        )
    encoders = {
        "binary": lambda labels: labels.astype(np.float32),
        "int": lambda labels: labels.astype(np.int32),
        "categorical": lambda labels: np.eye(num_classes, dtype=np.float32)[labels],
    }
    if not isinstance(label_mode, str) or label_mode not in encoders:
        raise ValueError(f"label_mode must be auto, {', '.join(encoders)}; got {label_mode!r}")
    return lambda subset: encoders[label_mode](np.asarray(subset.labels))
