"""A web server on this computer that misbehaves as told, what it publishes, and a full disk.

Nothing here leaves the computer. The server is a real one, so that what is tested are the real
libraries for downloads, with their own ideas of what an error is.
"""

import contextlib
import dataclasses
import hashlib
import http.server
import io
import os
import threading
import zipfile

import pytest
from PIL import Image
from tqdm import tqdm

from course_utils.data import download, picture_sets

#: The usual outcome of a fault, as the report on faults calls it.
NOTHING_HALF = "stopped with the remedy, nothing half-made, the next call succeeds"


@dataclasses.dataclass(frozen=True)
class Answer:
    """What the server sends.

    Attributes:
        content: The bytes.
        status: The HTTP status.
        missing: Bytes that are announced beyond those that come.
        moved_to: Address that a redirect names.
        silent_from: Place in the bytes from which on nothing comes any more, though the connection
            stays open; 0 for no answer at all.
        num_pieces: In how many pieces the bytes come, with a hundredth of a second between them.
        kind: What the server says that the bytes are; nothing for no word on it.
    """

    content: bytes = b""
    status: int = 200
    missing: int = 0
    moved_to: str = ""
    silent_from: int | None = None
    num_pieces: int = 1
    kind: str = ""


class Server:
    """Answers requests for ``/name`` as ``contents["/name"]`` says.

    The value is one :class:`Answer`, or a list of them: one after the other, the last repeated.
    """

    def __init__(self):
        self.contents: dict[str, Answer | list[Answer]] = {}
        self.requests: list[str] = []
        self._stopped = threading.Event()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                server._answer(self)

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # who was killed does not listen any more
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    def stop(self):
        """Close the port; who still waits for bytes is left alone."""
        if not self._stopped.is_set():
            self._stopped.set()
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def _answer(self, handler):
        path = handler.path.partition("?")[0]
        self.requests.append(path)
        answers = self.contents.get(path, Answer(b"not here", status=404))
        if not isinstance(answers, Answer):
            place = min(self.requests.count(path), len(answers)) - 1
            answers = answers[place]
        if answers.silent_from == 0:
            self._stopped.wait()
            return
        handler.send_response(answers.status)
        if answers.moved_to:
            handler.send_header("Location", answers.moved_to)
        if answers.kind:
            handler.send_header("Content-Type", answers.kind)
        handler.send_header("Content-Length", str(len(answers.content) + answers.missing))
        handler.end_headers()
        size = max(-(-len(answers.content) // answers.num_pieces), 1)
        content = answers.content[: answers.silent_from]
        for begin in range(0, len(content), size):
            handler.wfile.write(content[begin : begin + size])
            if answers.num_pieces > 1:
                self._stopped.wait(0.01)
        if answers.silent_from is not None:
            self._stopped.wait()


def picture(number, mode="RGB", kind="PNG"):
    """Return a small picture file; another number gives another colour."""
    file = io.BytesIO()
    Image.new(mode, (6, 6), (number % 256, number // 256, 9, 255)[: len(mode)]).save(file, kind)
    return file.getvalue()


def archive(names, mode="RGB"):
    """Return a zip file with a picture per name."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as contents:
        for number, name in enumerate(names):
            contents.writestr(name, picture(number, mode))
    return file.getvalue()


def drive_archive(names, train=None):
    """Return an archive as on Google Drive: it holds train.zip and pictures without labels."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as contents:
        contents.writestr("sampleSubmission.csv", "id,label\n1,0\n")
        contents.writestr("train.zip", archive(names) if train is None else train)
        contents.writestr("test1.zip", archive(["test1/1.jpg"]))
    return file.getvalue()


HANDS = [
    f"rps/{kind}/{kind}{person}-{frame:03}.png"
    for kind in ("rock", "paper", "scissors")
    for person in ("01", "02", "07-k03")
    for frame in range(4)
]
PETS = [f"train/{kind}.{k}.jpg" for kind in ("cat", "dog") for k in range(6)]


def published(server, name, content):
    """Let the server publish files, and return what the name in ``picture_sets`` must stand for.

    Args:
        server: The server.
        name: Name of a ``RemoteFile``, a ``DriveFile`` or a dictionary of them.
        content: Bytes of the file, or of each file by its key.
    """

    def here(file, content):
        server.contents[f"/{file.name}"] = Answer(content)
        changes = {"address": f"{server.address}/{file.name}"}
        if isinstance(file, download.RemoteFile):
            changes["sha256"] = hashlib.sha256(content).hexdigest()
        return dataclasses.replace(file, **changes)

    file = getattr(picture_sets, name)
    if isinstance(file, dict):
        return {key: here(one, content[key]) for key, one in file.items()}
    return here(file, content)


def do_elsewhere(work, constants, environment, *arguments):
    """Call a function with other constants in ``picture_sets``: the whole life of a process.

    Such a process is started to be killed. It prints nothing and leaves nothing to clean up.
    """
    os.environ.update(environment)
    for name, value in constants.items():
        setattr(picture_sets, name, value)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    work(*arguments)


@contextlib.contextmanager
def files_up_to(num_bytes):
    """Let the operating system refuse to write more than this into any one file.

    So a write fails in the middle, as on a full disk, whatever library does it.
    """
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        # A bar that could not be written leaves tqdm's lock taken, and other threads wait for ever.
        tqdm.set_lock(threading.RLock())
