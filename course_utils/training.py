"""The course's one recipe for training: fit, keep the best weights, remember the history.

Chapters write plain ``model.compile`` and ``model.fit`` the first time an idea appears. From then
on they call :func:`fit`, which does the same and adds three things: it shows progress in Colab,
JupyterLab and a log alike, it loads the weights of the best epoch back, and it returns a history
that can be saved as JSON.
"""

import json
import math
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import keras

from course_utils import notebook_line, profiles
from course_utils.language import translate

_SECONDS_BETWEEN_UPDATES = 0.5
_BAR_LENGTH = 20


@dataclass
class History:
    """What a training left behind, epoch by epoch.

    Attributes:
        metrics: One list per metric with a value per epoch, under Keras' names (``"loss"``,
            ``"val_accuracy"``, …).
        monitor: The metric that decided which weights were kept; None if those of the last epoch.
        best_epoch: The epoch whose weights the model has now, counted from 1.
        seconds: Duration of the training in seconds.
        recorded: Whether this history was read from a file instead of measured in this session.
    """

    metrics: dict[str, list[float]]
    monitor: str | None = None
    best_epoch: int = 0
    seconds: float = 0.0
    recorded: bool = field(default=False, compare=False)

    @property
    def num_epochs(self) -> int:
        """Number of epochs that were trained."""
        return len(self.metrics["loss"])

    def save(self, path: str | Path) -> Path:
        """Write the history to a JSON file and return its path.

        Raises:
            ValueError: If the file's name does not end in ``.json``.

        Used in: every chapter that trains for long.
        """
        path = Path(path)
        if path.suffix != ".json":
            raise ValueError(f"a history is saved as JSON; {path.name!r} must end in .json")
        content = {key: value for key, value in asdict(self).items() if key != "recorded"}
        temporary = path.with_name(f"{path.name}.{os.getpid()}.partial")
        try:
            temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        return path

    @classmethod
    def load(cls, path: str | Path) -> "History":
        """Read a history that :meth:`save` wrote; its ``recorded`` is True.

        Raises:
            FileNotFoundError: If there is no such file.
            ValueError: If the file does not hold a history.

        Used in: every chapter that trains for long.
        """
        path = Path(path)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            history = cls(**content, recorded=True)
            lengths = {len(values) for values in history.metrics.values()}
            whole = "loss" in history.metrics and len(lengths) == 1
        except (json.JSONDecodeError, UnicodeDecodeError, TypeError, AttributeError) as error:
            raise ValueError(f"{path.name} does not hold a training history ({error})") from error
        if not whole:
            raise ValueError(
                f"{path.name} does not hold a training history: it needs a list called 'loss' "
                "and every list must have one value per epoch"
            )
        return history


class Progress(keras.callbacks.Callback):
    """Shows how far a training is, in one place that is overwritten, or as one line per epoch.

    In a notebook (Colab, JupyterLab, VS Code) a single line is updated about twice a second.
    Anywhere else, such as in a log, each epoch ends with one plain line.

    Args:
        label: What is being trained, such as ``"convnet"``.
    """

    def __init__(self, label: str):
        super().__init__()
        self._label = label
        self._display = notebook_line.open_line()
        self._last_update = 0.0

    def on_train_begin(self, logs=None):
        """Note the start time."""
        self._start = time.monotonic()
        self._steps_done = 0
        self._first_step_end = None
        self._epoch = 0
        self._steps_per_epoch = self.params.get("steps")

    def on_epoch_begin(self, epoch, logs=None):
        """Note which epoch begins."""
        self._epoch = epoch
        self._steps_at_begin = self._steps_done

    def on_train_batch_end(self, batch, logs=None):
        """Update the line, but not more often than an eye can follow."""
        self._steps_done = self._steps_at_begin + batch + 1
        self._first_step_end = self._first_step_end or time.monotonic()
        now = time.monotonic()
        if self._display and now - self._last_update > _SECONDS_BETWEEN_UPDATES:
            self._last_update = now
            self._show(logs or {})

    def on_epoch_end(self, epoch, logs=None):
        """Show the epoch's metrics."""
        # Keras does not know the steps of some data sets before the first epoch has ended.
        self._steps_per_epoch = self._steps_per_epoch or self._steps_done
        if self._display:
            self._show(logs or {})
        else:
            print(f"{self._label}: {self._place(epoch)} · {_in_words(logs)}")

    def on_train_end(self, logs=None):
        """Leave a line that says what was done."""
        seconds = time.monotonic() - self._start
        epochs = self._epoch + 1
        counted = (
            "1 epoch in {seconds:.0f} s" if epochs == 1 else "{epochs} epochs in {seconds:.0f} s"
        )
        duration = translate(counted, epochs=epochs, seconds=seconds)
        line = f"{self._label}: {duration} · {_in_words(logs)}"
        if self._display:
            self._display(line)
        else:
            print(line)

    def _place(self, epoch: int) -> str:
        return translate("epoch {epoch}/{epochs}", epoch=epoch + 1, epochs=self.params["epochs"])

    def _show(self, logs: dict) -> None:
        epochs, steps = self.params["epochs"], self._steps_per_epoch
        share = min(1.0, self._steps_done / (steps * epochs)) if steps else 0.0
        filled = int(share * _BAR_LENGTH)
        # The first step also builds the graph, so the pace is taken from those after it.
        done = self._steps_done - 1
        left = ""
        if steps and done > 0:
            pace = (time.monotonic() - self._first_step_end) / done
            seconds = pace * (steps * epochs - self._steps_done)
            left = " · " + translate("{seconds:.0f} s left", seconds=seconds)
        self._display(
            f"{self._label}: {self._place(self._epoch)} "
            f"{'█' * filled}{'░' * (_BAR_LENGTH - filled)}{left} · {_in_words(logs)}"
        )


def fit(
    model: keras.Model,
    train_data,
    plan: profiles.Training,
    *,
    validation_data=None,
    monitor: str | None = None,
    label: str | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> History:
    """Train a compiled model as the profile plans it and load the best epoch's weights back.

    Args:
        model: A compiled Keras model.
        train_data: A pair of arrays ``(pictures, labels)``, or a batched ``tf.data.Dataset``.
        plan: Epochs and batch size, from ``profile["…"]``.
        validation_data: As ``train_data``; needed when ``monitor`` starts with ``val_``.
        monitor: The metric that decides which epoch's weights are kept: the lowest value, or the
            highest where the name ends in ``accuracy``. None keeps those of the last epoch.
        label: The name that the progress line shows; the model's name by default.
        callbacks: Further Keras callbacks.

    Returns:
        The history, with the epoch whose weights the model has now.

    Raises:
        ValueError: If the model is not compiled; if the arrays hold another number of pictures
            than the profile plans, as after a change of PROFILE in a running notebook; if
            ``monitor`` is not among the metrics or needs validation data that are missing.
        FloatingPointError: If the loss becomes NaN or infinite.

    Used in: 01, 02, 03, 04, 05, 06, 07, 08.
    """
    if not model.compiled:
        raise ValueError("the model is not compiled; call model.compile(...) before training")
    if monitor and monitor.startswith("val_") and validation_data is None:
        raise ValueError(f"to monitor {monitor!r}, training needs validation_data")
    _refuse_other_profile(train_data, plan)
    arguments = {"verbose": 0, "epochs": plan.epochs, "validation_data": validation_data}
    if isinstance(train_data, tuple):
        pictures, labels = train_data
        arguments |= {"x": pictures, "y": labels, "batch_size": plan.batch_size}
    else:
        arguments |= {"x": train_data, "shuffle": False}  # a data set brings its own order
    watched = [keras.callbacks.TerminateOnNaN(), Progress(label or model.name), *callbacks]

    with tempfile.TemporaryDirectory(prefix="course_utils_") as folder:
        best_weights = Path(folder) / "best.weights.h5"
        if monitor:
            watched += [
                _RequireMetric(monitor),
                keras.callbacks.ModelCheckpoint(
                    best_weights,
                    monitor=monitor,
                    mode=_direction(monitor),
                    save_best_only=True,
                    save_weights_only=True,
                ),
            ]
        begin = time.monotonic()
        metrics = model.fit(**arguments, callbacks=watched).history
        seconds = time.monotonic() - begin
        metrics = {name: [float(value) for value in values] for name, values in metrics.items()}
        _refuse_divergence(metrics)
        best_epoch = len(metrics["loss"])
        if monitor:
            best_epoch = _best_epoch(metrics[monitor], _direction(monitor))
            model.load_weights(best_weights)
    return History(metrics, monitor, best_epoch, seconds)


def _refuse_other_profile(train_data, plan: profiles.Training) -> None:
    """Raise a ValueError where the data were loaded under another profile than the plan's."""
    if isinstance(train_data, tuple):
        planned, found, unit = plan.pictures, len(train_data[0]), translate("pictures")
    else:
        planned, found = plan.num_batches, int(train_data.cardinality())
        unit = translate("batches")
    if found >= 0 and found != planned:  # below 0: the data set does not know its length
        raise ValueError(
            translate(
                "the profile plans {planned:,} training {unit}, these are {found:,}. "
                "After changing PROFILE, restart the kernel and run all cells.",
                planned=planned,
                unit=unit,
                found=found,
            )
        )


class _RequireMetric(keras.callbacks.Callback):
    """Stops after the first epoch, not after the last, where the monitored metric is missing."""

    def __init__(self, monitor: str):
        super().__init__()
        self._monitor = monitor

    def on_epoch_end(self, epoch, logs=None):
        if self._monitor not in (logs or {}):
            raise ValueError(f"no metric is called {self._monitor!r}; there are {', '.join(logs)}")


def _direction(monitor: str) -> str:
    return "max" if monitor.endswith(("accuracy", "acc")) else "min"


def _best_epoch(values: list[float], direction: str) -> int:
    """Return the first best epoch, counted from 1, as ModelCheckpoint chooses it."""
    best = max(values) if direction == "max" else min(values)
    return values.index(best) + 1


def _refuse_divergence(metrics: dict[str, list[float]]) -> None:
    for epoch, loss in enumerate(metrics["loss"], start=1):
        if not math.isfinite(loss):
            raise FloatingPointError(
                translate(
                    "the loss became {loss} in epoch {epoch}. Most often the learning rate is too "
                    "high, or the pictures were not scaled (0–255 where the model expects 0–1).",
                    loss=loss,
                    epoch=epoch,
                )
            )


def _in_words(logs: dict | None) -> str:
    shown = []
    for name, value in (logs or {}).items():
        if name.startswith("val_"):
            name = translate("validation {metric}", metric=_metric(name.removeprefix("val_")))
        shown.append(f"{_metric(name)} {value:.3f}")
    return " · ".join(shown)


def _metric(name: str) -> str:
    """Return a metric in words; those that every chapter shows are translated."""
    words = {"accuracy": translate("accuracy"), "loss": translate("loss")}
    return words.get(name, name.replace("_", " "))
