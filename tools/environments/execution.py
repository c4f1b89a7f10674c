"""Runs chapters in an environment, each on a fresh computer, and says which failed."""

import subprocess
import sys
import time
from pathlib import Path

from tools.environments import public_copy
from tools.environments.computer import Computer, fresh_folder
from tools.environments.install import Environment
from tools.environments.kinds import EnvironmentFailure
from tools.notebook_files import ROOT, Course

_AT_A_TIME = 2
_TICK_SECONDS = 0.2


def run(environment: Environment, chapters: list[Path], course: Course) -> list[str]:
    """Run chapters in profile ci, print a line for each, and return what failed, in words.

    Args:
        environment: The installed environment.
        chapters: The notebooks.
        course: The facts about the course.
    """
    waiting, running, failures = list(chapters), [], []
    with fresh_folder(course) as temporary:
        folder = Path(temporary)
        public = public_copy.make(course, folder / "public")
        try:
            while waiting or running:
                while waiting and len(running) < _AT_A_TIME:
                    chapter = waiting.pop(0)
                    place = folder / chapter.stem
                    computer = Computer(environment, chapter, place, public)
                    computer.check_before()
                    running.append(_Attempt(environment, chapter, computer, place / "errors.log"))
                time.sleep(_TICK_SECONDS)
                for attempt in [one for one in running if one.process.poll() is not None]:
                    running.remove(attempt)
                    failure = attempt.failure(course)
                    failures += [failure] if failure else []
                    print(attempt.line(failure), flush=True)
        finally:
            for attempt in running:
                attempt.process.terminate()  # the runner stops its kernel itself
            for attempt in running:
                attempt.process.wait()
    return failures


class _Attempt:
    """One chapter being run by the course's runner."""

    def __init__(self, environment: Environment, chapter: Path, computer: Computer, log: Path):
        self._environment = environment
        self._chapter = chapter
        self._computer = computer
        self._log = log
        self._begun = time.perf_counter()
        runner = computer.python if environment.kind.has_runner else sys.executable
        with log.open("w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(
                [runner, "-m", "tools.run_course", "--python", computer.python]
                + ["--notebooks", computer.notebooks, "--jobs", "1"]
                + ["--build", environment.folder / "chapters" / chapter.stem]
                + ["--profile", "ci", "--data", "sample", "--chapters", ""],
                cwd=ROOT,
                env=computer.variables(),
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )

    def failure(self, course: Course) -> str:
        """Return what went wrong, with environment, chapter, cell and remedy; else nothing."""
        name = f"{self._environment.kind.name}: FAILED {self._chapter.stem}"
        if self.process.returncode == 0:
            try:
                self._computer.check_after(course)
            except EnvironmentFailure as error:
                return f"{name}\n  where:  the set-up cell\n  error:  {error}"
            return ""
        said = self._log.read_text(encoding="utf-8", errors="replace").strip()
        # What stands before is the chapter's progress.
        return f"{name}\n{said.partition(f'FAILED {self._chapter.stem}')[2].strip(chr(10)) or said}"

    def line(self, failure: str) -> str:
        """Return the chapter's line of the printed table."""
        seconds = time.perf_counter() - self._begun
        result = "FAILED" if failure else "passed"
        return f"{self._environment.kind.name:8} {self._chapter.stem:30} {result} {seconds:4.0f} s"
