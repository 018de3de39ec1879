"""Predictions for a manifest's listings: which are excluded, and what a prediction holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.training.builders.evaluated import SILENT, PhotoSet, six_listings
from training.data.manifest import Manifest, read_manifest
from training.evaluation.predict import Exclusions, ListingResult, decide_rows, predict_manifest
from vision.detector import Detector


def predict(
    tmp_path: Path, photos: PhotoSet, *, seen: tuple[str, ...] = (), threads: int = 1
) -> tuple[list[ListingResult], Exclusions, Manifest]:
    write_tiny_bundle(tmp_path / "bundle", seen=seen)
    manifest = read_manifest(photos.write())
    results, exclusions = predict_manifest(Detector(tmp_path / "bundle"), manifest, threads=threads, console=SILENT)
    return results, exclusions, manifest


def test_every_listing_has_a_prediction_in_the_manifests_order(tmp_path: Path) -> None:
    results, exclusions, manifest = predict(tmp_path, six_listings(tmp_path / "photos"), threads=2)
    assert [one.listing.listing for one in results if one.listing] == list(manifest.listings)
    assert exclusions == Exclusions()
    first = results[0]
    assert first.listing is not None
    assert (first.listing.label, first.listing.photo_count, first.listing.outcome) == ("genuine", 2, "genuine")
    assert [(photo.row, photo.listing, photo.view) for photo in first.photos] == [
        (0, "g1", "whole"),
        (1, "g1", "whole"),
    ]


def test_cues_makers_and_folds_come_from_the_manifest(tmp_path: Path) -> None:
    results, _, _ = predict(tmp_path, six_listings(tmp_path / "photos"))
    second = next(one for one in results if one.listing and one.listing.listing == "c2")
    assert second.listing is not None
    assert (second.listing.maker, second.listing.fold) == ("m1", 3)
    assert second.photos[0].cues == ("font",)


def test_a_listing_with_one_training_photo_is_excluded_whole(tmp_path: Path) -> None:
    photos = six_listings(tmp_path / "photos")
    results, exclusions, _ = predict(tmp_path, photos, seen=(photos.digest(0),))
    assert "g1" not in {one.listing.listing for one in results if one.listing}
    assert exclusions == Exclusions(seen_photos=1, seen_listings=1, unseen_photos_of_seen_listings=1)


def test_what_can_t_be_predicted_is_counted_by_reason(tmp_path: Path) -> None:
    photos = six_listings(tmp_path / "photos")
    photos.add("no-label", "", red=100)
    photos.add("other", "genuine", red=100, product="kettle")
    photos.add("mixed", "genuine", red=100, photos=1)
    photos.add("mixed", "genuine", red=100, photos=1, product="kettle")
    photos.add("many", "genuine", red=150, photos=14)
    results, exclusions, _ = predict(tmp_path, photos)
    assert len(results) == 7
    assert exclusions == Exclusions(
        unlabelled_photos=2, listings_with_two_products=1, listings_of_unknown_products=1, photos_beyond_twelve=2
    )


def test_a_listing_without_a_readable_photo_has_an_error_instead_of_an_outcome(tmp_path: Path) -> None:
    photos = PhotoSet(tmp_path / "photos")
    photos.add("broken", "genuine", red=180, photos=1)
    (photos.folder / "000.jpg").write_bytes(b"no photo")
    (result,), _, _ = predict(tmp_path, photos)
    assert result.listing is not None
    assert (result.listing.outcome, result.listing.authenticity, result.listing.error) == (
        None, None, "no_readable_photo",
    )  # fmt: skip
    assert result.photos[0].error == "photo_not_an_image"


def test_rows_are_decided_as_the_detector_decides_them(tmp_path: Path) -> None:
    _, _, manifest = predict(tmp_path, six_listings(tmp_path / "photos"))
    detector = Detector(tmp_path / "bundle")
    data = [row.photo.read_bytes() for row in manifest.rows[:2]]
    judgements = [detector.judge_photo(photo, place) for place, photo in enumerate(data)]
    listing, photos = decide_rows(detector, manifest, (0, 1), judgements)
    verdict = detector.check(data)
    assert (listing.outcome, listing.authenticity) == (verdict.outcome, verdict.authenticity)
    assert [photo.authenticity for photo in photos] == [photo.authenticity for photo in verdict.photos]


def test_a_photo_without_the_product_adds_nothing_to_its_listings_logit(tmp_path: Path) -> None:
    _, _, manifest = predict(tmp_path, six_listings(tmp_path / "photos"))
    detector = Detector(tmp_path / "bundle")
    found, other = (detector.judge_photo(manifest.rows[n].photo.read_bytes(), n) for n in (0, 1))
    missed = replace(other, sha256="0" * 64, logit=-30.0, quality=("product_not_found",))
    listing, photos = decide_rows(detector, manifest, (0, 1), [found, missed])
    assert listing.logit == pytest.approx(found.logit)
    assert [photo.logit for photo in photos] == [found.logit, -30.0]
    empty, _ = decide_rows(detector, manifest, (0, 1), [replace(missed, index=n, sha256=str(n) * 64) for n in (0, 1)])
    assert (empty.logit, empty.outcome) == (None, "insufficient")


def test_an_unlabelled_row_is_refused(tmp_path: Path) -> None:
    photos = PhotoSet(tmp_path / "photos")
    photos.add("no-label", "", red=100, photos=1)
    write_tiny_bundle(tmp_path / "bundle")
    detector, manifest = Detector(tmp_path / "bundle"), read_manifest(photos.write())
    judgement = detector.judge_photo(manifest.rows[0].photo.read_bytes(), 0)
    with pytest.raises(ValueError, match="row 2 has no label"):
        decide_rows(detector, manifest, (0,), [judgement])
