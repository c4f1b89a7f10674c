"""The environments in which every chapter must run, and where their lists of packages come from."""

from dataclasses import dataclass
from pathlib import Path

COLAB_LIST = Path(__file__).with_name("colab.txt")


class EnvironmentFailure(RuntimeError):
    """An environment could not be made or used; the message says why and what to do."""


@dataclass(frozen=True)
class Kind:
    """One environment.

    Attributes:
        name: What people type.
        summary: What it proves, for the printed line.
        pythons: Versions of Python that it can have, the preferred one first.
        resolution: uv's name for the versions to take; None for the fixed list of Colab.
        has_runner: Whether the course's runner is executed there, too. In Colab it is not: there,
            notebooks run in a kernel and nothing else.
    """

    name: str
    summary: str
    pythons: tuple[str, ...]
    resolution: str | None
    has_runner: bool


KINDS = {
    kind.name: kind
    for kind in (
        Kind("colab", "the versions that Colab has", ("3.13", "3.12", "3.11"), None, False),
        # The oldest NumPy and TensorFlow exist for no newer Python.
        Kind(
            "oldest",
            "the lower bounds of pyproject.toml",
            ("3.11", "3.12"),
            "lowest-direct",
            True,
        ),
        Kind(
            "newest",
            "the newest versions of everything",
            ("3.13", "3.12", "3.11"),
            "highest",
            True,
        ),
    )
}
