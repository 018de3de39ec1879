"""Photos as small inline JPEGs: their size, and the colours of evidence."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.html.pictures import SIDE_PX, crop_pictures, evidence_picture, photo_picture, picture
from vision.errors import PhotoError
from vision.verdict import Evidence


def opened(uri: str) -> Image.Image:
    head, _, data = uri.partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A photo of 800 x 400 px, grey on the left and green on the right."""
    pixels = np.full((400, 800, 3), 128, np.uint8)
    pixels[:, 400:] = (20, 200, 20)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_a_picture_keeps_its_shape_at_300_px(photo: Path) -> None:
    assert opened(photo_picture(photo)).size == (SIDE_PX, SIDE_PX // 2)
    assert photo_picture(photo) == picture(photo.read_bytes())


def test_a_small_photo_is_not_enlarged(tmp_path: Path) -> None:
    Image.new("RGB", (120, 90), "red").save(tmp_path / "small.png")
    assert opened(photo_picture(tmp_path / "small.png")).size == (120, 90)


def test_evidence_is_red_towards_counterfeit_and_blue_towards_genuine_on_grey(photo: Path) -> None:
    values = np.zeros((8, 8), np.float32)
    values[:, :4], values[:, 4:] = -1, 1
    shown = np.asarray(opened(evidence_picture(photo, Evidence(values=values, box=(0, 0, 1, 1))))).astype(int)
    left, right = shown[75, 40], shown[75, 260]
    assert left[0] > left[2] + 30
    assert right[2] > right[0] + 30


def test_crops_show_their_part_of_the_photo(photo: Path) -> None:
    (grey, green) = (
        np.asarray(opened(uri)).astype(int).mean(axis=(0, 1))
        for uri in crop_pictures(photo, [(0.0, 0.0, 0.4, 0.8), (0.6, 0.0, 1.0, 0.8)])
    )
    assert np.abs(grey - 128).max() < 6
    assert green[1] > 150 > 60 > green[0]


def test_what_is_no_photo_is_refused() -> None:
    with pytest.raises(PhotoError):
        picture(b"no photo")
