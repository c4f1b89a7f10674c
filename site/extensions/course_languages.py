"""A link from every page to the same page in the other language, or to that language's first one.

The sources of the languages lie side by side, in folders called ``en`` and ``ko``; English pages
stand at the top of the site, Korean ones in ``ko``.
"""

from pathlib import Path

NAMES = {"en": "English", "ko": "한국어"}
TITLES = {"ko": "합성곱 신경망"}


def _take_title(app, config) -> None:
    if title := TITLES.get(config.language):
        config.project = config.html_title = title


def _offer_other_language(app, pagename, templatename, context, doctree) -> None:
    other = "ko" if app.config.language == "en" else "en"
    source = Path(app.srcdir).parent / other
    if not source.is_dir():  # only one language is built
        return
    is_there = any((source / f"{pagename}{ending}").exists() for ending in (".md", ".ipynb"))
    to_top = "../" * (pagename.count("/") + (other == "en"))
    folder = "ko/" if other == "ko" else ""
    context["other_language"] = {
        "code": other,
        "name": NAMES[other],
        "address": f"{to_top}{folder}{pagename if is_there else 'index'}.html",
    }


def setup(app):
    """Tell every page's template where the other language is."""
    app.connect("config-inited", _take_title)
    app.connect("html-page-context", _offer_other_language)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
