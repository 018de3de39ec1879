"""The report's part on robustness: what it shows, what it concludes, and what must not be shown."""

import csv
import io
import json
import re
from pathlib import Path

from rich.console import Console

from tests.builders.bundle import write_tiny_bundle
from tests.training.builders.robustness_photos import write_photos
from training.data.manifest import read_manifest
from training.perturbations.photo import CHANGES, JPEG_50, OTHER_BACKGROUND, PAINTED_OUT, Change
from training.pipeline.evaluate import evaluate_bundle
from training.robustness.robustness import RobustnessPlan

SILENT = Console(file=io.StringIO())


def report(tmp_path: Path, manifest: Path, *changes: Change, listings: int = 8, shareable_only: bool = False) -> str:
    """The page of an evaluation whose files lie in out/."""
    write_tiny_bundle(tmp_path / "bundle")
    evaluate_bundle(
        tmp_path / "bundle",
        read_manifest(manifest),
        out=tmp_path / "out",
        robustness=RobustnessPlan(listings=listings, changes=changes),
        shareable_only=shareable_only,
        console=SILENT,
    )
    return (tmp_path / "out/report.html").read_text()


def test_without_boxes_the_report_and_the_figures_name_what_was_not_measured(tmp_path: Path) -> None:
    page = report(tmp_path, write_photos(tmp_path / "photos", box=""), JPEG_50, PAINTED_OUT, OTHER_BACKGROUND)
    table = json.loads((tmp_path / "out/metrics.json").read_text())["stress"]
    assert list(table["changes"]) == ["jpeg_50"]
    assert [reason.partition(":")[0] for reason in table["skipped"]] == ["product painted out", "background swapped"]
    assert "Product painted out: not measured, since none of the 8 listings has a box" in page


def test_the_report_shows_each_change_and_fetches_nothing(tmp_path: Path) -> None:
    page = report(tmp_path, write_photos(tmp_path / "photos"), *CHANGES, listings=4)
    assert "4 of 8 listings" in page
    assert all(f"<b>{change.name}</b><br>" in page for change in CHANGES)
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    rows = list(csv.DictReader((tmp_path / "out/stress.csv").read_text().splitlines()))
    assert len(rows) == 4 * len(CHANGES)
    assert {row["change"] for row in rows} == {change.code for change in CHANGES}


def test_a_background_that_must_stay_is_not_shown_behind_a_photo_that_may_leave(tmp_path: Path) -> None:
    manifest = write_photos(tmp_path / "photos")
    manifest.write_text(re.sub(r"(counterfeit,toy,L\d),1", r"\1,0", manifest.read_text()))
    page = report(tmp_path, manifest, JPEG_50, OTHER_BACKGROUND, shareable_only=True)
    assert f"<b>{JPEG_50.name}</b><br>" in page
    assert f"<b>{OTHER_BACKGROUND.name}</b><br>" not in page


def test_a_photo_that_must_stay_is_shown_under_no_change(tmp_path: Path) -> None:
    manifest = write_photos(tmp_path / "photos", shareable="0")
    assert "data:image" not in report(tmp_path, manifest, JPEG_50, OTHER_BACKGROUND, shareable_only=True)


def test_a_bundle_that_relies_on_the_wall_is_found_out(tmp_path: Path) -> None:
    page = report(tmp_path, write_photos(tmp_path / "photos", wall="label"), PAINTED_OUT, OTHER_BACKGROUND)
    changes = json.loads((tmp_path / "out/metrics.json").read_text())["stress"]["changes"]
    assert changes["painted_out"]["logit_auroc"]["value"] == 1, "the wall alone separates the labels"
    assert changes["other_background"]["flipped"]["hits"] == 8, "each product stands before the other label's wall"
    assert "may come from the background instead of the product" in page
