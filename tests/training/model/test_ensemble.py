from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from tests.training.builders.network import SIZE_PX, random_photos, small_ensemble
from training.model.onnx_export import export_network


def test_an_ensemble_s_logit_is_the_mean_of_its_members() -> None:
    ensemble = small_ensemble()
    photos = random_photos(3)
    with torch.inference_mode():
        each = torch.stack([member(photos) for member in ensemble.networks])
        torch.testing.assert_close(ensemble(photos), each.mean(0))
    assert (each[0] - each[1]).abs().min() > 0.1


def test_an_ensemble_s_evidence_sums_to_its_logit_less_its_bias() -> None:
    ensemble = small_ensemble()
    with torch.inference_mode():
        outputs = ensemble.forward_all(random_photos(2))
    torch.testing.assert_close(
        outputs.evidence.sum((1, 2)) + ensemble.evidence_bias, outputs.logit, atol=1e-5, rtol=1e-5
    )


@pytest.mark.slow
def test_the_exported_ensemble_computes_shared_stages_once(tmp_path: Path) -> None:
    ensemble = small_ensemble()
    counts = {}
    for name, network in (("one", ensemble.networks[0]), ("ensemble", ensemble)):
        export_network(network, tmp_path / f"{name}.onnx", size_px=SIZE_PX)
        nodes = onnx.load(tmp_path / f"{name}.onnx").graph.node
        counts[name] = sum(node.op_type == "Conv" for node in nodes)
    assert counts["one"] < counts["ensemble"] < 1.5 * counts["one"]


@pytest.mark.slow
def test_the_exported_ensemble_gives_the_same_logits(tmp_path: Path) -> None:
    ensemble = small_ensemble()
    export_network(ensemble, tmp_path / "ensemble.onnx", size_px=SIZE_PX)
    photos = random_photos(3, seed=4)
    (logit,) = onnxruntime.InferenceSession(tmp_path / "ensemble.onnx").run(["logit"], {"photos": photos.numpy()})
    with torch.inference_mode():
        np.testing.assert_allclose(logit, ensemble(photos), atol=1e-5)
