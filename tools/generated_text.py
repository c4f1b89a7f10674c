"""Generated parts of Markdown pages: what stands between two marks belongs to a tool."""


def replace_between(page: str, marks: tuple[str, str], new: str, name: str = "README.md") -> str:
    r"""Return a page with everything between two marks replaced.

    Args:
        page: The page's text.
        marks: The lines before and after the generated part; they stay.
        new: The generated part.
        name: What the page is called in an error.

    Raises:
        ValueError: If one of the marks is missing.

    >>> replace_between("a <!-- b --> old <!-- e --> z", ("<!-- b -->", "<!-- e -->"), "new")
    'a <!-- b -->\n\nnew\n\n<!-- e --> z'
    """
    begin, end = marks
    head, found_begin, rest = page.partition(begin)
    _, found_end, tail = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"{name} lacks the lines {begin} and {end}")
    return f"{head}{begin}\n\n{new}\n\n{end}{tail}"
