"""Cut the package's Hangul font out of a larger one: ``python -m tools.hangul_font FONT``.

The figures' Latin letters come with matplotlib. What is missing there is Hangul, so that the
package brings the 2,350 syllables of the standard KS X 1001, with the letters they consist of, in
``course_utils/fonts``. They are taken from Noto Sans CJK KR (Debian's package ``fonts-noto-cjk``,
the second font in ``NotoSansCJK-Regular.ttc``) under the SIL Open Font License; the subset has a
name of its own, since a system may have the whole font, too.
"""

import argparse
import io
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from tools.notebook_files import ROOT

FONT = ROOT / "course_utils" / "fonts" / "CourseHangul-Regular.otf"
FAMILY = "Course Hangul"
#: Places in a font's table of names: family, style, unique name, full name, PostScript name.
_NAMES = {1: FAMILY, 2: "Regular", 3: FAMILY, 4: FAMILY, 6: "CourseHangul-Regular"}
_COPYRIGHT_AND_LICENCE = [0, 13, 14]


def syllables() -> list[str]:
    """Return the Hangul syllables of KS X 1001, in order."""
    rows, places = range(0xB0, 0xC9), range(0xA1, 0xFF)
    return [bytes([row, place]).decode("euc_kr") for row in rows for place in places]


def letters() -> list[str]:
    """Return the letters of which syllables consist, as they stand alone."""
    return [chr(code) for code in range(0x3131, 0x3164)]


def cut(source: Path, number: int) -> bytes:
    """Return the subset of a font.

    Args:
        source: An OpenType font or a collection of them.
        number: Which font of the collection.
    """
    font = TTFont(source, fontNumber=number)
    options = subset.Options(
        layout_features=[], hinting=False, name_IDs=[*_NAMES, *_COPYRIGHT_AND_LICENCE]
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join([*syllables(), *letters()]))
    subsetter.subset(font)
    for name in font["name"].names:
        if name.nameID in _NAMES:
            name.string = _NAMES[name.nameID]
    font["CFF "].cff.fontNames = [_NAMES[6]]
    written = io.BytesIO()
    font.save(written)
    return written.getvalue()


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.hangul_font", description=__doc__)
    parser.add_argument("font", type=Path, help="NotoSansCJK-Regular.ttc, or a font by itself")
    parser.add_argument("--number", type=int, default=1, help="which font of a collection")
    chosen = parser.parse_args(arguments)
    if not chosen.font.is_file():
        parser.error(f"no such font: {chosen.font}")
    FONT.write_bytes(cut(chosen.font, chosen.number))
    print(f"{FONT.name}: {FONT.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
