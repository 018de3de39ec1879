"""The contact sheet shows some listings of each maker beside genuine ones, with the cues outlined."""

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.render.contact_sheet import Row, choose_listings, outline_cues, write_contact_sheet

CELL = (492, 176)  # three thumbnails of 160 px with a gap, and a caption
BLUE, GREY = (40, 60, 200), (90, 90, 90)


def listing(name: str, maker: str = "", *, photos: int = 2, mask: str = "") -> list[Row]:
    row = {"listing": name, "maker": maker, "split": "train", "mask": mask}
    return [{**row, "photo": f"{name}-{number}.png"} for number in range(photos)]


def names_of(chosen: list[list[Row]]) -> list[str]:
    return [rows[0]["listing"] for rows in chosen]


def test_each_makers_first_listings_are_shown_each_before_a_genuine_one() -> None:
    rows = [
        row
        for name, maker in [("b1", "basil"), ("g1", ""), ("a1", "amber"), ("g2", ""), ("a2", "amber"), ("g3", "")]
        for row in listing(name, maker)
    ]
    assert names_of(choose_listings(rows, 1)) == ["a1", "g1", "b1", "g2"]
    assert names_of(choose_listings(rows, 2)) == ["a1", "g1", "a2", "g2", "b1", "g3"]


def test_a_listing_keeps_all_its_photos() -> None:
    chosen = choose_listings([*listing("a1", "amber", photos=3), *listing("g1", photos=4)], 1)
    assert [[row["photo"] for row in rows] for rows in chosen] == [
        [f"a1-{number}.png" for number in range(3)],
        [f"g1-{number}.png" for number in range(4)],
    ]


def test_where_genuine_listings_run_out_makers_go_on() -> None:
    rows = [*listing("a1", "amber"), *listing("g1"), *listing("b1", "basil")]
    assert names_of(choose_listings(rows, 1)) == ["a1", "g1", "b1"]


def test_a_data_set_without_makers_shows_genuine_listings() -> None:
    assert names_of(choose_listings([*listing("g1"), *listing("g2"), *listing("g3")], 2)) == ["g1", "g2"]
    assert choose_listings([], 2) == []


def test_an_outline_runs_where_the_mask_changes_and_nowhere_else() -> None:
    mask = np.zeros((4, 4), np.uint8)
    mask[1, 2] = 1
    outlined = np.asarray(outline_cues(Image.new("RGB", (4, 4), GREY), mask))
    red = (outlined == (230, 0, 0)).all(-1)
    assert {(int(row), int(column)) for row, column in np.argwhere(red)} == {(0, 2), (1, 1), (1, 2)}
    assert (outlined[~red] == GREY).all()


def test_a_line_separates_two_cues_that_touch() -> None:
    mask = np.ones((4, 4), np.uint8)
    mask[:, 2:] = 2
    outlined = np.asarray(outline_cues(Image.new("RGB", (4, 4), GREY), mask))
    assert np.flatnonzero((outlined == (230, 0, 0)).all((0, 2))).tolist() == [1]


def write_data_set(folder: Path, rows: list[Row]) -> Path:
    """Write the rows' photos, blue for a maker's and grey for genuine ones, and a mask of one square."""
    for row in rows:
        Image.new("RGB", (32, 32), BLUE if row["maker"] else GREY).save(folder / row["photo"])
    mask = np.zeros((32, 32), np.uint8)
    mask[8:24, 8:24] = 1
    Image.fromarray(mask).save(folder / "mask.png")
    manifest = folder / "manifest.csv"
    with manifest.open("w", newline="") as file:
        writer = csv.DictWriter(file, ("photo", "listing", "maker", "split", "mask"))
        writer.writeheader()
        writer.writerows(rows)
    return manifest


def red_share(pixels: np.ndarray) -> float:
    return float(((pixels[..., 0] > 150) & (pixels[..., 1] < 40) & (pixels[..., 2] < 60)).mean())


def test_a_sheet_shows_a_makers_listing_with_outlined_cues_beside_a_genuine_one(tmp_path: Path) -> None:
    rows = [*listing("a1", "amber", mask="mask.png"), *listing("g1", photos=3)]
    sheet = tmp_path / "new" / "sheet.png"
    write_contact_sheet(write_data_set(tmp_path, rows), sheet, listings_a_maker=1)
    pixels = np.asarray(Image.open(sheet))
    assert pixels.shape == (CELL[1], 3 * CELL[0], 3)
    counterfeit, genuine, empty = (pixels[:160, index * CELL[0] : (index + 1) * CELL[0]] for index in range(3))
    assert counterfeit[4, 4].tolist() == list(BLUE)
    assert (counterfeit[:, 320:480] == 255).all(), "the listing has two photos, not three"
    assert red_share(counterfeit) > 0.02
    assert (genuine[:, :480] == GREY).all()
    assert (empty == 255).all()


@pytest.mark.parametrize(("listings", "lines"), [(0, 1), (3, 1), (4, 2)])
def test_a_sheet_has_a_line_for_every_three_listings(tmp_path: Path, listings: int, lines: int) -> None:
    rows = [row for number in range(listings) for row in listing(f"g{number}", photos=1)]
    sheet = tmp_path / "sheet.jpg"
    write_contact_sheet(write_data_set(tmp_path, rows), sheet, listings_a_maker=6)
    with Image.open(sheet) as picture:
        assert picture.size == (3 * CELL[0], lines * CELL[1])


def test_a_caption_is_red_under_a_counterfeit_listing_and_green_under_a_genuine_one(tmp_path: Path) -> None:
    rows = [*listing("a1", "amber"), *listing("g1")]
    sheet = tmp_path / "sheet.png"
    write_contact_sheet(write_data_set(tmp_path, rows), sheet, listings_a_maker=1)
    captions = np.asarray(Image.open(sheet)).astype(int)[160:]
    counterfeit, genuine = (captions[:, index * CELL[0] : (index + 1) * CELL[0]].reshape(-1, 3) for index in range(2))
    assert counterfeit[counterfeit.sum(1).argmin()].tolist() == [170, 0, 0]
    assert genuine[genuine.sum(1).argmin()].tolist() == [0, 100, 0]
