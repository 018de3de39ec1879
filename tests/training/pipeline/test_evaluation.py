"""What metrics.json holds of an evaluation, and how exclusions are described."""

from pathlib import Path

import pytest

from tests.training.builders.evaluated import PhotoSet, evaluated, six_listings
from training.evaluation.predict import Exclusions
from training.pipeline.evaluation import describe_exclusions, metrics_table


@pytest.fixture
def photos(tmp_path: Path) -> PhotoSet:
    return six_listings(tmp_path / "photos")


def test_a_listing_with_a_training_photo_is_excluded_whole(tmp_path: Path, photos: PhotoSet) -> None:
    evaluation = evaluated(tmp_path, photos, seen=[photos.digest(0)])
    assert "g1" not in {a.listing for a in evaluation.listings}
    exclusions = evaluation.exclusions
    assert (exclusions.seen_photos, exclusions.seen_listings, exclusions.unseen_photos_of_seen_listings) == (1, 1, 1)
    assert any("1 photo that the bundle was fitted on" in reason for reason in describe_exclusions(exclusions))


def test_each_reason_has_one_sentence_and_what_did_not_happen_has_none() -> None:
    assert describe_exclusions(Exclusions()) == ()
    exclusions = Exclusions(
        seen_photos=3,
        seen_listings=2,
        unlabelled_photos=1,
        listings_with_two_products=1,
        listings_of_unknown_products=2,
        photos_beyond_twelve=5,
    )
    assert describe_exclusions(exclusions) == (
        "3 photos that the bundle was fitted on, of 2 listings.",
        "1 photo without a label.",
        "1 listing with more than one product.",
        "2 listings of products that the bundle doesn't know.",
        "5 photos beyond the twelfth of a listing.",
    )


def test_the_table_names_the_bundle_and_the_manifest_and_counts(tmp_path: Path, photos: PhotoSet) -> None:
    evaluation = evaluated(tmp_path, photos)
    table = metrics_table(evaluation)
    assert table["bundle"] == {
        "name": "tiny",
        "version": "1",
        "sha256": evaluation.bundle.sha256,
        "graph": "fp32",
        "label_kind": "rendered",
    }
    assert table["manifest"] == {"name": "manifest.csv", "sha256": evaluation.manifest.sha256}
    assert (table["listings"], table["photos"], table["photo_errors"]) == (6, 10, 0)
    assert table["stress"] is None
    assert table["measured_on"] == "listings of manifest.csv that the bundle was not fitted on"
    names = (
        "bundle manifest measured_on listings photos photo_errors left_out figures expected_precision stress robustness"
    )
    assert list(table) == names.split()
