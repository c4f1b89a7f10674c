"""The explorers answer to mouse and keyboard, in words as well, on a page without a kernel."""

import re

import numpy as np
import pytest

from course_utils import arithmetic, explorers

pytestmark = pytest.mark.browser

IMAGE = np.array(
    [[1, 2, 3, 4, 5], [2, 1, 0, 1, 2], [3, 0, 1, 1, 0], [1, 4, 1, 0, 2], [2, 0, 2, 3, 1]]
)
KERNEL = np.array([[1, 0, 1], [1, 0, 1], [0, 1, 0]])


def spoken(page) -> str:
    """What a screen reader was last told to read out."""
    return page.get_by_role("status").inner_text()


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def output_cells(page):
    return page.get_by_role("gridcell")


def values(cells) -> list[float]:
    return [number(text) for text in cells.all_inner_texts()]


def marked(page, name: str) -> list[tuple[int, int]]:
    """Rows and columns of the marked cells of the input, with the padding counted."""
    rows = page.locator(".panel:first-child .line").evaluate_all(
        "(rows, name) => rows.map((row) => [...row.children].map((one) => one.matches(name)))",
        f".{name}",
    )
    return [
        (row, column) for row, line in enumerate(rows) for column, one in enumerate(line) if one
    ]


def correlate(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)


def test_pointing_at_an_output_shows_its_patch_products_and_sum(open_page):
    page = open_page(explorers.page("convolution", image=IMAGE, kernel=KERNEL))
    expected = correlate(IMAGE, KERNEL)
    assert values(output_cells(page)) == expected.ravel().tolist()
    output_cells(page).nth(5).hover()  # row 1, column 2
    assert marked(page, "tap") == [(row, column) for row in (1, 2, 3) for column in (2, 3, 4)]
    terms = " + ".join(
        f"{pixel}·{weight}" for pixel, weight in zip(IMAGE[1:4, 2:5].flat, KERNEL.flat, strict=True)
    )
    assert spoken(page) == (
        f"Row 1, column 2 of the output: {terms} = {expected[1, 2]}. "
        "The window reads rows 1 to 3 and columns 2 to 4 of the input."
    )
    assert f"{terms} = {expected[1, 2]}" in page.locator(".sum").inner_text()


def test_dropped_rows_and_uneven_padding_are_marked_and_told(open_page):
    page = open_page(explorers.page("convolution", size=6, strides=2))
    unread = marked(page, "unread")
    assert unread == [
        (row, column) for row in range(6) for column in range(6) if 5 in (row, column)
    ]
    assert "No window reaches the last row and the last column" in page.inner_text(".facts")
    page.get_by_text("same", exact=True).click()
    assert arithmetic.padding_amounts(6, 3, 2, "same") == (0, 1)
    padding = marked(page, "padding")
    assert padding == [
        (row, column) for row in range(7) for column in range(7) if 6 in (row, column)
    ]
    assert "0 above, 1 below" in page.inner_text(".facts")
    assert marked(page, "unread") == []


def test_the_keyboard_does_what_the_mouse_does(open_page):
    page = open_page(explorers.page("convolution", image=IMAGE, kernel=KERNEL))
    expected = correlate(IMAGE, KERNEL)
    output_cells(page).first.focus()
    for key, row, column in [
        ("ArrowRight", 0, 1),
        ("ArrowDown", 1, 1),
        ("End", 1, 2),
        ("ArrowRight", 1, 2),
        ("Home", 1, 0),
        ("ArrowUp", 0, 0),
        ("Control+End", 2, 2),
        ("ArrowLeft", 2, 1),
        ("Control+Home", 0, 0),
    ]:
        page.keyboard.press(key)
        place = f"Row {row}, column {column}"
        assert spoken(page).startswith(f"{place} of the output: "), key
        assert f" = {expected[row, column]}. " in spoken(page)
        assert page.locator("[role=gridcell]:focus").get_attribute("aria-label") == place
        assert page.locator("[role=gridcell][tabindex='0']").count() == 1


def test_sliders_and_weights_by_keyboard(open_page):
    page = open_page(explorers.page("convolution", size=6, kernel_size=3))
    page.get_by_role("slider", name="Stride").focus()
    page.keyboard.press("ArrowRight")
    assert output_cells(page).count() == arithmetic.output_size(6, 3, 2) ** 2
    page.get_by_role("slider", name="Input size").focus()
    page.keyboard.press("ArrowLeft")
    assert output_cells(page).count() == arithmetic.output_size(5, 3, 2) ** 2

    before = values(output_cells(page))
    weight = page.get_by_label("Weight in row 0, column 0")
    pixel = number(page.locator(".panel:first-child .cell").first.inner_text())
    weight.fill("-7,5")
    weight.press("Enter")
    changed = values(output_cells(page))
    assert changed[0] - before[0] == pytest.approx(-8.5 * pixel)
    assert page.get_by_label("Kernel", exact=True).input_value() == "own"
    weight.fill("many")
    weight.press("Tab")
    assert page.get_by_role("alert").inner_text().startswith("“many” is not a number")
    assert weight.input_value() == "−7.5"
    assert values(output_cells(page)) == changed


def test_playing_goes_place_by_place_and_stops_at_the_end(open_page, tmp_path):
    page = open_page()
    page.clock.install()
    page.set_content(f"<!doctype html><title>x</title>{explorers.page('convolution', size=4)}")
    output_cells(page).first.focus()
    page.keyboard.press("Space")
    assert page.get_by_role("button", name="Pause").is_visible()
    assert spoken(page) == "Playing."
    current = page.locator("[role=gridcell].current")
    for place in ("Row 0, column 1", "Row 1, column 0"):
        page.clock.run_for(900)
        assert current.get_attribute("aria-label") == place
    page.keyboard.press("Space")
    page.clock.run_for(5000)
    assert "Row 1, column 0" in current.get_attribute("aria-label")
    assert spoken(page).startswith("Row 1, column 0 of the output")
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(5000)
    assert page.get_by_role("button", name="Play").is_visible()
    assert spoken(page).startswith("Row 1, column 1 of the output")
    page.get_by_role("button", name="Next").click()
    assert spoken(page).startswith("Row 0, column 0 of the output")
    page.get_by_role("button", name="Back").click()
    assert spoken(page).startswith("Row 1, column 1 of the output")
    assert output_cells(page).count() == 4


def test_what_comes_later_can_be_covered(open_page):
    page = open_page(explorers.page("convolution", size=4))
    page.get_by_label("Cover what comes later").check()
    assert output_cells(page).all_inner_texts()[1:] == ["?", "?", "?"]
    output_cells(page).nth(2).hover()
    assert output_cells(page).all_inner_texts()[3] == "?"
    assert "?" not in output_cells(page).all_inner_texts()[:3]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"size": 3, "kernel_size": 5}, "the window spans 5 rows, and the input has only 3"),
        ({"strides": 2, "dilation_rate": 2}, "a stride of 2 together with a dilation of 2"),
    ],
)
def test_what_keras_refuses_is_explained_and_can_be_mended(open_page, settings, sentence):
    page = open_page(explorers.page("convolution", **settings))
    assert sentence in page.locator(".refusal").inner_text()
    assert sentence in spoken(page)
    assert output_cells(page).count() == 0
    page.get_by_role("slider", name="Kernel size").fill("1")
    page.get_by_role("slider", name="Dilation").fill("1")
    assert output_cells(page).count() > 0
    assert page.locator(".refusal").count() == 0


def test_pooling_keeps_the_largest_or_the_average_and_counts_what_a_move_changes(open_page):
    image = np.arange(16).reshape(4, 4)
    page = open_page(explorers.page("pooling", image=image))
    assert values(output_cells(page)) == [5, 7, 13, 15]
    page.get_by_text("average", exact=True).click()
    assert values(output_cells(page)) == [2.5, 4.5, 10.5, 12.5]
    output_cells(page).nth(3).hover()
    assert "the average of 10, 11, 14, 15 is 12.5" in spoken(page)
    page.get_by_text("max", exact=True).click()
    page.get_by_role("slider", name="Shift right").fill("1")
    moved = np.hstack([np.zeros((4, 1)), image[:, :3]])
    after = moved.reshape(2, 2, 2, 2).max(axis=(1, 3))
    assert values(output_cells(page)) == after.ravel().tolist()
    pixels = int((moved != image).sum())
    assert f"{pixels} of 16 inputs changed, and 4 of 4 outputs" in page.inner_text(".facts")


def test_a_stack_shows_what_it_costs_and_sees(open_page):
    layers = [{"filters": 8}, {"kind": "pooling"}, {"kind": "separable", "filters": 16}]
    page = open_page(explorers.page("receptive_field", size=20, channels=3, layers=layers))

    def row(index):
        return page.locator("tbody tr").nth(index).locator(".result").all_inner_texts()

    weights = arithmetic.separable_parameters(8, 16, 3, use_bias=False)
    assert row(0)[0] == "18×18×8"
    assert row(2) == [
        "7×7×16",
        str(arithmetic.separable_parameters(8, 16, 3)),
        f"{arithmetic.multiply_adds(7, weights):,}",
        "8×8",
    ]
    assert "Position 3 of layer 3 sees 8 × 8 of 20 × 20 pixels." in spoken(page)
    page.get_by_role("slider", name="Position to look from").press("ArrowLeft")
    assert "Position 2 of layer 3 sees" in spoken(page)
    page.get_by_label("Kernel of layer 1").fill("5")
    assert row(2)[3] == "10×10"
    page.get_by_label("Kernel of layer 1").fill("0")
    assert spoken(page) == "A whole number from 1 to 11, please."
    assert row(2)[3] == "10×10"
    page.get_by_role("button", name="Add pooling").click()
    assert row(3)[3] == "12×12"
    page.get_by_role("button", name="Remove layer 2").click()
    assert page.locator("tbody tr").count() == 3
    page.get_by_label("Kernel of layer 3").fill("11")
    page.get_by_role("slider", name="Picture size").fill("9")
    assert "Layer 3: There is no output: the window spans 11 rows" in spoken(page)
    page.get_by_label("Stack").select_option("stack dilated")
    page.get_by_role("slider", name="Picture size").fill("28")
    assert [row(index)[3] for index in range(3)] == ["3×3", "7×7", "15×15"]


def test_pointing_at_the_drawing_of_a_stack_chooses_a_position(open_page):
    layers = [{"padding": "same"}, {"padding": "same", "dilation_rate": 3}]
    page = open_page(explorers.page("receptive_field", size=12, layers=layers))
    box = page.locator(".cone svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 15)
    assert re.match(r"Position [56] of layer 2 sees 9 × 9 of 12 × 12 pixels.", spoken(page))
    page.mouse.move(box["x"] + 5, box["y"] + box["height"] - 15)
    assert spoken(page).startswith("Position 0 of layer 2 sees")
    assert "Along each axis 4 of them lie in the padding." in spoken(page)


def kinds_and_kernels(page) -> list[tuple[str, str]]:
    """The layers of a stack, in their order."""
    return page.locator("tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [row.querySelector('select').value,"
        " row.querySelector('input[type=number][aria-label^=Kernel]').value])"
    )


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_a_layer_goes_between_two_others_and_can_be_moved(open_page, by):
    layers = [{"kernel_size": size} for size in (3, 5, 7)]
    page = open_page(explorers.page("receptive_field", size=28, layers=layers))

    def press(name):
        button = page.get_by_role("button", name=name, exact=True)
        if by == "mouse":
            return button.click()
        button.focus()
        page.keyboard.press("Enter")

    page.get_by_label("Look at layer 1").check()
    press("Add pooling after layer 1")
    conv, pool = "convolution", "pooling"
    assert kinds_and_kernels(page) == [[conv, "3"], [pool, "2"], [conv, "5"], [conv, "7"]]
    assert page.get_by_label("Look at layer 2").is_checked()
    assert page.locator("button:focus").inner_text() == "Add pooling after layer 2"
    press("Move layer 2 down")
    assert kinds_and_kernels(page) == [[conv, "3"], [conv, "5"], [pool, "2"], [conv, "7"]]
    assert spoken(page).startswith("Layer 2 is now layer 3. Position ")
    assert page.locator("button:focus").get_attribute("aria-label") == "Move layer 3 down"
    windows = [arithmetic.Window(3), arithmetic.Window(5), arithmetic.Window(2, 2)]
    field = arithmetic.receptive_field(28, windows)[-1].size
    assert f"of layer 3 sees {field} × {field} of 28 × 28" in spoken(page)
    press("Move layer 3 down")
    assert kinds_and_kernels(page)[-1] == [pool, "2"]
    # At the end there is no way down; the focus stays with the layer.
    assert page.get_by_label("Move layer 4 down").is_disabled()
    assert page.locator("button:focus").get_attribute("aria-label") == "Move layer 4 up"
    assert page.get_by_label("Move layer 1 up").is_disabled()


def test_a_stack_that_was_changed_is_called_own_and_comes_back(open_page):
    page = open_page(explorers.page("receptive_field"))
    stack = page.get_by_label("Stack")
    shown = stack.locator("option:checked")
    assert shown.inner_text() == "the convnet of chapter 02"
    assert "own stack" not in stack.locator("option").all_inner_texts()
    page.get_by_label("Kernel of layer 1").fill("5")
    assert shown.inner_text() == "own stack"
    changed = kinds_and_kernels(page)
    stack.select_option(label="dilations 1, 2, 4")
    assert shown.inner_text() == "dilations 1, 2, 4"
    assert kinds_and_kernels(page) != changed
    stack.select_option(label="own stack")
    assert kinds_and_kernels(page) == changed
    page.get_by_label("Kernel of layer 1").fill("3")  # as it was
    assert shown.inner_text() == "the convnet of chapter 02"
    assert stack.locator("option", has_text="own stack").count() == 1


def test_what_the_kind_of_a_layer_changes(open_page):
    layers = [{"dilation_rate": 3}, {"kernel_size": 1}]
    page = open_page(explorers.page("receptive_field", size=20, layers=layers))
    kind = page.get_by_label("Kind of layer 1")
    kind.focus()
    kind.select_option("pooling")
    assert page.locator("select:focus").get_attribute("aria-label") == "Kind of layer 1"
    # Pooling over 3 has no gaps, and no dilation that could be changed.
    field = page.locator("tbody tr").first.locator(".result").last
    assert field.inner_text() == "3×3"
    assert page.get_by_label("Dilation of layer 1").count() == 0


def test_who_is_alone_has_no_neighbour(open_page):
    layers = [{"kernel_size": 6}, {"kernel_size": 3}]
    page = open_page(explorers.page("receptive_field", size=8, layers=layers))
    assert spoken(page) == (
        "Position 0 of layer 2 sees 8 × 8 of 8 × 8 pixels. "
        "It has no neighbour: this position is the whole map."
    )
    page.get_by_label("Look at layer 1").check()
    assert "Its neighbour sees one pixel further." in spoken(page)


@pytest.mark.parametrize("name", ["convolution", "pooling", "receptive_field"])
def test_it_is_said_that_counting_begins_at_0(open_page, name):
    page = open_page(explorers.page(name))
    page.locator(".help").wait_for()
    assert len(re.findall("counted from 0", page.inner_text("section"))) == 1


def test_positions_in_the_padding_lie_before_0(open_page):
    page = open_page(explorers.page("convolution", size=4, padding="same"))
    output_cells(page).first.hover()
    assert arithmetic.padding_amounts(4, 3, 1, "same") == (1, 1)
    assert "The window reads rows −1 to 1 and columns −1 to 1 of the input." in spoken(page)


def test_augmentation_draws_again_and_names_layers_that_keras_knows(open_page):
    import keras

    page = open_page(explorers.page("augmentation", translation=0.1, contrast=0.3, flip=True))
    page.get_by_role("img", name="the original").wait_for()
    canvases = page.locator("canvas")

    def pictures():
        return canvases.evaluate_all("(all) => all.map((one) => one.toDataURL())")

    first = pictures()
    assert len(set(first)) == 12
    page.get_by_role("button", name="Draw again").click()
    second = pictures()
    assert second[0] == first[0]
    assert len({*first[1:], *second[1:]}) == 22
    assert "11 new versions" in spoken(page)

    def layers():
        return eval(page.inner_text(".code"), {"keras": keras}).layers

    names = [type(layer).__name__.removeprefix("Random") for layer in layers()]
    assert names == ["Flip", "Rotation", "Zoom", "Translation", "Contrast"]
    assert tuple(layers()[1].factor) == (-0.1, 0.1)
    assert tuple(layers()[4].factor) == (0.3, 0.3)  # what Keras understands as 0.7 to 1.3
    for name in ("Rotation", "Zoom", "Translation", "Contrast"):
        page.get_by_role("slider", name=name).fill("0")
    page.get_by_label("left for right").uncheck()
    page.get_by_label("top for bottom").uncheck()
    assert layers() == []
    assert len(set(pictures())) == 1
    page.get_by_role("slider", name="Rotation").fill("0.25")
    page.get_by_label("Fill with").select_option("wrap")
    assert layers()[0].fill_mode == "wrap"


def test_answers_stand_before_the_event_is_over(open_page):
    """No lag: whatever is pointed at or moved is shown at once, without a kernel or a timer."""
    page = open_page(explorers.page("convolution", size=12, kernel_size=7, padding="same"))
    told = page.locator("section").evaluate(
        """(section) => {
          const cells = () => section.querySelectorAll("[role=gridcell]");
          cells()[30].dispatchEvent(new PointerEvent("pointerenter"));
          const told = section.querySelector("[role=status]").textContent;
          const stride = section.querySelectorAll("input[type=range]")[2];
          stride.value = 4;
          stride.dispatchEvent(new Event("input"));
          return [told, cells().length];
        }"""
    )
    assert told[0].startswith("Row 2, column 6 of the output")
    assert told[1] == 9
