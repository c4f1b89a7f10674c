"""The web site: whole, readable on a phone and at night, and asking no other host for anything."""

import os
import re
from pathlib import Path

import pytest

from tools import site, site_pages
from tools.notebook_files import ROOT

SITE = Path(os.environ.get("COURSE_SITE", ROOT / "build" / "ci" / "site"))
CHAPTERS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
DECKS = sorted(path.stem for path in (ROOT / "slides").glob("[0-9A]*_*.md"))
PAGES = [
    *("index", "slides", "explorers", "exercises", "instructors/index", "ranges", "pictures"),
    *("speed", "reliability", "changes", "reference/index", "genindex", "search"),
    *(f"reference/{name}" for name in site_pages.MODULES),
    *(f"chapters/{name}" for name in CHAPTERS),
    "instructors/troubles",
    *(f"instructors/{name.split('_')[0]}" for name in CHAPTERS),
]

unit = pytest.mark.unit
browser = pytest.mark.browser


@unit
def test_generated_parts_are_put_in_their_places(tmp_path):
    page = site_pages.fill("# Slides\n\n<!-- decks -->\n\nend", tmp_path)
    assert '<a href="slides/02_convolution_arithmetic.html">How can a net' in page
    assert page.endswith("\n\nend")
    assert "<!--" not in page


@unit
def test_a_part_that_nobody_makes_is_named(tmp_path):
    with pytest.raises(ValueError, match="<!-- unknown -->; there are chapters"):
        site_pages.fill("<!-- unknown -->", tmp_path)


@unit
def test_every_exercise_is_listed(tmp_path):
    listed = re.findall(r"^\| ([\w.]+) \| \w", site_pages.exercises(tmp_path), re.MULTILINE)
    asked = []
    for chapter in CHAPTERS:
        text = (ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8")
        asked += re.findall(r'checks\.check\(\\"([\w.]+)\\"', text)
    assert sorted(listed) == sorted(set(asked))


@unit
def test_a_chapter_that_was_not_executed_is_named(tmp_path):
    with pytest.raises(ValueError, match="no executed copy of 00_self_test.ipynb; call make run"):
        site.gather(tmp_path / "nothing", tmp_path / "source")


@pytest.fixture
def built():
    """The folder of the built site."""
    if not (SITE / "index.html").exists():
        remedy = f"{SITE} holds no site; call make site-ci first"
        (pytest.fail if os.environ.get("COURSE_BROWSER") == "required" else pytest.skip)(remedy)
    return SITE


# What is wrong with a page, in words.
LOOK = """() => {
  const found = [], root = document.documentElement;
  if (root.scrollWidth > innerWidth + 1) {
    const wide = [...document.querySelectorAll("article *")].filter(one =>
      one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(
        "pre, .pst-scrollable-table-container, .text_html, .formula, .output"));
    found.push("wider than the screen: " + (wide[0] || root).outerHTML.slice(0, 80));
  }
  for (const one of document.querySelectorAll("article img")) {
    if (!(one.complete && one.naturalWidth)) found.push("no picture: " + one.src);
    if (!one.alt) found.push("picture without description: " + one.src);
  }
  for (const one of document.querySelectorAll("math"))
    if (one.getBoundingClientRect().height < 8) found.push("formula not drawn");
  if (document.querySelector("merror, .problematic")) found.push("something not understood");
  const titles = document.querySelectorAll("main h1:not(#jb-print-docs-body *)");
  if (titles.length !== 1) found.push("not one title");
  return [...new Set(found)];
}"""


@browser
@pytest.mark.parametrize("name", PAGES)
def test_page_is_whole_on_a_screen_and_on_a_phone(built, serve, visit, name):
    page = visit(serve(built) + f"{name}.html", width=1280, height=800).page
    page.wait_for_load_state("networkidle")
    wrong = {"screen": page.evaluate(LOOK)}
    page.set_viewport_size({"width": 390, "height": 844})
    wrong["phone"] = page.evaluate(LOOK)
    assert wrong == {"screen": [], "phone": []}


@browser
@pytest.mark.parametrize(
    ("added", "found"),
    [
        ("<div style='width: 900px'>wide</div>", "wider than the screen"),
        ("<img src='data:image/png,' alt='nothing'>", "no picture"),
        ("<img src='data:image/png,'>", "picture without description"),
        ("<math><merror>x</merror></math>", "something not understood"),
        ("<h1>Again</h1>", "not one title"),
    ],
)
def test_what_is_wrong_with_a_page_is_noticed(built, serve, visit, added, found):
    page = visit(serve(built) + "slides.html", width=390, height=844).page
    assert page.evaluate(LOOK) == []
    page.evaluate(
        "more => document.querySelector('article').insertAdjacentHTML('beforeend', more)", added
    )
    assert found in " ".join(page.evaluate(LOOK))


@browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_by_day_and_by_night(built, serve, visit, scheme):
    page = visit(serve(built) + "index.html", color_scheme=scheme).page
    bright = page.evaluate(
        """() => ["color", "backgroundColor"].map(name => {
          const style = getComputedStyle(name === "color" ? document.querySelector("article p")
            : document.body);
          return style[name].match(/[\\d.]+/g).slice(0, 3).reduce((sum, x) => sum + +x, 0) / 765;
        })"""
    )
    text, ground = bright
    assert (ground - text if scheme == "light" else text - ground) > 0.5


@browser
def test_a_word_is_found(built, serve, visit):
    page = visit(serve(built) + "search.html?q=equivariance").page
    page.locator("#search-results li a").first.wait_for()
    links = page.locator("#search-results li a").evaluate_all("all => all.map(one => one.href)")
    assert any("02_convolution_arithmetic" in link for link in links)


@browser
def test_every_link_inside_the_site_leads_somewhere(built):
    missing = set()
    pages = [one for one in built.rglob("*.html") if "_static" not in one.parts]
    for page in pages:
        for link in re.findall(r'(?:href|src)="([^"#?]+)', page.read_text(encoding="utf-8")):
            if not re.match(r"[a-z]+:|//", link) and not (page.parent / link).exists():
                missing.add(f"{page.relative_to(built)}: {link}")
    # Where handouts were left out, nothing but they may be missing.
    assert missing <= {f"slides.html: slides/{deck}.pdf" for deck in DECKS}
    assert len(pages) > len(PAGES)


@browser
def test_no_page_names_a_folder_of_the_computer_that_built_it(built):
    told = {
        page.name for page in built.rglob("*.html") if str(ROOT) in page.read_text(encoding="utf-8")
    }
    assert told == set()


@browser
def test_an_explorer_works_on_the_site_without_a_kernel(built, serve, visit):
    page = visit(serve(built) + "explorers.html").page
    frames = page.locator("iframe.explorer")
    assert frames.count() == len(site_pages.EXPLORERS)
    for index in range(frames.count()):
        frame = frames.nth(index).content_frame
        frame.locator("button, input").first.wait_for()
    assert len({round(frames.nth(index).bounding_box()["height"]) for index in range(4)}) > 1


@browser
@pytest.mark.parametrize(
    ("chapter", "number"),
    [("02_convolution_arithmetic", 2), ("03_pooling", 2), ("05_augmentation", 1)],
)
def test_the_explorers_of_a_chapter_work_on_its_page(built, serve, visit, chapter, number):
    page = visit(f"{serve(built)}chapters/{chapter}.html").page
    explorers = page.locator("[data-course-explorer]")
    assert explorers.count() == number
    for index in range(number):
        explorers.nth(index).locator("input, select, button").first.wait_for()
