import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.detection.pointing_game import by_cue_size, measure_pointing, point, smallest_cue, widen
from vision.verdict import Evidence

WHOLE = (0.0, 0.0, 1.0, 1.0)


def evidence(*spots: tuple[int, int, float], box: tuple[float, float, float, float] = WHOLE) -> Evidence:
    values: NDArray[np.float32] = np.zeros((10, 10), np.float32)
    for row, column, value in spots:
        values[row, column] = value
    return Evidence(values=values, box=box)


def cue(top: int, left: int, bottom: int, right: int) -> NDArray[np.bool_]:
    """Marked pixels of a photo of 100 x 100, so that a place of the map has 10 x 10 of them."""
    marked = np.zeros((100, 100), np.bool_)
    marked[top:bottom, left:right] = True
    return marked


def test_a_hit_lies_in_the_mask_or_beside_it() -> None:
    in_place_5_5 = cue(52, 52, 58, 58)
    for column, hit in ((5, True), (6, True), (4, True), (7, False), (3, False)):
        game = point(evidence((5, column, -1.0), (0, 0, 9.0)), in_place_5_5, listing="a", box=None)
        assert game is not None
        assert game.hit is hit
        assert game.chance == pytest.approx(0.09)  # 3 x 3 of 100 places


def test_the_share_of_negative_evidence_inside_counts_no_positive_one() -> None:
    spots = evidence((5, 5, -3.0), (0, 0, -1.0), (5, 6, 50.0))
    game = point(spots, cue(52, 52, 58, 58), listing="a", box=None)
    assert game is not None
    assert game.inside == pytest.approx(0.75)


def test_chance_on_the_product_counts_the_places_of_its_box() -> None:
    game = point(evidence((5, 5, -1.0)), cue(52, 52, 58, 58), listing="a", box=(0.5, 0.5, 0.9, 0.9))
    assert game is not None
    assert game.chance_on_product == pytest.approx(4 / 16)  # places 5 and 6 of 5 to 8, both ways


def test_a_letterboxed_photos_grey_is_no_place_to_hit_by_chance() -> None:
    wide = evidence((4, 4, -1.0), box=(0.0, -0.5, 1.0, 1.5))  # rows 2.5 to 7.5 show the photo
    marked = cue(0, 0, 100, 100)
    game = point(wide, marked, listing="a", box=None)
    assert game is not None
    assert game.hit
    assert game.chance == 1.0


def test_without_the_edge_the_outermost_places_count_for_nothing() -> None:
    spots = evidence((0, 0, -9.0), (5, 5, -1.0))
    game = point(spots, cue(52, 52, 58, 58), listing="a", box=None, edge=False)
    assert game is not None
    assert game.hit
    assert game.inside == 1.0
    assert game.chance == pytest.approx(9 / 64)


def test_a_photo_whose_mask_marks_nothing_is_no_game() -> None:
    assert point(evidence((0, 0, -1.0)), cue(0, 0, 0, 0), listing="a", box=None) is None


def test_the_smallest_cue_is_the_number_of_the_fewest_pixels() -> None:
    mask = np.zeros((10, 10), np.uint8)
    mask[:5] = 1
    mask[9, :3] = 4
    assert smallest_cue(mask).sum() == 3
    assert smallest_cue(mask)[9, 0]
    assert not smallest_cue(np.zeros((4, 4), np.uint8)).any()


def test_widening_reaches_all_eight_neighbours_and_stops_at_the_edge() -> None:
    corner = np.zeros((4, 4), np.bool_)
    corner[0, 0] = True
    assert np.argwhere(widen(corner)).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]


def test_figures_are_means_with_their_gain_over_chance() -> None:
    hit = point(evidence((5, 5, -1.0)), cue(52, 52, 58, 58), listing="a", box=None)
    miss = point(evidence((0, 0, -1.0)), cue(52, 52, 58, 58), listing="b", box=None)
    assert hit is not None
    assert miss is not None
    figures = measure_pointing([hit, miss])
    assert figures.hit.value == 0.5
    assert figures.gain.value == pytest.approx(0.41)
    assert figures.hit.low == 0.0
    assert figures.hit.high == 1.0
    assert np.isnan(figures.chance_on_product.value)
    assert [len(games) for _, _, games in by_cue_size([hit, miss])] == [2, 0, 0]
