from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.photo_tree import save_class_folders, save_picture
from training.data.manifest import read_manifest
from vision.errors import ManifestError


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


def test_a_photo_counts_by_its_content_and_what_is_left_out_is_named(tmp_path: Path) -> None:
    save_class_folders(tmp_path, "Real", "Fakes")
    first = tmp_path / "Real" / "offer 1"
    (first / "0.jpg").rename(first / "0.JPE")
    (first / "1.jpg").rename(first / "1")
    for thumbnail in ("Real/@eaDir/offer 1/THUMB_M.jpg", "Fakes/offer 1/._0.jpg", "Fakes/offer 1/@eaDir/0.jpg/T.jpg"):
        save_picture(tmp_path / thumbnail, 99)
    save_picture(tmp_path / "Fakes" / "scan.tiff", 98)
    (tmp_path / "Real" / "notes.txt").write_text("bought in May")
    (tmp_path / "Real" / "offer 3").mkdir()
    save_picture(tmp_path / "masks" / "1.png", 97)
    save_picture(tmp_path / "banner.jpg", 96)
    manifest = read_manifest(tmp_path, product="dryer")
    assert manifest.reading_in_words() == (
        "read 8 photos of 4 listings; left out 6 files: 3 hidden or thumbnails, 1 not an image (Real/notes.txt), "
        "1 not JPEG, PNG, WebP, AVIF or HEIC (Fakes/scan.tiff), "
        "1 outside the folders that are read (banner.jpg); "
        "left out folders that are neither genuine nor counterfeit: masks/ (1 photo); no photo in Real/offer 3/"
    )
    assert {(row.listing, row.label) for row in manifest.rows} == {
        ("Real/offer 1", "genuine"),
        ("Real/offer 2", "genuine"),
        ("Fakes/offer 1", "counterfeit"),
        ("Fakes/offer 2", "counterfeit"),
    }


def test_a_listing_of_links_is_read(tmp_path: Path) -> None:
    save_class_folders(tmp_path / "data")
    store = save_picture(tmp_path / "store" / "1.jpg", 50)
    listing = tmp_path / "data" / "genuine" / "offer 3"
    listing.mkdir()
    (listing / "front.jpg").symlink_to(store)
    (tmp_path / "data" / "counterfeit" / "offer 3").symlink_to(store.parent, target_is_directory=True)
    listings = read_manifest(tmp_path / "data", product="dryer").listings
    assert {"genuine/offer 3", "counterfeit/offer 3"} <= set(listings)


def test_the_class_folders_can_be_given_by_name(tmp_path: Path) -> None:
    save_class_folders(tmp_path, "shop/a", "bazaar")
    names = {"genuine": "shop/a", "counterfeit": "bazaar"}
    manifest = read_manifest(tmp_path, product="dryer", class_folders=names)  # type: ignore[arg-type]
    assert set(manifest.listings) == {"bazaar/offer 1", "bazaar/offer 2", "shop/a/offer 1", "shop/a/offer 2"}


def test_a_folder_needs_a_product_a_label_folder_and_photos(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="has neither genuine/ nor counterfeit/"):
        read_manifest(tmp_path, product="dryer")
    (tmp_path / "genuine").mkdir()
    with pytest.raises(ManifestError, match=r"names no product; set data\.product"):
        read_manifest(tmp_path)
    with pytest.raises(ManifestError, match="has no photos"):
        read_manifest(tmp_path, product="dryer")
    (tmp_path / "genuine" / "notes.txt").write_text("bought in May")
    with pytest.raises(ManifestError, match=r"has no photos; left out 1 file: 1 not an image \(genuine/notes.txt\)"):
        read_manifest(tmp_path, product="dryer")
