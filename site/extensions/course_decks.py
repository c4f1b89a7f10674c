"""What decks need beside sphinx-revealjs: notes with minutes, and code coloured without a script.

``:::{notes} 2`` holds what the speaker says, and how many minutes the slide takes. The speaker's
view (key S) shows it and paces by it; the projector does not. ``{.beside}`` above a slide's heading
puts its figure to the left of its text. ``course_chapters`` says where the chapters' pages lie, if
the decks stand on the web site: then the last slide links to its chapter's page,
and with ``course_both`` to the deck in the other language.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from sphinx_revealjs.nodes import revealjs_section
from sphinx_revealjs.writers import RevealjsSlideTranslator

#: By a deck's language: its words for the chapter's page, the name of the other language, and where
#: that language's decks lie, seen from this one.
_LINKS = {
    "en": ("Read it here", "한국어", "../ko/slides"),
    "ko": ("여기에서 읽기", "English", "../../slides"),
}


class speaker_notes(nodes.General, nodes.Element):
    """What the speaker says on one slide."""


class Notes(SphinxDirective):
    """Notes for the speaker; the argument is how many minutes the slide takes."""

    required_arguments = 1
    has_content = True

    def run(self):
        """Return the notes."""
        minutes = directives.positive_int(self.arguments[0])
        notes = speaker_notes(minutes=minutes)
        self.state.nested_parse(self.content, self.content_offset, notes)
        return [notes]


class DeckTranslator(RevealjsSlideTranslator):
    """Reveal's slides, with the code blocks that Sphinx writes: coloured when they are built."""

    visit_literal_block = HTML5Translator.visit_literal_block
    depart_literal_block = HTML5Translator.depart_literal_block


def _begin_notes(translator, node: speaker_notes) -> None:
    minutes = node["minutes"]
    unit = "분" if translator.config.language == "ko" else " min"
    translator.body.append(f'<aside class="notes"><p class="minutes">{minutes}{unit}</p>\n')


def _end_notes(translator, node: speaker_notes) -> None:
    translator.body.append("</aside>\n")


def _leave_out(app, doctree) -> None:
    """Take the cells tagged ``setup`` out of the deck, and what stands beside a figure as text.

    Cells that MyST-NB removes by itself (``remove-cell``) would not be run when a sentence asks for
    their values. Drawing functions return axes, whose names nobody needs to read.
    """
    for cell in list(doctree.findall(nodes.container)):
        if "tag_setup" in cell["classes"]:
            cell.parent.remove(cell)
        elif "cell_output" in cell["classes"] and cell.next_node(nodes.image):
            for text in list(cell.findall(nodes.literal_block)):
                if "text_plain" in text["classes"]:
                    text.parent.remove(text)


def _describe_slides(app, doctree) -> None:
    """Tell Reveal how long each slide takes, and how it is laid out."""
    for slide in doctree.findall(nodes.section):
        facts = revealjs_section()
        for notes in (child for child in slide if isinstance(child, speaker_notes)):
            facts["data-timing"] = str(60 * notes["minutes"])
        if "beside" in slide["classes"] + slide.next_node(nodes.title)["classes"]:
            facts["data-layout"] = "beside"
        slide.insert(0, facts)


def _link_site(app, doctree) -> None:
    """Put links to the chapter's page and to the deck in the other language on the last slide."""
    if not app.config.course_chapters:
        return
    here, other_language, other_deck = _LINKS[app.config.language]
    name = app.env.docname
    links = [(here, f"{app.config.course_chapters}/{name}.html")]
    if app.config.course_both:
        links.append((other_language, f"{other_deck}/{name}.html"))
    colab = list(doctree.findall(nodes.reference))[-1]
    place = colab.parent.index(colab) + 1
    for words, address in reversed(links):
        button = nodes.inline("", words, classes=["button"])
        link = nodes.reference("", "", button, refuri=address, classes=["on-site"])
        colab.parent.insert(place, [nodes.Text(" "), link])


def setup(app):
    """Add the directive and the translator."""
    app.add_config_value("course_chapters", "", "env")
    app.add_config_value("course_both", False, "env")
    app.add_node(speaker_notes, revealjs=(_begin_notes, _end_notes))
    app.add_directive("notes", Notes)
    app.connect("doctree-read", _leave_out)
    app.connect("doctree-read", _describe_slides)
    app.connect("doctree-read", _link_site)
    # It says nothing of parallel reading, and its directives do nothing that forbids it.
    app.extensions["sphinx_revealjs"].parallel_read_safe = True
    app.set_translator("revealjs", DeckTranslator, override=True)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
