"""Train the small base that ships with the course: ``python -m tools.small_base``.

Draws ten other animals and trains the base of :mod:`course_utils.models.small_base` to tell them
apart and to estimate their proportions. Three files go into ``course_utils/references``: the
weights as 16-bit numbers (``small_base.npz``), how they were made (``small_base.json``) and what
they have seen (``small_base.jpg``). The drawn pictures are kept in the cache folder. ``--check``
trains nothing and says whether the files still belong to the code.
"""

import argparse
import hashlib
import io
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from course_utils import models, runtime
from course_utils.data import cache
from course_utils.models import small_base
from course_utils.samples import pets
from tools import atomic_files, source_animals

FOLDER = small_base.FILE.parent
REPORT = small_base.FILE.with_suffix(".json")
EXAMPLES = small_base.FILE.with_suffix(".jpg")
#: Which held-out picture of each animal shows it best, found by looking.
_SHOWN = dict(bear=4, fox=0, goat=3, lemur=10, mouse=4, otter=4, pig=3, pony=7, rabbit=11, sheep=0)


@dataclass(frozen=True)
class Recipe:
    """Everything about the training that is a number."""

    pictures_per_species: int = 800
    held_out_per_species: int = 100
    image_size: int = 96
    epochs: int = 12
    batch_size: int = 32
    learning_rate: float = 3e-3
    warmup_steps: int = 100
    weight_decay: float = 1e-4
    dropout: float = 0.2
    momentum: float = 0.95
    precision: str = "float32"
    seed: int = 0


def key(recipe: Recipe) -> str:
    """Return a hash of all that the weights depend on: network, recipe, animals, generators."""
    base = small_base.build_small_base()
    content = {
        "recipe": asdict(recipe),
        "network": [
            [type(layer).__name__, layer.name, list(layer.output.shape[1:]), layer.count_params()]
            for layer in base.layers
        ],
        "species": {name: asdict(one) for name, one in source_animals.SPECIES.items()},
        "generators": [source_animals.VERSION, pets.VERSION],
        "backend": keras.backend.backend(),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def fingerprint(base: keras.Model) -> list[float]:
    """Return a few averaged features of a picture that is the same for ever: two gradients."""
    steps = np.linspace(0, 255, 96, dtype="float32")
    picture = np.stack([*np.meshgrid(steps, steps), np.full((96, 96), 128, "float32")], axis=-1)
    maps = np.asarray(base(picture[None], training=False))
    return [round(float(value), 4) for value in maps.mean(axis=(0, 1, 2))[:12]]


def find_problem() -> str:
    """Return why the files do not belong to the code, or an empty string."""
    try:
        report = json.loads(REPORT.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return f"{REPORT.name}: {error}"
    if not isinstance(report, dict) or not {"key", "recipe", "sha256"} <= set(report):
        return f"{REPORT.name}: no report of a training"
    if report["recipe"] != asdict(Recipe()) or report["key"] != key(Recipe()):
        return "network, recipe or animals were changed since the base was trained"
    if report["sha256"] != hashlib.sha256(small_base.FILE.read_bytes()).hexdigest():
        return f"{small_base.FILE.name} is not the file that {REPORT.name} describes"
    return ""


def draw(recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures uint8 (n, size, size, 3) and labels; the held-out ones come last."""
    per_species = recipe.pictures_per_species + recipe.held_out_per_species
    name = (
        f"source-animals-{source_animals.VERSION}-{pets.VERSION}-seed{recipe.seed}"
        f"-{per_species}x{recipe.image_size}px.npz"
    )

    def make():
        pictures, labels = source_animals.draw_set(
            range(per_species), recipe.image_size, recipe.seed, os.cpu_count()
        )
        return {"pictures": pictures, "labels": labels}

    stored = cache.arrays(name, ("pictures", "labels"), make)
    return stored["pictures"], stored["labels"]


def train(recipe: Recipe, pictures: np.ndarray, labels: dict[str, np.ndarray]):
    """Return the trained network with both tasks, and its base.

    Proportions are numbers, so that each picture says more about the animal than its name does:
    the base learns in a fraction of the time.
    """
    keras.utils.set_random_seed(recipe.seed)
    keras.mixed_precision.set_global_policy(recipe.precision)
    base = small_base.build_small_base(momentum=recipe.momentum)
    features = keras.layers.GlobalAveragePooling2D()(base.output)
    x = keras.layers.Dropout(recipe.dropout)(features)
    species = keras.layers.Dense(len(source_animals.SPECIES), "softmax", name="species")(x)
    proportions = keras.layers.Dense(labels["proportions"].shape[1], name="proportions")(features)
    model = keras.Model(base.input, {"species": species, "proportions": proportions})
    steps = recipe.epochs * -(-len(pictures) // recipe.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, steps, warmup_target=recipe.learning_rate, warmup_steps=recipe.warmup_steps
    )
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay),
        loss={"species": "sparse_categorical_crossentropy", "proportions": "mse"},
        metrics={"species": "accuracy"},
    )
    model.fit(_batches(recipe, pictures, labels), epochs=recipe.epochs, verbose=2)
    return model, base


def _batches(recipe: Recipe, pictures: np.ndarray, labels: dict) -> tf.data.Dataset:
    pictures = tf.constant(pictures)
    labels = {name: tf.constant(values) for name, values in labels.items()}
    places = tf.data.Dataset.range(len(pictures)).shuffle(len(pictures), seed=recipe.seed)

    def read(chosen):
        batch = tf.cast(tf.gather(pictures, chosen), tf.float32)
        mirrored = tf.image.random_flip_left_right(batch, seed=recipe.seed)
        return mirrored, {name: tf.gather(values, chosen) for name, values in labels.items()}

    return places.batch(recipe.batch_size).map(read).prefetch(2)


def write_weights(base: keras.Model, path: Path = small_base.FILE) -> None:
    """Write the weights as 16-bit numbers, so that the file is there whole or not at all."""
    unfinished = path.with_name(cache.unfinished_name(f".{path.name}"))
    try:
        with unfinished.open("wb") as file:
            np.savez_compressed(
                file, **{one.path: np.asarray(one).astype("float16") for one in base.weights}
            )
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_examples(pictures: np.ndarray, path: Path = EXAMPLES) -> None:
    """Write one JPEG with a picture of each species, side by side."""
    species = list(source_animals.SPECIES)
    row = [pictures[_SHOWN[name] * len(species) + place] for place, name in enumerate(species)]
    content = io.BytesIO()
    Image.fromarray(np.concatenate(row, axis=1)).save(content, "JPEG", quality=88)
    unfinished = path.with_name(cache.unfinished_name(f".{path.name}"))
    try:
        unfinished.write_bytes(content.getvalue())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> int:
    """Train and write the base, or check it; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="train nothing, only compare")
    parser.add_argument("--draw", action="store_true", help="only draw the pictures")
    options = parser.parse_args(arguments)
    if options.check:
        problem = find_problem()
        print(problem or "The small base belongs to the code.")
        return bool(problem)
    recipe = Recipe()
    pictures, species = draw(recipe)
    if options.draw:
        return 0
    held_out = recipe.held_out_per_species * len(source_animals.SPECIES)
    numbers = range(len(pictures) // len(source_animals.SPECIES))
    labels = {
        "species": species,
        "proportions": source_animals.proportions(numbers, recipe.seed),
    }
    begin = time.monotonic()
    known = {name: values[:-held_out] for name, values in labels.items()}
    model, base = train(recipe, pictures[:-held_out], known)
    minutes = (time.monotonic() - begin) / 60
    write_weights(base)
    base.set_weights(models.load_small_base().get_weights())  # rounded as everybody has them
    guessed = model.predict(pictures[-held_out:], verbose=0)["species"].argmax(axis=1)
    accuracy = np.mean(guessed == species[-held_out:])
    write_examples(pictures[-held_out:])
    report = {
        "classes": list(source_animals.SPECIES),
        "training_pictures": len(pictures) - held_out,
        "held_out_pictures": held_out,
        "held_out_accuracy": round(float(accuracy), 4),
        "recipe": asdict(recipe),
        "minutes": round(minutes, 1),
        "hardware": runtime.hardware(),
        "versions": runtime.versions(),
        "generators": {"animals": source_animals.VERSION, "pets": pets.VERSION},
        "key": key(recipe),
        "fingerprint": fingerprint(models.load_small_base()),
        "sha256": hashlib.sha256(small_base.FILE.read_bytes()).hexdigest(),
    }
    atomic_files.write(REPORT, json.dumps(report, indent=1) + "\n")
    print(f"{accuracy:.1%} of {held_out:,} other pictures of {len(report['classes'])} animals")
    return 0


if __name__ == "__main__":
    sys.exit(main())
