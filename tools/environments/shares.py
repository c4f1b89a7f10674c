"""Which part of the environments CI takes: a different one for every commit, all of them in turn.

A share is one environment and some of the chapters. The number of commits on the branch decides,
because it goes on by itself, is the same wherever the commit is tested, and needs no memory.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.environments.kinds import KINDS, EnvironmentFailure, Kind

#: Into so many parts the chapters are dealt out, so that a share takes two to three minutes.
PARTS = 2


@dataclass(frozen=True)
class Share:
    """What one run of CI takes.

    Attributes:
        kind: The environment.
        part: The chapters' part, from 0.
    """

    kind: Kind
    part: int

    def chapters(self, chapters: list[Path]) -> list[Path]:
        """Return this share's chapters, dealt out like cards: neighbours take equally long."""
        return chapters[self.part :: PARTS]

    def in_words(self, chapters: list[Path]) -> str:
        """Return the share as it is printed: "colab 00, 02, 04"."""
        numbers = [path.stem.split("_")[0] for path in self.chapters(chapters)]
        return f"{self.kind.name} {', '.join(numbers)}"


#: In this order, so that neighbouring commits see different environments.
SHARES = [Share(kind, part) for part in range(PARTS) for kind in KINDS.values()]
# Seven turns for six shares, because seven is prime: somebody who always pushes two or three
# commits at a time, of which CI sees the last, would meet only some of six.
_TURNS = [*SHARES, SHARES[0]]


def of_commit(number: int) -> Share:
    """Return the share of the commit with a number."""
    return _TURNS[number % len(_TURNS)]


def schedule(number: int, chapters: list[Path]) -> str:
    """Return in words which share a commit takes and when the others come."""
    lines = [f"Share of commit {number}: {of_commit(number).in_words(chapters)}. The others come:"]
    shown = {of_commit(number)}
    for later in range(number + 1, number + len(_TURNS)):
        if (share := of_commit(later)) not in shown:
            shown.add(share)
            lines.append(f"  with commit {later}: {share.in_words(chapters)}")
    return "\n".join([*lines, "All of them now: make test-colab"])


def commit_number(root: Path) -> int:
    """Return the number of commits that led to the one that is checked out.

    In a shallow clone, where git does not know it, the day of the commit takes its place: it goes
    on as well, if not with every commit.

    Raises:
        EnvironmentFailure: If this is not a git repository with a commit.
    """
    if _git(root, "rev-parse", "--is-shallow-repository") == "true":
        print("The history is cut off in this clone, so the commit's day decides on the share.")
        return int(_git(root, "log", "-1", "--format=%ct")) // (24 * 60 * 60)
    return int(_git(root, "rev-list", "--count", "HEAD"))


def _git(root: Path, *arguments: str) -> str:
    finished = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    if finished.returncode != 0:
        raise EnvironmentFailure(
            f"git {arguments[0]} failed: {finished.stderr.strip()}; shares are counted by commits, "
            "so use a clone of the repository, or call make test-colab, which runs everything"
        )
    return finished.stdout.strip()
