"""A real tiny bundle evaluated on generated photos: red ones are genuine, blue ones counterfeit."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.training.builders.evaluated import SILENT, PhotoSet, evaluated, six_listings
from training.data.manifest import read_manifest
from training.errors import NothingToEvaluate
from training.pipeline.evaluate import evaluate_bundle
from vision.detector import Detector


@pytest.fixture
def photos(tmp_path: Path) -> PhotoSet:
    return six_listings(tmp_path / "photos")


def test_the_predictions_are_the_detector_s_own(tmp_path: Path, photos: PhotoSet) -> None:
    evaluation = evaluated(tmp_path, photos)
    verdict = Detector(tmp_path / "bundle").check([photos.folder / "000.jpg", photos.folder / "001.jpg"])
    first = evaluation.listings[0]
    assert (first.listing, first.outcome, first.authenticity) == ("g1", verdict.outcome, verdict.authenticity)
    assert [p.authenticity for p in evaluation.photos[:2]] == [p.authenticity for p in verdict.photos]
    assert first.logit == pytest.approx(np.mean([p.logit for p in evaluation.photos[:2]]))


def test_the_figures_count_the_planted_mistakes(tmp_path: Path, photos: PhotoSet) -> None:
    figures = evaluated(tmp_path, photos).figures
    # of the 9 pairs, g1 and g2 win all, and g-wrong wins those with c1 and c2
    assert figures.listing.auroc.value == pytest.approx(8 / 9)
    assert (figures.genuine_flagged.hits, figures.counterfeit_passed.hits) == (1, 1)
    assert [g.name for g in figures.by_maker] == ["m1", "m2"]
    assert [(g.name, g.counterfeit) for g in figures.by_cue] == [("font", 4), ("seam", 3)]


def test_a_bundle_that_was_fitted_on_everything_is_not_evaluated(tmp_path: Path, photos: PhotoSet) -> None:
    seen = [photos.digest(i) for i in range(len(photos.rows))]
    with pytest.raises(NothingToEvaluate, match="10 photos that the bundle was fitted on"):
        evaluated(tmp_path, photos, seen=seen)


def test_what_can_t_be_evaluated_is_excluded_and_counted(tmp_path: Path, photos: PhotoSet) -> None:
    photos.add("no-label", "", red=100)
    photos.add("other", "genuine", red=100, product="kettle")
    photos.add("mixed", "genuine", red=100, photos=1)
    photos.add("mixed", "genuine", red=100, photos=1, product="kettle")
    evaluation = evaluated(tmp_path, photos)
    exclusions = evaluation.exclusions
    assert len(evaluation.listings) == 6
    assert exclusions.unlabelled_photos == 2
    assert exclusions.listings_of_unknown_products == 1
    assert exclusions.listings_with_two_products == 1


def test_the_first_twelve_photos_of_a_listing_count(tmp_path: Path, photos: PhotoSet) -> None:
    photos.add("many", "genuine", red=150, photos=12)
    photos.add("many", "genuine", red=0, photos=3)
    evaluation = evaluated(tmp_path, photos)
    assert evaluation.listings[-1].photo_count == 12
    assert evaluation.listings[-1].outcome == "genuine"
    assert evaluation.exclusions.photos_beyond_twelve == 3


def test_an_unreadable_photo_doesn_t_stop_the_evaluation(tmp_path: Path, photos: PhotoSet) -> None:
    (photos.folder / "000.jpg").write_bytes(b"no photo")
    (photos.folder / "004.jpg").write_bytes(b"no photo")  # the only one of g-wrong
    evaluation = evaluated(tmp_path, photos)
    assert evaluation.photos[0].error == "photo_not_an_image"
    assert evaluation.listings[0].outcome == "genuine"
    unread = next(a for a in evaluation.listings if a.listing == "g-wrong")
    assert (unread.outcome, unread.authenticity, unread.error) == (None, None, "no_readable_photo")
    assert evaluation.figures.outcomes["genuine"]["no answer"] == 1


def test_two_threads_predict_as_one_does(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    manifest = read_manifest(photos.write())
    one, two = (evaluate_bundle(tmp_path / "bundle", manifest, threads=n, console=SILENT) for n in (1, 2))
    assert one.listings == two.listings


def test_the_folder_holds_metrics_answers_and_a_report(tmp_path: Path, photos: PhotoSet) -> None:
    evaluation = evaluated(tmp_path, photos, out=tmp_path / "out")
    metrics = json.loads((tmp_path / "out/metrics.json").read_text())
    assert metrics["figures"]["listing"]["auroc"]["value"] == pytest.approx(8 / 9, abs=1e-4)
    assert metrics["bundle"]["sha256"] == evaluation.bundle.sha256
    assert metrics["listings"] == 6
    shares = [row["counterfeit_share"] for row in metrics["expected_precision"]]
    assert shares == [0.5, 0.1, 0.01, 0.001]
    page = (tmp_path / "out/report.html").read_text()
    assert "precision of a counterfeit verdict" in page
    assert '<span class="chip better">guaranteed</span>' in page
    assert metrics["stress"] is None, "changed copies cost a pass each, so they are evaluated only on request"
    rows = list(csv.DictReader((tmp_path / "out/answers.csv").read_text().splitlines()))
    assert [row["listing"] for row in rows] == ["g1", "g2", "g-wrong", "c1", "c2", "c-wrong"]
    assert rows[4]["fold"] == "3"
    assert float(rows[0]["authenticity"]) == pytest.approx(evaluation.listings[0].authenticity, abs=1e-6)
