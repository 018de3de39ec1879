"""Cells as photo rows: what each column may hold, and what is refused with its row."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from tests.training.builders.manifest import HEADER, problems_of, write_csv
from training.data.manifest import read_manifest
from training.data.photo_row import PhotoRow
from training.data.rows import parse_rows
from vision.tables.problems import Problems
from vision.tables.table import TableRow


def test_a_row_is_read_whole(tmp_path: Path) -> None:
    for name in ("mask.png", "product.png"):
        (tmp_path / name).write_bytes(b"mask")
    path = write_csv(
        tmp_path,
        HEADER
        + ",seller,view,cue,maker,source,split,fold,mask,shareable,box_x0,box_y0,box_x1,box_y1,product_mask,lamp",
        "0.jpg,counterfeit,dryer,L1,S1,front,seam; screw,m3,test_buy,val,2,mask.png,1,0.1,0.2,0.9,1,product.png,warm",
    )
    row = read_manifest(path).rows[0]
    assert row.row == 2
    assert row.photo == tmp_path / "0.jpg"
    assert (row.label, row.product, row.listing, row.seller) == ("counterfeit", "dryer", "L1", "S1")
    assert (row.view, row.cues, row.maker, row.source) == ("front", ("seam", "screw"), "m3", "test_buy")
    assert (row.split, row.fold, row.mask, row.shareable) == ("val", 2, tmp_path / "mask.png", True)
    assert row.box == (0.1, 0.2, 0.9, 1.0)
    assert row.product_mask == tmp_path / "product.png"
    assert row.extra == {"lamp": "warm"}


def test_empty_optional_cells_are_none(tmp_path: Path) -> None:
    row = read_manifest(
        write_csv(tmp_path, HEADER + ",seller,fold,box_x0,box_y0,box_x1,box_y1", "0.jpg,,d,L,,,,,,")
    ).rows[0]
    assert (row.label, row.seller, row.fold, row.box, row.cues) == (None, None, None, None, ())


@pytest.mark.parametrize(
    ("cell", "fix"),
    [
        ("genuin", "use 'genuine'"),
        ("Counterfeit", "use 'counterfeit'"),
        ("fake", "use 'counterfeit'"),
        ("real", "use 'genuine'"),
        ("1", "'genuine', 'counterfeit', or leave it empty"),
    ],
)
def test_a_bad_label_names_the_row_and_the_nearest_label(tmp_path: Path, cell: str, fix: str) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, "0.jpg,genuine,d,L1", f"1.jpg,{cell},d,L2"))
    assert f"row 3: label '{cell}' is unknown" in message
    assert fix in message


def test_a_missing_photo_names_the_nearest_file(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, "1.JPG,genuine,d,L1"))
    assert "row 2: photo '1.JPG' is not a file" in message
    assert "did you mean '1.jpg'?" in message


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "there is no folder" in problems_of(write_csv(tmp_path, HEADER, "nowhere/1.jpg,genuine,d,L1"))


def test_a_url_is_not_a_photo(tmp_path: Path) -> None:
    assert "is a URL; download it" in problems_of(write_csv(tmp_path, HEADER, "https://x.example/1.jpg,genuine,d,L1"))


def test_a_missing_mask_is_refused_and_a_cue_without_mask_is_fine(tmp_path: Path) -> None:
    header = HEADER + ",cue,mask"
    assert "row 2: mask 'm.png' is not a file" in problems_of(
        write_csv(tmp_path, header, "0.jpg,counterfeit,d,L,seam,m.png")
    )
    assert read_manifest(write_csv(tmp_path, header, "0.jpg,counterfeit,d,L,seam,")).rows[0].cues == ("seam",)


@pytest.mark.parametrize("cell", ["one", "1.5", "-1", "nan", "inf"])
def test_a_fold_that_is_not_an_integer_is_refused(tmp_path: Path, cell: str) -> None:
    message = problems_of(write_csv(tmp_path, HEADER + ",fold", f"0.jpg,genuine,d,L,{cell}"))
    assert f"row 2: fold '{cell}' is not an integer" in message


def test_an_unknown_split_names_the_nearest(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, HEADER + ",split", "0.jpg,genuine,d,L,validation"))
    assert "split 'validation' is unknown; use 'val'" in message


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("10,20,300,400", "out of range"),
        ("-0.1,0,1,1", "out of range"),
        ("0.5,0,0.5,1", "is empty"),
        ("0.1,0.2,0.3,", "not four numbers"),
        ("nan,0,1,1", "not four numbers"),
    ],
)
def test_a_bad_box_is_refused(tmp_path: Path, cells: str, message: str) -> None:
    header = HEADER + ",box_x0,box_y0,box_x1,box_y1"
    assert message in problems_of(write_csv(tmp_path, header, f"0.jpg,genuine,d,L,{cells}"))


def test_a_listing_with_two_labels_names_both_rows(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, "0.jpg,genuine,d,L1", "1.jpg,,d,L1", "2.jpg,counterfeit,d,L1"))
    assert "row 4: listing 'L1' is counterfeit here and genuine in row 2" in message


def parse_one(folder: Path, **cells: str) -> tuple[PhotoRow, Problems]:
    """Parse one row of photo.jpg in the folder."""
    (folder / "photo.jpg").write_bytes(b"photo")
    row = TableRow(row=2, cells={"photo": "photo.jpg", "label": "", "product": "d", "listing": "L", **cells})
    problems = Problems(folder / "manifest.csv")
    (parsed,) = parse_rows([row], folder=folder, problems=problems)
    return parsed, problems


@pytest.mark.parametrize("column", ["photo", "product", "listing"])
def test_a_photo_needs_a_file_a_product_and_a_listing(tmp_path: Path, column: str) -> None:
    _, problems = parse_one(tmp_path, **{column: ""})
    assert problems.shown[0] == f"row 2: '{column}' is empty; every photo needs one"


@pytest.mark.parametrize(
    ("cell", "shareable"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("No", False), ("", False)]
)
def test_a_photo_is_shareable_by_its_cell_alone(tmp_path: Path, cell: str, shareable: bool) -> None:
    parsed, problems = parse_one(tmp_path, shareable=cell)
    assert (parsed.shareable, problems.count) == (shareable, 0)


def test_an_unknown_word_for_shareable_is_refused_and_never_shared(tmp_path: Path) -> None:
    parsed, problems = parse_one(tmp_path, shareable="maybe")
    assert (parsed.shareable, problems.shown) == (False, ["row 2: shareable 'maybe' is unknown; use 1 or 0"])


def test_empty_cues_between_semicolons_are_none(tmp_path: Path) -> None:
    assert parse_one(tmp_path, cue=" seam;; screw ;")[0].cues == ("seam", "screw")


def test_a_path_written_with_backslashes_is_found(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").write_bytes(b"photo")
    parsed, problems = parse_one(tmp_path, photo="in\\a.jpg")
    assert (parsed.photo, problems.count) == (tmp_path / "in" / "a.jpg", 0)


def test_a_folder_is_no_photo(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    _, problems = parse_one(tmp_path, photo="in")
    assert problems.shown == ["row 2: photo 'in' is not a file; it is a folder"]


@pytest.mark.parametrize(("cell", "fold"), [("0", 0), ("3.0", 3), ("12", 12)])
def test_a_whole_number_is_a_fold(tmp_path: Path, cell: str, fold: int) -> None:
    assert parse_one(tmp_path, fold=cell)[0].fold == fold


@pytest.mark.parametrize(
    ("cell", "split"), [("dev", "val"), ("Training", "train"), ("tset", "test"), ("holdout", "train', 'val' or 'test")]
)
def test_another_name_of_a_split_is_suggested_and_never_assumed(tmp_path: Path, cell: str, split: str) -> None:
    parsed, problems = parse_one(tmp_path, split=cell)
    assert parsed.split is None
    assert problems.shown == [f"row 2: split '{cell}' is unknown; use '{split}'"]


def test_a_listing_with_many_photos_of_the_wrong_label_is_noted_once(tmp_path: Path) -> None:
    message = problems_of(
        write_csv(tmp_path, HEADER, "0.jpg,genuine,d,L1", "1.jpg,counterfeit,d,L1", "2.jpg,counterfeit,d,L1")
    )
    assert "has 1 problem:" in message


@pytest.mark.parametrize(("in_table", "on_disk"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_name_in_another_unicode_form_is_found(tmp_path: Path, in_table: str, on_disk: str) -> None:
    written = [unicodedata.normalize(in_table, name) for name in ("Föhne/Föhn é.jpg", "Föhne\\Föhn é.jpg")]  # type: ignore[arg-type]
    folder = tmp_path / unicodedata.normalize(on_disk, "Föhne")  # type: ignore[arg-type]
    folder.mkdir()
    photo = folder / unicodedata.normalize(on_disk, "Föhn é.jpg")  # type: ignore[arg-type]
    photo.write_bytes(b"photo")
    rows = [f"{name},genuine,d,L{number}" for number, name in enumerate(written)]
    assert {row.photo for row in read_manifest(write_csv(tmp_path, HEADER, *rows)).rows} == {photo}


def test_of_two_names_that_differ_in_form_the_exact_one_is_found(tmp_path: Path) -> None:
    names = [unicodedata.normalize(form, "Föhn.jpg") for form in ("NFC", "NFD")]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    rows = [f"{name},genuine,d,L{number}" for number, name in enumerate(names)]
    manifest = read_manifest(write_csv(tmp_path, HEADER, *rows))
    assert [row.photo.read_bytes() for row in manifest.rows] == [name.encode() for name in names]


def test_a_windows_path_is_found_and_a_drive_is_not(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").write_bytes(b"photo")
    manifest = read_manifest(write_csv(tmp_path, HEADER, r".\photos\a.jpg,genuine,d,L1"))
    assert manifest.rows[0].photo.name == "a.jpg"
    message = problems_of(write_csv(tmp_path, HEADER, r"C:\shop\a.jpg,genuine,d,L1"))
    assert r"photo 'C:\shop\a.jpg' is not a file" in message
    assert "paths are relative to the manifest" in message


@pytest.mark.parametrize("cell", [" ", "\N{NO-BREAK SPACE}", '" "'])
def test_an_id_of_spaces_alone_is_refused_as_such(tmp_path: Path, cell: str) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, f"0.jpg,genuine,d,{cell}"))
    assert "row 2: 'listing' holds only spaces; every photo needs one" in message


def test_two_labels_of_ids_that_differ_in_spaces_around_them_name_the_spaces(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, "0.jpg,genuine,d,A1", "1.jpg,counterfeit,d,A1 "))
    assert "row 3: listing 'A1' is counterfeit here and genuine in row 2; " in message
    assert "spaces around an id don't count" in message
    message = problems_of(write_csv(tmp_path, HEADER, "0.jpg,genuine,d,A1", "1.jpg,counterfeit,d,A1"))
    assert "spaces around" not in message
