"""Only what stands between the marks of a page is replaced."""

import doctest

import pytest

from tools import generated_text

pytestmark = pytest.mark.unit

MARKS = ("<!-- begin -->", "<!-- end -->")


def test_examples_in_docstrings():
    assert doctest.testmod(generated_text).failed == 0


def test_only_what_stands_between_the_marks_is_replaced():
    page = "# Title\n<!-- begin -->\nold\n<!-- end -->\nrest\n"
    once = generated_text.replace_between(page, MARKS, "new")
    assert once == "# Title\n<!-- begin -->\n\nnew\n\n<!-- end -->\nrest\n"
    assert generated_text.replace_between(once, MARKS, "new") == once


@pytest.mark.parametrize(
    "page", ["", "<!-- begin --> old", "old <!-- end -->", "<!-- end --><!-- begin -->"]
)
def test_a_page_without_its_marks_is_an_error(page):
    with pytest.raises(ValueError, match="PAGE.md lacks the lines"):
        generated_text.replace_between(page, MARKS, "new", "PAGE.md")
