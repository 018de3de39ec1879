"""Verdicts of many listings as a table, CSV and JSON lines: written at once, and readable again."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.vision.test_detector import COUNTERFEIT, GENUINE
from vision.cli.judge_listings import JudgedListing, judge_listings
from vision.cli.listing_output import CSV_COLUMNS, open_writer
from vision.cli.listings import Listing
from vision.cli.verdict_output import Format
from vision.detector import Detector


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[JudgedListing]:
    folder = tmp_path_factory.mktemp("photos")
    for name, data in {"red.png": GENUINE, "[blue], 1.png": COUNTERFEIT, "text.jpg": b"text"}.items():
        (folder / name).write_bytes(data)
    paths = {path.name: path for path in folder.iterdir()}
    listings = [
        Listing(name="good", photos=(paths["red.png"], paths["text.jpg"])),
        Listing(name='fäke, "new" [b]', photos=(paths["[blue], 1.png"],), beyond=2),
        Listing(name="none", photos=(paths["text.jpg"],)),
    ]
    detector = Detector(write_tiny_bundle(folder / "bundle"))
    return list(judge_listings(detector, listings, product="toy", threads=1))


def written(form: Format, judged: list[JudgedListing]) -> str:
    stream = io.StringIO()
    write = open_writer(form, stream)
    for one in judged:
        write(one)
    return stream.getvalue()


def test_the_table_has_a_line_a_listing_with_its_main_reason(judged: list[JudgedListing]) -> None:
    head, good, fake, none = (" ".join(line.split()) for line in written("table", judged).splitlines())
    assert head == "listing outcome authenticity photos reason"
    assert good.startswith("good genuine ")
    assert "1, 1 unreadable" in good
    assert fake.startswith('fäke, "new" [b] counterfeit ')
    assert fake.endswith(" 1 of 3 looks counterfeit: [blue], 1.png")
    assert none.startswith("none no verdict - 0, 1 unreadable none of the 1 photos can be read.")
    assert none.endswith("[no_readable_photo]")


def test_csv_has_every_listing_in_its_columns(judged: list[JudgedListing]) -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv", judged))))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [row["listing"] for row in rows] == ["good", 'fäke, "new" [b]', "none"]
    assert [row["outcome"] for row in rows] == ["genuine", "counterfeit", ""]
    assert [(row["photos"], row["unreadable"], row["beyond_twelve"]) for row in rows] == [
        ("2", "1", "0"),
        ("1", "0", "2"),
        ("1", "1", "0"),
    ]
    assert (rows[1]["reason"], rows[1]["photo"]) == ("looks_counterfeit", "[blue], 1.png")
    assert 0 < float(rows[1]["authenticity"]) < 0.5 < float(rows[0]["authenticity"]) < 1
    assert (rows[2]["authenticity"], rows[2]["error"]) == ("", "no_readable_photo")
    assert rows[2]["message"].startswith("none of the 1 photos can be read.")


def test_json_lines_have_the_keys_of_the_http_answer_and_the_listing(judged: list[JudgedListing]) -> None:
    good, fake, none = (json.loads(line) for line in written("jsonl", judged).splitlines())
    assert (good["listing"], good["outcome"], len(good["photos"])) == ("good", "genuine", 2)
    assert good["photos"][1]["error"]["code"] == "photo_not_an_image"
    assert fake["listing"] == 'fäke, "new" [b]'
    assert none == {"listing": "none", "error": {"code": "no_readable_photo", "message": none["error"]["message"]}}


@pytest.mark.parametrize("form", ["table", "csv", "jsonl"])
def test_each_listing_is_in_the_file_as_soon_as_it_is_judged(
    tmp_path: Path, judged: list[JudgedListing], form: Format
) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8", newline="") as stream:
        write = open_writer(form, stream)
        for number, one in enumerate(judged, start=1):
            write(one)
            lines = (tmp_path / "out").read_text(encoding="utf-8").splitlines()
            assert len(lines) == number + (form != "jsonl")
