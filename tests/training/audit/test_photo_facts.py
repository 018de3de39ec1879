"""What the audit reads of one photo: the file's facts, and features that see a backdrop or a tint."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.audit.photo_facts import PhotoFacts, UnreadablePhoto, describe_background, describe_colour, read_facts
from training.data.manifest import PhotoRow

BOX = (0.25, 0.25, 0.75, 0.75)


def test_an_unreadable_photo_is_recorded_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"text")
    row = PhotoRow(row=2, photo=tmp_path / "a.jpg", label=None, product="p", listing="l")
    bad, gone = read_facts([row, replace(row, photo=tmp_path / "gone.jpg")])
    assert isinstance(bad, UnreadablePhoto)
    assert bad.code == "photo_not_an_image"
    assert isinstance(gone, UnreadablePhoto)
    assert gone.code == "file_unreadable"


def test_facts_tell_the_file(tmp_path: Path) -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 99, (64, 64, 3), np.uint8))
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    image.save(tmp_path / "a.jpg", quality=50, exif=exif)
    image.save(tmp_path / "b.png")
    row = PhotoRow(row=2, photo=tmp_path / "a.jpg", label=None, product="p", listing="l")
    jpeg_facts, png_facts = read_facts([row, replace(row, photo=tmp_path / "b.png")])
    assert isinstance(jpeg_facts, PhotoFacts)
    assert isinstance(png_facts, PhotoFacts)
    jpeg, png = jpeg_facts.metadata, png_facts.metadata
    # At quality 50 libjpeg uses the tables of annex K of the JPEG standard as they are.
    assert (jpeg.luma_quantisation, jpeg.chroma_quantisation, jpeg.has_exif) == (3688, 5505, True)
    assert (jpeg.format, jpeg.width_px, jpeg.height_px, jpeg.bytes) == (
        "jpeg",
        64,
        64,
        (tmp_path / "a.jpg").stat().st_size,
    )
    assert (png.format, png.luma_quantisation, png.has_exif) == ("png", 0, False)


def flat(shape: tuple[int, int]) -> NDArray[np.uint8]:
    return np.full((*shape, 3), 128, np.uint8)


def test_features_have_their_documented_length() -> None:
    assert describe_colour(flat((50, 80))).shape == (76,)
    background = describe_background(flat((50, 80)), None)
    assert background is not None
    assert background.shape == (95,)
    assert np.isfinite(background).all()


def test_background_features_do_not_change_with_the_product() -> None:
    empty, full = flat((120, 120)), flat((120, 120))
    full[30:90, 30:90] = np.random.default_rng(0).integers(0, 256, (60, 60, 3))
    before, after = describe_background(empty, BOX), describe_background(full, BOX)
    assert before is not None
    assert after is not None
    assert np.array_equal(before[:-3], after[:-3])
