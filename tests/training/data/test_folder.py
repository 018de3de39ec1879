from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.data.manifest import read_manifest
from training.errors import ManifestError


def save_picture(file: Path, seed: int) -> None:
    cells = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), np.uint8)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(cells).resize((96, 96), Image.Resampling.BICUBIC).save(file)


def test_sub_subfolders_are_listings_and_loose_photos_cluster_by_copy(tmp_path: Path) -> None:
    save_picture(tmp_path / "genuine" / "offer 1" / "front.jpg", 1)
    save_picture(tmp_path / "genuine" / "offer 1" / "more" / "back.png", 2)
    save_picture(tmp_path / "genuine" / "a.jpg", 3)
    save_picture(tmp_path / "genuine" / "b.jpg", 4)
    save_picture(tmp_path / "genuine" / "c.jpg", 3)
    save_picture(tmp_path / "counterfeit" / "offer 1" / "front.jpg", 5)
    manifest = read_manifest(tmp_path, product="dryer")
    listings = {name: [manifest.rows[i].photo.name for i in rows] for name, rows in manifest.listings.items()}
    assert listings == {
        "counterfeit/offer 1": ["front.jpg"],
        "genuine/a.jpg": ["a.jpg", "c.jpg"],
        "genuine/b.jpg": ["b.jpg"],
        "genuine/offer 1": ["front.jpg", "back.png"],
    }
    assert {(row.listing.split("/")[0], row.label, row.product) for row in manifest.rows} == {
        ("genuine", "genuine", "dryer"),
        ("counterfeit", "counterfeit", "dryer"),
    }


def test_filters_work_on_a_folder(tmp_path: Path) -> None:
    save_picture(tmp_path / "genuine" / "1.jpg", 1)
    save_picture(tmp_path / "counterfeit" / "2.jpg", 2)
    manifest = read_manifest(tmp_path, product="dryer", where=["label==counterfeit"])
    assert [row.photo.name for row in manifest.rows] == ["2.jpg"]


def test_other_files_are_passed_over_and_other_picture_formats_refused(tmp_path: Path) -> None:
    save_picture(tmp_path / "genuine" / "1.jpg", 1)
    (tmp_path / "genuine" / "notes.txt").write_text("bought in May")
    (tmp_path / "genuine" / ".DS_Store").write_bytes(b"")
    assert len(read_manifest(tmp_path, product="dryer").rows) == 1
    save_picture(tmp_path / "genuine" / "scan.tiff", 2)
    with pytest.raises(ManifestError, match=r"scan.tiff is TIFF; convert it to JPEG"):
        read_manifest(tmp_path, product="dryer")


def test_a_folder_needs_a_product_a_label_folder_and_photos(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="has neither genuine/ nor counterfeit/"):
        read_manifest(tmp_path, product="dryer")
    (tmp_path / "genuine").mkdir()
    with pytest.raises(ManifestError, match=r"names no product; set data\.product"):
        read_manifest(tmp_path)
    with pytest.raises(ManifestError, match="has no photos"):
        read_manifest(tmp_path, product="dryer")
