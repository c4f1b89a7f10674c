"""Build the web site: ``python -m tools.site``, or ``make site``.

Takes the chapters that the course runner executed (``build/notebooks``), the pages of
``site/pages`` with their generated parts, and the decks, and writes ``build/site``. The site is a
folder of plain files: any web server can serve it, and no page asks another host for anything.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools import guide, site_pages, slides
from tools import notebook_files as files
from tools.notebook_files import ROOT

PAGES = ROOT / "site" / "pages"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="folder of a run")
    parser.add_argument("--no-slides", action="store_true", help="leave the decks out")
    parser.add_argument("--no-handouts", action="store_true", help="leave their PDFs out")
    chosen = parser.parse_args(arguments)
    build = chosen.build.resolve()
    try:
        gather(build / "notebooks", build / "site-source")
        render(build / "site-source", build / "site")
        if not chosen.no_slides:
            options = ["--no-handout"] if chosen.no_handouts else []
            if slides.main(["--out", str(build / "site" / "slides"), *options]):
                return 1
    except (OSError, ValueError, slides.BuildError) as error:
        print(f"site: {error}", file=sys.stderr)
        return 1
    print(f"site: open {os.path.relpath(build / 'site' / 'index.html')}")
    return 0


def gather(executed: Path, out: Path) -> None:
    """Put everything that Sphinx reads into one folder.

    Args:
        executed: Folder with the executed chapters.
        out: The folder; what it held before is removed.

    Raises:
        ValueError: If a chapter was not executed.
    """
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(PAGES, out)
    (out / "chapters").mkdir()
    for path in files.Course.read().notebooks():
        if files.holds_solutions(path):
            continue
        copy = executed / path.name
        if not copy.exists():
            raise ValueError(f"there is no executed copy of {path.name}; call make run first")
        shutil.copy(copy, out / "chapters" / path.name)
    names = {path.stem.split("_")[0]: path.stem for path in (out / "chapters").iterdir()}
    for page in sorted(out.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        if page.parent.name == "instructors" and page.stem in names:
            text = guide.complete(text, names[page.stem])
        page.write_text(site_pages.fill(text, out), encoding="utf-8")


def render(source: Path, out: Path) -> None:
    """Let Sphinx write the pages.

    Raises:
        slides.BuildError: If Sphinx warns of anything, such as a link that leads nowhere.
    """
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going"]
    command += ["-c", str(ROOT / "site"), "-d", str(source.parent / "site-cache")]
    done = subprocess.run(
        [*command, str(source), str(out)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise slides.BuildError(slides.report("the site could not be built", done.stdout))
    shutil.copytree(source / "explorer_pages", out / "_static" / "explorers")


if __name__ == "__main__":
    sys.exit(main())
