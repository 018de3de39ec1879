"""Many listings in one run: what survives an interruption, what is printed beside the lines, and where they go."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.builders.listing_folders import write_listings
from tests.vision.test_detector import GENUINE
from vision.cli.check_listings import Destination, check_listings
from vision.cli.listings import Listing, Listings, listings_in_folders
from vision.detector import Detector
from vision.errors import ConfigError


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return Detector(write_tiny_bundle(tmp_path_factory.mktemp("bundle")))


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_listings(tmp_path / "photos", {f"{number}/front.png": GENUINE for number in range(6)})


def interrupted_after(listings: Listings, number: int) -> Iterator[Listing]:
    """The first listings, and then what Ctrl-C raises in the thread that asks for more."""
    for _, listing in zip(range(number), listings.found, strict=False):
        yield listing
    raise KeyboardInterrupt


def test_ctrl_c_leaves_whole_lines_of_what_was_judged_and_says_how_many(
    tmp_path: Path, photos: Path, detector: Detector, capsys: pytest.CaptureFixture[str]
) -> None:
    listings = listings_in_folders([photos])
    cut = Listings(found=interrupted_after(listings, 5), total=6, in_words=listings.in_words)
    destination = Destination(form=None, output=tmp_path / "out.jsonl", evidence=None)
    with pytest.raises(KeyboardInterrupt):
        check_listings(detector, cut, product="toy", threads=1, destination=destination)
    answers = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [answer["listing"] for answer in answers] == ["0", "1", "2"], "two more wait or are under way"
    assert "judged 3 of 6 listings: 3 genuine" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("form", "output", "format_"),
    [
        (None, None, "table"),
        (None, "a.csv", "csv"),
        (None, "a.JSONL", "jsonl"),
        (None, "a.txt", "table"),
        ("jsonl", "a.csv", "jsonl"),
    ],
)
def test_the_format_is_the_one_asked_for_or_that_of_the_file(
    form: str | None, output: str | None, format_: str
) -> None:
    path = None if output is None else Path(output)
    assert Destination(form=form, output=path, evidence=None).format == format_  # type: ignore[arg-type]


def test_a_file_that_can_not_be_written_is_named(tmp_path: Path, photos: Path, detector: Detector) -> None:
    destination = Destination(form=None, output=tmp_path / "none" / "out.csv", evidence=None)
    with pytest.raises(ConfigError, match=r"--output: .*out\.csv can't be written"):
        check_listings(detector, listings_in_folders([photos]), product="toy", threads=1, destination=destination)


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.txt"])
def test_a_folder_whose_name_is_not_utf_8_is_written_with_escapes(
    tmp_path: Path, detector: Detector, name: str
) -> None:
    folders = [write_listings(tmp_path / os.fsdecode(place), {"front.png": GENUINE}) for place in (b"caf\xe9", b"b")]
    destination = Destination(form=None, output=tmp_path / name, evidence=None)
    assert check_listings(detector, listings_in_folders(folders), product="toy", threads=1, destination=destination)
    assert "caf\\udce9" in (tmp_path / name).read_text(encoding="utf-8")


def test_pictures_that_can_not_be_written_end_the_run(tmp_path: Path, photos: Path, detector: Detector) -> None:
    (tmp_path / "file").write_text("")
    destination = Destination(form="csv", output=None, evidence=tmp_path / "file")
    with pytest.raises(ConfigError, match="--save-evidence"):
        check_listings(detector, listings_in_folders([photos]), product="toy", threads=2, destination=destination)
