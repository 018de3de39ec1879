"""Figures of hand-made predictions: counts, groups, abstentions, and the way to JSON and back."""

import json
from pathlib import Path

import pytest

from training.data.manifest import Label
from training.evaluation.figures import Figures, measure
from training.evaluation.figures_json import figures_as_dict
from training.evaluation.predictions import ListingPrediction, PhotoPrediction, write_predictions
from vision.verdict import Outcome


def listing(
    name: str,
    label: Label,
    authenticity: float | None,
    outcome: Outcome | None = "review",
    *,
    product: str = "dryer",
    maker: str | None = None,
    photo_count: int = 1,
) -> ListingPrediction:
    return ListingPrediction(
        listing=name,
        label=label,
        product=product,
        photo_count=photo_count,
        logit=None if authenticity is None else 2 * authenticity - 1,
        authenticity=authenticity,
        outcome=outcome,
        maker=maker,
    )


def photo(
    name: str, label: Label, authenticity: float | None, cues: tuple[str, ...] = (), view: str = ""
) -> PhotoPrediction:
    return PhotoPrediction(
        row=0, listing=name, label=label, logit=0.0, authenticity=authenticity, cues=cues, view=view or None
    )


LISTINGS = [
    listing("g1", "genuine", 0.9, "genuine", photo_count=2),
    listing("g2", "genuine", 0.6),
    listing("g3", "genuine", 0.2, "counterfeit", product="iron"),
    listing("c1", "counterfeit", 0.1, "counterfeit", maker="m1"),
    listing("c2", "counterfeit", 0.7, "genuine", maker="m2", product="iron"),
    listing("c3", "counterfeit", None, "insufficient", maker="m1"),
]
PHOTOS = [
    photo("g1", "genuine", 0.9, view="whole"),
    photo("g2", "genuine", 0.5, view="label"),
    photo("c1", "counterfeit", 0.1, ("seam", "font"), view="whole"),
    photo("c2", "counterfeit", 0.7, ("font",), view="label"),
    photo("c3", "counterfeit", None, ("seam",)),
]


@pytest.fixture(scope="module")
def figures() -> Figures:
    return measure(LISTINGS, PHOTOS, rounds=200)


def test_a_listing_without_an_authenticity_counts_as_one_half(figures: Figures) -> None:
    # suspicions: genuine 0.1 0.4 0.8, counterfeit 0.9 0.3 0.5; above: 3 + 1 + 2 of 9 pairs
    assert figures.listing.auroc.value == pytest.approx(6 / 9)
    assert figures.listing.brier.value == pytest.approx((0.01 + 0.16 + 0.64 + 0.01 + 0.49 + 0.25) / 6)
    assert (figures.answered.hits, figures.answered.n) == (5, 6)


def test_only_listings_with_an_authenticity_enter_the_calibration_error(figures: Figures) -> None:
    # one listing a bin: |0.9-1|, |0.6-1|, |0.2-1|, |0.1-0|, |0.7-0|
    assert figures.listing.ece.value == pytest.approx((0.1 + 0.4 + 0.8 + 0.1 + 0.7) / 5)


def test_the_shares_count_decisions(figures: Figures) -> None:
    assert (figures.coverage.hits, figures.coverage.n) == (4, 6)
    assert (figures.accuracy_when_said.hits, figures.accuracy_when_said.n) == (2, 4)
    assert (figures.genuine_flagged.hits, figures.genuine_flagged.n) == (1, 3)
    assert (figures.counterfeit_passed.hits, figures.counterfeit_passed.n) == (1, 3)
    assert figures.outcomes["counterfeit"] == {"genuine": 1, "counterfeit": 1, "insufficient": 1}


def test_a_cue_sets_the_photos_that_show_it_against_all_genuine_photos(figures: Figures) -> None:
    seam, font = {g.name: g for g in figures.by_cue}["seam"], {g.name: g for g in figures.by_cue}["font"]
    assert (seam.genuine, seam.counterfeit) == (2, 1)  # the unread photo doesn't count
    assert seam.auroc.value == 1.0
    assert (font.genuine, font.counterfeit) == (2, 2)
    assert font.auroc.value == pytest.approx(3 / 4)


def test_a_maker_sets_its_listings_against_all_genuine_listings(figures: Figures) -> None:
    first, second = figures.by_maker
    assert (first.name, first.genuine, first.counterfeit) == ("m1", 3, 2)
    assert second.auroc.value == pytest.approx(1 / 3)
    assert second.counterfeit_passed is not None
    assert second.counterfeit_passed.hits == 1


def test_products_views_and_photo_counts_have_their_own_figures(figures: Figures) -> None:
    assert [(g.name, g.genuine, g.counterfeit) for g in figures.by_product] == [("dryer", 2, 2), ("iron", 1, 1)]
    assert [(g.name, g.auroc.value) for g in figures.by_view] == [("label", 0.0), ("whole", 1.0)]
    assert [(g.name, g.genuine, g.counterfeit) for g in figures.by_photo_count] == [("1", 2, 3), ("2", 1, 0)]


def test_a_figure_without_one_of_the_classes_is_null_in_json() -> None:
    table = figures_as_dict(measure([LISTINGS[0]], [PHOTOS[0]], rounds=10))
    quality = json.loads(json.dumps(table, allow_nan=False))["listing"]
    assert quality["auroc"] == {"value": None, "low": None, "high": None}
    assert quality["brier"]["value"] == pytest.approx(0.01)


def test_predictions_are_written_one_row_a_listing_with_empty_cells_where_there_are_none(tmp_path: Path) -> None:
    write_predictions(tmp_path / "answers.csv", [LISTINGS[0], LISTINGS[5]], "int8")
    assert (tmp_path / "answers.csv").read_text().splitlines() == [
        "listing,fold,label,product,photos,logit,authenticity,outcome,graph",
        "g1,,genuine,dryer,2,0.800000,0.900000,genuine,int8",
        "c3,,counterfeit,dryer,1,,,insufficient,int8",
    ]
