"""Pictures of the evidence in a folder: one a photo that could be read, named after it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.builders.bundle import write_tiny_bundle
from tests.vision.test_detector import COUNTERFEIT, GENUINE
from vision.cli.evidence_files import folder_of_listing, save_evidence_pictures
from vision.detector import Detector
from vision.errors import ConfigError
from vision.photo.decode import DEFAULT_LIMITS


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    files = {"a.png": GENUINE, "a.jpg": COUNTERFEIT, "b": GENUINE, "text.jpg": b"text"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return [tmp_path / name for name in files]


def test_each_photo_that_could_be_read_gets_a_picture_of_its_name(tmp_path: Path, photos: list[Path]) -> None:
    verdict = Detector(write_tiny_bundle(tmp_path / "bundle")).check(photos)
    save_evidence_pictures(tmp_path / "out" / "L1", verdict, photos, limits=DEFAULT_LIMITS)
    made = sorted((tmp_path / "out" / "L1").iterdir())
    assert [file.name for file in made] == ["0-a.png.jpg", "1-a.jpg.jpg", "b.jpg"]
    for file in made:
        with Image.open(file) as picture:
            assert picture.format == "JPEG"


def test_a_photo_that_is_gone_by_now_is_passed_over(tmp_path: Path, photos: list[Path]) -> None:
    verdict = Detector(write_tiny_bundle(tmp_path / "bundle")).check(photos)
    photos[2].unlink()
    save_evidence_pictures(tmp_path / "out", verdict, photos, limits=DEFAULT_LIMITS)
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path, photos: list[Path]) -> None:
    verdict = Detector(write_tiny_bundle(tmp_path / "bundle")).check(photos)
    with pytest.raises(ConfigError, match=r"--save-evidence: .*text\.jpg.* can't be written to"):
        save_evidence_pictures(photos[3] / "L1", verdict, photos, limits=DEFAULT_LIMITS)


@pytest.mark.parametrize(
    ("name", "place"),
    [("a/b", "out/a/b"), ("/data/shop/1", "out/data/shop/1"), ("../../etc", "out/etc"), ("..", "out"), (".", "out")],
)
def test_pictures_stay_in_the_folder_whatever_a_listing_is_named(name: str, place: str) -> None:
    assert folder_of_listing(Path("out"), name) == Path(place)
