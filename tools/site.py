"""Build the web site: ``python -m tools.site``, or ``make site``.

Takes the chapters that the course runner executed (``build/notebooks``), the pages of
``site/pages`` with their generated parts, and the decks, and writes ``build/site``; of those in
``build/ko/notebooks``, ``site/pages/ko`` and ``slides/ko`` it makes ``build/site/ko``. The site is
a folder of plain files: any web server can serve it, and no page asks another host for anything.
It shows one passed run in profile demo on drawn pictures, of the chapters as they are now.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from course_utils import profiles
from tools import executed, guide, site_pages, slides
from tools import notebook_files as files
from tools.languages import LANGUAGES, folder_in
from tools.notebook_files import ROOT
from tools.translation import prose

PAGES = ROOT / "site" / "pages"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.site", description=__doc__)
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="folder of a run")
    parser.add_argument("--no-slides", action="store_true", help="leave the decks out")
    parser.add_argument("--no-handouts", action="store_true", help="leave their PDFs out")
    parser.add_argument(
        "--profile",
        choices=profiles.PROFILES,
        default="demo",
        help="in which the chapters must have run (default: %(default)s)",
    )
    chosen = parser.parse_args(arguments)
    build = chosen.build.resolve()
    try:
        languages = [one for one in LANGUAGES if one == "en" or (build / one).is_dir()]
        for language in languages:
            executed.check(folder_in(build, language), chosen.profile, language)
        shutil.rmtree(build / "site-source", ignore_errors=True)  # another run's languages, too
        for language in languages:
            gather(folder_in(build, language) / "notebooks", _source(build, language), language)
        for language in languages:
            render(_source(build, language), folder_in(build / "site", language), language)
        for language in languages if not chosen.no_slides else ():
            out = folder_in(build / "site", language) / "slides"
            options = ["--out", str(out), "--chapters", "../chapters", "--language", language]
            options += ["--both"] if len(languages) > 1 else []
            options += ["--no-handout"] if chosen.no_handouts else []
            if slides.main(options):
                return 1
    except (OSError, ValueError, slides.BuildError) as error:
        print(f"site: {error}", file=sys.stderr)
        return 1
    print(f"site: open {os.path.relpath(build / 'site' / 'index.html')}")
    return 0


def _source(build: Path, language: str) -> Path:
    """Return where Sphinx finds what it reads; the languages lie side by side."""
    return build / "site-source" / language


def gather(copies: Path, out: Path, language: str = "en") -> None:
    """Put everything that Sphinx reads into one folder.

    Args:
        copies: Folder with the executed chapters.
        out: The folder; what it held before is removed.
        language: Of the chapters and pages.
    """
    shutil.rmtree(out, ignore_errors=True)
    if language == "en":
        others = shutil.ignore_patterns(*(one for one in LANGUAGES if one != "en"))
        shutil.copytree(PAGES, out, ignore=others)
    else:
        shutil.copytree(PAGES / language, out)
    (out / prose.GLOSSARY).write_text(prose.glossary_page(), encoding="utf-8")
    (out / "chapters").mkdir()
    for path in files.Course.read().notebooks():
        if files.holds_solutions(path):
            continue
        chapter = files.read(copies / path.name)
        site_pages.link_chapter(chapter, path.stem, language)
        site_pages.tidy_chapter(chapter, language)
        (out / "chapters" / path.name).write_text(files.render(chapter), encoding="utf-8")
    names = {path.stem.split("_")[0]: path.stem for path in (out / "chapters").iterdir()}
    for page in sorted(out.rglob("*.md")):
        text = page.read_text(encoding="utf-8")
        if page.parent.name == "instructors" and page.stem in names:
            text = guide.complete(text, names[page.stem], language)
        page.write_text(site_pages.fill(text, out, language), encoding="utf-8")


def render(source: Path, out: Path, language: str = "en") -> None:
    """Let Sphinx write the pages.

    Raises:
        slides.BuildError: If Sphinx warns of anything, such as a link that leads nowhere.
    """
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-b", "html", "-q", "-W", "--keep-going"]
    command += ["-c", str(ROOT / "site"), "-d", str(source.parent / f"cache-{language}")]
    command += ["-D", f"language={language}"]
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
