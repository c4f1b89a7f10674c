"""The executed chapter as one web page that asks no other host for anything.

nbconvert's page loads MathJax, RequireJS, Mermaid and a widget manager from content networks. Here
formulas become MathML, which browsers render by themselves, and the rest is left out: a live widget
needs its kernel anyway, and the chapter shows a static figure beside it.
"""

import html
import re

from bs4 import BeautifulSoup
from jinja2 import DictLoader, pass_context
from latex2mathml.converter import convert
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from traitlets.config import Config

from tools.runner.cells import title_of

_TEMPLATE_NAME = "course_page.html.j2"
_TEMPLATE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_css -%}{{ super() }}
<style>
/* Wide tables and code scroll by themselves; on a phone the cell numbers give way to them. */
.jp-OutputArea-output pre, .jp-InputArea-editor pre {
  white-space: pre !important; overflow-x: auto;
}
@media (max-width: 600px) { .jp-InputPrompt, .jp-OutputPrompt { display: none !important; } }
</style>
{%- endblock -%}
{%- block html_head_js -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block jupyter_widgets -%}{%- endblock -%}
{%- block data_png scoped -%}{{ super() | describe_image(cell) }}{%- endblock -%}
{%- block data_jpg scoped -%}{{ super() | describe_image(cell) }}{%- endblock -%}
{%- block data_svg scoped -%}{{ super() | describe_image(cell) }}{%- endblock -%}
{%- block data_latex scoped -%}
<div class="jp-RenderedLatex jp-OutputArea-output">{{ output.data['text/latex'] | mathml }}</div>
{%- endblock -%}
"""
_REQUESTS = (
    r"<(?:script|img|iframe|source|video|audio|embed|input)\b[^>]*?\ssrc\s*=\s*[\"']?"
    r"((?:https?:)?//[^\"'\s>]+)",
    r"<link\b[^>]*?\shref\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)",
    r"<object\b[^>]*?\sdata\s*=\s*[\"']?((?:https?:)?//[^\"'\s>]+)",
    r"\bimport\s*\(?\s*[\"']((?:https?:)?//[^\"']+)",
    r"@import\s+(?:url\()?[\"']?((?:https?:)?//[^\"')\s;]+)",
    r"\burl\(\s*[\"']?((?:https?:)?//[^\"')]+)",
)


def render(notebook: NotebookNode, name: str, folder: str) -> str:
    """Return an executed notebook as an HTML page.

    Args:
        notebook: The executed notebook.
        name: The page's title where the notebook has no heading.
        folder: Where the notebook lies; pictures that it shows from there are put into the page.
    """
    title = title_of(notebook) or name
    resources = {"metadata": {"name": title, "path": folder}}
    page, _ = _PageExporter().from_notebook_node(notebook, resources)
    return page


def outside_requests(page: str) -> list[str]:
    """Return the addresses on other hosts that a browser would ask while showing ``page``.

    Addresses in the text of code and outputs do not count, nor do links that a reader may follow.
    """
    found = [match for pattern in _REQUESTS for match in re.findall(pattern, page, re.IGNORECASE)]
    return list(dict.fromkeys(found))


class _PageExporter(HTMLExporter):
    def __init__(self, **options):
        super().__init__(
            template_file=_TEMPLATE_NAME,
            extra_loaders=[DictLoader({_TEMPLATE_NAME: _TEMPLATE})],
            embed_images=True,
            **options,
        )

    @property
    def default_config(self):
        # No widgets and no JavaScript: their text/html or text/plain form is shown instead.
        shown = [
            "text/html",
            "text/markdown",
            "image/svg+xml",
            "text/latex",
            "image/png",
            "image/jpeg",
            "text/plain",
        ]
        config = Config({"NbConvertBase": {"display_data_priority": shown}})
        merged = super().default_config.copy()
        merged.merge(config)
        return merged

    def default_filters(self):
        yield from super().default_filters()
        yield ("describe_image", _describe_image)
        yield ("mathml", _mathml_of_output)

    @pass_context
    def markdown2html(self, context, source):
        """Convert Markdown as nbconvert does, with formulas as MathML."""
        cell = context.get("cell", {})
        renderer = _Renderer(
            escape=False,
            attachments=cell.get("attachments", {}),
            embed_images=True,
            path=context["resources"]["metadata"]["path"],
            anchor_link_text=self.anchor_link_text,
        )
        return MarkdownWithMath(renderer=renderer).render(source)


class _Renderer(IPythonRenderer):
    """Renders formulas as MathML, and pictures on other hosts (badges) as their description."""

    def inline_math(self, body):
        return convert(body)

    def block_math(self, body):
        return convert(body, display="block")

    def latex_environment(self, name, body):
        return convert(f"\\begin{{{name}}}{body}\\end{{{name}}}", display="block")

    def image(self, text, url, title=None):
        return self._with_own_images(super().image(text, url, title))

    # Not through nbconvert's own embedding: it parses each piece of markup as if it were complete
    # and closes the link around a badge before the badge.
    def block_html(self, html):
        return self._with_own_images(html)

    def inline_html(self, html):
        return self._with_own_images(html)

    def _with_own_images(self, markup: str) -> str:
        return re.sub(r"<img\b[^>]*>", self._own_image, markup)

    def _own_image(self, tag: re.Match) -> str:
        image = BeautifulSoup(tag[0], "html.parser").img
        source = image.get("src", "")
        if re.match(r"(https?:)?//", source):
            return html.escape(image.get("alt") or "picture on another host")
        image["src"] = self._embed_image_or_attachment(source)
        return str(image)


def _describe_image(markup: str, cell: NotebookNode) -> str:
    text = cell.metadata.get("mystnb", {}).get("image", {}).get("alt")
    if not text:
        return markup
    return re.sub(r"<img\b", lambda _: f'<img alt="{html.escape(text)}"', markup, count=1)


def _mathml_of_output(latex: str) -> str:
    inner = re.fullmatch(r"\s*(\$\$?)(.*)\1\s*", latex, re.DOTALL)
    return convert(inner[2] if inner else latex, display="block")
