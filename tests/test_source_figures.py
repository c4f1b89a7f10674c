"""Every figure of the lectures that the course reproduces or corrects stands in a compared cell.

nbval fails when such a cell prints anything else than what is stored; here the stored text is held
against the figure itself, so that neither can drift.
"""

from pathlib import Path

import pytest

from tools import notebook_files as files

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"

pytestmark = pytest.mark.unit

# chapter, cell id, what its stored output must contain
FIGURES = [
    ("01", "forward-by-hand", "q = 3 · f = -12"),
    ("01", "product-by-hand", "df/dq = -4 · df/dz = 3"),
    ("01", "sum-by-hand", "df/dx = -4 · df/dy = -4"),
    ("01", "three-ways", "x          -4      -4.000     -4.0"),
    ("01", "three-ways", "z           3       3.000      3.0"),
    ("01", "twice-three-ways", "x           8       8.001      8.0"),
    ("01", "deep-by-hand", "w1       48.0      48.036     48.0"),
    ("01", "deep-update", "w1 0.5 → 0.02"),
    ("01", "rate-paths", "learning rate  0.01: after eight steps   2.00"),
    ("01", "count-parameters", "407,050 parameters"),
    ("01", "source-figures", "dense network 97.8%, convnet 99.12%"),
    ("02", "digit-shape", "(28, 28), 784 numbers"),
    ("02", "hand-patch", "= 6"),
    ("02", "hand-row", "second: 9 · third: 11"),
    ("02", "slide-result", "[[ 6  9 11]\n [10 "),
    ("02", "flipped", "[8 6 7]"),
    ("02", "three-sizes", "size 5, kernel 3  →  3"),
    ("02", "padded-output", "[[-10   2   1  -5   7  15]\n [-15   3   0  -9  11  24]"),
    ("02", "ten-filters", "output (10, 10, 10) · parameters 280"),
    ("02", "count-by-hand", "64 × (3·3·3 + 1) = 1,792"),
    ("02", "shapes", "(26, 26, 32)"),
    ("02", "shapes", "(13, 13, 32)"),
    ("02", "shapes", "(11, 11, 64)"),
    ("02", "shapes", "(5, 5, 64)"),
    ("02", "shapes", "(3, 3, 64)"),
    ("02", "ledger", " 320 "),
    ("02", "ledger", " 18,496 "),
    ("02", "ledger", " 36,928 "),
    ("02", "ledger", "(576,)"),
    ("02", "counts", "55,744"),
    ("02", "counts", "93,322"),
    ("02", "source-errors", "97.80%"),
    ("02", "source-errors", "99.12%"),
    ("02", "source-errors", "0.0305"),
    ("02", "source-errors", "60% fewer"),
    ("03", "pooling-by-keras", "[[ 20.  30.]\n [112.  37.]]"),
    ("03", "pooling-by-keras", "[[13.   8. ]\n [79.  19.5]]"),
    ("03", "channels-stay", "(13, 13, 32)"),
    ("03", "ledger-without", "(22, 22, 64)"),
    ("03", "savings", "convolutions 55,744 · all 93,322"),
    ("03", "savings", "convolutions 55,744 · all 2,038,922"),
    ("07", "frozen-counts", "trainable                 257"),
    ("07", "vgg", "A      11 layers"),
    ("07", "vgg", "A-LRN  11 layers"),
    ("07", "vgg", "B      13 layers"),
    ("07", "vgg", "C      16 layers"),
    ("07", "vgg", "D      16 layers"),
    ("07", "vgg", "E      19 layers"),
    ("07", "vgg", "1:256"),
    ("07", "vgg16", "(7, 7, 512)"),
    ("07", "vgg16", "14,714,688"),
    ("07", "vgg16", "25,088"),
    ("07", "vgg16", "27,626,178"),
    ("07", "vgg16", "12,911,490"),
    ("07", "vgg16-builder", "92.7% (not run by us)"),
    ("07", "vgg16-builder", "23,262"),
    ("07", "losses", "0.1643"),
    ("04", "small-convnet", "991,041"),
    ("04", "first-edition", "3,453,121"),
    ("04", "source-figures", "69.0%"),
    ("05", "turns", "from −36° to +36°"),
    ("05", "dropout", "values [0. 2.]  mean 1.0"),
    ("05", "source", "plain, 30 epochs: test                                       69.0%"),
    ("05", "source", "both remedies: validation, mean of the last 20 epochs        83.9%"),
    ("05", "source", "both remedies: validation, best epoch                        86.4%"),
    ("05", "source", "both remedies: test                                          82.9%"),
    ("05", "source", "about 85%"),
    ("05", "source", "lowest validation loss in epoch 41, overfitting again from epoch 60 to 70"),
    ("05", "legacy-exists", "keras.preprocessing.image.ImageDataGenerator there: False"),
    ("05", "legacy-exists", "tf.keras.preprocessing.image.ImageDataGenerator there: True"),
    ("05", "validation-split", "Found 2016 images belonging to 3 classes."),
    ("05", "validation-split", "Found 504 images belonging to 3 classes."),
    ("05", "validation-split", "validation, by hand  01: 360, 02: 144"),
    ("05", "steps", "2,000 pictures by 32: 63 batches; asked for: 100"),
    ("05", "steps", "1,000 pictures by 32: 32 batches; asked for: 50"),
    ("05", "lab-models", "3,473,475"),
    ("05", "lab-models", "941,506"),
    ("05", "lab-source", "0.61 to 0.81 in epochs 11 to 16"),
    ("05", "lab-source", "0.569 in epoch 13, with an accuracy of 0.8135"),
    ("05", "lab-source", "0.84 to 0.86"),
    ("05", "lab-source", "2.75 to 3.13"),
    ("08", "horse-or-human", "accuracy 0.84, loss 2.75"),
    ("08", "horse-or-human", "accuracy 0.86, loss 3.13"),
    ("A1", "vgg-range", "[-103.9 -116.8 -123.7]"),
    ("A1", "recomputed", "no. 11: 19.5"),
    ("A1", "recomputed", "no. 10: 14,714,688"),
    ("A1", "padding-rows", "[[-10   2   1  -5   7  15]\n [-15   3   0  -9  11  24]]"),
    ("A1", "chain-rule", "with da/dw1 = x:       24.0"),
    ("A1", "broken-lines", "layers.Con2D(32, 3)                 AttributeError"),
    ("A1", "relabelled", "721,857 in all, 718,849 trained"),
    ("A1", "relabelled", "4.5 times as many mistakes"),
    ("A1", "first-epoch", "32 coins right: 1 in 4,294,967,296"),
    ("A1", "fractions", "410 of 504 prints 0.8135"),
    ("A1", "fair-points", "all 19.3 = remedies 13.9 + what is left 5.4"),
    ("A1", "split-run", "1-9, 2-0, 2-1, 2-2, 2-3"),
    ("A1", "split-run", "the same picture twice: False"),
    ("A1", "steps", "2,000 pictures by 32: 63 batches, asked for 100"),
    ("A1", "steps", "1,000 pictures by 32: 32 batches, asked for 50"),
    ("A1", "steps", "Keras: Your input ran out of data"),
    ("A1", "half-folder", "second run: FileExistsError"),
    ("A1", "half-folder", "materialize, second run: done"),
    ("A1", "label-forms", "sparse_categorical_crossentropy   integer  0.2231"),
    ("A1", "moved", "stride 1: stays False · moves along True"),
    ("A1", "five-claims", "(13, 13, 32) · weights 0"),
    ("A1", "five-claims", "same: {1: 5, 2: 3, 3: 2}"),
    ("A1", "rotation", "±36°"),
    ("A1", "aged-warned", "metrics=['acc'] gives ['acc', 'loss']"),
    ("06", "residual-net", "all 297,697"),
    ("06", "vgg-table", "block 5: 3 × 512 filters at  14×14"),
    ("06", "norm-numbers", "[-1.34 -0.45  0.45  1.34]"),
    ("06", "xception", "all 721,857 · trainable 718,849 · moving statistics 3,008"),
    ("06", "source-table", "69.0%       82.9%"),
    ("06", "source-table", "88.3%"),
    ("06", "source-table", "across: 19.3 points · down the same column: 5.4 points"),
    ("06", "separable-counts", "73,728 weights"),
    ("06", "separable-counts", "8,768 weights"),
    ("06", "separable-counts", "8.4 times fewer"),
    ("06", "jacobians", "f4(f3(f2(f1(x)))) is J4 · J3 · J2 · J1"),
]


def _stored_text(chapter: str, identifier: str) -> str:
    (path,) = NOTEBOOKS.glob(f"{chapter}_*.ipynb")
    (cell,) = (cell for cell in files.read(path).cells if cell.id == identifier)
    assert files.CHECKED in files.tags(cell), "the cell is not compared"
    return "".join("".join(output.get("text", "")) for output in cell.outputs)


@pytest.mark.parametrize(("chapter", "identifier", "figure"), FIGURES)
def test_the_figure_is_stored_in_its_compared_cell(chapter, identifier, figure):
    assert figure in _stored_text(chapter, identifier)


def test_chapter_02_compares_at_least_twelve_cells():
    (path,) = NOTEBOOKS.glob("02_*.ipynb")
    compared = [cell for cell in files.read(path).cells if files.CHECKED in files.tags(cell)]
    assert len(compared) >= 12


def test_another_figure_is_not_found():
    """The control: the lookup does not accept just anything."""
    assert "99.13%" not in _stored_text("02", "source-errors")
    assert "[-13   3" not in _stored_text("02", "padded-output")
