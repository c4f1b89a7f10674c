"""Copy the chapters for a class, without solutions: ``make handout``.

``python -m tools.handout`` writes ``build/handout`` and ``build/handout.zip``: chapters in both
languages without stored outputs, which would give predictions away, the package, and what sets up
an environment. Solutions and tests stay here.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tools import notebook_files as files
from tools.languages import KOREAN
from tools.runner.options import OptionError, Options, as_typed, chapter_number
from tools.translation.prose import GLOSSARY

#: What a class needs beside the chapters.
COPIED = (
    *("course_utils", "pyproject.toml", "constraints.txt", "environment.yml"),
    *("LICENSE", "LICENSE-text", "CITATION.cff"),
)
NAME = "handout"
_ON_LINUX_AND_MACOS = """\
```
python3 -m venv .venv
.venv/bin/python -m pip install --constraint constraints.txt --editable ".[run]"
.venv/bin/jupyter lab --notebook-dir=notebooks
```"""
_ON_WINDOWS = """\
```
py -3.12 -m venv .venv
.venv\\Scripts\\python -m pip install --constraint constraints.txt --editable ".[run]"
.venv\\Scripts\\jupyter lab --notebook-dir=notebooks
```"""
_README = f"""\
# Convolutional networks

The chapters lie in `notebooks`; 한국어는 [README.ko.md](README.ko.md). You need Python 3.11 to
3.13, and once the network:

{_ON_LINUX_AND_MACOS}

On Windows:

{_ON_WINDOWS}

Open the first chapter and run its cells from the top. Where a text says *predict first*, write your
prediction down before you run the cell below it. An exercise is a cell with three dots: write your
answer in their place, run the cell, run the check. What you leave out stops nothing.
"""
_KOREAN_README = f"""\
# 합성곱 신경망

한국어 장은 `notebooks/ko`에 있습니다. English: [README.md](README.md). 파이썬 3.11부터 3.13까지와,
처음 한 번은 인터넷이 필요합니다.

{_ON_LINUX_AND_MACOS}

윈도에서는 다음과 같습니다.

{_ON_WINDOWS}

`ko` 폴더에서 첫 번째 장을 열고 셀을 위에서부터 실행하세요. **먼저 예상해 보세요**라고 쓰여 있으면,
그 아래 셀을 실행하기 전에 예상을 적어 두세요. 연습은 점 세 개가 있는 셀입니다. 그 자리에 답을 쓰고,
셀을 실행한 다음, 확인하는 셀을 실행하세요. 건너뛰어도 나머지는 모두 돌아갑니다. 용어는
`notebooks/ko/glossary.md`에 모여 있습니다.
"""
READMES = {"README.md": _README, f"README.{KOREAN}.md": _KOREAN_README}


def main(arguments: list[str] | None = None, root: Path = files.ROOT) -> int:
    """Run the command line and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.handout", description=__doc__)
    parser.add_argument("--chapters", default=os.environ.get("CHAPTERS", ""), help="such as 00,01")
    parser.add_argument("--build", type=Path, default=root / "build", help="where to write")
    chosen = parser.parse_args(arguments)
    try:
        options = Options.choose(chapters=chosen.chapters, notebooks=root / "notebooks")
        folder, archive = make(root, options.chapters, chosen.build.resolve())
    except (OptionError, OSError, ValueError) as error:
        print(f"handout: {error}", file=sys.stderr)
        return 1
    numbers = ", ".join(chapter_number(path.stem) for path in options.chapters)
    print(f"handout: {as_typed(archive)} and {as_typed(folder)} hold chapters {numbers}")
    return 0


def make(root: Path, chapters: tuple[Path, ...], build: Path) -> tuple[Path, Path]:
    """Write the folder and the archive, each whole or not at all.

    Args:
        root: The repository.
        chapters: The chapters to hand out; of their translations those that exist come along.
        build: Where to write; an older handout there is replaced.

    Returns:
        The folder and the archive.
    """
    build.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{NAME}-", dir=build) as temporary:
        folder = Path(temporary) / NAME
        for name in COPIED:
            _copy(root / name, folder / name)
        for name, text in READMES.items():
            (folder / name).write_text(text, encoding="utf-8")
        _copy(root / "notebooks" / KOREAN / GLOSSARY, folder / "notebooks" / KOREAN / GLOSSARY)
        for chapter in chapters:
            for path in (chapter, chapter.parent / KOREAN / chapter.name):
                if path.exists():
                    copy = folder / "notebooks" / path.relative_to(chapter.parent)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_text(_without_outputs(path), encoding="utf-8")
        packed = shutil.make_archive(str(Path(temporary) / NAME), "zip", temporary, NAME)
        shutil.rmtree(build / NAME, ignore_errors=True)
        return folder.rename(build / NAME), Path(packed).replace(build / f"{NAME}.zip")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    else:
        shutil.copy(source, target)


def _without_outputs(path: Path) -> str:
    notebook = files.read(path)
    for _, cell in files.code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    return files.render(notebook)


if __name__ == "__main__":
    sys.exit(main())
