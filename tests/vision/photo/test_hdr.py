"""PQ and HLG have the light of their standards, and a photo without highlights keeps its brightness."""

import numpy as np
import pytest
from PIL import Image

from vision.errors import PhotoColourUnsupported
from vision.photo.code_points import CodePoints
from vision.photo.hdr import compress, hlg_to_nits, pq_to_nits, tone_map

PQ = CodePoints(primaries=9, transfer=16)
BT2020_LUMINANCE = np.array([0.2627, 0.6780, 0.0593])


@pytest.mark.parametrize(("signal", "nits"), [(0.0, 0), (0.508, 100), (0.5806, 203), (0.7518, 1_000), (1.0, 10_000)])
def test_pq_has_the_light_of_its_standard(signal: float, nits: float) -> None:
    """The values of BT.2408, table 2 and of SMPTE ST 2084."""
    assert pq_to_nits(np.array(signal)) == pytest.approx(nits, rel=0.01, abs=1e-6)


@pytest.mark.parametrize(("signal", "nits"), [(0.0, 0), (0.5, 50.7), (0.75, 203), (1.0, 1_000)])
def test_hlg_has_the_light_of_its_standard(signal: float, nits: float) -> None:
    """On a display of 1,000 cd/m2: BT.2408, table 1 (75 % is white paper)."""
    assert hlg_to_nits(np.full(3, signal), BT2020_LUMINANCE)[0] == pytest.approx(nits, rel=0.01, abs=0.01)


def test_light_up_to_white_is_kept_where_nothing_is_brighter() -> None:
    light = np.array([[0.2, 0.4, 1.0], [0.0, 0.0, 0.0], [0.5, 0.5, 0.5]])
    assert np.allclose(compress(light, 1.0), light)


def test_highlights_are_compressed_in_order_and_dark_light_is_kept() -> None:
    light = np.repeat(np.linspace(0, 5, 101)[:, None], 3, axis=1)
    mapped = compress(light, 5.0)[:, 0]
    assert np.allclose(mapped[:16], light[:16, 0])
    assert (np.diff(mapped) > 0).all()
    assert mapped[-1] == pytest.approx(1)


def test_a_hue_is_kept_by_compression() -> None:
    mapped = compress(np.array([4.0, 2.0, 1.0]), 5.0)
    assert mapped[0] / mapped[2] == pytest.approx(4)


def test_white_paper_is_white_and_a_lamp_darkens_it_little() -> None:
    paper = Image.new("RGB", (40, 40), (148, 148, 148))
    assert np.asarray(tone_map(paper, PQ, 10)).min() >= 252
    paper.paste((192, 192, 192), (0, 0, 40, 5))  # 1,000 cd/m2
    mapped = np.asarray(tone_map(paper, PQ, 10))
    assert 225 <= mapped[20, 20, 0] < 250
    assert mapped[2, 2, 0] >= 248


@pytest.mark.parametrize("transfer", [16, 18])
def test_too_few_bits_are_refused(transfer: int) -> None:
    with pytest.raises(PhotoColourUnsupported, match="8 bits a channel"):
        tone_map(Image.new("RGB", (8, 8)), CodePoints(primaries=9, transfer=transfer), 8)
