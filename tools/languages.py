"""The languages of the course, and where the files of each lie."""

from pathlib import Path

KOREAN = "ko"
#: The first one's files lie at the top, those of the others in folders of these names.
LANGUAGES = ("en", KOREAN)


def folder_in(folder: Path, language: str) -> Path:
    """Return where a folder keeps what is in a language."""
    return folder if language == LANGUAGES[0] else folder / language
