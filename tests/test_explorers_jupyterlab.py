"""An explorer inside a real JupyterLab: as a widget and as HTML, with mouse, keys and no kernel."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = [
    "from course_utils import explorers\nexplorers.convolution(size=6, strides=2)",
    "from IPython.display import HTML\nHTML(explorers.page('pooling', size=4))",
    "6 * 7",
]


class Lab:
    """A JupyterLab server over a folder of its own, without a password."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}"
        notebooks = folder / "notebooks"
        notebooks.mkdir()
        cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, notebooks / "explorers.ipynb")
        own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
        self.log = folder / "log.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
                + [f"--port={self.address.rsplit(':')[-1]}", f"--notebook-dir={notebooks}"]
                + ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"],
                env={**os.environ, **own},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        # A proxy has no business between this process and its own server.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def wait(self, is_ready) -> None:
        """Wait for a condition, as long as the server is alive and two minutes at most."""
        deadline = time.monotonic() + 120
        while True:
            with contextlib.suppress(urllib.error.URLError):
                if is_ready():
                    return
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text(
                encoding="utf-8"
            )
            time.sleep(0.2)

    def has_a_kernel(self) -> bool:
        """Whether a kernel has started and a page is connected with it."""
        kernels = self.ask("/api/kernels")
        return any(one["connections"] and one["execution_state"] == "idle" for one in kernels)

    def ask(self, path: str, method: str = "GET"):
        request = urllib.request.Request(self.address + path, method=method)
        with self.opener.open(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")

    def stop_kernels(self) -> int:
        sessions = self.ask("/api/sessions")
        for session in sessions:
            self.ask(f"/api/sessions/{session['id']}", "DELETE")
        return len(sessions)

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@pytest.fixture
def lab(tmp_path):
    lab = Lab(tmp_path)
    try:
        lab.wait(lambda: lab.ask("/api"))
        yield lab
    finally:
        lab.close()


def test_an_explorer_lives_in_jupyterlab_and_outlives_its_kernel(lab, visit):
    # High enough for all cells: JupyterLab draws only those that are in sight.
    seen = visit(f"{lab.address}/lab/tree/explorers.ipynb", width=1400, height=2600)
    page = seen.page
    page.set_default_timeout(60_000)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    lab.wait(lab.has_a_kernel)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.locator(".jp-OutputArea-output", has_text="42").wait_for()
    # What has no renderer of its own is a widget.
    widget = page.locator(".jp-OutputArea-output:not([data-mime-type])")
    assert widget.locator("[data-course-explorer]").count() == 0
    fragment = page.locator(".jp-OutputArea-output[data-mime-type='text/html']")
    assert widget.locator("h3").inner_text() == "Convolution explorer"
    assert fragment.locator("h3").inner_text() == "Pooling explorer"

    for output in (widget, fragment):
        output.get_by_role("gridcell").first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowDown")
        assert output.get_by_role("status").inner_text().startswith("Row 1, column 1 of the output")
        page.keyboard.press("ArrowUp")
        for key in "ddbxa":  # in a notebook: delete the cell, a new one below, cut it, one above
            page.keyboard.press(key)
        output.get_by_role("slider", name="Input size").focus()
        page.keyboard.press("ArrowRight")
        assert output.get_by_role("slider", name="Input size").input_value() in ("7", "5")
    cells = page.locator(".jp-Notebook .jp-Cell")
    assert cells.count() == len(CELLS)
    cells.last.locator(".jp-InputPrompt").click()
    page.keyboard.press("d")
    page.keyboard.press("d")
    cells.nth(len(CELLS) - 1).wait_for(state="detached")  # the same keys outside of an explorer

    assert lab.stop_kernels() == 1
    widget.get_by_role("gridcell").nth(2).hover()
    assert widget.get_by_role("status").inner_text().startswith("Row 0, column 2 of the output")
    widget.get_by_text("same", exact=True).click()
    assert widget.get_by_role("gridcell").count() == 16
    # JupyterLab itself says in the console that the kernel has gone.
    seen.errors[:] = [error for error in seen.errors if "kernel" not in error.lower()]
