"""The browser of the tests sees what goes wrong on a page, and no page reaches another host."""

import contextlib

import browser
import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path, serve):
    def write(html: str) -> str:
        (tmp_path / "index.html").write_text(f"<!doctype html><title>x</title>{html}", "utf-8")
        return serve(tmp_path)

    return write


def test_a_page_is_shown_and_takes_keys(site, visit, tmp_path):
    page = visit(site("<input>"), width=500, height=300).page
    page.locator("input").click()
    page.keyboard.type("kernel")
    assert page.locator("input").input_value() == "kernel"
    assert page.evaluate("[innerWidth, innerHeight]") == [500, 300]
    page.screenshot(path=tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size > 500


@pytest.mark.parametrize(
    ("html", "error"),
    [
        ("<script>console.error('no kernel')</script>", "console: no kernel"),
        ("<script>missing()</script>", "missing is not defined"),
        ("<script>Promise.reject(new Error('lost'))</script>", "lost"),
        ("<script src=missing.js></script>", "404: http://127.0.0.1"),
    ],
)
def test_errors_are_seen(site, visit, html, error):
    seen = visit(site(html))
    seen.page.wait_for_load_state("networkidle")
    assert any(error in one for one in seen.errors), seen.errors
    seen.errors.clear()


@pytest.mark.parametrize(
    "html",
    [
        "<img src=https://pictures.example/1.png>",
        "<script type=module>await import('https://code.example/1.js')</script>",
        "<script>new WebSocket('ws://kernel.example/')</script>",
        "<style>@import 'http://fonts.example/1.css'</style>",
    ],
)
def test_requests_to_other_hosts_are_seen_and_get_nowhere(site, visit, html):
    seen = visit(site(html))
    seen.page.wait_for_load_state("networkidle")
    assert len(seen.strangers) == 1
    assert ".example/" in seen.strangers[0]
    assert seen.errors != []
    seen.errors.clear()
    seen.strangers.clear()


@pytest.mark.parametrize("html", ["<script>missing()</script>", "<img src=//a.example/1.png>"])
def test_a_test_whose_page_went_wrong_fails(site, chromium, html):
    opened = contextlib.contextmanager(browser.visit.__wrapped__)(chromium)
    with pytest.raises(AssertionError), opened as visit:
        visit(site(html)).page.wait_for_load_state("networkidle")


def test_without_a_browser_tests_fail_where_one_is_required_and_else_say_what_to_do(monkeypatch):
    monkeypatch.setattr(browser, "PROGRAMS", ("chromium-that-nobody-has",))
    monkeypatch.setattr(browser, "_install", lambda: "apt could not")
    monkeypatch.delenv("COURSE_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt install chromium"):
        browser.find_program("/nowhere")
    monkeypatch.setenv("COURSE_BROWSER", "required")
    with pytest.raises(pytest.fail.Exception, match="apt could not"):
        browser.find_program("/nowhere")
