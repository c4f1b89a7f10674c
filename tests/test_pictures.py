"""A folder of pictures: layouts, everything that can be wrong with it, and decoding."""

import io
import os
import re
import struct
import unicodedata
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image

from course_utils import data
from course_utils.data import decoding, pictures

pytestmark = pytest.mark.unit


def encoded(colour=(200, 30, 60), kind="PNG", size=(12, 8), mode="RGB", **options):
    """Return a picture of one colour as the bytes of a file; size is width and height."""
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind, **options)
    return file.getvalue()


def fill(folder, names):
    """Write one small picture per name, each of another colour."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded((number % 256, number // 256, 7)))
    return folder


def decode(content, size=None):
    return decoding.decode(io.BytesIO(content), size)


# --- layouts -----------------------------------------------------------------------------------


def test_one_subfolder_per_class(tmp_path, capsys):
    fill(tmp_path, ["dog/2.png", "dog/10.png", "cat/a b.png", "cat/in here/c.png"])
    found = data.load_folder(tmp_path)
    assert found.names == ("cat/a b.png", "cat/in here/c.png", "dog/2.png", "dog/10.png")
    assert found.labels == (0, 0, 1, 1)
    assert found.class_names == ("cat", "dog")
    assert found.count() == {"cat": 2, "dog": 2}
    assert len(found) == 4 and all(path.is_file() for path in found.paths)
    assert found.groups is None and found.skipped == {}
    assert len(set(found.digests)) == 4
    assert "2 cat, 2 dog" in repr(found)
    assert capsys.readouterr().out == "", "nothing was skipped, so nothing is said"


def test_kaggle_layout(tmp_path):
    fill(tmp_path, ["cat.0.jpg", "cat.10.jpg", "cat.9.jpg", "dog.0.jpg"])
    found = data.load_folder(str(tmp_path))
    assert found.names == ("cat.0.jpg", "cat.9.jpg", "cat.10.jpg", "dog.0.jpg")
    assert found.count() == {"cat": 3, "dog": 1}


def test_names_in_hangul_however_they_are_written(tmp_path):
    """MacOS writes Hangul decomposed; class names and order are the same as elsewhere."""
    found = []
    for form in ("NFC", "NFD"):
        folder = tmp_path / form
        names = ["고양이/나비 사진.png", "고양이/가.png", "개/바둑이.png"]
        fill(folder, [unicodedata.normalize(form, name) for name in names])
        found.append(data.load_folder(folder))
    assert found[0].class_names == found[1].class_names == ("개", "고양이")
    assert found[0].digests == found[1].digests
    assert found[0].labels == (0, 1, 1)
    assert all(path.is_file() for path in found[1].paths)


def test_names_that_are_no_text_can_be_printed(tmp_path, capsys):
    fill(tmp_path, ["a/1.png", "b/1.png"])
    try:
        with open(os.fsencode(tmp_path / "a") + b"/\xb0\xed.jpg", "wb"):
            pass
    except OSError:
        pytest.skip("this file system takes text only")
    found = data.load_folder(tmp_path)
    assert len(found) == 2 and len(found.skipped) == 1
    assert r"\udcb0\udced.jpg" in capsys.readouterr().out


def test_links_to_pictures_and_classes_are_followed(tmp_path):
    fill(tmp_path / "there", ["1.png", "2.png"])
    fill(tmp_path / "photos", ["dog/1.png"])
    (tmp_path / "photos/cat").symlink_to(tmp_path / "there")
    (tmp_path / "photos/dog/linked.png").symlink_to(tmp_path / "there/1.png")
    found = data.load_folder(tmp_path / "photos")
    assert found.count() == {"cat": 2, "dog": 2}


@pytest.mark.parametrize("up", [".", "..", "../.."])
@pytest.mark.parametrize("names", [["cat/1.png", "dog/1.png"], ["cat.1.png", "dog.1.png"]])
def test_a_link_to_a_folder_that_it_lies_in_is_no_class(tmp_path, capsys, names, up):
    folder = fill(tmp_path / "some/photos", names)
    (folder / "loop").symlink_to(up)
    found = data.load_folder(folder)
    assert found.class_names == ("cat", "dog") and len(found) == 2
    assert found.skipped == {"loop": "a link to a folder that it lies in"}
    assert "Skipped 1 of 3" in capsys.readouterr().out


def test_a_class_may_have_any_name(tmp_path):
    found = data.load_folder(fill(tmp_path, ["new\nline/1.png", "dog.1.x/1.png"]))
    assert found.count() == {"dog.1.x": 1, "new\nline": 1}


def test_hidden_files_are_no_pictures(tmp_path):
    fill(tmp_path, ["a/1.png", "b/1.png"])
    for name in (".DS_Store", "a/.DS_Store", "a/._1.png", "b/Thumbs.db", "b/desktop.ini"):
        (tmp_path / name).write_bytes(b"\0")
    fill(tmp_path, ["__MACOSX/a/1.png", ".hidden/1.png"])
    found = data.load_folder(tmp_path)
    assert len(found) == 2 and found.skipped == {}


def test_groups_come_from_the_names(tmp_path):
    fill(tmp_path, ["a/kim-1.png", "a/lee-1.png", "b/kim-1.png"])
    found = data.load_folder(tmp_path, lambda name: name.split("/")[1].split("-")[0])
    assert found.groups == ("kim", "lee", "kim")
    assert found.select([2, 0]).groups == ("kim", "kim")
    some = data.load_folder(tmp_path, lambda name: "kim" if "kim" in name else None)
    assert some.groups is None, "where one picture has no group the set has none"


def test_first_takes_from_all_groups_in_turn(tmp_path):
    names = [f"{kind}/{kind}{hand}-{k}.png" for kind in "ab" for hand in (1, 2) for k in range(3)]
    found = data.load_folder(fill(tmp_path, names), lambda name: name.split("-")[0][-1])
    assert found.first(3).names[:3] == ("a/a1-0.png", "a/a1-1.png", "a/a2-0.png")
    assert set(found.first(2).names) < set(found.first(3).names)
    assert found.first(3).count() == {"a": 3, "b": 3}
    for wrong in (0, 7):
        with pytest.raises(ValueError, match=f"from 1 to 6, got {wrong}"):
            found.first(wrong)
    for wrong in ("5", 2.0, True):
        with pytest.raises(ValueError, match=f"per_class must be a whole number.*got {wrong!r}"):
            found.first(wrong)
    assert found.first(np.int64(3)) == found.first(3)


# --- what is an error --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["cat/1.png"], r"only one class, cat; at least two.*name .*cat"),
        (["photos/cat/1.png", "photos/dog/1.png"], r"only one class, photos.*further down"),
        (["train/a/1.png", "validation/a/1.png"], r"subsets \(train, validation\).*split_by_f"),
        (["a.png", "b.png"], r"no pictures that can be used \(2 files were skipped\).*subfolder"),
        ([], r"no pictures that can be used \(0 files"),
    ],
)
def test_a_folder_without_classes_says_what_to_do(tmp_path, names, message):
    with pytest.raises(ValueError, match=message):
        data.load_folder(fill(tmp_path, names))


def test_a_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such does not exist.*subfolder per class"):
        data.load_folder(tmp_path / "no such")


def test_arguments_of_a_wrong_kind(tmp_path):
    for folder in (None, 3, "", b"photos"):
        with pytest.raises(ValueError, match="folder must be a path, got"):
            data.load_folder(folder)
    with pytest.raises(ValueError, match="group_of must be a function or None, got 'person'"):
        data.load_folder(tmp_path, "person")


def test_an_archive_in_place_of_a_folder(tmp_path):
    (tmp_path / "photos.zip").write_bytes(b"PK")
    with pytest.raises(ValueError, match="unpack it"):
        data.load_folder(tmp_path / "photos.zip")


@pytest.mark.parametrize("content", [None, b"", b"no picture"], ids=["none", "empty", "text"])
def test_a_class_without_pictures(tmp_path, content):
    fill(tmp_path, ["cat/1.png", "dog/1.png"])
    (tmp_path / "bird").mkdir()
    if content is not None:
        (tmp_path / "bird/1.jpg").write_bytes(content)
    with pytest.raises(ValueError, match="no picture that can be used in class bird"):
        data.load_folder(tmp_path)


# --- what is skipped, and reported -------------------------------------------------------------

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8))


def noise(kind):
    file = io.BytesIO()
    NOISE.save(file, kind)
    return file.getvalue()


def float_tiff():
    file = io.BytesIO()
    Image.fromarray(np.ones((4, 4), np.float32)).save(file, "TIFF")
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.jpg", b"", "empty"),
        ("text.jpg", b"<html>not here</html>", "no picture"),
        ("notes.txt", b"remember the milk", "no picture"),
        ("half.jpg", noise("JPEG")[:900], "truncated"),
        ("nearly.jpg", noise("JPEG")[:-40], "truncated"),
        ("half.png", noise("PNG")[:900], "damaged"),
        ("flipped.png", noise("PNG")[:900] + b"\0\0\0" + noise("PNG")[903:], "damaged"),
        ("half.gif", noise("GIF")[:900], "damaged"),
        ("half.bmp", noise("BMP")[:900], "damaged"),
        ("half.webp", noise("WEBP")[:900], "damaged|no picture"),
        ("header.jpg", noise("JPEG")[:30], "damaged|no picture"),
        ("float.tif", float_tiff(), "floating-point"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_that_cannot_be_used_is_named(tmp_path, capsys, name, content, reason):
    fill(tmp_path, ["cat/1.png", "dog/1.png"])
    (tmp_path / "cat" / name).write_bytes(content)
    found = data.load_folder(tmp_path)
    assert found.names == ("cat/1.png", "dog/1.png")
    assert list(found.skipped) == [f"cat/{name}"]
    assert re.search(reason, found.skipped[f"cat/{name}"])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("Skipped 1 of 3 in") and f"cat/{name}" in line
    assert "1 skipped" in repr(found)


def test_other_entries_are_named_too(tmp_path, capsys):
    fill(tmp_path, ["cat/1.png", "dog/1.png", "stray.png"])
    (tmp_path / "cat/nowhere.png").symlink_to(tmp_path / "gone.png")
    (tmp_path / "cat/circle").symlink_to(tmp_path / "cat")
    os.mkfifo(tmp_path / "dog/pipe.png")
    found = data.load_folder(tmp_path)
    assert len(found) == 2
    assert {name: reason.split(",")[0] for name, reason in found.skipped.items()} == {
        "stray.png": "lies beside the folders of the classes",
        "cat/nowhere.png": "no file",
        "cat/circle": "a link to a folder",
        "dog/pipe.png": "no file",
    }
    assert "Skipped 4 of 6 in" in capsys.readouterr().out


def test_a_long_list_is_cut_in_print_and_whole_in_skipped(tmp_path, capsys):
    fill(tmp_path, ["cat/1.png", "dog/1.png"])
    for number in range(9):
        (tmp_path / f"cat/bad{number}.jpg").touch()
    found = data.load_folder(tmp_path)
    assert len(found.skipped) == 9
    assert capsys.readouterr().out.rstrip().endswith("and 4 more")


def test_kaggle_names_that_do_not_fit_are_named(tmp_path):
    fill(tmp_path, ["cat.0.jpg", "dog.0.jpg", "mouse.jpg"])
    assert "mouse.jpg" in data.load_folder(tmp_path).skipped


# --- decoding ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (encoded((200, 30, 60)), (200, 30, 60)),
        (encoded(90, mode="L"), (90, 90, 90)),
        (encoded(1, mode="1"), (255, 255, 255)),
        (encoded((90, 128), mode="LA"), (172, 172, 172)),
        (encoded((200, 30, 60, 255), mode="RGBA"), (200, 30, 60)),
        (encoded((200, 30, 60, 0), mode="RGBA"), (255, 255, 255)),
        (encoded((200, 30, 60, 51), mode="RGBA"), (244, 210, 216)),
        (encoded((200, 30, 60), transparency=(200, 30, 60)), (255, 255, 255)),
        (encoded(0x8040, mode="I;16"), (128, 128, 128)),
        (encoded((200, 30, 60), "BMP"), (200, 30, 60)),
        (encoded((200, 30, 60), "GIF"), (200, 30, 60)),
        (encoded((200, 30, 60), "TIFF"), (200, 30, 60)),
        (encoded((200, 30, 60), "WEBP", lossless=True), (200, 30, 60)),
        (encoded((200, 30, 60), "JPEG", quality=100), (200, 30, 60)),
        (encoded(90, "JPEG", mode="L", quality=100), (90, 90, 90)),
        (encoded((0, 255, 255, 0), "JPEG", mode="CMYK", quality=100), (255, 0, 0)),
    ],
    ids="RGB grey black-white grey-alpha opaque transparent mixed colour-key 16-bit BMP GIF TIFF "
    "WebP JPEG grey-JPEG CMYK-JPEG".split(),
)
def test_every_kind_of_picture_becomes_rgb(content, expected):
    assert decoding.find_problem(content) == ""
    pixels = decode(content)
    assert pixels.dtype == np.uint8 and pixels.shape == (8, 12, 3)
    assert np.abs(pixels.reshape(-1, 3).astype(int) - expected).max() <= 2
    assert decode(content, (5, 7)).shape == (5, 7, 3)


def test_a_palette_with_transparency():
    image = Image.new("P", (12, 8), 1)
    image.putpalette([0, 0, 0, 200, 30, 60])
    for transparency, expected in ((0, (200, 30, 60)), (1, (255, 255, 255))):
        file = io.BytesIO()
        image.save(file, "PNG", transparency=transparency)
        assert decode(file.getvalue())[0, 0].tolist() == list(expected)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_frame_counts(kind):
    frames = [Image.new("RGB", (12, 8), colour) for colour in ("red", "lime", "blue")]
    options = {"lossless": True} if kind == "WEBP" else {}
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], **options)
    assert decoding.find_problem(file.getvalue()) == ""
    assert decode(file.getvalue())[0, 0].tolist() == [255, 0, 0]


def test_a_wrong_ending_does_not_matter(tmp_path):
    fill(tmp_path, ["a/1.png", "b/1.png"])
    (tmp_path / "a/really a jpeg.png").write_bytes(encoded(kind="JPEG"))
    (tmp_path / "b/no ending").write_bytes(encoded())
    assert len(data.load_folder(tmp_path)) == 4


def test_a_photo_that_lies_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to the right
    pixels = np.zeros((8, 16, 3), np.uint8)
    pixels[:, :8] = 255
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=95, exif=exif)
    upright = decode(file.getvalue())
    assert upright.shape == (16, 8, 3)
    assert upright[:6].min() > 200 and upright[-6:].max() < 50
    assert decode(file.getvalue(), (4, 4))[0].min() > 200


def png(*chunks):
    """A grey PNG of 40 x 40 pixels of these chunks, each with the right checksum."""
    header = struct.pack(">IIBBBBB", 40, 40, 8, 0, 0, 0, 0)
    parts = [
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), *chunks, (b"IEND", b""))
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize(
    "pixels", [b"no zlib stream at all", zlib.compress(bytes(41 * 40))[:9], zlib.compress(b"")]
)
def test_a_png_with_right_checksums_and_wrong_pixels_is_damaged(pixels):
    assert "damaged" in decoding.find_problem(png((b"IDAT", pixels)))


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("exif", [b"garbage", b"Exif\0\0II*\0", b"MM\0*\0\0\0\x08\xff\xff", b""])
def test_a_png_with_unreadable_exif_is_taken_as_it_is_stored(exif):
    content = png((b"eXIf", exif), (b"IDAT", zlib.compress(bytes(41 * 40))))
    assert decoding.find_problem(content) == ""
    assert decode(content).shape == (40, 40, 3) and decode(content, (5, 7)).shape == (5, 7, 3)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_jpeg_that_passes_the_check_can_be_decoded_whatever_its_exif_is():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8769] = 6, "Maker", {0x9003: "2020:01:01 00:00:00"}
    good = encoded(kind="JPEG", size=(40, 24), exif=exif)
    begin, length = good.index(b"Exif") + 6, len(exif.tobytes()) - 6
    random = np.random.default_rng(0)
    usable = 0
    for _ in range(300):
        content = bytearray(good)
        for place in random.integers(begin, begin + length, 4):
            content[place] = random.integers(256)
        if decoding.find_problem(bytes(content)) == "":
            assert sorted(decode(bytes(content)).shape) == [3, 24, 40]
            assert decode(bytes(content), (6, 6)).shape == (6, 6, 3)
            usable += 1
    assert usable == 300


@pytest.mark.parametrize("size", [(60, 80), (33, 20), (700, 900), (5, 3)])
@pytest.mark.parametrize(
    ("kind", "options", "tolerance"), [("PNG", {}, 0.6), ("JPEG", {"quality": 95}, 3)]
)
def test_a_picture_has_the_pixels_that_keras_gives_it(tmp_path, kind, options, tolerance, size):
    """Both readers give the same, but for rounding (PNG) and two decoders of JPEG."""
    import keras

    noise = np.random.default_rng(0).integers(0, 256, (75, 100, 3), np.uint8)
    large = Image.fromarray(noise).resize((640, 480), Image.Resampling.BICUBIC)
    file = tmp_path / "class" / f"one.{kind.lower()}"
    file.parent.mkdir()
    large.save(file, kind, **options)
    dataset = keras.utils.image_dataset_from_directory(
        tmp_path, labels=None, image_size=size, verbose=False
    )
    expected = next(iter(dataset)).numpy()[0]
    ours = decoding.decode(file, size).astype("float32")
    assert np.abs(ours - expected).mean() <= tolerance
    if size[0] < 100:  # the control: averaging, which other readers do, is something else
        averaged = np.asarray(large.resize(size[::-1], Image.Resampling.BILINEAR), "float32")
        assert np.abs(averaged - expected).mean() > 3 * tolerance


def test_a_picture_too_large_for_memory_is_skipped(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert "could be decompression bomb" in decoding.find_problem(encoded())


def test_natural_order():
    names = ["b.1", "a.10", "٣", "a.9", "A.1", "a", "10", "9", "a.09"]
    ordered = sorted(names, key=pictures.natural_order)
    assert ordered == ["9", "10", "A.1", "a", "a.09", "a.9", "a.10", "b.1", "٣"]
