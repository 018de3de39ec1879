"""Prints and holes show each measure of the item, and a change of one measure stays where it belongs."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import label

from training.render.geometry.material import Texture
from training.render.product.artwork import draw_grille, draw_rating_label, draw_screw_head, draw_word_mark
from training.render.product.cues import RULES, Cue
from training.render.product.item import Item

GENUINE = Item()
LETTER_PX = 125  # a letter's height in the finished picture, which word-mark spacing and offset are measured in
BAR_ROWS = slice(188, 194)


def columns_with_ink(mark: Texture) -> tuple[int, int]:
    columns = np.flatnonzero((mark > 0.5).any(0))
    return int(columns[0]), int(columns[-1])


def ink_width(item: Item) -> int:
    first, last = columns_with_ink(draw_word_mark(item))
    return last - first


def changed_rows(before: Texture, after: Texture) -> tuple[int, int]:
    rows = np.flatnonzero((before != after).any((1, 2)))
    return int(rows[0]), int(rows[-1])


def test_a_word_mark_is_a_weight_with_its_ink_in_the_middle() -> None:
    mark = draw_word_mark(GENUINE)
    assert mark.shape == (224, 1024)
    assert (mark.min(), mark.max()) == (0, 1)
    first, last = columns_with_ink(mark)
    assert first + last == pytest.approx(1024, abs=4)


def test_wider_spacing_moves_eight_letters_apart_by_seven_gaps() -> None:
    wider = replace(GENUINE, mark_spacing=GENUINE.mark_spacing + 0.1)
    assert ink_width(wider) - ink_width(GENUINE) == pytest.approx(7 * 0.1 * LETTER_PX, abs=3)


def test_a_narrower_mark_is_squeezed_about_its_middle() -> None:
    narrow = replace(GENUINE, mark_width=0.86)
    assert ink_width(narrow) / ink_width(GENUINE) == pytest.approx(0.86, abs=0.01)
    assert sum(columns_with_ink(draw_word_mark(narrow))) == pytest.approx(1024, abs=4)


def test_an_offset_moves_the_mark_by_letter_heights() -> None:
    first, _ = columns_with_ink(draw_word_mark(GENUINE))
    moved, _ = columns_with_ink(draw_word_mark(replace(GENUINE, mark_offset=(0.1, 0.0))))
    assert moved - first == pytest.approx(0.1 * LETTER_PX, abs=1.5)


def test_a_tilted_mark_rises_to_the_right() -> None:
    mark = draw_word_mark(replace(GENUINE, mark_tilt_deg=3.0))
    height_left, height_right = (
        np.flatnonzero(mark[:, columns].any(1))[-1] for columns in (slice(140, 200), slice(820, 880))
    )
    # the bar's ends lie about 680 px apart
    assert height_left - height_right == pytest.approx(680 * np.tan(np.radians(3)), abs=3)


def test_the_fine_bar_is_broken_once_and_another_font_has_none() -> None:
    bar = draw_word_mark(GENUINE)[BAR_ROWS].min(0) > 0.5
    assert label(bar)[1] == 2
    assert not draw_word_mark(replace(GENUINE, mark_has_bar=False))[BAR_ROWS].any()


def test_a_thicker_stroke_leaves_more_ink() -> None:
    assert draw_word_mark(replace(GENUINE, mark_stroke_px=9)).mean() > 1.2 * draw_word_mark(GENUINE).mean()


def test_a_wobble_moves_letters_and_leaves_the_bar() -> None:
    wobbling = RULES[Cue.WORD_MARK_SPACING].change(GENUINE, {"spacing": GENUINE.mark_spacing, "wobble": 0.02})
    before, after = draw_word_mark(GENUINE), draw_word_mark(wobbling)
    assert (before[:180] != after[:180]).any()
    np.testing.assert_array_equal(before[BAR_ROWS], after[BAR_ROWS])


def test_a_rating_label_is_a_bright_plate_with_rounded_corners() -> None:
    color, outline = draw_rating_label(GENUINE)
    assert color.shape == (640, 512, 3)
    assert 0 <= color.min() < color.max() < 0.5  # linear: printed grey, never white
    assert outline[320, 256] == 1
    assert outline[[0, 0, -1, -1], [0, -1, 0, -1]].max() == 0


def test_a_misprint_changes_the_lines_of_model_and_voltage_alone() -> None:
    before, _ = draw_rating_label(GENUINE)
    after, _ = draw_rating_label(RULES[Cue.RATING_LABEL_MISPRINT].change(GENUINE, {}))
    first, last = changed_rows(before, after)
    assert first > 139  # the brand's line ends here
    assert last < 286  # and that of the power begins


def test_a_serial_changes_bar_code_and_number_alone() -> None:
    before, _ = draw_rating_label(GENUINE)
    after, _ = draw_rating_label(replace(GENUINE, serial=987_654_321))
    first, last = changed_rows(before, after)
    assert first == 383  # the bar code's first row
    assert last < 570


@pytest.mark.parametrize(
    ("item", "holes"),
    [
        (GENUINE, 1 + 6 + 12 + 18 + 24 + 30 + 36),
        (RULES[Cue.GRILLE_HOLES].change(GENUINE, {"hole_factor": 1.2}), 1 + 5 + 10 + 15 + 20 + 25 + 30),
        (RULES[Cue.GRILLE_PITCH].change(GENUINE, {"pitch_factor": 1.2}), 1 + 6 + 12 + 18 + 24 + 30),
    ],
    ids=["genuine", "coarser", "wider pitch"],
)
def test_a_grille_has_every_hole_of_its_rings_apart_from_the_others(item: Item, holes: int) -> None:
    assert label(draw_grille(item) < 0.5)[1] == holes


def test_a_rings_holes_lie_evenly_around_it() -> None:
    grille = draw_grille(GENUINE)  # every ring has an even number of holes, so half a turn changes nothing
    assert np.abs(grille - grille[::-1, ::-1]).mean() < 0.02


def test_a_grilles_holes_have_their_size() -> None:
    open_share = 1 - draw_grille(GENUINE).mean()
    assert open_share == pytest.approx(127 * np.pi * GENUINE.grille_hole**2 / 4, rel=0.06)


def test_a_grilles_rings_lie_their_pitch_apart() -> None:
    middle = draw_grille(GENUINE)[256, 256:]  # every ring has a hole on the way to the right
    _, count = label(middle < 0.5)
    centres = [np.flatnonzero(label(middle < 0.5)[0] == hole).mean() for hole in range(2, count + 1)]
    assert count == 7
    np.testing.assert_allclose(np.diff(centres), GENUINE.grille_pitch * 256, atol=1)


def test_a_screw_head_is_a_disc_whose_cross_turns_with_its_angle() -> None:
    color, outline = draw_screw_head(0.3)
    assert outline.sum() == pytest.approx(np.pi * 46.5**2, rel=0.01)
    assert color[48, 48].max() < 0.01 < color[8, 48].min()  # the slot in the middle, the rim above
    quarter, eighth = (draw_screw_head(0.3 + turn)[0] for turn in (np.pi / 2, np.pi / 4))
    np.testing.assert_allclose(quarter, color, atol=0.02)
    assert np.abs(eighth - color).max() > 0.3
