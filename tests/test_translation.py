"""The Korean edition's tool chain: each thing that can be wrong with a translation is named."""

import json
import re

import pytest
from nbformat import v4
from notebook_cases import Repository, code, printed, text

from tools import notebook_files as files
from tools import notebook_rules
from tools.addresses import Addresses
from tools.translation import __main__ as translation
from tools.translation import edition, findings, keys, prose, source
from tools.translation.code import replace, same_program

pytestmark = pytest.mark.unit

SOURCE = """\
%% title
# 작은 창

왜 창으로 들여다볼까요?

%% objectives
이 장을 마치면 다음을 할 수 있습니다.

- 셉니다.
- 비교합니다.
- 설명합니다.

몇 분이면 됩니다.

%% set-up
f"The helpers could not be fetched from {COURSE}. Check the network, then run this " "cell again. \
On your own computer, run `pip install -e .` in the course's folder." => f"{COURSE}에서 받지 못함"
# in Colab: fetch the course's helpers only => # Colab에서는 도우미만 받기
# pip's place where it may write to no other => # 다른 곳에 쓸 수 없을 때

%% fenced
## 1. 창

커널(kernel)을 이렇게 씁니다.

```python
# not a title
```

%% figure
alt: 이미지 위의 창.

%% words
"a small window" => "작은 창"
f"{size} pixels in {1 + 1} rows" => f"{1 + 1}행에 픽셀 {size}개"
# what it is => # 무엇인지
"""
WORDS = """\
title = "a small window"  # what it is
print(f"{size} pixels in {1 + 1} rows")"""


@pytest.fixture
def repository(tmp_path, capsys) -> Repository:
    """A repository with one chapter whose Korean edition is in order."""
    made = Repository(tmp_path)
    made.change(made.chapter, lambda cells: cells.notebook.cells.insert(6, code("words", WORDS)))
    write(made, SOURCE)
    run(made, "make")
    made.change(
        korean(made), lambda cells: printed(cells["sizes"], "3\n")
    )  # as `refresh` would store it
    assert run(made, "stamp") == 0
    capsys.readouterr()
    return made


def write(repository, content):
    path = chapter(repository).source_path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def chapter(repository):
    return edition.chapters(repository.course, ["02"])[0]


def korean(repository):
    return chapter(repository).path


def run(repository, *arguments):
    return translation.main(list(arguments), root=repository.root)


def found(repository):
    return findings.of_chapter(chapter(repository))


def rewrite(repository, old, new):
    """Change the author's file as somebody does who does everything else right."""
    path = chapter(repository).source_path
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")
    run(repository, "make")
    run(repository, "stamp")


def test_an_edition_in_order_has_no_findings(repository):
    assert found(repository) == []


def test_the_notebook_has_the_english_cells_with_korean_words(repository):
    english = files.read(repository.chapter).cells
    cells = {cell.id: cell for cell in files.read(korean(repository)).cells}
    assert list(cells) == [cell.id for cell in english]
    assert cells["words"].source == (
        'title = "작은 창"  # 무엇인지\nprint(f"{1 + 1}행에 픽셀 {size}개")'
    )
    assert "/blob/main/notebooks/ko/02_windows.ipynb" in cells["title"].source
    assert 'language="ko")' in cells["release"].source
    assert cells["figure"].metadata.mystnb.image.alt == "이미지 위의 창."
    assert cells["sizes"].outputs[0].text == "3\n"


# What an author's file can lack or have wrong; a part of the sentence that says so.
BROKEN_SOURCES = {
    "English left": ("이렇게 씁니다.", "씁니다.\n\nIt is used like this.", "still holds English"),
    "English in a sentence": (
        "이렇게 씁니다.",
        "is used in the following way 씁니다.",
        "still holds English",
    ),
    "forbidden variant": (
        "이렇게",
        "맥스 풀링으로",
        "writes '맥스 풀링'; the course says 최대 풀링",
    ),
    "variant outside of brackets": ("이렇게", "수용장으로", "writes '수용장'"),
    "term without English": ("커널(kernel)", "커널", "first uses 커널 without its English"),
    "stars that stay": ("커널(kernel)을", "**커널(kernel)**을", "stars that stay stars"),
    "slanted Hangul": ("이렇게", "*이렇게*", "fenced slants '*이렇게*'"),
    "no string": ('"a small window" => "작은 창"\n', "", "words lacks the string 'a small window'"),
    "no comment": ("# what it is => # 무엇인지\n", "", "words lacks the comment '# what it is'"),
    "comment in English": ("# 무엇인지", "# what it is", "is not translated"),
    "unknown string": (
        '"a small window" =>',
        '"a large window" => "큰 창"\n"a small window" =>',
        "which the cell does not have",
    ),
    "unknown key": (
        '"a small window" =>',
        '["a large window"] => ["큰 창"]\n"a small window" =>',
        "replaces the key",
    ),
    "no description": ("alt: 이미지 위의 창.", "", "needs a line `alt: …`"),
    "no arrow": ('"a small window" =>', '"a small window" =', "write `English => translation`"),
    "no string literal": ('"작은 창"', "작은 창(", "is not a string literal"),
    "other values": ("{1 + 1}행", "{1 + 2}행", "words is another program than in English"),
    "other digits": ("픽셀 {size}개", "픽셀 {size:.1f}개", "words is another program"),
    "part twice": ("%% figure", "%% words\n\n%% figure", "two parts called words"),
    "two goals": ("- 셉니다.\n", "", "lists 2 things to be learned"),
}


@pytest.mark.parametrize("name", BROKEN_SOURCES)
def test_what_is_wrong_in_an_authors_file_is_named(repository, name):
    old, new, sentence = BROKEN_SOURCES[name]
    rewrite(repository, old, new)
    assert any(sentence in line for line in found(repository)), found(repository)


def reword(cells):
    cells["fenced"].source += "\n\nMore."


ENGLISH_CHANGES = {
    "text": (reword, "fenced: the English cell has changed since it was translated"),
    "code": (
        lambda cells: cells["words"].update(source=WORDS.replace("1 + 1", "2 + 1")),
        "words: the English cell has changed",
    ),
    "description": (
        lambda cells: cells["figure"].metadata.mystnb.image.update(alt="A door."),
        "figure: the English cell has changed",
    ),
    "new text": (lambda cells: cells.add(text("added", "New.")), "added is missing"),
    "new code with words": (
        lambda cells: cells.add(code("added", 'print("no words so far")')),
        "added is missing",
    ),
    "cell taken out": (
        lambda cells: cells.drop("words"),
        "words translates a cell that does not exist any more",
    ),
}


@pytest.mark.parametrize("name", ENGLISH_CHANGES)
def test_a_change_in_english_names_the_cell(repository, name):
    change, sentence = ENGLISH_CHANGES[name]
    repository.change(repository.chapter, change)
    assert any(sentence in line for line in found(repository)), found(repository)
    run(repository, "make")
    assert any(sentence in line for line in found(repository)), "making it again hides it"


def test_a_new_address_or_release_makes_nothing_stale(repository):
    repository.declare("another.owner/small-course")
    repository.run("stamp")
    run(repository, "make")
    assert found(repository) == []


def test_the_notebook_must_be_what_the_authors_file_makes_of_it(repository):
    repository.change(korean(repository), lambda cells: cells["fenced"].update(source="## 창"))
    assert any("is not what the author's file makes" in line for line in found(repository))


def test_the_glossary_must_be_the_list_of_terms(repository):
    page = korean(repository).with_name("glossary.md")
    assert "| convolution | 합성곱 |" in page.read_text(encoding="utf-8")
    page.write_text("# 용어집\n", encoding="utf-8")
    assert any("is not what the list of terms says" in line for line in found(repository))


def test_a_korean_chapter_whose_english_one_is_gone_is_named(repository, capsys):
    repository.chapter.unlink()
    assert run(repository, "check") == 1
    named = capsys.readouterr().out
    for left in ("notebooks/ko/02_windows.ipynb", "notebooks/ko/sources/02_windows.md"):
        assert f"{left}: belongs to notebooks/02_windows.ipynb, which does not exist" in named


def test_a_korean_notebook_whose_source_is_gone_is_named(repository, capsys):
    chapter(repository).source_path.unlink()
    assert run(repository, "check") == 1
    assert "02_windows.ipynb: belongs to notebooks/ko/sources/02_win" in capsys.readouterr().out


def test_a_compared_output_that_is_missing_is_named(repository):
    def strip(cells):
        cells["sizes"].outputs, cells["sizes"].execution_count = [], None

    repository.change(korean(repository), strip)
    assert any("(sizes): is tagged nbval-check-output" in line for line in found(repository))


@pytest.mark.slow
def test_the_named_command_stores_a_compared_output_anew(repository, capsys):
    repository.change(korean(repository), lambda cells: printed(cells["sizes"], "4\n"))
    run(repository, "make")  # keeps what is stored, right or wrong
    assert files.read(korean(repository)).cells[4].outputs[0].text == "4\n"
    repository.change(korean(repository), lambda cells: cells["sizes"].update(outputs=[]))
    (line,) = found(repository)
    command = re.search(r"run `python -m tools\.translation (refresh 02)`", line)
    assert run(repository, *command[1].split()) == 0
    assert "(sizes): output changed" in capsys.readouterr().out
    assert found(repository) == []
    (cell,) = (one for one in files.read(korean(repository)).cells if one.id == "sizes")
    assert cell.outputs[0].text == "3\n"


@pytest.mark.parametrize(
    ("change", "command"),
    [
        (lambda cells: cells["words"].metadata.update(collapsed=True), "make 02"),
        (lambda cells: printed(cells["words"], "an output"), "make 02"),
    ],
)
def test_what_jupyter_leaves_behind_is_mended_by_the_named_command(repository, change, command):
    repository.change(korean(repository), change)
    lines = notebook_rules.check_notebook(korean(repository), Addresses(repository.course))
    assert len(lines) >= 1 and all(f"`python -m tools.translation {command}`" in x for x in lines)
    assert run(repository, *command.split()) == 0
    assert found(repository) == []


def test_a_badge_that_is_not_the_courses_is_mended_by_make_stamp(repository):
    repository.declare("another.owner/small-course")
    lines = notebook_rules.check_notebook(korean(repository), Addresses(repository.course))
    assert lines and all("run `make stamp`" in line for line in lines)
    repository.run("stamp")  # the two lines of `make stamp`
    run(repository, "make")
    assert found(repository) == []


def test_stamping_needs_new_korean_or_the_flag(repository, capsys):
    repository.change(repository.chapter, reword)
    assert run(repository, "stamp") == 1
    assert (
        "fenced: the English cell has changed, the translation has not" in capsys.readouterr().out
    )
    run(repository, "make")
    assert any("fenced: the English cell has changed" in line for line in found(repository))
    assert run(repository, "stamp", "--unchanged", "fenced") == 0
    assert found(repository) == []


def test_stamping_follows_where_the_korean_changed_too(repository):
    repository.change(repository.chapter, reword)
    rewrite(repository, "이렇게 씁니다.", "이렇게 씁니다. 더 있습니다.")
    assert found(repository) == []


def test_a_korean_change_that_is_not_stamped_is_named(repository):
    path = chapter(repository).source_path
    path.write_text(path.read_text("utf-8").replace("이렇게 씁니다", "이렇게 써요"), "utf-8")
    run(repository, "make")
    assert [line for line in found(repository) if "fenced was changed after it was stamped" in line]


def test_update_adds_what_is_missing_in_its_place_and_loses_nothing(repository):
    repository.change(
        repository.chapter,
        lambda cells: (cells.notebook.cells.insert(4, text("added", "New.")), cells.drop("words")),
    )
    before = {part.id: part for part in chapter(repository).parts()}
    assert run(repository, "update", "02") == 0
    after = {part.id: part for part in chapter(repository).parts()}
    assert list(after) == ["title", "objectives", "set-up", "added", "fenced", "figure", "words"]
    assert after["added"].text == "New."
    assert all(after[identifier] == part for identifier, part in before.items())


def test_a_chapter_begins_as_a_file_of_all_that_is_to_be_translated(repository):
    written = chapter(repository).source_path
    written.unlink()
    run(repository, "update", "02")
    ids = re.findall(r"^%% (\S+)$", written.read_text(encoding="utf-8"), re.MULTILINE)
    assert ids == ["title", "objectives", "set-up", "fenced", "words", "figure"]
    run(repository, "make")
    lines = found(repository)
    assert sum("was never stamped" in line for line in lines) == len(ids)
    assert any("title still holds English" in line for line in lines)


def test_an_unknown_chapter_and_a_damaged_file_are_named(repository, capsys):
    assert run(repository, "make", "77") == 1
    assert "there is no chapter '77'; there are 02" in capsys.readouterr().out
    write(repository, "Words before the first part")
    assert run(repository, "make") == 1
    assert "begin with a line `%% cell-id`" in capsys.readouterr().out


def test_what_is_written_is_read_back(repository):
    parts = chapter(repository).parts()
    path = repository.root / "again.md"
    path.write_text(source.render(parts), encoding="utf-8")
    assert source.read(path) == parts


KEYED = """times = {"full": 1, "one step": 2}
print(times["full"], f"{times['full']} s", times[f"{'one'} step"], plain["same"]["full"])
"""


def test_a_key_is_replaced_only_where_the_author_asks_for_it():
    shown = source.replacements('"full" => "일반"')
    assert replace(KEYED, shown) == KEYED.replace('{"full"', '{"일반"')
    both = source.replacements(
        '"full" => "일반"\n["full"] => ["일반"]\n[f"{\'one\'} step"] => [f"{\'one\'} 단계"]'
    )
    assert replace(KEYED, both) == (
        KEYED.replace('"full"', '"일반"').replace("f\"{'one'} step", "f\"{'one'} 단계")
    )


# What a chapter writes down, and cells that read it.
WRITTEN = """results = {"digit": 1, "one step": 2}
for name in ("cat", "dog"):
    results[f"{name}: mean"] = 3
history = references.history("02.windows")"""
READERS = {
    "written out": 'print(results["digit"])',
    "in an f-string": "print(f\"{results['digit']} of them\")",
    "through another cell": "same = {**results}\nprint(same['one step'])",
    "one of two": 'results["digit" if x else "one step"]',
    "in a tuple": "pairs = {(a, 1): 2 for a in results}\npairs['digit', 1]",
    "by a variable": 'for one in ("digit", "one step"):\n    print(results[one])',
    "in a comprehension": 'd = {n: results[n] for n in ("digit",) if n}\nfor n in ("x",): n',
    "by an f-string": "print(results[f\"{'cat'}: mean\"])",
    "by an f-string with a variable": '[results[f"{one}: mean"] for one in ("cat", "dog")]',
}
KOREAN_WORDS = {"digit": "숫자", "one step": "한 번에", "cat": "고양이", ": mean": ": 평균"}


def in_korean(text):
    for english, korean in KOREAN_WORDS.items():
        text = text.replace(english, korean)
    return text


def lost(*cells_in_korean, english):
    pair = (
        v4.new_notebook(cells=[code(f"cell-{place}", one) for place, one in enumerate(cells)])
        for cells in (english, cells_in_korean)
    )
    return [identifier for identifier, _ in keys.lost(*pair)]


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_a_key_must_be_translated_where_it_is_written_and_where_it_is_read(reader):
    cells = [WRITTEN, reader]
    written, read = map(in_korean, cells)
    assert lost(WRITTEN, reader, english=cells) == lost(written, read, english=cells) == []
    assert set(lost(written, reader, english=cells)) == {"cell-1"}
    assert set(lost(WRITTEN, read, english=cells)) == {"cell-1"}


def test_the_keys_of_a_dictionary_are_not_those_of_what_its_values_go_into():
    cells = [
        WRITTEN,
        "work = {name: 2 * number for name, number in results.items()}",
        'again = {"digit": work["digit"]}\nagain["digit"]',
    ]
    korean = [*map(in_korean, cells)]
    assert lost(*korean, english=cells) == []
    korean[2] = korean[2].replace('{"숫자"', '{"digit"')
    assert lost(*korean, english=cells) == ["cell-2"]


def test_a_key_that_the_package_writes_is_left_as_it_is():
    cells = [WRITTEN, 'plots.show("accuracy", history["accuracy"])']
    assert lost(WRITTEN, cells[1].replace('("accuracy"', '("정확도"'), english=cells) == []
    assert lost(WRITTEN, cells[1].replace('["accuracy"', '["정확도"'), english=cells) == ["cell-1"]


def test_a_lost_key_in_an_authors_file_is_named(repository):
    repository.change(
        repository.chapter,
        lambda cells: cells["words"].update(
            source=f'{WORDS}\nsizes = {{"digit": 3}}\nprint(sizes["digit"])'
        ),
    )
    rewrite(repository, '"a small window" =>', '"digit" => "숫자"\n"a small window" =>')
    assert [line for line in found(repository) if "words reads by 'digit', which nothing" in line]
    rewrite(repository, '"digit" =>', '["digit"] => ["숫자"]\n"digit" =>')
    assert found(repository) == []


@pytest.mark.parametrize(
    ("english", "translated"),
    [
        ('show("a map")', 'show("맵")'),
        ('print(f"{a:5} of {b:,}")', 'print(f"{b:,}개 가운데 {a:3}")'),
        ('print(f"{a:4}  {b:6}")', 'print(f"{a:4}   {b:10}")'),
        ("print(f\"{'':4}{'size':>8}\")", 'print("크기")'),
        ("print(f\"{a['full']} {b}\")", "print(f\"{b}개 {a['일반']}\")"),
        ('"""Say what."""', '"""무엇인지 말한다."""'),
        ('runtime.start("02", x)', 'runtime.start("02", x, language="ko")'),
    ],
)
def test_words_may_differ(english, translated):
    assert same_program(english, translated)


@pytest.mark.parametrize(
    ("english", "translated"),
    [
        ('layer("same")', 'layer("valid")'),
        ('print(f"{a} of {b}")', 'print(f"{a}개")'),
        ('print(f"{a:.2f} of it")', 'print(f"{a:.3f}개")'),
        ('print(f"{a!r} of it")', 'print(f"{a}개")'),
        ("print(f\"{a['full']} of it\")", "print(f\"{a['fast']}개\")"),
        ("print(f\"{a['full']} {b['fast']}\")", "print(f\"{a['일반']}개 {b['full']}\")"),
        ("x = 3", 'x = "셋"'),
        ("x = 3", "x = 4"),
        ('show("a map", 1)', 'show("맵")'),
        ("f(x)", 'f(x, language="ko")'),
        ("a = b", "b = a"),
    ],
)
def test_nothing_else_may_differ(english, translated):
    assert not same_program(english, translated)


@pytest.mark.parametrize(
    ("sentence", "broken"),
    [
        ("**합성곱**(convolution)은", False),
        ("(**합성곱**)을 *두 번* 합니다.", False),
        ("- **`Flatten` 앞까지만 그렇습니다.** 그다음에는", False),
        ("2 * 3은 6입니다.", False),
        ("**합성곱(convolution)**은", True),
        ("*‘창’*을", True),
    ],
)
def test_stars_that_stay_stars(sentence, broken):
    assert bool(list(prose.broken_emphasis(sentence))) == broken


@pytest.mark.parametrize(
    ("sentence", "is_slanted"),
    [("입력의 크기가 *i*이면", False), ("**굵게**, 2 * 3 * 4", False), ("*기울여* 씁니다", True)],
)
def test_hangul_is_not_slanted(sentence, is_slanted):
    assert bool(list(prose.slanted(sentence))) == is_slanted


def test_every_term_has_one_name_and_forbids_no_other_terms():
    glossary = prose.terms()
    names = [term.korean for term in glossary]
    assert len(glossary) > 60 and len(set(names)) == len(names)
    for term in glossary:
        assert list(prose.wrong_terms(term.korean, glossary)) == [], term.korean
        for variant in term.never:
            assert [one for _, one in prose.wrong_terms(f"{variant}은", glossary)], variant


def test_the_glossary_file_is_laid_out_one_term_a_line():
    lines = prose.TERMS.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line.rstrip(",")) for line in lines[1:-1]] == json.loads("\n".join(lines))
