"""Fixtures that several test modules share."""

import json
import os
import random
import time
from pathlib import Path

import pytest
from browser import chromium, open_page, serve, visit  # noqa: F401


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    """A cache folder of the test's own, which does not exist yet."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def as_students_have_it(monkeypatch, tmp_path):
    """Checks that answer in sentences, and a folder of the test's own for the progress."""
    from course_utils.checks import progress

    random.seed(0)  # layers that answers build draw their seeds from it
    monkeypatch.delenv("COURSE_CHECKS", raising=False)
    monkeypatch.delenv("COURSE_PROFILE", raising=False)
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress"))
    monkeypatch.setattr(progress, "_session", {})


@pytest.fixture
def little_patience(monkeypatch):
    """Downloads give up soon, and the set of photos has six of each class."""
    from course_utils.data import download, picture_sets

    monkeypatch.setattr(download, "TIMEOUTS", (5, 1))
    monkeypatch.setattr(picture_sets, "DOGS_VS_CATS_PER_CLASS", 6)


@pytest.fixture
def server(monkeypatch):
    """A web server on this computer, to which no proxy stands in the way."""
    from misbehaving_server import Server

    server = Server()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    # Pauses between tries are for real servers.
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    yield server
    server.stop()


_SELECTED = {"unit", "notebooks", "browser"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Refuse a test without one of the marks by which ``make test`` selects: it would never run."""
    forgotten = [
        item.nodeid for item in items if not _SELECTED & {mark.name for mark in item.iter_markers()}
    ]
    if forgotten:
        names = ", ".join(sorted(_SELECTED))
        raise pytest.UsageError(f"mark with one of {names}: {', '.join(forgotten)}")


class FaultReport:
    """Collects what came of the faults that were tried."""

    def __init__(self):
        self.faults = []

    def add(self, fault, tries, outcome):
        self.faults.append({"fault": fault, "tries": tries, "outcome": outcome})


_REPORT = pytest.StashKey[FaultReport]()


@pytest.fixture(scope="session")
def fault_report(request):
    """The report of the faults that were tried; a test adds its own when all else has passed.

    Where the environment variable COURSE_FAULT_REPORT names a file, all of them are written there
    at the end, sorted by name, and whether all tests passed. ``make reliability`` reads it.
    """
    return request.config.stash[_REPORT]


def pytest_configure(config):
    config.stash[_REPORT] = FaultReport()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """Take over what a worker process of pytest-xdist reports; one that crashed reports nothing."""
    node.config.stash[_REPORT].faults += getattr(node, "workeroutput", {}).get("faults", [])


def pytest_sessionfinish(session, exitstatus):
    faults = session.config.stash[_REPORT].faults
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["faults"] = faults
    elif file := os.environ.get("COURSE_FAULT_REPORT"):
        faults.sort(key=lambda fault: (fault["fault"], fault["outcome"]))
        report = {"passed": exitstatus == 0, "faults": faults}
        text = json.dumps(report, indent=1, ensure_ascii=False) + "\n"
        Path(file).write_text(text, encoding="utf-8")
