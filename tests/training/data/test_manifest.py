from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from training.data.manifest import mixed_product_listings, read_manifest, without_listings
from training.data.table import COLUMNS
from training.errors import ManifestError

HEADER = "photo,label,product,listing"


def write_csv(folder: Path, header: str, *rows: str, encoding: str = "utf-8", name: str = "manifest.csv") -> Path:
    for number in range(6):
        (folder / f"{number}.jpg").write_bytes(b"photo" * (number + 1))
    path = folder / name
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return path


def problems_of(path: Path, *, where: Sequence[str] = ()) -> str:
    with pytest.raises(ManifestError) as caught:
        read_manifest(path, where=where)
    return caught.value.message


def test_a_row_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_bytes(b"mask")
    path = write_csv(
        tmp_path,
        HEADER + ",seller,view,cue,maker,source,split,fold,mask,shareable,box_x0,box_y0,box_x1,box_y1,lamp",
        "0.jpg,counterfeit,dryer,L1,S1,front,seam; screw,m3,test_buy,val,2,mask.png,1,0.1,0.2,0.9,1,warm",
    )
    row = read_manifest(path).rows[0]
    assert row.row == 2
    assert row.photo == tmp_path / "0.jpg"
    assert (row.label, row.product, row.listing, row.seller) == ("counterfeit", "dryer", "L1", "S1")
    assert (row.view, row.cues, row.maker, row.source) == ("front", ("seam", "screw"), "m3", "test_buy")
    assert (row.split, row.fold, row.mask, row.shareable) == ("val", 2, tmp_path / "mask.png", True)
    assert row.box == (0.1, 0.2, 0.9, 1.0)
    assert row.extra == {"lamp": "warm"}


def test_empty_optional_cells_are_none(tmp_path: Path) -> None:
    row = read_manifest(
        write_csv(tmp_path, HEADER + ",seller,fold,box_x0,box_y0,box_x1,box_y1", "0.jpg,,d,L,,,,,,")
    ).rows[0]
    assert (row.label, row.seller, row.fold, row.box, row.cues) == (None, None, None, None, ())


def test_columns_come_in_any_order_and_a_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    path = write_csv(tmp_path, "listing,product,photo,label", "L1,dryer,1.jpg,genuine", encoding="utf-8-sig")
    row = read_manifest(path).rows[0]
    assert (row.listing, row.product, row.photo.name, row.label) == ("L1", "dryer", "1.jpg", "genuine")


def test_semicolons_of_a_european_spreadsheet_are_read(tmp_path: Path) -> None:
    assert read_manifest(write_csv(tmp_path, HEADER.replace(",", ";"), "0.jpg;genuine;d;L1")).rows[0].listing == "L1"


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    columns = "photo,label,product,listing,fold,shareable,cue"
    from_csv = read_manifest(
        write_csv(tmp_path, columns, "0.jpg,genuine,d,L1,,1,", "1.jpg,counterfeit,d,L2,3,0,seam;screw")
    )
    table = pa.table(
        {
            "photo": ["0.jpg", "1.jpg"],
            "label": ["genuine", "counterfeit"],
            "product": ["d", "d"],
            "listing": ["L1", "L2"],
            "fold": [float("nan"), 3.0],
            "shareable": [True, False],
            "cue": [None, ["seam", "screw"]],
        }
    )
    pq.write_table(table, tmp_path / "manifest.parquet")
    from_parquet = read_manifest(tmp_path / "manifest.parquet")
    assert from_parquet.rows == from_csv.rows
    assert from_parquet.sha256 == from_csv.sha256


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.parquet").write_bytes(b"photo,label")
    assert "not a readable Parquet file" in problems_of(tmp_path / "manifest.parquet")


def test_a_missing_column_names_the_nearest_one(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, "photos,class,product,listing", "0.jpg,genuine,d,L1"))
    assert "no column 'photo'; rename 'photos' to 'photo'?" in message
    assert "no column 'label'; rename 'class' to 'label'?" in message


def test_a_repeated_column_is_refused(tmp_path: Path) -> None:
    assert "2 columns named 'label'" in problems_of(write_csv(tmp_path, HEADER + ",label", "0.jpg,genuine,d,L,genuine"))


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


def test_half_a_box_of_columns_is_refused(tmp_path: Path) -> None:
    assert "a box needs all of" in problems_of(write_csv(tmp_path, HEADER + ",box_x0,box_y0", "0.jpg,genuine,d,L,0,0"))


def test_a_listing_with_two_labels_names_both_rows(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, "0.jpg,genuine,d,L1", "1.jpg,,d,L1", "2.jpg,counterfeit,d,L1"))
    assert "row 4: listing 'L1' is counterfeit here and genuine in row 2" in message


def test_ten_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, *[f"0.jpg,bad,d,L{n}" for n in range(25)]))
    assert "has 25 problems" in message
    assert message.count("row ") == 10
    assert "… and 15 more" in message


def test_a_row_with_too_many_cells_is_named_by_its_line(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, "0.jpg,genuine,d,L1", "", "1.jpg,genuine,a, b,L2"))
    assert "row 4: has 5 cells and the header has 4" in message


def test_a_quoted_line_break_does_not_shift_the_row_numbers(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER + ",note", '0.jpg,genuine,d,L1,"two\nlines"', "1.jpg,genuine,d,L2,")
    assert [row.row for row in read_manifest(path).rows] == [2, 4]


def test_another_encoding_is_refused_with_its_row(tmp_path: Path) -> None:
    message = problems_of(
        write_csv(tmp_path, HEADER, "0.jpg,genuine,d,L1", "1.jpg,genuine,Föhn,L2", encoding="latin-1")
    )
    assert "row 3 is not UTF-8" in message


def test_an_empty_file_a_missing_file_and_another_suffix_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    assert "it is empty" in problems_of(tmp_path / "empty.csv")
    assert "does not exist" in problems_of(tmp_path / "none.csv")
    (tmp_path / "manifest.xlsx").write_bytes(b"PK")
    assert "is not a manifest" in problems_of(tmp_path / "manifest.xlsx")


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    assert "has no photos" in problems_of(write_csv(tmp_path, HEADER))


def test_filters_keep_the_rows_that_meet_all(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        HEADER + ",fold,black_fraction",
        "0.jpg,genuine,a,L0,0,0.35",
        "1.jpg,genuine,a,L1,1,0.350",
        "2.jpg,genuine,b,L2,1,0.4",
        "3.jpg,genuine,a,L3,2,",
    )

    def kept(*where: str) -> list[str]:
        return [row.listing for row in read_manifest(path, where=where).rows]

    assert kept("black_fraction<=0.35") == ["L0", "L1"]
    assert kept("black_fraction==0.35") == ["L0", "L1"]
    assert kept("fold!=0", "product==a") == ["L1", "L3"]
    assert kept("fold > 1") == ["L3"]
    assert kept("black_fraction==''") == ["L3"]
    assert kept("product>='b'") == ["L2"]
    assert kept("black_fraction!=0.4") == ["L0", "L1", "L3"]  # an empty cell differs from every value


def test_filtered_rows_are_not_checked(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER + ",fold", "0.jpg,genuine,a,L0,0", "gone.jpg,genuine,a,L1,1")
    assert len(read_manifest(path, where=["fold==0"]).rows) == 1


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("folds==1", "did you mean 'fold'?"),
        ("fold=1", "write it as split==test"),
        ("fold", "write it as split==test"),
        ("seller==x", "a column of the format, but not of this file"),
        ("label<=3", "compares numbers, and 'label' is 'genuine'"),
        ("fold==9", "no photos that meet fold==9"),
    ],
)
def test_a_filter_that_can_not_be_meant_is_refused(tmp_path: Path, condition: str, message: str) -> None:
    assert message in problems_of(write_csv(tmp_path, HEADER + ",fold", "0.jpg,genuine,a,L0,0"), where=[condition])


def test_a_product_can_be_given_to_a_table_without_that_column_and_picked_from_one_with_it(tmp_path: Path) -> None:
    without = write_csv(tmp_path, "photo,label,listing", "0.jpg,genuine,L0", name="without.csv")
    assert read_manifest(without, product="dryer").rows[0].product == "dryer"
    path = write_csv(tmp_path, HEADER, "0.jpg,genuine,a,L0", "1.jpg,genuine,b,L1")
    assert [row.listing for row in read_manifest(path, product="b").rows] == ["L1"]
    with pytest.raises(ManifestError, match="its products are a, b"):
        read_manifest(path, product="c")


def test_the_data_hash_follows_cells_and_photo_sizes_but_not_the_folder(tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here = write_csv(tmp_path / "here", HEADER, "0.jpg,genuine,a,L0", "1.jpg,genuine,a,L1")
    there = write_csv(tmp_path / "there", HEADER, "0.jpg,genuine,a,L0", "1.jpg,genuine,a,L1")
    before = read_manifest(here).sha256
    assert read_manifest(there).sha256 == before
    assert read_manifest(here, where=["listing==L0"]).sha256 != before
    assert (
        read_manifest(here).where(lambda row: row.listing == "L0").sha256
        == read_manifest(here, where=["listing==L0"]).sha256
    )
    (here.parent / "0.jpg").write_bytes(b"another length")
    assert read_manifest(here).sha256 != before


def test_labelled_leaves_out_unknown_photos(tmp_path: Path) -> None:
    manifest = read_manifest(write_csv(tmp_path, HEADER, "0.jpg,genuine,a,L0", "1.jpg,,a,L1"))
    assert list(manifest.labelled().listings) == ["L0"]


def test_a_listing_with_two_products_is_read_found_and_can_be_left_out(tmp_path: Path) -> None:
    path = write_csv(tmp_path, HEADER, "0.jpg,genuine,a,L0", "1.jpg,genuine,b,L0", "2.jpg,genuine,a,L1")
    manifest = read_manifest(path)
    assert mixed_product_listings(manifest) == ("L0",)
    assert dict(without_listings(manifest, ["L0"]).listings) == {"L1": (0,)}


def test_every_column_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "manifest.md").read_text(encoding="utf-8")
    table = page.split("## Columns")[1].split("\n## ")[0]
    assert [column for column in COLUMNS if f"`{column}`" not in table] == []
