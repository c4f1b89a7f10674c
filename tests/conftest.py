"""Fixtures that several test modules share."""

import json
import os
import random
import time
from pathlib import Path

import pytest


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


@pytest.fixture(scope="session")
def fault_report():
    """Collects what came of the faults that were tried, by ``add(fault, tries, outcome)``.

    Where the environment variable COURSE_FAULT_REPORT names a file, all of them are written there
    at the end, sorted by name.
    """
    faults = []

    class Report:
        def add(self, fault, tries, outcome):
            faults.append({"fault": fault, "tries": tries, "outcome": outcome})

    yield Report()
    if file := os.environ.get("COURSE_FAULT_REPORT"):
        faults.sort(key=lambda fault: fault["fault"])
        text = json.dumps(faults, indent=1, ensure_ascii=False) + "\n"
        Path(file).write_text(text, encoding="utf-8")
