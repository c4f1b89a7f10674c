"""How Sphinx builds the course's web site and its decks; ``make site`` and ``make slides`` call it.

Pages and decks share this file. The tag ``decks`` tells them apart: decks execute their cells,
while the site shows copies of the chapters that the course runner executed.
"""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "extensions")]

from tools.notebook_files import Course  # noqa: E402

_course = Course.read()
_decks = tags.has("decks")  # noqa: F821  (Sphinx gives its configuration file the name "tags")

project = "Convolutional networks"
author = "the authors of the course"
copyright = "the authors of the course; text under CC BY 4.0, code under MIT"
release = _course.version
language = "en"

extensions = ["myst_nb", "course_addresses", "course_formulas", "course_typeface"]
extensions += (
    ["sphinx_revealjs", "course_decks"]
    if _decks
    else ["course_cells", "course_languages", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
)
exclude_patterns = ["README.md", "**/README.md"]
templates_path = ["templates"]
suppress_warnings = ["toc.not_included", "mystnb.unknown_mime_type"]

# Addresses on GitHub and in Colab come from pyproject.toml.
course_repository = _course.repository
course_release_ref = _course.release_ref

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
html_math_renderer = "mathml"  # browsers draw it by themselves: no script, no other host
html_scaled_image_link = False

# Slides bring all of their fonts; pages use the reader's, and bring one for formulas.
course_fonts = (
    ["text-regular", "text-bold", "signs", "code", "formulas"] if _decks else ["formulas"]
)
course_fonts_complete = _decks

# Decks run their cells in a fresh kernel, from top to bottom; "inline" also in sentences.
nb_execution_mode = "inline" if _decks else "off"
nb_execution_timeout = 300
nb_execution_show_tb = True  # with the warning that fails the build
nb_output_stderr = "remove" if _decks else "show"
nb_merge_streams = True  # the moment must not decide into how many blocks prints fall
nb_mime_priority_overrides = [  # without these, figures vanish from decks with a mere warning
    ("revealjs", mime, priority)
    for priority, mime in enumerate(
        ["text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain"], 1
    )
]
# Explorers come as a widget, which needs a kernel, and as a page of their own, which does not.
nb_mime_priority_overrides += [("html", "application/vnd.jupyter.widget-view+json", None)]
nb_ipywidgets_js = {}  # the widgets' own scripts would come from another host
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's start-up notes help nobody here

# The web site.
html_theme = "sphinx_book_theme"
html_title = project
html_static_path = [str(HERE / "static")]
html_css_files = ["site.css"]
html_copy_source = False
html_context = {"default_mode": "auto"}  # light or dark, as the reader's device is set
html_js_files = ["site.js"]
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {
    "use_download_button": False,
    "use_fullscreen_button": False,
    "use_issues_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "show_toc_level": 2,
    "article_header_end": ["language.html", "article-header-buttons.html"],
    "footer_content_items": ["authors.html"],
    "navbar_persistent": [],  # the search field stands in the side bar
    "repository_url": course_repository,
    "use_repository_button": True,
}
autodoc_preserve_defaults = True  # as they are written: their values may be paths of this computer
autodoc_typehints = "none"  # they stand in the signature
napoleon_google_docstring = True
napoleon_use_ivar = True  # fields of a NamedTuple would be described twice otherwise

# The decks. A slide is 1280 × 720 and is scaled to whatever screen it meets.
pygments_style = "a11y-high-contrast-light"
revealjs_static_path = [str(HERE / "static")]
revealjs_style_theme = "deck.css"
revealjs_css_files = ["pygments.css"]
revealjs_js_files = [("deck.js", {"defer": "defer"})]
revealjs_use_section_ids = True
revealjs_script_files = ["revealjs/dist/reveal.js"]
revealjs_script_plugins = [
    {"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"},
    {"name": "RevealSearch", "src": "revealjs/plugin/search/search.js"},
]
revealjs_script_conf = {
    "width": 1280,
    "height": 720,
    "margin": 0,
    "maxScale": 4,
    "center": False,
    "display": "flex",
    "transition": "none",
    "backgroundTransition": "none",
    "hash": True,
    "controls": False,
    "slideNumber": "c/t",
    "pdfSeparateFragments": False,
    "scrollActivationWidth": None,
}
