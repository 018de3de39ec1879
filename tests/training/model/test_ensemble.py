import copy
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from tests.training.small_network import SIZE_PX, linear_head, random_photos, small_network
from training.model.ensemble import BlendedNetwork
from training.model.network import Network
from training.model.onnx_export import export_network
from training.model.weights import WEIGHTS_FILE, last_part, save_weights


def tuned_copy(network: Network) -> Network:
    """The same network with another head and another last stage, as fine-tuning behind frozen stages leaves it."""
    tuned = copy.deepcopy(network)
    linear_head(tuned).set_linear(torch.randn(linear_head(tuned).linear.weight.shape[1]) * 0.05, -1.0)
    with torch.no_grad():
        for module in tuned.stages[-1]:
            for parameter in module.parameters(recurse=False):
                parameter.mul_(1.1)
    return tuned


def small_blend() -> BlendedNetwork:
    start = small_network()
    return BlendedNetwork([start, tuned_copy(start)]).eval()


def test_a_blend_answers_with_the_mean_of_its_parts() -> None:
    blend = small_blend()
    photos = random_photos(3)
    with torch.inference_mode():
        each = torch.stack([part(photos) for part in blend.networks])
        torch.testing.assert_close(blend(photos), each.mean(0))
    assert (each[0] - each[1]).abs().min() > 0.1


def test_a_blends_evidence_sums_to_its_logit_less_its_bias() -> None:
    blend = small_blend()
    with torch.inference_mode():
        outputs = blend.forward_all(random_photos(2))
    torch.testing.assert_close(outputs.evidence.sum((1, 2)) + blend.evidence_bias, outputs.logit, atol=1e-5, rtol=1e-5)


@pytest.mark.slow
def test_the_exported_blend_computes_shared_stages_once(tmp_path: Path) -> None:
    blend = small_blend()
    counts = {}
    for name, network in (("one", blend.networks[0]), ("blend", blend)):
        export_network(network, tmp_path / f"{name}.onnx", size_px=SIZE_PX)
        nodes = onnx.load(tmp_path / f"{name}.onnx").graph.node
        counts[name] = sum(node.op_type == "Conv" for node in nodes)
    assert counts["one"] < counts["blend"] < 1.5 * counts["one"]


@pytest.mark.slow
def test_the_exported_blend_answers_as_the_blend(tmp_path: Path) -> None:
    blend = small_blend()
    export_network(blend, tmp_path / "blend.onnx", size_px=SIZE_PX)
    photos = random_photos(3, seed=4)
    (logit,) = onnxruntime.InferenceSession(tmp_path / "blend.onnx").run(["logit"], {"photos": photos.numpy()})
    with torch.inference_mode():
        np.testing.assert_allclose(logit, blend(photos), atol=1e-5)


def test_a_run_can_start_from_the_fine_tuned_part_of_a_blend(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    blend = small_blend()
    save_weights(blend, tmp_path)
    state = last_part(load_file(tmp_path / WEIGHTS_FILE))
    fresh = small_network(seed=5)
    fresh.load_state_dict(state)
    photos = random_photos(2)
    with torch.inference_mode():
        torch.testing.assert_close(fresh(photos), blend.networks[-1](photos))
