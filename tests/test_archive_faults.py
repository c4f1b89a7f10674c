"""Archives that no server should send: nothing of them is unpacked."""

import struct
import zipfile
from io import BytesIO

import pytest
from misbehaving_server import (
    PETS,
    Answer,
    archive,
    drive_archive,
    picture,
)
from published_sets import (
    PETS_SOURCE,
    SOURCES,
    check_whole_or_none,
    fails,
    files_in,
    publish,
)

from course_utils import data
from course_utils.data import download

pytestmark = [
    pytest.mark.unit,
    pytest.mark.usefixtures("cache_folder", "little_patience"),
]


def with_entry(names, name, content, mode=0):
    """A zip file with one more entry; ``mode`` as Unix stores it."""
    file = BytesIO(archive(names))
    with zipfile.ZipFile(file, "a") as contents:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        contents.writestr(entry, content)
    return file.getvalue()


def encrypted(file):
    """The same archive, which says of each file that a password is needed."""
    changed = bytearray(file)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = file.find(signature)
        while place >= 0:
            struct.pack_into("<H", changed, place + offset, 1)
            place = file.find(signature, place + 1)
    return bytes(changed)


def lzma_damaged(names):
    """An archive packed by LZMA, whose first file says impossible things of its packing."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as contents:
        for number, name in enumerate(names):
            contents.writestr(name, picture(number))
    changed = bytearray(file.getvalue())
    changed[30 + len(names[0]) + 4] = 255  # behind the file's header and the release of LZMA
    return bytes(changed)


_LINK = 0o120777
_MOST_UNPACKED = 1_000_000
#: Name of the fault; from the names of the pictures, the archive; what the message says.
ARCHIVES = {
    "up": (lambda names: archive([*names, "../../up.png"]), "leads out"),
    "up further in": (lambda names: archive([*names, "a/../../up.png"]), "leads out"),
    "from the root": (lambda names: archive([*names, "/etc/up.png"]), "leads out"),
    "up, as Windows writes it": (lambda names: archive([*names, "..\\..\\up.png"]), "leads out"),
    "drive letter": (lambda names: archive([*names, "C:\\up.png"]), "leads out"),
    "drive letter and no root": (lambda names: archive([*names, "C:up.png"]), "leads out"),
    "network drive": (lambda names: archive([*names, "\\\\host\\share\\up.png"]), "leads out"),
    "link": (lambda names: with_entry(names, "link", b"../..", _LINK), "which is a link"),
    "encrypted": (lambda names: encrypted(archive(names)), "damaged: .*encrypted"),
    "packed by LZMA, damaged": (lzma_damaged, "damaged: LZMAError"),
    # Where it is no IndexError, the folder itself would have to become a file.
    "no name": (lambda names: with_entry(names, "", b"up.png"), "damaged: IndexError|directory"),
    "far more than it should hold": (
        lambda names: with_entry(names, "zeros", bytes(_MOST_UNPACKED + 1)),
        "would become 1,.* no archive of the course becomes more than 1,000,000",
    ),
    "a file in a folder's place": (
        lambda names: archive([*names, f"{names[0]}/up.png"]),
        "Not a dir|exists",
    ),
}


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("fault", ARCHIVES)
def test_an_archive_that_is_not_as_it_should_be_is_refused(
    server, monkeypatch, cache_folder, tmp_path, fault_report, fault, kind
):
    source = SOURCES[kind]
    make, reason = ARCHIVES[fault]
    monkeypatch.setattr(download, "MOST_UNPACKED", _MOST_UNPACKED)
    content = make(source.inside)
    if kind == "Drive":
        content = drive_archive(source.inside, content)
    publish(server, monkeypatch, source, content)
    with pytest.raises(data.DownloadError, match=reason) as caught:
        data.load(source.name, "download")
    assert 'DATA = "sample"' in str(caught.value)
    assert not (cache_folder / "downloads" / source.name).exists()
    if kind == "Drive":
        assert files_in(cache_folder) == [], "the archive is fetched anew, as no hash speaks for it"
    check_nothing_got_out(tmp_path)
    good = publish(server, monkeypatch, source)
    assert len(data.load(source.name, "download")) == len(source.inside)
    assert check_whole_or_none(cache_folder, source, server.contents[good].content)
    fault_report.add(
        f"archive ({kind}): {fault}", 1, "nothing unpacked, the next call takes a good archive"
    )


def check_nothing_got_out(folder):
    """Assert that neither a file called ``up.png`` nor a link lies below the folder."""
    assert not [path for path in folder.rglob("*") if path.is_symlink() or "up.png" in path.name]


def unpack_carelessly(file, target):
    """What ``unpack`` must not do."""
    with zipfile.ZipFile(file) as contents:
        for entry in contents.infolist():
            path = target / entry.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            if entry.external_attr >> 16 == _LINK:
                path.symlink_to(contents.read(entry).decode())
            else:
                path.write_bytes(contents.read(entry))


@pytest.mark.parametrize("fault", ["up", "up further in", "link"])
def test_control_careless_unpacking_gets_out(tmp_path, fault):
    target = tmp_path / "a" / "b"
    target.mkdir(parents=True)
    (target / "a").mkdir()
    unpack_carelessly(BytesIO(ARCHIVES[fault][0](PETS)), target)
    with pytest.raises(AssertionError):
        check_nothing_got_out(tmp_path)


def test_a_photo_that_cannot_be_read_is_noticed(server, monkeypatch, cache_folder, fault_report):
    """Microsoft's archive has such photos, the lectures' has none."""
    content = with_entry(PETS[:-1], PETS[-1], picture(1, kind="JPEG")[:-200])
    path = publish(server, monkeypatch, PETS_SOURCE, drive_archive(PETS, content))
    fails(PETS_SOURCE, "expected are .*6.* 1 skipped")
    assert files_in(cache_folder) == []
    server.contents[path] = Answer(drive_archive(PETS))
    assert len(data.load("dogs-vs-cats", "download")) == 12
    fault_report.add(
        "archive (Drive): a photo cannot be read",
        1,
        "nothing unpacked, the next call takes a good archive",
    )
