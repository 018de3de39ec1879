"""Half of each photo is red, which the tiny bundle takes for genuine, and half blue."""

from pathlib import Path

import numpy as np
import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.builders.photos import encode
from tests.builders.references import BLUE, RED, add_tiny_references
from vision.bundle.bundle import Bundle
from vision.bundle.references import read_references
from vision.detector import Detector
from vision.errors import PhotoError
from vision.explain.explanation import ExplainedCrop, explain_photo
from vision.verdict import Outcome


def photo() -> bytes:
    pixels = np.zeros((128, 128, 3), np.uint8)
    pixels[:, :64], pixels[:, 64:] = RED, BLUE
    return encode(pixels)


def explain(bundle: Bundle, outcome: Outcome, data: bytes | None = None) -> tuple[ExplainedCrop, ...]:
    detector = Detector(bundle)
    evidence = detector.judge_photo(photo(), 0).evidence
    assert evidence is not None
    bank = read_references(bundle)
    return explain_photo(detector, bank, data or photo(), evidence=evidence, outcome=outcome, product="toy")


def test_each_crop_has_the_nearest_reference_of_either_label(tmp_path: Path) -> None:
    bundle, (red, blue) = add_tiny_references(
        write_tiny_bundle(tmp_path / "bundle"), [("genuine", RED), ("counterfeit", BLUE)]
    )
    for one in explain(bundle, "counterfeit"):
        assert one.crop.contribution < 0
        assert one.crop.box[0] >= 0.5, "blue speaks for counterfeit, and the right half is blue"
        assert one.genuine is not None
        assert one.counterfeit is not None
        assert (one.genuine.reference, one.counterfeit.reference) == (red, blue)
        assert one.counterfeit.similarity > one.genuine.similarity
    assert all(one.crop.box[2] <= 0.5 for one in explain(bundle, "genuine"))


def test_without_references_there_are_crops_alone_and_the_photo_is_not_even_opened(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "bundle")
    crops = explain(bundle, "counterfeit", b"no photo")
    assert len(crops) == 3
    assert all(one.genuine is None and one.counterfeit is None for one in crops)
    stocked, _ = add_tiny_references(bundle, [("genuine", RED)])
    with pytest.raises(PhotoError):
        explain(stocked, "counterfeit", b"no photo")
    assert {one.counterfeit for one in explain(stocked, "counterfeit")} == {None}
