"""The package's second language: its tables are whole, its hints arrive, its letters are drawn."""

import importlib
import json
import re
import string
import warnings

import exercise_answers
import matplotlib.pyplot as plt
import pytest
from fontTools.ttLib import TTFont

from course_utils import checks, language, plots
from course_utils.checks import core
from tools import hangul_font
from tools import notebook_files as files
from tools.translation import edition, package_strings, prose, source
from tools.translation.code import HANGUL

pytestmark = pytest.mark.unit

TABLES = package_strings.tables()
#: A syllable that the standard KS X 1001 does not have, and so neither does the font.
OUTSIDE = "똠"


@pytest.fixture(autouse=True)
def english_again(monkeypatch):
    monkeypatch.delenv("COURSE_LANGUAGE", raising=False)
    yield
    language.use(None)
    plt.rcdefaults()


def table(module):
    return json.loads(package_strings.table_path(module).read_text(encoding="utf-8"))


def test_english_needs_no_table():
    assert language.translate("output {index}", index=3) == "output 3"
    assert language.translate("a {set} in brackets") == "a {set} in brackets"


def test_the_start_cell_or_the_environment_chooses(monkeypatch):
    monkeypatch.setenv("COURSE_LANGUAGE", "ko")
    assert language.translate("output {index}", index=3) == "출력 3"
    language.use("en")
    assert language.translate("output {index}", index=3) == "output 3"
    language.use(None)
    assert language.current() == "ko"


def test_a_korean_chapter_begins_in_korean(capsys):
    from course_utils import __version__, runtime

    runtime.start("02_convolution_arithmetic", "demo", "sample", __version__, language="ko")
    shown = capsys.readouterr().out
    assert "프로파일 demo: 수업에 알맞은 짧은 훈련." in shown
    assert "02.convnet: 이미지 12,000장 × 3에포크" in shown
    assert list(prose.english_left(shown)) == []


@pytest.mark.parametrize("unknown", ["xx", "../ko", "한국어", "k o"])
def test_an_unknown_language_says_which_there_are(unknown):
    with pytest.raises(ValueError, match="it speaks en, ko"):
        language.use(unknown)
    assert language.current() == "en"


def test_what_has_no_entry_stays_english():
    language.use("ko")
    assert language.translate("nobody translated {this}", this="that") == "nobody translated that"


def test_the_tables_are_whole_and_name_nothing_that_is_gone():
    assert package_strings.findings() == []
    assert {"runtime", "training", "checks/core", "plots/windows"} <= set(TABLES)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda table: table.pop("their sum"), "no Korean for 'their sum'"),
        (lambda table: table.update({"their sum": ""}), "no Korean for 'their sum'"),
        (lambda table: table.update({"their total": "합"}), "does not say 'their total' any more"),
        (lambda table: table.update({"size {number}": "크기 {size}"}), "has no {size}"),
        (lambda table: table.update({"size {number}": "크기"}), "lacks {number}"),
        (lambda table: table.update({"input": "인풋"}), "otherwise in another table"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(tmp_path, monkeypatch, change, sentence):
    for module in ("plots/windows", "checks/core"):
        content = table(module)
        if module == "plots/windows":
            change(content)
        elif "another table" in sentence:
            content["input"] = "입력"
        path = tmp_path / f"{module}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    monkeypatch.setattr(package_strings, "FOLDER", tmp_path)
    assert any(sentence in line for line in package_strings.findings())


def test_sentences_are_found_wherever_they_stand(tmp_path, monkeypatch):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "chapter_99.py").write_text(
        '"""Documentation is no sentence."""\n'
        "def judge(answer):\n"
        '    """Nor is this."""\n'
        '    if answer is None:\n        raise ValueError("an error of ours")\n'
        '    counted = "1 try" if answer == 1 else "{number} tries"\n'
        "    if answer: return translate(counted, number=answer)\n"
        '    if not answer: return f"Look at {answer} once more."\n'
        '    return "A hint in a table."\n',
        encoding="utf-8",
    )
    monkeypatch.setattr(package_strings, "PACKAGE", tmp_path)
    assert package_strings.sentences("checks/chapter_99") == [
        "1 try",
        "{number} tries",
        "A hint in a table.",
    ]
    (unwired,) = package_strings.unwired("checks/chapter_99")
    assert "once more" in unwired
    with pytest.raises(ValueError, match="no module 'checks/chapter_98'"):
        package_strings.sentences("checks/chapter_98")


@pytest.mark.parametrize("module", TABLES)
def test_both_languages_put_the_same_values_in_the_same_form(module):
    for english, korean in table(module).items():
        if "{" in english:
            forms = [sorted(str(part[1:]) for part in fields(text)) for text in (english, korean)]
            assert forms[0] == forms[1], english


def fields(text):
    return [part for part in string.Formatter().parse(text) if part[1] is not None]


@pytest.mark.parametrize("module", TABLES)
def test_the_tables_use_the_terms_of_the_course(module):
    for english, korean in table(module).items():
        assert HANGUL.search(korean), english
        assert list(prose.wrong_terms(korean, prose.terms())) == [], korean


def answered():
    """Chapters whose hints are in Korean."""
    return [module[-2:] for module in TABLES if module.startswith("checks/chapter_")]


@pytest.mark.parametrize("chapter", answered())
def test_every_answer_gets_korean(chapter, as_students_have_it, monkeypatch):
    monkeypatch.setenv("COURSE_PROFILE", "ci")
    answers = importlib.import_module(f"{exercise_answers.__name__}.chapter_{chapter}")
    language.use("ko")
    for number, cases in answers.RIGHT.items():
        for answer in cases:
            assert_korean(checks.check(number, answer), "정답")
    for number, cases in answers.WRONG.items():
        for answer, _ in cases:
            assert_korean(checks.check(number, answer), "아직 아닙니다")
    for exercise in core.exercises(chapter):
        assert_korean(checks.check(exercise.number, ...), "아직 답하지 않았습니다")
        for nonsense in ("???", object(), [], lambda *_: "?", lambda: 1):
            assert_korean(checks.check(exercise.number, nonsense), "아직 아닙니다")
    report = repr(checks.report(chapter))
    assert HANGUL.search(report) and list(prose.english_left(report)) == []


def assert_korean(feedback, status):
    shown = repr(feedback)
    assert shown.startswith(f"연습 {feedback.number}: {status}. ")
    # What Python or Keras says when it stops is quoted as it is.
    own = re.sub(r"\w+Error: [^가-힣]*", "", feedback.message)
    assert HANGUL.search(own) and list(prose.english_left(own)) == []


def shown_texts():
    """Everything Korean that a figure could show: the tables, and the chapters' strings."""
    for module in TABLES:
        yield from table(module).values()
    for chapter in edition.chapters(files.Course.read()):
        cells = {cell.id: cell for cell in chapter.english().cells}
        for part in chapter.parts():
            if part.id in cells and cells[part.id].cell_type == "code":
                yield from source.replacements(part.text).strings.values()


def draw(texts):
    """Draw texts as figures do; matplotlib warns of each sign that no face has."""
    plots.use_style()
    figure, ax = plt.subplots(layout="none")
    for text in texts:
        ax.text(0, 0, text.replace("$", r"\$"))
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message="Glyph")
            figure.canvas.draw()
    finally:
        plt.close(figure)


def test_every_sign_of_the_korean_edition_is_drawn():
    language.use("ko")
    signs = "".join(sorted(set("".join(shown_texts()))))
    assert len(HANGUL.findall(signs)) > 200
    draw([signs.replace("\n", "")])


@pytest.mark.parametrize(("chosen", "text"), [("en", "합"), ("ko", OUTSIDE)])
def test_a_sign_that_no_face_has_is_noticed(chosen, text):
    language.use(chosen)
    with pytest.raises(UserWarning, match="Glyph"):
        draw([text])


def test_the_font_has_the_standards_syllables_a_name_of_its_own_and_its_licence():
    font = TTFont(hangul_font.FONT)
    assert len(hangul_font.syllables()) == 2350 and OUTSIDE not in hangul_font.syllables()
    wanted = {ord(sign) for sign in [*hangul_font.syllables(), *hangul_font.letters()]}
    assert wanted <= set(font.getBestCmap())
    assert font["name"].getDebugName(1) == hangul_font.FAMILY
    assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert "SIL OPEN FONT LICENSE Version 1.1" in hangul_font.FONT.with_name("OFL.txt").read_text(
        encoding="utf-8"
    )
    assert hangul_font.FONT.stat().st_size < 400_000


def test_cutting_the_font_again_keeps_every_syllable(tmp_path):
    path = tmp_path / "again.otf"
    path.write_bytes(hangul_font.cut(hangul_font.FONT, 0))
    assert set(TTFont(path).getBestCmap()) == set(TTFont(hangul_font.FONT).getBestCmap())
