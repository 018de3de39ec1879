"""A photo under its evidence: grey, coloured where the evidence is, the strongest crop outlined, a caption below."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.builders.photos import encode, smooth_pixels
from vision.errors import PhotoNotAnImage
from vision.explain.evidence_picture import evidence_picture, under_evidence
from vision.explain.overlay import TOWARDS_COUNTERFEIT, TOWARDS_GENUINE
from vision.verdict import Evidence, Outcome

WHOLE = (0.0, 0.0, 1.0, 1.0)


def evidence(column: int, value: float) -> Evidence:
    values = np.zeros((8, 8), np.float32)
    values[3, column] = value
    return Evidence(values=values, box=WHOLE)


def picture(
    values: Evidence, outcome: Outcome | None, caption: str = "photo: review", side: int = 400
) -> NDArray[np.uint8]:
    photo = encode(smooth_pixels(side, side))
    image = Image.open(io.BytesIO(evidence_picture(photo, values, outcome, caption=caption)))
    assert (image.format, image.mode) == ("JPEG", "RGB")
    return np.asarray(image)


def has_colour(pixels: NDArray[np.uint8], colour: tuple[int, int, int]) -> bool:
    """Whether some pixels have the colour, up to what JPEG changes."""
    return int((np.abs(pixels.astype(int) - colour).max(axis=2) < 40).sum()) > 50


@pytest.mark.parametrize(
    ("value", "outcome", "colour"),
    [(-3.0, "counterfeit", TOWARDS_COUNTERFEIT), (3.0, "genuine", TOWARDS_GENUINE)],
)
def test_the_strongest_crop_has_an_outline_of_its_side(
    value: float, outcome: Outcome, colour: tuple[int, int, int]
) -> None:
    with_outline, without = (picture(evidence(6, value), chosen)[:400] for chosen in (outcome, None))
    changed = np.abs(with_outline.astype(int) - without).max(axis=2) > 60
    rows, columns = np.nonzero(changed)
    assert (with_outline.shape, without.shape) == ((400, 400, 3), (400, 400, 3))
    assert columns.min() >= 200, "the crop lies around the place, at the right"
    assert rows.max() - rows.min() == pytest.approx(100, abs=4), "a crop is a quarter of the map"
    assert has_colour(with_outline[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1], colour)


def test_the_photo_is_grey_where_nothing_speaks_and_coloured_where_something_does() -> None:
    image = Image.fromarray(smooth_pixels(160, 120))
    pixels = np.asarray(under_evidence(image, evidence(6, -3.0))).astype(int)
    assert np.ptp(pixels[:, :40], axis=2).max() == 0
    assert pixels[52, 130, 0] > pixels[52, 130, 2] + 40


def test_the_caption_stands_below_the_photo_a_strip_a_line() -> None:
    one, two = (picture(evidence(1, 1.0), None, caption) for caption in ("photo", "photo\nlisting"))
    assert two.shape[0] > one.shape[0] > 400
    assert one[400:].min() < 100, "the text is dark"
    assert one[400:, 300:].min() > 200, "on a white strip"


def test_a_large_photo_becomes_a_small_picture_and_no_photo_is_refused() -> None:
    assert picture(evidence(1, 1.0), None, side=2000).shape[1] == 768
    with pytest.raises(PhotoNotAnImage):
        evidence_picture(b"text", evidence(1, 1.0), None, caption="")
