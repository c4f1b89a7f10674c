"""How the explorers reach the reader: a static page, a notebook, any width, light and dark."""

import base64
import io
import json
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

from course_utils import explorers
from course_utils.explorers import display
from tools.runner import page as runner_page

THEMES = {
    "light": "background: #fff; color: #000",
    "dark": "background: #111; color: #eee",
}
NAMES = ("augmentation", "convolution", "pooling", "receptive_field")


@pytest.mark.browser
def test_two_explorers_work_on_one_page_without_kernel_or_network(open_page):
    page = open_page(*(explorers.page(name) for name in NAMES), explorers.page("pooling"))
    page.get_by_role("img", name="the original").wait_for()
    assert page.locator("section h3").all_inner_texts() == [
        "Augmentation explorer",
        "Convolution explorer",
        "Pooling explorer",
        "Receptive-field explorer",
        "Pooling explorer",
    ]
    assert page.locator("section").evaluate_all("(all) => all.map((one) => one.ariaLabel)") == (
        page.locator("section h3").all_inner_texts()
    )
    stills = page.locator("[data-course-explorer] img")
    assert stills.count() == 5
    assert not any(one.is_visible() for one in stills.all())


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 358, 700])
def test_the_large_buttons_of_a_touch_screen_stay_inside_the_frame(open_page, width):
    page = open_page(explorers.page("receptive_field"), width=width, has_touch=True, is_mobile=True)
    frame = page.locator("section").bounding_box()
    buttons = page.locator(".layers button")
    assert buttons.count() > 12
    edges = buttons.evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert max(edges) < frame["x"] + frame["width"]


@pytest.mark.browser
def test_an_executed_chapter_as_a_page_keeps_its_explorer(open_page):
    data, metadata = explorers.pooling(size=4)._repr_mimebundle_()
    output = nbformat.v4.new_output("execute_result", data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("explorers.pooling(size=4)", outputs=[output])
    notebook = nbformat.v4.new_notebook(cells=[cell])
    html = runner_page.render(notebook, "chapter", ".")
    assert runner_page.outside_requests(html) == []
    page = open_page(html)
    page.get_by_role("gridcell").nth(3).hover()
    assert page.get_by_role("status").inner_text().startswith("Row 1, column 1 of the output")


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_the_still_figure_stands_with_a_sentence(open_page, name):
    page = open_page(explorers.page(name), java_script_enabled=False)
    figure = page.locator("figure")
    picture = figure.locator("img")
    assert figure.locator("figcaption").is_visible()
    assert picture.bounding_box()["width"] > 200
    assert picture.get_attribute("alt") in figure.inner_text()
    assert "The interactive figure needs JavaScript." in figure.inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_is_wider_than_the_page(open_page, name, language):
    large = {"size": 12, "kernel_size": 7, "padding": "same"} if name == "convolution" else {}
    page = open_page(explorers.page(name, **large, language=language))
    for width in (360, 768, 1000, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        # Sizes that depend on the width are computed in the next frame.
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        over = page.locator("section").evaluate(
            """(section) => {
              const right = (one) => one.getBoundingClientRect().right;
              const shown = [...section.querySelectorAll("*")]
                .filter((one) => !one.closest(".code, .spoken, .spoken-only"));
              const widest = Math.max(...shown.map(right)) - right(section);
              return Math.max(widest, document.documentElement.scrollWidth - innerWidth);
            }"""
        )
        assert over <= 0.5, width


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_out_and_the_theme_is_that_of_the_page(open_page, name, theme):
    page = open_page(explorers.page(name), style=THEMES[theme])
    section = page.locator("section.dark" if theme == "dark" else "section:not(.dark)")
    colors = section.evaluate(
        """(section) => {
          const paint = document.createElement("canvas").getContext("2d");
          const style = getComputedStyle(section);
          const color = (name) => {
            paint.fillStyle = style.getPropertyValue(`--${name}`);
            paint.fillRect(0, 0, 1, 1);
            return [...paint.getImageData(0, 0, 1, 1).data.slice(0, 3)];
          };
          const names = ["ink", "soft", "ground", "panel", "window", "on-color"];
          return Object.fromEntries(names.map((name) => [name, color(name)]));
        }"""
    )
    for text, behind in [
        ("ink", "ground"),
        ("ink", "panel"),
        ("soft", "ground"),
        ("soft", "panel"),
        ("on-color", "window"),
    ]:
        assert contrast(colors[text], colors[behind]) >= 4.5, (text, behind)


def contrast(one, other) -> float:
    """The contrast ratio of WCAG 2.2."""

    def luminance(color):
        parts = np.array(color) / 255
        linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.unit
def test_contrast_knows_black_on_white_and_grey_on_white():
    assert contrast([0, 0, 0], [255, 255, 255]) == pytest.approx(21)
    assert contrast([128, 128, 128], [255, 255, 255]) < 4.5


@pytest.mark.browser
def test_a_page_that_turns_dark_takes_the_explorer_with_it(open_page):
    page = open_page(explorers.page("pooling"))
    page.locator("section:not(.dark)").wait_for()
    page.evaluate("document.body.style.color = 'white'")
    page.locator("section.dark").wait_for()


@pytest.mark.browser
def test_the_window_glides_unless_motion_is_unwelcome(open_page):
    seconds = "(one) => parseFloat(getComputedStyle(one).transitionDuration)"
    fragment = explorers.page("convolution")
    gliding = open_page(fragment)
    assert gliding.locator(".outline").evaluate(seconds) > 0
    still = open_page(fragment, reduced_motion="reduce")
    assert still.locator(".outline").evaluate(seconds) == 0


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_whatever_takes_the_focus_has_a_name_and_shows_it(open_page, name):
    page = open_page(explorers.page(name))
    page.locator("section").wait_for()
    stops = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.locator("section :focus")
        if focused.count() == 0:
            break
        label, outline, beside = focused.evaluate(
            """(one) => {
              const words = one.ariaLabel || one.textContent || one.labels?.[0]?.textContent;
              const ring = (element) => getComputedStyle(element).outlineStyle;
              const beside = one.nextElementSibling;
              return [words.trim(), ring(one), beside && ring(beside)];
            }"""
        )
        assert label
        assert "solid" in (outline, beside), label
        stops.add(label)
    assert len(stops) >= 7


@pytest.mark.unit
def test_a_fragment_ends_its_script_once_whatever_it_is_given():
    text = explorers.display.Explorer("pooling", {"x": "</script><b>"}, None, "a < b").html()
    assert text.count("</script>") == 1
    assert "a &lt; b" in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text


@pytest.mark.unit
def test_a_notebook_is_offered_a_widget_a_page_and_a_sentence():
    data, _ = explorers.convolution()._repr_mimebundle_()
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert "kernel 3, stride 1, padding valid" in data["text/plain"]
    picture = re.search(r"data:image/png;base64,([\w+/=]+)", data["text/html"])[1]
    assert Image.open(io.BytesIO(base64.b64decode(picture))).size[0] > 300


@pytest.mark.unit
def test_without_anywidget_page_and_sentence_remain(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    data, _ = explorers.convolution()._repr_mimebundle_()
    assert set(data) == {"text/html", "text/plain"}


@pytest.mark.unit
def test_no_figure_is_left_open():
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    for name in NAMES:
        explorers.page(name)
    assert plt.get_fignums() == before


@pytest.mark.unit
def test_every_word_is_said():
    front_end = Path(display.__file__).parent / "front_end"
    table = json.loads((front_end / "words.json").read_text(encoding="utf-8"))
    sources = "".join(path.read_text(encoding="utf-8") for path in front_end.glob("*.js"))
    composed = ("picture ", "fill ", "pooling sum ")
    for key in table["en"]:
        said = f'"{key}"' in sources or re.search(rf"^  {key}:", sources, re.MULTILINE)
        assert said or key.startswith(composed), key
    with pytest.raises(ValueError, match="the explorers speak en"):
        display.words("xx")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("convolutions", {}, "there is no explorer 'convolutions'"),
        ("convolution", {"size": 13}, "size must be a whole number from 1 to 12, not 13"),
        ("convolution", {"size": 0}, "size must be a whole number from 1 to 12, not 0"),
        ("convolution", {"kernel_size": 2.5}, "kernel_size must be a whole number"),
        ("convolution", {"padding": "full"}, 'padding must be "valid" or "same", not .full.'),
        ("convolution", {"image": [[1, 2]]}, "image must be a square of 1×1 to 12×12"),
        ("convolution", {"image": [1, 2]}, "image must be a square of numbers"),
        ("convolution", {"kernel": [[float("nan")]]}, "kernel must hold numbers between"),
        ("convolution", {"kernel": np.zeros((8, 8))}, "kernel must be a square of 1×1 to 7×7"),
        ("pooling", {"kind": "min"}, 'kind must be "max" or "average"'),
        ("pooling", {"strides": True}, "strides must be a whole number"),
        ("pooling", {"pool_size": "2"}, "pool_size must be a whole number"),
        ("receptive_field", {"layers": []}, "layers must be one to ten layers, not 0"),
        ("receptive_field", {"layers": [{"kind": "dense"}]}, "layer 1: kind must be one of"),
        ("receptive_field", {"layers": [{}, {"units": 3}]}, "layer 2: units is not known here"),
        ("receptive_field", {"layers": [{"filters": 0}]}, "layer 1: filters must be a whole"),
        ("receptive_field", {"layers": [{"kind": "pooling", "kernel_size": "2"}]}, "kernel_size"),
        ("augmentation", {"fill_mode": "mirror"}, "fill_mode must be one of reflect"),
        ("augmentation", {"rotation": 0.6}, "rotation must be a number from 0 to 0.5, not 0.6"),
        ("augmentation", {"picture": np.zeros((4, 4))}, "picture must be a uint8 array"),
        ("augmentation", {"seed": -1}, "seed must be a whole number from 0"),
    ],
)
def test_wrong_values_are_named(name, settings, message):
    with pytest.raises(ValueError, match=message):
        explorers.page(name, **settings)


@pytest.mark.unit
def test_what_keras_refuses_is_no_error_but_a_sentence():
    still = explorers.page("convolution", size=2, kernel_size=3)
    assert "There is no output: the window spans 3 rows, and the input has only 2." in still
    still = explorers.page("receptive_field", size=4, layers=[{}, {"kernel_size": 5}])
    assert "Layer 2: There is no output: the window spans 5 rows" in still
