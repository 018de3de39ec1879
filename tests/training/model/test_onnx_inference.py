"""Photos through the exported graph, as a server computes them."""

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from tests.training.builders.network import SIZE_PX, small_network
from training.model.onnx_inference import exported_network, predict_photos, read_tile
from vision.errors import PhotoError
from vision.inputs import InputGeometry

GEOMETRY = InputGeometry(size_px=SIZE_PX)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(0)
    files = [tmp_path / f"{n}.png" for n in range(5)]
    for file in files:
        Image.fromarray(rng.integers(0, 256, (60, 90, 3), np.uint8)).save(file)
    return files


@pytest.fixture(scope="module")
def session() -> onnxruntime.InferenceSession:
    """Of the exported graph of `small_network()`."""
    return exported_network(small_network(), SIZE_PX).session


def test_a_photo_becomes_the_network_s_square_input(photos: list[Path]) -> None:
    tile = read_tile(photos[0].read_bytes(), GEOMETRY)
    assert tile.shape == (1, SIZE_PX, SIZE_PX, 3)
    assert tile.dtype == np.uint8


@pytest.mark.slow
def test_predictions_are_the_network_s_in_the_photos_order_whatever_the_threads(
    photos: list[Path], session: onnxruntime.InferenceSession
) -> None:
    network = small_network()
    tiles = np.concatenate([read_tile(photo.read_bytes(), GEOMETRY) for photo in photos])
    with torch.inference_mode():
        expected = network(torch.from_numpy(tiles)).numpy()
    for threads in (1, 3):
        done: list[int] = []
        outputs = predict_photos(session, photos, GEOMETRY, threads=threads, advance=done.append)
        np.testing.assert_allclose(outputs.logit, expected, atol=1e-5)
        assert outputs.logit.dtype == np.float64
        assert outputs.product_logit is None
        assert outputs.novelty is None
        assert sum(done) == 5


@pytest.mark.slow
def test_a_photo_that_can_t_be_read_is_refused(photos: list[Path], session: onnxruntime.InferenceSession) -> None:
    photos[2].write_bytes(b"no photo")
    with pytest.raises(PhotoError):
        predict_photos(session, photos, GEOMETRY, threads=1, advance=lambda _: None)
