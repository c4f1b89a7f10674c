"""Build the decks: ``python -m tools.slides``, or ``make slides``.

Each ``slides/NN_slug.md`` becomes ``build/slides/NN_slug.html``, which shows itself without a
network, and ``NN_slug.pdf``, a handout with one slide a page. ``--only 02,04`` builds these decks,
``--no-handout`` leaves the PDF out, and ``--pictures`` writes every slide as a picture beside it,
for authors to look at.
"""

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.languages import LANGUAGES, folder_in
from tools.notebook_files import ROOT
from tools.runner.options import as_typed, chapter_number

SLIDES = ROOT / "slides"
WIDTH, HEIGHT = 1280, 720
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# What kernels and TensorFlow say when they start; it hides the lines that matter.
_CHATTER = re.compile(
    r"\[IPKernelApp\]|[IWE]0000 |WARNING: All log messages|-+ stderr|----- stdout|"
    r"To enable the following instructions|$"
)
# Scripts that wait: for all letters, and until the slide on the screen is painted.
_LETTERS = "Promise.all([...document.fonts].map(font => font.load())).then(() => {})"
_DRAWN = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


class BuildError(RuntimeError):
    """What could not be built, and what to do about it."""


class BrowserMissingError(BuildError):
    """There is no browser that prints the handouts; the message says how to get one."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.slides", description=__doc__)
    parser.add_argument("--only", default="", metavar="02,04", help="build these decks only")
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--no-handout", action="store_true", help="write no PDF")
    wanted.add_argument(
        "--handout-if-possible",
        action="store_true",
        help="without Chromium leave the PDFs out, and say so at the end, instead of failing",
    )
    parser.add_argument("--pictures", action="store_true", help="write a picture of every slide")
    parser.add_argument("--out", type=Path, help="folder to write (build/slides, build/slides/ko)")
    parser.add_argument("--chapters", default="", help="where pages of the chapters lie, to link")
    parser.add_argument("--both", action="store_true", help="link the decks in other languages")
    parser.add_argument("--language", default="en", choices=LANGUAGES)
    chosen = parser.parse_args(arguments)
    folder = folder_in(SLIDES, chosen.language)
    out = (chosen.out or folder_in(ROOT / "build" / "slides", chosen.language)).resolve()
    left_out = ""
    try:
        decks = choose(chosen.only, folder)
        build(decks, out, chosen.chapters, chosen.both)
        pages = [out / f"{deck.stem}.html" for deck in decks]
        if not chosen.no_handout or chosen.pictures:
            try:
                with _browser() as browser:
                    for page in pages:
                        if not chosen.no_handout:
                            print_handout(browser, page, out)
                        if chosen.pictures:
                            take_pictures(browser, page)
            except BrowserMissingError as error:
                if not chosen.handout_if_possible or chosen.pictures:
                    raise
                left_out = f"WITHOUT HANDOUTS: {error}; then call it again"
                for page in pages:  # one of an older deck would pass for this one's
                    page.with_suffix(".pdf").unlink(missing_ok=True)
    except BuildError as error:
        print(f"slides: {error}", file=sys.stderr)
        return 1
    print(f"slides: {len(pages)} built; open {os.path.relpath(pages[0])}", flush=True)
    if left_out:
        print(f"slides: {left_out}", file=sys.stderr)
    return 0


def choose(wanted: str = "", folder: Path = SLIDES) -> list[Path]:
    """Return the decks of chapters such as ``"02,A1"``, in order; all of them by default.

    Raises:
        BuildError: If there is none of one of them; the message lists those that exist.
    """
    decks = {chapter_number(deck.stem): deck for deck in sorted(folder.glob("[0-9A]*_*.md"))}
    if not wanted.strip():
        return list(decks.values())
    # People say "chapter 2".
    numbers = [number.strip() for number in wanted.split(",")]
    numbers = [number.zfill(2) if number.isdigit() else number for number in numbers]
    if unknown := [number for number in numbers if number not in decks]:
        there = ", ".join(decks)
        raise BuildError(f"CHAPTERS={wanted!r}: no deck {unknown[0]!r}; there are {there}")
    return [deck for number, deck in decks.items() if number in numbers]


def build(decks: list[Path], out: Path, chapters: str = "", both: bool = False) -> None:
    """Execute decks of one folder and write them as pages into ``out``.

    Args:
        decks: The decks.
        out: Where to write.
        chapters: Where the chapters' pages lie, seen from there; their last slides link to them.
        both: Whether they link to the decks in the other language, too.

    Raises:
        BuildError: If a cell fails, or Sphinx warns of anything.
    """
    source = decks[0].parent
    patterns = ",".join(deck.name for deck in decks)
    command = [sys.executable, "-m", "sphinx", "-b", "revealjs", "-t", "decks", "-q", "-W"]
    command += ["--keep-going", "-j", "auto", "-c", str(ROOT / "site")]
    command += ["-D", f"include_patterns={patterns}", "-D", f"root_doc={decks[0].stem}"]
    command += ["-D", f"course_chapters={chapters}", "-D", f"course_both={int(both)}"]
    language = source.name if source.name in LANGUAGES else "en"
    command += ["-D", f"language={language}"]
    # Where deck.py lies, and this package.
    search_path = filter(None, [str(SLIDES), str(ROOT), os.environ.get("PYTHONPATH")])
    surroundings = {"COURSE_LANGUAGE": language, "PYTHONPATH": os.pathsep.join(search_path)}
    with tempfile.TemporaryDirectory() as cache:  # beside the pages it would be published
        done = subprocess.run(
            [*command, "-d", cache, str(source), str(out)],
            cwd=ROOT,
            env=os.environ | surroundings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    if done.returncode:
        raise BuildError(report("a deck could not be built", done.stdout))


def report(what: str, output: str) -> str:
    """Return what Sphinx said, without the chatter of kernels that start."""
    lines = [line for line in output.splitlines() if not _CHATTER.match(line)]
    return "\n".join([f"{what}; here is where and why", *lines])


@contextlib.contextmanager
def _browser() -> Iterator:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = (path for name in _BROWSERS if (path := shutil.which(name)))
        own_copy = playwright.chromium.executable_path
        program = next(found, own_copy)
        if not os.path.exists(program):
            raise BrowserMissingError(
                "the handouts (PDF) need Chromium or Chrome: `apt install chromium` on Debian and "
                f"Ubuntu, `{as_typed(Path(sys.executable))} -m playwright install chromium` "
                "elsewhere"
            )
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--no-proxy-server"]
        )
        yield browser
        browser.close()


def print_handout(browser, page: Path, folder: Path) -> Path:
    """Print a deck as a PDF, one slide a page, into a folder; return the PDF's path."""
    window = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    window.goto(page.as_uri() + "?print-pdf")
    window.wait_for_function("document.querySelectorAll('.pdf-page').length > 0")
    window.evaluate(_LETTERS)
    handout = folder / f"{page.stem}.pdf"
    window.pdf(path=handout, prefer_css_page_size=True, print_background=True)
    window.close()
    return handout


def take_pictures(browser, page: Path) -> list[Path]:
    """Take a picture of every slide, into a folder named after the deck; return their paths."""
    folder = page.with_suffix("")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    window = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
    window.goto(page.as_uri())
    window.wait_for_function("window.Reveal && Reveal.isReady()")
    window.evaluate(_LETTERS)
    pictures = []
    while True:
        window.evaluate("while (Reveal.availableFragments().next) Reveal.nextFragment()")
        window.evaluate(_DRAWN)
        pictures.append(folder / f"{len(pictures) + 1:02}.png")
        window.screenshot(path=pictures[-1])
        if window.evaluate("Reveal.isLastSlide()"):
            break
        window.evaluate("Reveal.next()")
    window.close()
    return pictures


if __name__ == "__main__":
    sys.exit(main())
