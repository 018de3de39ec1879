"""The labels of a manifest decide what its bundle may say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.training.builders.labelled_manifest import listings, manifest_of
from training.calibration.bundle_kind import (
    bundle_kind,
    calibrating_listings_needed,
    count_listings,
    describe_unknown,
    labels_needed,
    training_listings,
    unknown_labels,
)
from training.data.manifest import PhotoRow
from training.errors import RunError
from vision.bundle.metadata import AuthenticityKind, ListingCounts

GENUINE, COUNTERFEIT = listings("genuine", 4), listings("counterfeit", 1)


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        pytest.param([*GENUINE, *COUNTERFEIT], "calibrated", id="one counterfeit listing is enough to know of them"),
        pytest.param(GENUINE, "conformal", id="genuine listings alone"),
        pytest.param(
            [*GENUINE, *listings("counterfeit", 3, split="test")], "conformal", id="counterfeits are for testing alone"
        ),
        pytest.param(
            [*GENUINE, *listings("counterfeit", 3, fold=0)], "calibrated", id="a fold is no test set for good"
        ),
        pytest.param([*GENUINE, replace(COUNTERFEIT[0], label=None)], "conformal", id="unlabelled rows say nothing"),
    ],
)
def test_the_labels_outside_the_test_set_decide_the_kind(rows: list[PhotoRow], kind: AuthenticityKind) -> None:
    assert bundle_kind(manifest_of(rows)) == kind


@pytest.mark.parametrize("rows", [COUNTERFEIT, [*COUNTERFEIT, *listings("genuine", 5, split="test")]])
def test_counterfeits_alone_give_no_bundle(rows: list[PhotoRow]) -> None:
    with pytest.raises(RunError, match=r"no listing is genuine.*add genuine listings"):
        bundle_kind(manifest_of(rows))


def test_the_numbers_needed_follow_from_the_kind_and_its_limit() -> None:
    assert (labels_needed("calibrated"), labels_needed("conformal")) == (("genuine", "counterfeit"), ("genuine",))
    assert calibrating_listings_needed("calibrated", 0.05) == 2
    assert [calibrating_listings_needed("conformal", alpha) for alpha in (0.05, 0.1, 0.01)] == [19, 9, 99]


def test_listings_are_counted_once_by_product_and_label() -> None:
    manifest = manifest_of(GENUINE, COUNTERFEIT, listings("genuine", 2, "hat"), listings("genuine", 9, split="test"))
    assert count_listings(manifest, range(3)) == {"toy": ListingCounts(genuine=1, counterfeit=0)}
    assert training_listings(manifest) == {
        "hat": ListingCounts(genuine=2, counterfeit=0),
        "toy": ListingCounts(genuine=4, counterfeit=1),
    }


def test_a_product_without_a_label_that_another_has_is_unknown_on_that_side() -> None:
    both, genuine, fake = (ListingCounts(genuine=g, counterfeit=c) for g, c in ((5, 5), (5, 0), (0, 5)))
    assert unknown_labels({"shoe": both, "hat": genuine, "bag": fake}) == {"hat": "counterfeit", "bag": "genuine"}
    assert unknown_labels({"hat": genuine, "cap": genuine}) == {}, "the kind of the bundle says so already"
    assert describe_unknown("calibrated", {"shoe": both, "hat": genuine, "bag": fake}) == (
        "It knows no genuine listing of bag, and so never calls one counterfeit.",
        "It knows no counterfeit listing of hat, and so never calls one genuine.",
    )
    assert describe_unknown("calibrated", {"shoe": both}) == ()
    (sentence,) = describe_unknown("conformal", {"hat": genuine})
    assert sentence == "It knows genuine listings alone: it flags what is unlike them, and never says genuine."
