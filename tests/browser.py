"""A real browser for tests: Chromium, driven by Playwright, with no way to any other host.

Tests with these fixtures carry the marker ``browser``. ``make test`` sets COURSE_BROWSER to
"required": a missing Chromium is then installed where apt can do that, and without one the tests
fail. Without the variable they are skipped and say how to get one.
"""

import contextlib
import functools
import http.server
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Its own fonts, because a bare Debian has none and draws every letter as a box.
DEBIAN_PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-noto-cjk")
OPTIONS = (
    "--no-sandbox",  # there is none for root, as which containers run
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
REMEDY = (
    "no Chromium was found: on Debian and Ubuntu run `apt install chromium`, elsewhere "
    "`python -m playwright install chromium`, then call the tests again"
)


class Visit:
    """One page in a browser window of its own, and what went wrong in it.

    When the test ends, ``errors`` and ``strangers`` must be empty; a test that expects entries
    looks at them and then clears the list.

    Attributes:
        page: The page, as Playwright's ``Page``: ``page.locator("button").click()``,
            ``page.keyboard.press("ArrowRight")``, ``page.screenshot(path=...)``.
        errors: What the page wrote to the console as an error, exceptions nobody caught, and
            requests that were not answered or answered with an error.
        strangers: Addresses on other hosts that the page asked for, in vain.
    """

    def __init__(self, context, address: str):
        self.errors: list[str] = []
        self.strangers: list[str] = []
        context.on("request", lambda request: self._look_at(request.url))
        context.on("response", self._judge)
        context.on("requestfailed", lambda request: self._add_failed(request))
        context.on("console", self._listen)
        context.on("weberror", lambda error: self.errors.append(f"exception: {error.error}"))
        self.page = context.new_page()
        self.page.on("websocket", lambda socket: self._look_at(socket.url))
        self.page.goto(address)

    def _look_at(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob", "file") and parts.hostname != "127.0.0.1":
            self.strangers.append(address)

    def _judge(self, response) -> None:
        if response.status >= 400:
            self.errors.append(f"{response.status}: {response.url}")

    def _add_failed(self, request) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # the page itself changed its mind
            self.errors.append(f"{request.failure}: {request.url}")

    def _listen(self, message) -> None:
        if message.type == "error":
            self.errors.append(f"console: {message.text}")


@pytest.fixture(scope="module")
def chromium():
    """The browser, as Playwright's ``Browser``.

    Closed after each module: as long as Playwright works, its thread has a running event loop,
    and notebooks cannot be executed in it.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = find_program(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium) -> Iterator[Callable[..., Visit]]:
    """Open a page: ``visit(address, width=1280, height=800)``.

    The address is one that ``serve`` or a server of the test's own gave, or a file's.
    Further options are those of Playwright's ``new_context``, such as ``color_scheme="dark"``,
    ``reduced_motion="reduce"``, ``has_touch=True`` or ``device_scale_factor=2``.
    """
    visits = []
    with contextlib.ExitStack() as contexts:

        def open_page(address: str, width: int = 1280, height: int = 800, **options) -> Visit:
            size = {"width": width, "height": height}
            context = contexts.enter_context(chromium.new_context(viewport=size, **options))
            context.set_default_timeout(20_000)
            visits.append(Visit(context, address))
            return visits[-1]

        yield open_page
    assert [one.errors for one in visits if one.errors] == []
    assert [one.strangers for one in visits if one.strangers] == []


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Serve a folder on this computer: ``serve(folder)`` returns its address, ending in "/"."""
    servers = []

    def serve_folder(folder: Path) -> str:
        handler = functools.partial(_Handler, directory=str(folder))
        servers.append(http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield serve_folder
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def open_page(tmp_path, serve, visit) -> Callable:
    """Write fragments of HTML into one page and open it: ``open_page(fragment, ...)``.

    ``style`` is the CSS of the page's body; further options are those of ``visit``. Returns
    Playwright's ``Page``.
    """

    def open_fragments(*fragments: str, style: str = "", **options):
        (tmp_path / "index.html").write_text(
            "<!doctype html><html lang=en><meta charset=utf-8><title>page</title>"
            "<meta name=viewport content='width=device-width'>"
            f"<body style='margin: 8px; {style}'>{''.join(fragments)}",
            encoding="utf-8",
        )
        return visit(serve(tmp_path), **options).page

    return open_fragments


class _Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/favicon.ico":  # asked for by the browser, not by the page
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, *arguments):
        pass


def find_program(own_copy: str) -> str:
    """Return the path of a Chromium: the system's, Playwright's own copy, or a new one from apt.

    Where there is none and COURSE_BROWSER is "required", the test fails; else it is skipped.
    """
    if found := _installed(own_copy):
        return found
    if os.environ.get("COURSE_BROWSER") != "required":
        pytest.skip(REMEDY)
    report = _install()
    if found := _installed(own_copy):
        return found
    pytest.fail(f"{REMEDY}\n{report}", pytrace=False)


def _installed(own_copy: str) -> str | None:
    found = (path for name in PROGRAMS if (path := shutil.which(name)))
    return next(found, own_copy if os.path.exists(own_copy) else None)


def _install() -> str:
    """Install Chromium with apt; return what apt had to say."""
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return "It can be installed by itself only with apt, and only by root."
    import fcntl

    # Tests run in several processes; apt works for one at a time.
    with open(Path(tempfile.gettempdir()) / "course-browser.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if any(shutil.which(name) for name in PROGRAMS):
            return ""
        report = ""
        for arguments in (
            ["update", "--quiet"],
            ["install", "--quiet", "--yes", "--no-install-recommends", *DEBIAN_PACKAGES],
        ):
            done = subprocess.run(
                ["apt-get", *arguments],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            report += done.stdout[-2000:]
        return report
