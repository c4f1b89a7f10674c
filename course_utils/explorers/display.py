"""How an explorer reaches the reader: as a widget, as a page, or at least as a still figure."""

import base64
import functools
import hashlib
import html
import io
import json
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

from course_utils import arithmetic
from course_utils.language import current, speaking, translate

_FRONT_END = files(__package__) / "front_end"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)


class Explorer:
    """An interactive figure; the result of a notebook cell.

    Shown as an anywidget where the package anywidget and a front end with widgets are at hand,
    else as HTML that does the same, else as a still figure. It computes in the browser, so that
    it goes on working when the kernel has stopped. It speaks the language that is chosen when it is
    made.

    Args:
        name: The module of the front end, such as ``"convolution"``.
        settings: What the front end starts with; anything that JSON can hold.
        draw: Draws the still figure and returns matplotlib's ``Figure``; None where there is
            nothing to draw.
        sentence: What the still figure shows, in words.

    Raises:
        ValueError: If there are no words in the language.
    """

    def __init__(
        self,
        name: str,
        settings: dict[str, Any],
        draw: Callable[[], Any] | None,
        sentence: str,
    ):
        self.name, self.draw, self.sentence = name, draw, sentence
        self.language = current()
        self.options = {
            "settings": settings,
            "language": self.language,
            "words": words(self.language),
            "style": _read("explorer.css"),
        }

    def html(self) -> str:
        """Return a self-contained fragment of HTML: no kernel, no request to any host.

        It shows the still figure until its script runs, and where scripts may not run.
        """
        # In a page, "</script>" would end the script wherever it stands.
        options = json.dumps(self.options, ensure_ascii=False).replace("<", "\\u003c")
        key = hashlib.sha256(f"{self.name}{options}".encode()).hexdigest()[:12]
        return (
            f'<div data-course-explorer="{key}"><div>{self._still()}</div></div>\n'
            f'<script type="module">\n{front_end(self.name)}'
            f"const options = {options};\n"
            f"const places = document.querySelectorAll('[data-course-explorer=\"{key}\"]');\n"
            "for (const { firstElementChild: place } of places) {\n"
            "  if (!place.shadowRoot) show(place, options);\n"
            "}\n</script>\n"
        )

    def _still(self) -> str:
        with speaking(self.language):
            need = translate("The interactive figure needs JavaScript.")
            picture = _picture(self.draw, self.sentence) if self.draw is not None else None
        text = html.escape(f"{self.sentence} {need}")
        if picture is None:
            return f"<p>{text}</p>"
        return f"<figure>{picture}<figcaption>{text}</figcaption></figure>"

    @functools.cached_property
    def widget(self) -> Any:
        """The anywidget, or None where the package anywidget is missing."""
        try:
            import anywidget
            import traitlets
        except ImportError:
            return None

        class ExplorerWidget(anywidget.AnyWidget):
            _esm = front_end(self.name) + (
                "export default { render({ model, el }) {"
                ' show(el.appendChild(document.createElement("div")), model.get("options")); } };\n'
            )
            options = traitlets.Dict().tag(sync=True)

        return ExplorerWidget(options=self.options)

    def _repr_mimebundle_(self, **options):
        data, metadata = {"text/plain": self.sentence, "text/html": self.html()}, {}
        if self.widget is not None:
            shown = self.widget._repr_mimebundle_()
            # anywidget adds metadata in Colab, where widgets have a manager of their own.
            as_widget, metadata = shown if isinstance(shown, tuple) else (shown, {})
            data = {**as_widget, **data}
        return data, metadata


def front_end(name: str) -> str:
    """Return one ES module that holds the named one and all that it imports, in order.

    A widget's front end is a single text, and so is a script in a page. No two modules define
    the same name, so that they can stand one after the other without ``import`` and ``export``.
    """
    sources: dict[str, str] = {}

    def collect(module: str) -> None:
        if module not in sources:
            source = _read(f"{module}.js")
            for imported in _IMPORT.findall(source):
                collect(imported)
            sources[module] = re.sub(r"^export ", "", _IMPORT.sub("", source), flags=re.MULTILINE)

    collect(name)
    return "\n".join(sources.values())


def words(language: str) -> dict[str, Any]:
    """Return what the explorers say in a language.

    Raises:
        ValueError: If there are no words in it.
    """
    table = json.loads(_read("words.json"))
    if language not in table:
        raise ValueError(f"the explorers speak {', '.join(table)}, not {language!r}")
    return table[language]


def refusal(size: int, window: arithmetic.Window) -> str | None:
    """Return in words why Keras refuses a window over an input, or None where it does not."""
    try:
        arithmetic.output_size(size, *window)
    except ValueError:
        both = window.stride > 1 and window.dilation > 1
        reason = words(current())["stride and dilation" if both else "too large"]
        return reason.format(size=size, span=window.span, **window._asdict())
    return None


def _read(name: str) -> str:
    return (_FRONT_END / name).read_text(encoding="utf-8")


def _picture(draw: Callable[[], Any], description: str) -> str:
    import matplotlib.pyplot as plt

    from course_utils import plots

    buffer = io.BytesIO()
    with plt.rc_context():
        plots.use_style()  # with a face for the letters of the language that is spoken now
        figure = draw()
        figure.savefig(buffer, format="png", dpi=110)
    plt.close(figure)  # or the notebook shows it a second time
    data = base64.b64encode(buffer.getvalue()).decode()
    return f'<img alt="{html.escape(description)}" src="data:image/png;base64,{data}">'
