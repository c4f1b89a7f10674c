"""The web site: whole, readable on a phone and at night, and asking no other host for anything."""

import html
import itertools
import os
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest

from course_utils import references
from tools import notebook_files as files
from tools import site_pages
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
    "glossary",
]
# A deck writes the number of its slide behind its name, with a slash.
ENGLISH_DECK = re.compile(r"(?<!/ko)/slides/02_convolution_arithmetic\.html")
KOREAN_DECK = re.compile(r"/ko/slides/02_convolution_arithmetic\.html")
# The reference stands in the code, and so in English only.
IN_ENGLISH_ONLY = {f"reference/{name}" for name in site_pages.MODULES}
PAGES += [f"ko/{name}" for name in PAGES if name not in IN_ENGLISH_ONLY]

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
def test_ranges_name_chapters_and_what_they_were_measured_on(tmp_path, monkeypatch):
    text = site_pages.ranges(tmp_path)
    rows = [line for line in text.splitlines() if line.startswith("| [")]
    assert len(rows) >= 6
    assert not re.search(r"\b\d\d\.[a-z]", text)  # no key such as 02.convnet
    assert "| [02: Convolution arithmetic](chapters/02_convolution_arithmetic.ipynb) | conv" in text
    assert len(re.findall("^Measured on 2 cores", text, re.MULTILINE)) == 1
    assert "Its seeds end between 60.3% and 73.2%" in text
    folder = tmp_path / "measured"
    shutil.copytree(references.bands.FOLDER, folder)
    path = folder / "02.convnet-demo-drawn.json"
    other = path.read_text(encoding="utf-8").replace("2 cores of", "4 cores of")
    path.write_text(other, encoding="utf-8")
    monkeypatch.setattr(references.bands, "FOLDER", folder)
    _, _, machines = site_pages.ranges(tmp_path).partition("\nMeasured on:\n\n")
    assert re.findall(r"(\d) cores of", machines) == ["2", "4"]
    assert machines.splitlines()[1].startswith("- [02: Convolution arithmetic]")


@unit
def test_every_exercise_is_listed(tmp_path):
    listed = re.findall(r"^\| ([\w.]+) \| \w", site_pages.exercises(tmp_path), re.MULTILINE)
    asked = []
    for chapter in CHAPTERS:
        text = (ROOT / "notebooks" / f"{chapter}.ipynb").read_text(encoding="utf-8")
        asked += re.findall(r'checks\.check\(\\"([\w.]+)\\"', text)
    assert sorted(listed) == sorted(set(asked))


@unit
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_links_to_its_slides_its_exercises_and_its_plan(name):
    notebook = files.read(ROOT / "notebooks" / f"{name}.ipynb")
    site_pages.link_chapter(notebook, name)
    line = next(one for one in notebook.cells[0].source.splitlines() if "[Open in Colab]" in one)
    assert f'<a href="../slides/{name}.html">slides</a>' in line
    assert f'<a href="../slides/{name}.pdf">handout</a>' in line
    assert f"[plan for a class](../instructors/{name.split('_')[0]}.md)" in line
    assert ("[exercises](#" in line) == (name != "00_self_test")  # which is nothing else


@unit
def test_a_chapter_without_a_place_for_its_links_is_named():
    notebook = files.v4.new_notebook(cells=[files.v4.new_markdown_cell("# No badge")])
    with pytest.raises(ValueError, match="02_none has no Colab badge"):
        site_pages.link_chapter(notebook, "02_none")


@unit
@pytest.mark.parametrize(
    ("language", "words"), [("en", "Show the set-up"), ("ko", "준비 코드 보기")]
)
def test_how_a_chapter_was_set_up_and_run_is_folded_away(language, words):
    notebook = files.read(ROOT / "notebooks" / f"{CHAPTERS[0]}.ipynb")
    before = [cell.id for cell in notebook.cells]
    ran_with = {"tags": ["injected-parameters"]}
    ran = files.v4.new_code_cell('PROFILE = "ci"', id="ran-with", metadata=ran_with)
    notebook.cells.insert(4, ran)
    site_pages.tidy_chapter(notebook, language)
    assert [cell.id for cell in notebook.cells] == before
    folded = [cell for cell in notebook.cells if "hide-input" in files.tags(cell)]
    assert [cell.id for cell in folded] == ["setup"]
    assert folded[0].metadata["mystnb"]["code_prompt_show"] == words


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
def test_sentences_in_tables_stand_below_each_other_on_a_phone(built, serve, visit):
    address = serve(built)
    page = visit(address + "instructors/02.html", width=390, height=844).page
    plan = page.locator("article table").first
    assert "stacked" in plan.get_attribute("class")
    cells = plan.locator("tr").nth(1).get_by_role("cell")
    assert cells.evaluate_all("all => all.map(one => one.dataset.head)") == [
        *("minutes", "with", "what")
    ]
    boxes = [cell.bounding_box() for cell in cells.all()]
    for above, below in itertools.pairwise(boxes):
        assert below["y"] >= above["y"] + above["height"]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator("article table:not(.stacked)").first.wait_for()
    assert page.locator("table.stacked").count() == 0


@browser
def test_a_table_to_fill_in_keeps_its_empty_cells_on_a_phone(built, serve, visit):
    page = visit(serve(built) + "chapters/02_convolution_arithmetic.html", width=390).page
    tables = page.locator("article table.table", has_text="dropped")
    assert tables.count() > 0
    for table in tables.all():
        assert "stacked" not in table.get_attribute("class")
        assert table.locator("td").evaluate_all("all => all.some(one => !one.textContent.trim())")
        assert table.locator("td[hidden]").count() == 0


# What is cut off at its right, or hangs out of its box there.
CUT_OFF = """selector => [...document.querySelectorAll(selector)].filter(one =>
  one.scrollWidth > one.clientWidth + 1).map(one => one.textContent.trim().slice(0, 60))"""


@browser
@pytest.mark.parametrize("name", ["03_pooling", "05_augmentation"])
def test_code_has_room_on_a_small_laptop_and_tables_of_cells_have_some_inside(
    built, serve, visit, name
):
    page = visit(f"{serve(built)}chapters/{name}.html", width=1280, height=800).page
    assert page.locator(".cell_input pre").count() > 20
    assert page.evaluate(CUT_OFF, ".cell_input pre") == []
    page.locator(".cell_input pre").first.evaluate("one => one.append('x'.repeat(200))")
    assert len(page.evaluate(CUT_OFF, ".cell_input pre")) == 1
    cell = page.locator(".text_html table td").first
    assert cell.evaluate("one => parseFloat(getComputedStyle(one).paddingLeft)") > 6


@browser
def test_long_names_in_tables_are_not_cut_off_on_a_phone(built, serve, visit):
    page = visit(serve(built) + "speed.html", width=390, height=844).page
    page.locator("article table.stacked").first.wait_for()
    boxes = "article table.stacked td, article .pst-scrollable-table-container"
    assert page.evaluate(CUT_OFF, boxes) == []


@browser
@pytest.mark.parametrize(("folder", "by"), [("", "By the authors"), ("ko/", "지은이: 이 과정의")])
def test_the_foot_of_a_page_names_authors_and_licences(built, serve, visit, folder, by):
    page = visit(f"{serve(built)}{folder}chapters/03_pooling.html").page
    foot = page.locator("footer.bd-footer-content").inner_text()
    assert foot.startswith(by) and "CC BY 4.0" in foot and "MIT" in foot
    assert "©" not in foot


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


def dead_links(built: Path) -> set[str]:
    """Links that lead to no file of the site, or to no place on its page."""
    pages = {one: one.read_text(encoding="utf-8") for one in built.rglob("*.html")}
    places = {one: set(re.findall(r'\bid="([^"]+)"', text)) for one, text in pages.items()}
    dead = set()
    for page, text in pages.items():
        if "_static" in page.parts:
            continue
        for link in re.findall(r'(?:href|src)="([^"]+)', text):
            path, _, place = html.unescape(link).partition("#")
            path = path.partition("?")[0]
            target = (page.parent / unquote(path)).resolve() if path else page
            if re.match(r"[a-z]+:|//", link):
                continue
            if not target.exists() or (place and place not in places.get(target, {place})):
                dead.add(f"{page.relative_to(built)}: {link}")
    return dead


@browser
def test_every_link_inside_the_site_leads_somewhere(built):
    pages = [one for one in built.rglob("*.html") if "_static" not in one.parts]
    # Where handouts were left out, nothing but they may be missing.
    without = set()
    for folder in ("", "ko/"):
        without |= {f"{folder}slides.html: slides/{deck}.pdf" for deck in DECKS}
        without |= {f"{folder}chapters/{deck}.html: ../slides/{deck}.pdf" for deck in DECKS}
    assert dead_links(built) <= without
    assert len(pages) > len(PAGES)


@unit
def test_a_link_that_leads_nowhere_is_noticed(tmp_path):
    (tmp_path / "a.html").write_text(
        '<p id="here"><a href="#here">1</a><a href="b.html#cell-train">2</a>'
        '<a href="b.html#cell-gone">3</a><a href="c.html">4</a><a href="#gone">5</a>'
        '<a href="https://example.org/x#y">6</a>',
        encoding="utf-8",
    )
    (tmp_path / "b.html").write_text('<div class="cell" id="cell-train">', encoding="utf-8")
    assert dead_links(tmp_path) == {
        *("a.html: b.html#cell-gone", "a.html: c.html", "a.html: #gone")
    }


@browser
def test_the_guide_leads_to_a_cell_and_shows_which(built, serve, visit):
    page = visit(serve(built) + "instructors/04.html").page
    page.locator("article a code", has_text="train").first.click()
    cell = page.locator("#cell-train")
    cell.wait_for()
    assert "chapters/04_small_data.html#cell-train" in page.url
    assert 0 <= cell.bounding_box()["y"] < 400
    shadow = "one => getComputedStyle(one).outlineStyle"
    assert cell.evaluate(shadow) == "solid"
    assert page.locator("div.cell:not(:target)").first.evaluate(shadow) == "none"


@browser
@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("chapters/03_pooling", "ko/chapters/03_pooling"),
        ("instructors/03", "ko/instructors/03"),
        ("index", "ko/index"),
        ("search", "ko/index"),
        ("reference/models", "ko/index"),
    ],
)
def test_every_page_leads_to_the_other_language_and_back(built, serve, visit, name, other):
    page = visit(serve(built) + f"{name}.html").page
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("link", name="한국어", exact=True).click()
    page.wait_for_url(f"**/{other}.html")
    assert page.locator("html").get_attribute("lang") == "ko"
    page.get_by_role("link", name="English", exact=True).click()
    page.wait_for_url(re.compile(rf"(?<!/ko)/{other.removeprefix('ko/')}\.html"))
    assert page.locator("html").get_attribute("lang") == "en"


@browser
def test_every_page_offers_the_other_language(built):
    without = [
        name
        for name in PAGES
        if '<a class="language"' not in (built / f"{name}.html").read_text(encoding="utf-8")
    ]
    assert without == []


@browser
def test_a_deck_leads_to_the_other_language(built, serve, visit):
    page = visit(serve(built) + "slides/02_convolution_arithmetic.html", height=720).page
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.keyboard.press("End")
    page.get_by_role("link", name="한국어").click()
    page.wait_for_url(KOREAN_DECK)
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.keyboard.press("End")
    page.get_by_role("link", name="English").click()
    page.wait_for_url(ENGLISH_DECK)


@browser
def test_a_deck_leads_back_to_its_chapter(built, serve, visit):
    page = visit(serve(built) + "slides/02_convolution_arithmetic.html", height=720).page
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.keyboard.press("End")
    page.get_by_role("link", name="Read it here").click()
    page.wait_for_url("**/chapters/02_convolution_arithmetic.html")
    page.locator("article").get_by_role("link", name="slides", exact=True).click()
    page.wait_for_url(ENGLISH_DECK)


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
        alone = page.locator(f"a[href='{frames.nth(index).get_attribute('src')}']")
        assert alone.count() == 1, "without a link to it alone, a projector shows half of it"
        assert visit(alone.evaluate("link => link.href")).page.locator("button, input").count()
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
