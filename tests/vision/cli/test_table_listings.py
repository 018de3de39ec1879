"""Which listings a table holds: its rows by `listing`, or each of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from vision.cli.table_listings import listings_in_table
from vision.errors import ManifestError, NoPhotos


def table(folder: Path, *rows: str) -> Path:
    path = folder / "listings.csv"
    path.write_text("\n".join([*rows, ""]), encoding="utf-8")
    return path


def test_the_rows_of_a_listing_are_its_photos_wherever_they_stand(tmp_path: Path) -> None:
    path = table(tmp_path, "photo,listing,note", "a/1.jpg,B,x", "a/2.jpg,A,x", "a/3.jpg,B,x")
    listings = listings_in_table(path)
    found = [(one.name, [photo.relative_to(tmp_path).as_posix() for photo in one.photos]) for one in listings.found]
    assert found == [("B", ["a/1.jpg", "a/3.jpg"]), ("A", ["a/2.jpg"])]
    assert (listings.total, listings.in_words) == (2, "3 photos of 2 listings")
    assert not listings.have_products
    assert not listings.labelled


def test_a_listing_is_judged_by_twelve_photos_and_the_others_are_counted(tmp_path: Path) -> None:
    listings = listings_in_table(table(tmp_path, "photo,listing", *(f"{number}.jpg,A" for number in range(15))))
    (listing,) = listings.found
    assert [photo.name for photo in listing.photos] == [f"{number}.jpg" for number in range(12)]
    assert listing.beyond == 3
    assert listings.in_words.startswith("12 photos of 1 listing; left out 3 photos beyond the 12 of a listing")


def test_products_views_and_labels_are_read_where_they_are(tmp_path: Path) -> None:
    path = table(
        tmp_path, "photo,listing,product,view,label", "1.jpg,A,toy,front,genuine", "2.jpg,A,toy,,genuine",
        "3.jpg,B,mug,,counterfeit",
    )  # fmt: skip
    listings = listings_in_table(path)
    first, second = listings.found
    assert (first.product, first.views) == ("toy", ("front", None))
    assert (second.product, second.views) == ("mug", None)
    assert listings.have_products
    assert listings.labelled


def test_each_photo_may_be_a_listing_and_needs_no_column_for_it(tmp_path: Path) -> None:
    listings = listings_in_table(table(tmp_path, "photo", "1.jpg", "2.jpg"), each_photo=True)
    assert [one.name for one in listings.found] == ["1.jpg", "2.jpg"]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        (["image,listing", "1.jpg,A"], "no column 'photo'; the columns are image, listing"),
        (["photos,listing", "1.jpg,A"], "rename 'photos' to 'photo'?"),
        (["photo,note", "1.jpg,x"], "no column 'listing'"),
        (["photo,listing", "1.jpg,A", ",A"], "row 3: 'photo' is empty"),
        (["photo,listing", "1.jpg,"], "row 2: 'listing' is empty"),
        (
            ["photo,listing,product", "1.jpg,A,toy", "2.jpg,A,mug"],
            "row 3: listing 'A' shows 'mug' here and 'toy' in row 2",
        ),
    ],
)
def test_a_table_that_can_not_be_judged_names_the_row_and_the_fix(
    tmp_path: Path, rows: list[str], problem: str
) -> None:
    with pytest.raises(ManifestError) as caught:
        listings_in_table(table(tmp_path, *rows))
    assert problem in caught.value.message


def test_a_table_without_rows_has_no_photos(tmp_path: Path) -> None:
    with pytest.raises(NoPhotos, match="has no rows"):
        listings_in_table(table(tmp_path, "photo,listing"))
