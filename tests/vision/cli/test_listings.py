"""Which listings folders hold: one for each folder with photos, named by its path, at most twelve photos each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.listing_folders import write_listings
from vision.cli.listings import listings_in_folders, listings_of_photos
from vision.errors import NoPhotos

JPEG = b"\xff\xd8\xff\xe0"


def named(folder: Path, *names: str) -> Path:
    return write_listings(folder, dict.fromkeys(names, JPEG))


def test_each_folder_with_photos_is_a_listing_at_any_depth(tmp_path: Path) -> None:
    named(tmp_path / "all", "b/2.jpg", "b/1.jpg", "genuine/a/1", "genuine/loose.jpg", "top.jpg")
    listings = listings_in_folders([tmp_path / "all"])
    found = [(one.name, [photo.name for photo in one.photos]) for one in listings.found]
    assert found == [
        ("all", ["top.jpg"]),
        ("b", ["1.jpg", "2.jpg"]),
        ("genuine", ["loose.jpg"]),
        ("genuine/a", ["1"]),
    ]
    assert (listings.total, listings.in_words) == (4, "5 photos of 4 listings")


def test_several_folders_are_named_whole_so_that_no_two_listings_share_a_name(tmp_path: Path) -> None:
    folders = [named(tmp_path / name, "1/front.jpg") for name in ("shop", "bazaar")]
    found = [one.name for one in listings_in_folders(folders).found]
    assert found == [f"{tmp_path.as_posix()}/shop/1", f"{tmp_path.as_posix()}/bazaar/1"]


def test_a_listing_is_judged_by_twelve_photos_and_the_others_are_counted(tmp_path: Path) -> None:
    named(tmp_path, *(f"a/{number:02}.jpg" for number in range(15)))
    listings = listings_in_folders([tmp_path])
    (listing,) = listings.found
    assert [photo.name for photo in listing.photos] == [f"{number:02}.jpg" for number in range(12)]
    assert listing.beyond == 3
    assert listings.in_words == (
        "12 photos of 1 listing; left out 3 photos beyond the 12 of a listing (--each-photo judges each alone)"
    )


def test_each_photo_may_be_a_listing(tmp_path: Path) -> None:
    named(tmp_path, *(f"a/{number:02}.jpg" for number in range(15)), "b.jpg")
    listings = listings_in_folders([tmp_path], each_photo=True)
    assert [one.name for one in listings.found][-2:] == ["a/13.jpg", "a/14.jpg"]
    assert listings.in_words == "16 photos of 16 listings"
    assert all(len(one.photos) == 1 for one in listings_in_folders([tmp_path], each_photo=True).found)


def test_hidden_files_and_others_are_left_out_by_name(tmp_path: Path) -> None:
    named(tmp_path, "a/front.jpg", "a/@eaDir/front.jpg")
    (tmp_path / "a" / "notes.txt").write_text("x")
    listings = listings_in_folders([tmp_path])
    left_out = "left out 2 files: 1 hidden or thumbnail, 1 not an image (a/notes.txt)"
    assert listings.in_words == f"1 photo of 1 listing; {left_out}"


def test_folders_without_a_photo_are_refused_with_what_they_hold(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(NoPhotos, match=r"no photo in .*notes\.txt"):
        listings_in_folders([tmp_path])


def test_listings_are_found_as_they_are_asked_for(tmp_path: Path) -> None:
    named(tmp_path, *(f"{number}/front.jpg" for number in range(5)))
    found = iter(listings_in_folders([tmp_path]).found)
    assert next(found).name == "0"
    (tmp_path / "3" / "front.jpg").unlink()
    assert [one.name for one in found] == ["1", "2", "4"]


def test_photos_are_one_listing_or_one_each(tmp_path: Path) -> None:
    photos = [tmp_path / "offer" / "a.jpg", tmp_path / "offer" / "b.jpg"]
    (one,) = listings_of_photos(photos, views=("whole", None)).found
    assert (one.name, one.photos, one.views) == ("offer", tuple(photos), ("whole", None))
    each = listings_of_photos(photos, each_photo=True)
    assert [listing.photos for listing in each.found] == [(photos[0],), (photos[1],)]
    assert (each.total, each.in_words) == (2, "2 photos of 2 listings")


def test_folders_named_by_label_are_noticed(tmp_path: Path) -> None:
    named(tmp_path, "Genuine photos/a/1.jpg", "fake/b/1.jpg", "others/c/1.jpg")
    assert listings_in_folders([tmp_path]).labelled
    assert not listings_in_folders([tmp_path / "fake", tmp_path / "others"]).labelled
