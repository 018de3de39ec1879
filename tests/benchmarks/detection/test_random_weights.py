from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.detection.random_weights import shuffle_weights
from tests.builders.bundle import write_tiny_bundle
from vision.bundle.bundle import Bundle, read_bundle
from vision.detector import Detector


def photos(folder: Path, count: int = 3) -> list[Path]:
    paths = []
    for n in range(count):
        pixels = np.random.default_rng(n).integers(0, 255, (80, 80, 3)).astype(np.uint8)
        paths.append(folder / f"{n}.png")
        Image.fromarray(pixels).save(paths[-1])
    return paths


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write_tiny_bundle(tmp_path / "bundle")


def test_the_weights_are_the_same_numbers_in_another_order(bundle: Bundle, tmp_path: Path) -> None:
    seen = set()
    for seed in range(6):
        other = shuffle_weights(bundle, tmp_path / str(seed), photos(tmp_path), seed=seed)
        assert read_bundle(other.folder) == other
        logit = Detector(other).judge_photo((tmp_path / "0.png").read_bytes(), 0).logit
        assert logit is not None
        seen.add(round(logit, 4))
    assert len(seen) > 1, "some of the orders of (slope, 0, -slope) give another logit"


def test_the_same_seed_gives_the_same_network_and_the_bundle_stays_as_it_was(bundle: Bundle, tmp_path: Path) -> None:
    before = bundle.read_file("model.onnx")
    first, second = (shuffle_weights(bundle, tmp_path / name, photos(tmp_path), seed=3) for name in ("a", "b"))
    assert first.files == second.files
    assert bundle.read_file("model.onnx") == before
