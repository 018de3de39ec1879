from __future__ import annotations

from pathlib import Path

from training.data.left_out import NotRead
from vision.photo.folder import LeftOut


def test_all_that_is_left_out_stands_in_one_line(tmp_path: Path) -> None:
    files = (
        LeftOut(path=tmp_path / "genuine" / "@eaDir", reason="hidden", files=3),
        LeftOut(path=tmp_path / "genuine" / "notes.txt", reason="no_image"),
        LeftOut(path=tmp_path / "x.mp4", reason="other_format"),
    )
    not_read = NotRead(files=files, folders={"masks": 2}, listings=("genuine/L3",))
    assert not_read.in_words(tmp_path) == (
        "left out 5 files: 3 hidden or thumbnails, 1 not an image (genuine/notes.txt), "
        "1 not JPEG, PNG, WebP, AVIF or HEIC (x.mp4); "
        "left out folders that are neither genuine nor counterfeit: masks/ (2 photos); no photo in genuine/L3/"
    )


def test_rows_are_counted_by_reason(tmp_path: Path) -> None:
    not_read = (
        NotRead().with_rows(3, "of other products").with_rows(0, "without a label").with_rows(1, "a").with_rows(2, "a")
    )
    assert not_read.in_words(tmp_path) == "left out 6 rows: 3 of other products, 3 a"
    assert NotRead().with_rows(1, "without a label").in_words(tmp_path) == "left out 1 row: 1 without a label"


def test_a_manifest_read_whole_is_stated_too(tmp_path: Path) -> None:
    assert NotRead().in_words(tmp_path) == "left out nothing"
