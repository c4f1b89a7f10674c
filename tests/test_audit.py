"""The audit of packages, by the real pip-audit against a database on this computer."""

import http.server
import json
import subprocess
import sys
import threading

import pytest

from tools import audit
from tools.notebook_files import ROOT

pytestmark = pytest.mark.notebooks  # fetches pip-audit, so it is not for `make test-fast`

WEAK = {
    "id": "PYSEC-0000-1",
    "summary": "made up",
    "aliases": [],
    "affected": [
        {
            "package": {"name": "pillow", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "9.9.9"}]}],
        }
    ],
}


class Database(http.server.BaseHTTPRequestHandler):
    """Answers as OSV does; which versions are weak stands in the server's ``weak``.

    With another ``status`` or ``answer``, or with bytes that are promised and ``held_back``, it
    answers as something else does.
    """

    def do_POST(self):
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((question["package"]["name"], question["version"]))
        answer = {"vulns": [WEAK]} if self.server.asked[-1] in self.server.weak else {}
        body = json.dumps(answer).encode() if self.server.answer is None else self.server.answer
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body) + self.server.held_back))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *details):
        pass


@pytest.fixture
def database(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Database)
    server.weak, server.asked = {audit.KNOWN_BAD}, []
    server.status, server.answer, server.held_back = 200, None, 0
    server.address = f"http://127.0.0.1:{server.server_port}/v1/query"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def run(versions, service: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "tools.audit", "--versions", str(versions), "--service", service],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def test_a_known_weakness_fails_and_names_the_remedy(tmp_path, database):
    versions = tmp_path / "versions.txt"
    versions.write_text("pillow==9.0.0\nnumpy==2.1.3\n", encoding="utf-8")
    finished = run(versions, database.address)
    assert finished.returncode == 1, finished.stdout + finished.stderr
    assert "pillow 9.0.0: PYSEC-0000-1, mended in: 9.9.9" in finished.stdout
    assert "numpy" not in finished.stdout
    assert "make constraints" in finished.stdout


def test_every_version_that_make_installs_is_asked_for(database):
    finished = run(ROOT / "constraints.txt", database.address)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "knows of no weakness in" in finished.stdout
    # Those with a condition are for other computers.
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    everywhere = {tuple(line.split("==")) for line in pinned if ";" not in line}
    assert everywhere <= set(database.asked)


def test_a_database_that_knows_nothing_is_no_comfort(tmp_path, database):
    database.weak.clear()
    finished = run(tmp_path / "not-even-read.txt", database.address)
    assert finished.returncode == 1
    assert "does not know of the weaknesses of pillow 9.0.0" in finished.stdout


@pytest.mark.parametrize("answer", [b"[1]", b'"vulns"', b'{"vulns": "some"}', b"<html>", b""])
def test_an_answer_that_is_none_is_no_comfort(tmp_path, database, answer):
    database.answer = answer
    finished = run(tmp_path / "not-even-read.txt", database.address)
    assert (finished.returncode, finished.stderr) == (1, "")
    assert "does not know of the weaknesses of pillow 9.0.0" in finished.stdout


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_question_that_is_refused_fails(tmp_path, database, status):
    database.status = status
    finished = run(tmp_path / "not-even-read.txt", database.address)
    assert (finished.returncode, finished.stderr) == (1, "")
    assert f"refuses the question (HTTP Error {status}" in finished.stdout


@pytest.mark.parametrize(("status", "held_back"), [(429, 0), (500, 0), (503, 0), (200, 9)])
def test_a_database_out_of_order_is_nobody_to_ask(tmp_path, database, status, held_back):
    database.status, database.held_back = status, held_back
    finished = run(tmp_path / "not-even-read.txt", database.address)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert "cannot be reached" in finished.stdout
    assert "nothing was audited" in finished.stdout


def test_a_list_that_cannot_be_read_fails(tmp_path, database):
    versions = tmp_path / "versions.txt"
    versions.write_text("pillow>=9\n", encoding="utf-8")  # which version, then?
    finished = run(versions, database.address)
    assert finished.returncode == 1
    assert "pip-audit failed" in finished.stdout


def test_nobody_to_ask_is_said_plainly_and_is_no_failure(database):
    database.shutdown()
    database.server_close()
    finished = run(ROOT / "constraints.txt", database.address)
    assert finished.returncode == 0
    assert "cannot be reached" in finished.stdout
    assert "nothing was audited" in finished.stdout
