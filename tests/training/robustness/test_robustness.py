"""A real tiny bundle on changed copies: red photos are genuine, blue ones counterfeit, and slopes are known."""

import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from tests.builders.bundle import write_tiny_bundle
from tests.training.builders.robustness_photos import write_photos
from training.commands.evaluate import app
from training.data.manifest import Label, read_manifest
from training.evaluation.predict import predict_manifest
from training.evaluation.predictions import ListingPrediction
from training.perturbations.photo import JPEG_50, OTHER_BACKGROUND, PAINTED_OUT, Change
from training.robustness.figures import ChangedPrediction, measure_change
from training.robustness.robustness import Robustness, RobustnessPlan, draw_listings, measure_robustness
from vision.detector import Detector
from vision.verdict import Outcome

SILENT = Console(file=io.StringIO())


def stressed(tmp_path: Path, manifest: Path, *changes: Change, threads: int = 1) -> Robustness:
    """What changed copies did, without a report."""
    write_tiny_bundle(tmp_path / "bundle")
    detector, rows = Detector(tmp_path / "bundle"), read_manifest(manifest)
    judged, _ = predict_manifest(detector, rows, threads=threads, console=SILENT)
    listings = [one.listing for one in judged if one.listing]
    photos = [photo for one in judged for photo in one.photos]
    plan = RobustnessPlan(changes=changes)
    return measure_robustness(detector, rows, listings, photos, plan, threads=threads, console=SILENT)


def prediction(outcome: Outcome | None, authenticity: float | None, label: Label = "genuine") -> ListingPrediction:
    logit = None if outcome is None else 4 * (authenticity or 0.5) - 2
    return ListingPrediction(
        listing="L", label=label, product="toy", photo_count=1, logit=logit, authenticity=authenticity, outcome=outcome
    )


def test_flips_changes_and_moves_are_counted_by_hand() -> None:
    pairs = [
        (prediction("genuine", 0.9), prediction("counterfeit", 0.1)),
        (prediction("counterfeit", 0.1, "counterfeit"), prediction("genuine", 0.8, "counterfeit")),
        (prediction("genuine", 0.9), prediction("review", 0.6)),
        (prediction("genuine", 0.9), prediction("insufficient", None)),
        (prediction("genuine", 0.9), prediction(None, None)),
        (prediction("counterfeit", 0.2, "counterfeit"), prediction("counterfeit", 0.1, "counterfeit")),
        (prediction("insufficient", None), prediction("insufficient", None)),
    ]
    found = measure_change("crop", [ChangedPrediction(change="crop", before=b, after=a) for b, a in pairs])
    assert (found.flipped.hits, found.flipped.n) == (2, 7)
    assert (found.to_counterfeit, found.to_genuine) == (1, 1)
    assert found.changed.hits == 5
    assert (found.silenced.hits, found.silenced.n) == (2, 6)
    assert found.moved_95th == pytest.approx(np.percentile([0.8, 0.7, 0.3, 0.1], 95))
    # suspicions after: genuine 0.9, 0.4, 0.5, 0.5, 0.5; counterfeit 0.2, 0.9: of 10 pairs 0.2 wins none, 0.9 wins 4.5
    assert found.auroc.value == pytest.approx(0.45)
    assert found.auroc_change.value == pytest.approx(found.auroc.value - found.auroc_before.value)
    # a share of 2 in 7 has Wilson's interval
    assert (found.flipped.low, found.flipped.high) == pytest.approx((0.0822, 0.6411), abs=1e-4)


def test_without_an_authenticity_before_and_after_nothing_moved() -> None:
    silent = ChangedPrediction(change="crop", before=prediction(None, None), after=prediction(None, None))
    assert math.isnan(measure_change("crop", [silent]).moved_95th)
    assert not silent.changed


def test_a_draw_is_in_proportion_and_knows_only_names_and_seed() -> None:
    strata = {f"g{n}": ("genuine", "a") for n in range(60)} | {f"c{n}": ("counterfeit", "a") for n in range(30)}
    strata |= {"rare": ("counterfeit", "b")}
    drawn = draw_listings(strata, 10, seed=0)
    assert sorted(name[0] for name in drawn) == ["c"] * 3 + ["g"] * 6 + ["r"]
    assert draw_listings(dict(reversed(strata.items())), 10, seed=0) == drawn
    assert draw_listings(strata, 10, seed=1) != drawn
    assert draw_listings(strata, 1000, seed=0) == set(strata)


def test_a_changed_listing_is_judged_as_the_detector_judges_the_changed_photo(tmp_path: Path) -> None:
    robustness = stressed(tmp_path, write_photos(tmp_path / "photos"), JPEG_50)
    detector = Detector(tmp_path / "bundle")
    (copy,) = robustness.copies.make((JPEG_50,), 0)
    before, after = detector.check([tmp_path / "photos/0.png"]), detector.check([copy])
    first = robustness.predictions[0]
    assert (first.before.outcome, first.before.authenticity) == (before.outcome, before.authenticity)
    assert (first.after.outcome, first.after.authenticity) == (after.outcome, after.authenticity)


def test_two_threads_predict_as_one_does(tmp_path: Path) -> None:
    manifest = write_photos(tmp_path / "photos")
    one, two = (stressed(tmp_path, manifest, JPEG_50, OTHER_BACKGROUND, threads=n) for n in (1, 2))
    assert one.predictions == two.predictions


def test_without_its_product_a_photo_before_a_grey_wall_says_nothing(tmp_path: Path) -> None:
    painted, swapped = stressed(tmp_path, write_photos(tmp_path / "photos"), PAINTED_OUT, OTHER_BACKGROUND).figures
    assert painted.logit_auroc_before.value == 1
    assert painted.logit_auroc.low <= 0.5 <= painted.logit_auroc.high
    assert swapped.logit_auroc.value == 1, "the product is still there"


def test_the_background_comes_from_a_photo_with_the_other_label(tmp_path: Path) -> None:
    copies = stressed(tmp_path, write_photos(tmp_path / "photos")).copies
    rows = copies.manifest.rows
    assert all(rows[copies.lender(row)].label != rows[row].label for row in range(8))


def test_where_no_change_can_be_made_nothing_is_judged(tmp_path: Path) -> None:
    robustness = stressed(tmp_path, write_photos(tmp_path / "photos", box=""), PAINTED_OUT)
    assert (robustness.predictions, robustness.figures, robustness.skipped) == ((), (), (PAINTED_OUT,))


def test_an_unreadable_photo_stays_unreadable_in_every_copy(tmp_path: Path) -> None:
    manifest = write_photos(tmp_path / "photos")
    (tmp_path / "photos/0.png").write_bytes(b"no photo")
    predictions = stressed(tmp_path, manifest, JPEG_50, PAINTED_OUT).predictions
    assert [a.after.error for a in predictions if a.before.listing == "L0"] == ["no_readable_photo"] * 2


def test_the_command_prints_what_changed_copies_did(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    arguments = [str(tmp_path / "bundle"), str(write_photos(tmp_path / "photos")), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*arguments, "--stress", "--stress-listings", "2"])
    assert result.exit_code == 0, result.output
    assert "screenshot" in result.output
    assert json.loads((tmp_path / "out/metrics.json").read_text())["stress"]["listings"] == 2
