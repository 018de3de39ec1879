"""The report of an evaluation: one page, with the worst errors as pictures, of shareable photos where asked."""

import json
import re
from pathlib import Path

import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.training.builders.evaluated import SILENT, PhotoSet, evaluated, six_listings
from training.data.manifest import read_manifest
from training.pipeline.evaluate import evaluate_bundle


@pytest.fixture
def photos(tmp_path: Path) -> PhotoSet:
    return six_listings(tmp_path / "photos")


def test_the_report_shows_each_mistake_with_its_evidence_and_fetches_nothing(tmp_path: Path, photos: PhotoSet) -> None:
    evaluated(tmp_path, photos, out=tmp_path / "out")
    page = (tmp_path / "out/report.html").read_text()
    assert re.findall(r"<b>(\S+)</b> ·", page) == ["g-wrong", "c-wrong"]
    assert page.count("data:image/jpeg;base64,") == 10  # a photo, its evidence and three crops each
    assert page.count("<svg") == 5
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert "rendered photos" in page
    assert str(tmp_path) not in page


def test_a_report_of_shareable_photos_shows_no_others(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    manifest = read_manifest(photos.write())
    evaluate_bundle(tmp_path / "bundle", manifest, out=tmp_path / "out", shareable_only=True, console=SILENT)
    page = (tmp_path / "out/report.html").read_text()
    assert re.findall(r"<b>(\S+)</b> ·", page) == ["g-wrong"]
    assert page.count("data:image/jpeg;base64,") == 5
    assert "1 of the worst errors" in page


def test_a_listing_s_name_can_t_inject_markup(tmp_path: Path, photos: PhotoSet) -> None:
    photos.add("<script>alert(1)</script>", "genuine", red=60, product="toy")
    evaluated(tmp_path, photos, out=tmp_path / "out")
    assert "<script" not in (tmp_path / "out/report.html").read_text()


def test_one_class_alone_still_gives_a_report(tmp_path: Path, photos: PhotoSet) -> None:
    photos.rows = [row for row in photos.rows if row["label"] == "genuine"]
    evaluated(tmp_path, photos, out=tmp_path / "out")
    metrics = json.loads((tmp_path / "out/metrics.json").read_text())
    assert metrics["figures"]["listing"]["auroc"]["value"] is None
    assert "–" in (tmp_path / "out/report.html").read_text()
