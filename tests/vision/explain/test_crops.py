import numpy as np
import pytest
from numpy.typing import NDArray

from vision.explain.crops import MIN_SHARE, EvidenceCrop, evidence_crops, places_in_photo
from vision.verdict import Evidence, Outcome

WHOLE = (0.0, 0.0, 1.0, 1.0)


def map_of(*spots: tuple[int, int, float], side: int = 8, box: tuple[float, float, float, float] = WHOLE) -> Evidence:
    """A map of `side` places a side, 0 but for spots (row, column, value); its crops are 2 places of 8 a side."""
    values: NDArray[np.float32] = np.zeros((side, side), np.float32)
    for row, column, value in spots:
        values[row, column] = value
    return Evidence(values=values, box=box)


def overlaps(a: EvidenceCrop, b: EvidenceCrop) -> bool:
    return a.box[0] < b.box[2] and b.box[0] < a.box[2] and a.box[1] < b.box[3] and b.box[1] < a.box[3]


def test_a_counterfeit_photos_crops_are_the_most_negative_strongest_first() -> None:
    evidence = map_of((0, 0, -1.0), (6, 6, -3.0), (7, 7, -1.0), (0, 7, 9.0))
    crops = evidence_crops(evidence, "counterfeit")
    assert [crop.contribution for crop in crops] == [-4.0, -1.0]
    assert crops[0].box == (0.75, 0.75, 1.0, 1.0)


def test_a_genuine_photos_crops_are_the_most_positive() -> None:
    crops = evidence_crops(map_of((0, 0, 2.0), (4, 4, -9.0), (7, 0, 1.0)), "genuine")
    assert [crop.contribution for crop in crops] == [2.0, 1.0]


def test_a_photo_for_review_shows_what_speaks_for_either_side() -> None:
    crops = evidence_crops(map_of((0, 0, 3.0), (0, 7, 2.5), (7, 0, -2.0)), "review")
    assert [crop.contribution for crop in crops] == [3.0, 2.5, -2.0]


@pytest.mark.parametrize("outcome", [None, "insufficient", "unsupported"])
def test_a_photo_without_a_verdict_has_no_crops(outcome: Outcome | None) -> None:
    assert evidence_crops(map_of((3, 3, -5.0)), outcome) == ()


def test_nothing_is_shown_where_nothing_speaks_for_the_verdict() -> None:
    assert evidence_crops(map_of((3, 3, 5.0)), "counterfeit") == ()


def test_what_matters_little_beside_the_strongest_is_left_out() -> None:
    weak, enough = 10 * MIN_SHARE - 0.01, 10 * MIN_SHARE
    assert len(evidence_crops(map_of((0, 0, 10.0), (7, 7, weak)), "genuine")) == 1
    assert len(evidence_crops(map_of((0, 0, 10.0), (7, 7, enough)), "genuine")) == 2


def test_crops_of_a_noisy_map_are_three_at_most_inside_the_photo_and_apart() -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).normal(size=(10, 10)).astype(np.float32)
        crops = evidence_crops(Evidence(values=values, box=WHOLE), "review")
        assert 1 <= len(crops) <= 3
        assert not any(overlaps(a, b) for i, a in enumerate(crops) for b in crops[i + 1 :])
        assert all(0 <= side <= 1 for crop in crops for side in crop.box)
        for crop in crops:  # three of ten places a side, and the sum of their values
            x, y = round(10 * crop.box[0]), round(10 * crop.box[1])
            assert crop.box[2] - crop.box[0] == pytest.approx(0.3)
            assert crop.contribution == pytest.approx(float(values[y : y + 3, x : x + 3].sum()), rel=1e-4)


def test_the_letterbox_is_no_part_of_the_photo() -> None:
    wide = map_of((0, 4, -9.0), (3, 4, -1.0), box=(0.0, -0.5, 1.0, 1.5))  # twice as wide as high: rows 2 to 5 show it
    assert places_in_photo(wide) == (slice(2, 6), slice(0, 8))
    (crop,) = evidence_crops(wide, "counterfeit")
    assert crop.contribution == -1.0
    assert crop.box[1] >= 0
    assert crop.box[3] <= 1
    assert crop.box[3] - crop.box[1] == pytest.approx(0.5)  # two of the four rows


def test_a_photo_thinner_than_a_crop_gives_crops_as_high_as_itself() -> None:
    thin = map_of((4, 1, -1.0), box=(0.0, -4.0, 1.0, 4.0))  # eight times as wide as high: row 4 alone shows it
    (crop,) = evidence_crops(thin, "counterfeit")
    assert (crop.box[1], crop.box[3]) == (0.0, 1.0)


def test_values_that_are_no_number_count_as_nothing() -> None:
    assert evidence_crops(map_of((0, 0, float("nan")), (7, 7, -1.0)), "counterfeit")[0].contribution == -1.0


def test_a_crop_is_centred_on_the_product_however_strong_what_lies_beside_it_is() -> None:
    product = np.zeros((8, 8), np.float32)
    product[2:6, 4:8] = 1
    spots = map_of((0, 0, -9.0), (2, 3, -9.0), (2, 4, -2.0), (3, 5, -2.0), (4, 6, -1.0))
    crops = evidence_crops(Evidence(values=spots.values, box=WHOLE, foreground=product), "counterfeit")
    assert [crop.contribution for crop in crops] == [-4.0, -1.0]
    for crop in crops:
        x, y = (crop.box[0] + crop.box[2]) / 2, (crop.box[1] + crop.box[3]) / 2
        assert 0.5 <= x <= 1
        assert 0.25 <= y <= 0.75


@pytest.mark.parametrize("side", [7, 10, 14])
def test_the_centres_of_crops_lie_on_the_product_at_every_size_of_the_map(side: int) -> None:
    random = np.random.default_rng(side)
    product = np.zeros((side, side), np.float32)
    product[side // 3 : side // 3 + 3, 1:4] = 1
    box = (-0.1, -0.25, 1.1, 1.25)
    for _ in range(20):
        evidence = Evidence(values=random.normal(0, 1, (side, side)).astype(np.float32), box=box, foreground=product)
        for crop in evidence_crops(evidence, "review"):
            x, y = (crop.box[0] + crop.box[2]) / 2, (crop.box[1] + crop.box[3]) / 2
            column, row = (x - box[0]) / (box[2] - box[0]) * side, (y - box[1]) / (box[3] - box[1]) * side
            assert 1 - 0.6 <= column <= 4 + 0.6, "clipping to the photo moves a centre by less than a place"
            assert side // 3 <= row <= side // 3 + 3
