from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from tests.training.builders.network import SIZE_PX, random_photos, small_network, small_network_with_foreground
from training.model.onnx_export import export_features, export_network


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> onnxruntime.InferenceSession:
    """Of the exported graph of `small_network()`."""
    file = tmp_path_factory.mktemp("export") / "model.onnx"
    export_network(small_network(), file, size_px=SIZE_PX)
    return onnxruntime.InferenceSession(file)


@pytest.mark.slow
def test_the_exported_graph_answers_as_the_network_for_any_batch(session: onnxruntime.InferenceSession) -> None:
    network = small_network()
    for n in (1, 5):
        photos = random_photos(n, seed=n)
        with torch.inference_mode():
            expected = network.forward_all(photos)
        logit, embedding, evidence = session.run(["logit", "embedding", "evidence"], {"photos": photos.numpy()})
        np.testing.assert_allclose(logit, expected.logit, atol=1e-5)
        np.testing.assert_allclose(embedding, expected.embedding, atol=1e-5)
        np.testing.assert_allclose(evidence, expected.evidence, atol=1e-5)


@pytest.mark.slow
def test_the_exported_graph_gives_the_foreground_and_what_is_weighted_by_it(tmp_path: Path) -> None:
    network = small_network_with_foreground()
    export_network(network, tmp_path / "model.onnx", size_px=SIZE_PX)
    session = onnxruntime.InferenceSession(tmp_path / "model.onnx")
    photos = random_photos(3)
    with torch.inference_mode():
        expected = network.forward_all(photos)
    logit, evidence, foreground = session.run(["logit", "evidence", "foreground"], {"photos": photos.numpy()})
    np.testing.assert_allclose(logit, expected.logit, atol=1e-5)
    np.testing.assert_allclose(evidence, expected.evidence, atol=1e-5)
    assert expected.foreground is not None
    np.testing.assert_allclose(foreground, expected.foreground, atol=1e-5)


@pytest.mark.slow
def test_the_graph_takes_uint8_photos_of_its_size(session: onnxruntime.InferenceSession) -> None:
    (entry,) = session.get_inputs()
    assert (entry.name, entry.type, entry.shape[1:]) == ("photos", "tensor(uint8)", [SIZE_PX, SIZE_PX, 3])


@pytest.mark.slow
def test_exporting_leaves_nothing_else_behind_and_the_mode_as_it_was(tmp_path: Path) -> None:
    for training in (True, False):
        network = small_network().train(training)
        export_features(network, tmp_path / "features.onnx", size_px=SIZE_PX)
        assert [file.name for file in tmp_path.iterdir()] == ["features.onnx"]
        assert all(module.training == training for module in network.modules())
