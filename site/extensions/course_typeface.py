"""Typefaces travel with the pages, so that a slide looks the same on every projector.

Letters and Hangul come from Nanum Gothic, signs that it lacks and code from DejaVu, formulas from
STIX Two. Only the characters that occur in the built pages are kept. ``course_fonts`` says which
of the fonts are needed; style sheets find them in ``_static/fonts``.
"""

import html
import logging
import re
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

logging.getLogger("fontTools").setLevel(logging.ERROR)  # its protocol is no warning of ours

#: Name in ``deck.css`` → file in an installed package.
FONTS = {
    "text-regular": ("koreanize_matplotlib", "fonts/NanumGothic.ttf"),
    "text-bold": ("koreanize_matplotlib", "fonts/NanumGothicBold.ttf"),
    "signs": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSans.ttf"),
    "code": ("matplotlib", "mpl-data/fonts/ttf/DejaVuSansMono.ttf"),
    "formulas": ("ziamath", "fonts/STIXTwoMath-Regular.ttf"),
}


def font_file(name: str) -> Path:
    """Return where a font of ``FONTS`` lies on this computer, without importing its package."""
    package, path = FONTS[name]
    return Path(find_spec(package).origin).parent / path


def _write_fonts(app, exception) -> None:
    if exception is not None:
        return
    folder = Path(app.outdir, "_static", "fonts")
    folder.mkdir(parents=True, exist_ok=True)
    characters = set(map(chr, range(0x20, 0x7F)))
    for page in Path(app.outdir).rglob("*.html"):
        text = re.sub(r"<[^>]*>", " ", page.read_text(encoding="utf-8"))
        characters |= set(html.unescape(text))
    drawn = set()
    for name in app.config.course_fonts:
        font = TTFont(font_file(name))
        drawn |= {chr(code) for code in font.getBestCmap()}
        subsetter = subset.Subsetter(subset.Options(layout_features=["*"]))
        # Formulas are drawn with slanted letters that the page writes upright.
        slanted = {chr(0x1D44E + index) for index in range(26)} | {"\u210e"}
        slanted |= {chr(0x1D434 + index) for index in range(26)}
        # Korean fonts draw a won sign where a backslash is written.
        left_out = {"\\"} if name.startswith("text") else set()
        subsetter.populate(text="".join(sorted((characters | slanted) - left_out)))
        subsetter.subset(font)
        font.flavor = "woff"
        font.save(folder / f"{name}.woff")
    missing = sorted(one for one in characters - drawn if one.isprintable())
    if missing and app.config.course_fonts_complete:
        raise ValueError(f"no font of the decks has the characters {' '.join(missing)}")


def setup(app):
    """Write the fonts when the pages are built."""
    app.add_config_value("course_fonts", [], "")
    app.add_config_value("course_fonts_complete", False, "")
    app.connect("build-finished", _write_fonts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
