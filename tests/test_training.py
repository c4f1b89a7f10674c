"""The recipe: it trains as planned, keeps the best weights, and remembers its history."""

import json
import re
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from course_utils import training
from course_utils.profiles import Training

pytestmark = pytest.mark.unit

PLAN = Training(epochs=4, pictures=64, batch_size=16, test_pictures=0)


@pytest.fixture
def data():
    random = np.random.default_rng(0)
    x = random.normal(size=(64, 3)).astype("float32")
    return x, (x.sum(axis=1, keepdims=True) > 0).astype("float32")


def _model(learning_rate=0.01, loss="binary_crossentropy", activation="sigmoid"):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation=activation)])
    model.compile(keras.optimizers.SGD(learning_rate), loss, metrics=["accuracy"])
    return model


def test_it_trains_exactly_as_planned(data):
    model = _model()
    history = training.fit(model, data, PLAN)
    assert int(model.optimizer.iterations) == 4 * 64 // 16
    assert history.num_epochs == 4
    assert history.best_epoch == 4
    assert not history.recorded


def test_it_is_the_same_as_plain_keras(data):
    """The recipe changes nothing about the mathematics: same seed, same weights as Model.fit."""
    by_recipe, by_keras = _model(), _model()
    keras.utils.set_random_seed(1)
    training.fit(by_recipe, data, PLAN)
    keras.utils.set_random_seed(1)
    by_keras.fit(*data, epochs=4, batch_size=16, verbose=0)
    for ours, theirs in zip(by_recipe.get_weights(), by_keras.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


class _Recorder(keras.callbacks.Callback):
    """Remembers the weights at the end of every epoch."""

    def __init__(self):
        super().__init__()
        self.weights = []

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())


@pytest.mark.parametrize("monitor", ["val_loss", "val_accuracy"])
def test_the_best_epoch_is_loaded_back(data, monitor):
    # A learning rate so high that the validation metrics go up and down.
    model, recorder = _model(learning_rate=30.0), _Recorder()
    wrong = (data[0], 1 - data[1])  # validation on flipped labels: it gets worse with training
    history = training.fit(
        model, data, PLAN, validation_data=wrong, monitor=monitor, callbacks=[recorder]
    )
    values = history.metrics[monitor]
    best = np.argmin(values) if monitor == "val_loss" else np.argmax(values)
    assert history.best_epoch == best + 1
    assert len(set(values)) > 1, "the case must tell epochs apart"
    for now, then in zip(model.get_weights(), recorder.weights[best], strict=True):
        np.testing.assert_array_equal(now, then)


def test_without_monitor_the_last_epoch_stays(data):
    model, recorder = _model(), _Recorder()
    training.fit(model, data, PLAN, callbacks=[recorder])
    np.testing.assert_array_equal(model.get_weights()[0], recorder.weights[-1][0])


def test_a_dataset_is_taken_as_it_is(data):
    import tensorflow as tf

    model = _model()
    training.fit(model, tf.data.Dataset.from_tensor_slices(data).batch(16), PLAN)
    assert int(model.optimizer.iterations) == 4 * 4


def test_a_dataset_of_another_profile_is_refused(data):
    import tensorflow as tf

    with pytest.raises(ValueError, match="plans 4 training batches, these are 8"):
        training.fit(_model(), tf.data.Dataset.from_tensor_slices(data).batch(8), PLAN)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"monitor": "val_loss"}, "needs validation_data"),
        ({"monitor": "accurcay"}, "no metric is called 'accurcay'"),
    ],
)
def test_what_to_monitor_must_exist(data, options, message):
    model = _model()
    with pytest.raises(ValueError, match=message):
        training.fit(model, data, PLAN, **options)
    assert int(model.optimizer.iterations) <= 64 // 16, "it must not train to the end first"


def test_pictures_of_another_profile_are_refused(data):
    """A changed PROFILE without newly loaded pictures must not pass in silence."""
    model = _model()
    with pytest.raises(ValueError, match="plans 64 training pictures, these are 32.*restart"):
        training.fit(model, (data[0][:32], data[1][:32]), PLAN)
    assert int(model.optimizer.iterations) == 0


def test_an_uncompiled_model_is_refused(data):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="not compiled"):
        training.fit(model, data, PLAN)


def test_a_loss_that_explodes_is_an_error_with_a_remedy(data):
    model = _model(learning_rate=1e30, loss="mse", activation=None)
    with pytest.raises(FloatingPointError, match="learning rate is too high"):
        training.fit(model, data, PLAN)


def test_a_log_gets_one_line_per_epoch_and_a_last_one(data, capsys):
    training.fit(_model(), data, PLAN, label="small net")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 + 1
    assert lines[0].startswith("small net: epoch 1/4 · accuracy")
    assert "4 epochs in" in lines[-1]


class _Notebook:
    """The display of a notebook and its clock; steps take one second each."""

    def __init__(self, monkeypatch):
        self.lines, self.seconds = [], 100.0
        monkeypatch.setattr(training.notebook_line, "open_line", lambda: self.lines.append)
        monkeypatch.setattr(training, "time", SimpleNamespace(monotonic=lambda: self.seconds))

    def train(self, epochs, steps, known=True):
        progress = training.Progress("net")
        progress.set_params({"epochs": epochs, "steps": steps if known else None})
        progress.on_train_begin()
        for epoch in range(epochs):
            progress.on_epoch_begin(epoch)
            for step in range(steps):
                # The very first step also builds the graph: a minute that must not be extrapolated.
                self.seconds += 1 if epoch or step else 60
                progress.on_train_batch_end(step, {"loss": 0.5})
            progress.on_epoch_end(epoch, {"loss": 0.5, "val_loss": 0.25})
        progress.on_train_end({"loss": 0.5})
        return self.lines


def test_a_notebook_shows_the_bar_grow_and_the_seconds_fall(monkeypatch):
    *lines, last = _Notebook(monkeypatch).train(epochs=2, steps=5)
    assert len(lines) == 2 * (5 + 1), "a line for each batch and each end of an epoch"
    assert [line.count("█") for line in lines] == [2, 4, 6, 8, 10, 10, 12, 14, 16, 18, 20, 20]
    assert {line.count("█") + line.count("░") for line in lines} == {20}
    assert "left" not in lines[0], "the first step tells nothing about the pace"
    left = [int(re.search(r"· (\d+) s left", line)[1]) for line in lines[1:]]
    assert left == [8, 7, 6, 5, 5, 4, 3, 2, 1, 0, 0]
    assert [line.split()[2] for line in lines] == ["1/2"] * 6 + ["2/2"] * 6
    assert lines[0].startswith("net: epoch 1/2 ")
    assert lines[0].endswith(" · loss 0.500")
    assert lines[5].endswith(" · loss 0.500 · validation loss 0.250")
    assert last == "net: 2 epochs in 69 s · loss 0.500"


def test_the_bar_begins_once_the_steps_are_known(monkeypatch):
    """Keras learns how long some data sets are only while the first epoch runs."""
    *lines, _ = _Notebook(monkeypatch).train(epochs=2, steps=5, known=False)
    assert [line.count("█") for line in lines] == [0] * 5 + [10, 12, 14, 16, 18, 20, 20]
    assert not any("left" in line for line in lines[:5])
    assert all("left" in line for line in lines[5:])


def test_the_display_rests_between_updates(monkeypatch):
    monkeypatch.setattr(training, "_SECONDS_BETWEEN_UPDATES", 2.5)
    lines = _Notebook(monkeypatch).train(epochs=1, steps=9)
    assert [line.count("█") for line in lines] == [2, 8, 15, 20, 0]  # after 1, 4, 7 and 9 seconds


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
def test_a_data_set_of_unknown_length_fills_the_bar(data, monkeypatch):
    import tensorflow as tf

    lines = []
    monkeypatch.setattr(training.notebook_line, "open_line", lambda: lines.append)
    endless = tf.data.Dataset.from_tensor_slices(data).filter(lambda x, y: True).batch(8)
    training.fit(_model(), endless, PLAN)
    ends = [line.count("█") for line in lines if "█" in line]
    assert ends[-1] == 20


def test_history_survives_a_round_trip(tmp_path, data):
    history = training.fit(_model(), data, PLAN)
    loaded = training.History.load(history.save(tmp_path / "history.json"))
    assert loaded == history
    assert loaded.recorded
    assert [file.name for file in tmp_path.iterdir()] == ["history.json"]


def test_history_is_saved_as_json_only(tmp_path):
    with pytest.raises(ValueError, match="must end in .json"):
        training.History({"loss": [1.0]}).save(tmp_path / "history.pkl")


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        "[]",
        "{}",
        json.dumps({"metrics": {"accuracy": [1.0]}}),
        json.dumps({"metrics": {"loss": [1.0], "accuracy": [1.0, 2.0]}}),
        json.dumps({"metrics": {"loss": [1.0]}, "unknown": 1}),
    ],
)
def test_a_file_without_a_history_is_refused(tmp_path, content):
    path = tmp_path / "history.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match="does not hold a training history"):
        training.History.load(path)
