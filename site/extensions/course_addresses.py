"""Addresses that come from one place, and no picture from another host.

``{colab}`02_convolution_arithmetic` `` becomes a link that opens the chapter in Colab; a text of
its own goes first: ``{colab}`Try it <02_convolution_arithmetic>` ``. Pictures on other hosts, such
as the Colab badge of the chapters, become a button with their description.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform

_TITLED = re.compile(r"(?P<text>.+?)\s*<(?P<chapter>[^<>]+)>")


def colab_address(repository: str, release_ref: str, chapter: str, language: str = "en") -> str:
    """Return the address that opens a chapter in Colab."""
    folder = "notebooks" if language == "en" else f"notebooks/{language}"
    slug = repository.removeprefix("https://github.com/")
    return (
        f"https://colab.research.google.com/github/{slug}/blob/{release_ref}"
        f"/{folder}/{chapter}.ipynb"
    )


class OwnPictures(SphinxTransform):
    """Put a button in the place of every picture on another host."""

    default_priority = 200

    def apply(self, **options):
        """Change the page; called by Sphinx."""
        for image in list(self.document.findall(nodes.image)):
            if re.match(r"(https?:)?//", image["uri"]):
                label = image.get("alt") or "picture on another host"
                image.replace_self(nodes.inline("", label, classes=["button"]))


def _colab(name, rawtext, text, lineno, inliner, options=None, content=()):
    titled = _TITLED.fullmatch(text)
    chapter = titled["chapter"] if titled else text
    label = titled["text"] if titled else "Open in Colab"
    config = inliner.document.settings.env.config
    address = colab_address(
        config.course_repository, config.course_release_ref, chapter, config.language
    )
    button = nodes.inline("", label, classes=["button"])
    return [nodes.reference("", "", button, refuri=address)], []


def setup(app):
    """Add the role and the transform."""
    app.add_config_value("course_repository", "", "env")
    app.add_config_value("course_release_ref", "", "env")
    app.add_role("colab", _colab)
    app.add_transform(OwnPictures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
