"""What all decks share: figures that the last row can read, and the results of a measured run.

A deck's first cell is ``import deck; deck.begin()``. Decks are executed in this folder.
"""

import json
import os
from importlib.util import find_spec
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before anything loads TensorFlow

import matplotlib.pyplot as plt
from matplotlib import font_manager
from matplotlib.text import Text
from matplotlib_inline.backend_inline import set_matplotlib_formats

from course_utils import language, plots, profiles
from course_utils.training import History

_RECORDED = {"en": "recorded", "ko": "기록"}
MEASURED = Path(__file__).with_name("measured_results.json")


def begin() -> None:
    """Set matplotlib up for a projector: large letters, and the typeface of the slides."""
    plots.use_style()
    # Found, not imported: the package itself does not load under Python 3.12, its fonts do.
    fonts = Path(find_spec("koreanize_matplotlib").origin).parent / "fonts"
    for file in fonts.glob("NanumGothic*.ttf"):
        font_manager.fontManager.addfont(file)
    plt.rcParams.update(
        {
            "font.family": ["NanumGothic", "DejaVu Sans"],
            "mathtext.fontset": "dejavusans",
            "font.size": 18,
            "axes.titlesize": 18,
            "axes.titleweight": "bold",
            "lines.linewidth": 3,
            "figure.figsize": (11.4, 5.0),
            "savefig.bbox": "tight",
            "axes.unicode_minus": False,
        }
    )
    set_matplotlib_formats("retina")


def enlarge(points: float) -> None:
    """Make every text in the current figure at least this large."""
    for text in plt.gcf().findobj(Text):
        text.set_fontsize(max(points, text.get_fontsize()))


def mark_recorded(ax: plt.Axes) -> None:
    """Say beside a figure that its training was recorded, not run when the deck was built."""
    ax.set_title(
        _RECORDED[language.current()],
        loc="right",
        fontsize=18,
        fontweight="normal",
        color="#55616e",
    )


def show_recorded(history: History, metric: str, ax: plt.Axes) -> None:
    """Draw a recorded training, epoch by epoch, and mark it as such.

    Args:
        history: What ``references.history`` returns.
        metric: ``"loss"`` or ``"accuracy"``; validation is drawn as well where it was measured.
        ax: Where to draw.

    Raises:
        ValueError: If the training was not recorded.
    """
    if not history.recorded:
        raise ValueError("only what references.history returns is marked as recorded")
    epochs = range(1, history.num_epochs + 1)
    for label, key, color, line in [
        ("training", metric, plots.BLUE, "-o"),
        ("validation", f"val_{metric}", plots.ORANGE, "--s"),
    ]:
        if key in history.metrics:
            words = language.translate(label)
            ax.plot(epochs, history.metrics[key], line, color=color, markersize=9, label=words)
    words = {"xlabel": language.translate("epoch"), "ylabel": language.translate(metric)}
    ax.set(**words, xticks=epochs)
    if metric == "accuracy":
        ax.yaxis.set_major_formatter("{x:.0%}")
    if f"val_{metric}" in history.metrics:
        ax.legend()
    mark_recorded(ax)


def results(chapter: str) -> dict:
    """Return what a chapter measured in the run of profile demo that the README's table shows.

    Args:
        chapter: Name of the chapter's file without its ending.

    Raises:
        ValueError: If the chapter was not measured, or its training plan has changed since.
    """
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))["chapters"].get(chapter)
    if measured is None:
        raise ValueError(f"{chapter} was not measured; run make run, then make tables")
    if measured["planned_work"] != planned_work(chapter):
        raise ValueError(
            f"{chapter} was measured under another plan than profiles.py has now; "
            "run make run, then make tables"
        )
    return measured["values"]


def conditions() -> str:
    """Return in words how the results were measured."""
    words = json.loads(MEASURED.read_text(encoding="utf-8"))["conditions"]
    if language.current() == "en":
        return words
    from tools.translation import generated  # the builder of the decks says where that lies

    return generated.translated(words)


def planned_work(chapter: str) -> int:
    """Return the pictures × epochs that profile demo plans for a chapter."""
    trainings = profiles.get("demo").of_chapter(chapter.split("_")[0])
    return sum(training.work for training in trainings.values())


def percent(share: float, digits: int = 1) -> str:
    """Return a share as a percentage: ``percent(0.9775)`` is "97.8%"."""
    return f"{share:.{digits}%}"
