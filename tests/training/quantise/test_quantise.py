from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, numpy_helper
from PIL import Image

from tests.builders.training_data import draw_toy
from tests.training.builders.head_data import head_data_of
from tests.training.builders.network import SIZE_PX, random_photos, small_network
from training.errors import RunError
from training.model.onnx_export import export_network
from training.model.onnx_inference import read_tile, single_thread_session
from training.quantise.config import QuantiseConfig
from training.quantise.quantise import calibration_photos, quantise
from training.recipes.config import KernelConfig
from training.recipes.kernel_fit import fit_kernel_head
from vision.inputs import InputGeometry

GEOMETRY = InputGeometry(size_px=SIZE_PX)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("photos")
    random = np.random.default_rng(0)
    files = [folder / f"{number}.png" for number in range(12)]
    for number, file in enumerate(files):
        Image.fromarray(draw_toy(random, "genuine" if number % 2 else "counterfeit")).save(file)
    return files


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory, photos: list[Path]) -> tuple[Path, Path, float]:
    """A network with a kernel head in float and in int8, and its evidence bias."""
    folder = tmp_path_factory.mktemp("graphs")
    network = small_network()
    with torch.inference_mode():
        known = network.features(random_photos(30, seed=1)).numpy()
    network.head = fit_kernel_head(head_data_of(known, np.arange(30) % 2 == 0), KernelConfig())
    export_network(network, folder / "model.onnx", size_px=SIZE_PX)
    done: list[int] = []
    quantise(
        folder / "model.onnx",
        folder / "model.int8.onnx",
        photos[:8],
        GEOMETRY,
        QuantiseConfig(float_convolutions=1),
        threads=2,
        advance=done.append,
    )
    assert sum(done) == 8
    return folder / "model.onnx", folder / "model.int8.onnx", network.evidence_bias


def outputs_of(file: Path, photos: list[Path]) -> list[np.ndarray]:
    session = single_thread_session(file)
    tiles = np.concatenate([read_tile(photo.read_bytes(), GEOMETRY) for photo in photos])
    return list(session.run(["logit", "embedding", "evidence"], {"photos": tiles}))


@pytest.mark.slow
def test_the_outputs_of_the_int8_graph_are_near_the_float_graph_s(
    graphs: tuple[Path, Path, float], photos: list[Path]
) -> None:
    float_outputs, int8_outputs = (outputs_of(file, photos[8:]) for file in graphs[:2])
    difference = np.abs(int8_outputs[0] - float_outputs[0]).max()
    assert 0 < difference < 0.1 * float_outputs[0].std() + 0.01
    assert (float_outputs[1] * int8_outputs[1]).sum(1).min() > 0.995


@pytest.mark.slow
def test_the_evidence_of_the_int8_graph_sums_to_its_own_logit(
    graphs: tuple[Path, Path, float], photos: list[Path]
) -> None:
    logit, _, evidence = outputs_of(graphs[1], photos)
    np.testing.assert_allclose(evidence.sum((1, 2)) + graphs[2], logit, atol=1e-4)


@pytest.mark.slow
def test_every_convolution_but_the_first_has_int8_weights_of_one_step_a_channel(
    graphs: tuple[Path, Path, float],
) -> None:
    graph = onnx.load(graphs[1]).graph
    values = {entry.name: entry for entry in graph.initializer}
    made = {node.output[0]: node for node in graph.node}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert convolutions[0].input[1] in values
    for node in convolutions[1:]:
        levels, step, _ = made[node.input[1]].input
        assert values[levels].data_type == TensorProto.INT8
        assert list(values[step].dims) == [values[levels].dims[0]]
        assert np.abs(numpy_helper.to_array(values[levels])).max() <= 127


@pytest.mark.slow
def test_the_known_photos_of_a_kernel_are_kept_once_and_multiplied_as_integers(
    graphs: tuple[Path, Path, float],
) -> None:
    graph = onnx.load(graphs[1]).graph
    assert [node.op_type for node in graph.node].count("MatMulInteger") == 2
    assert len([entry for entry in graph.initializer if entry.dims[:1] == [30] and entry.data_type == 3]) == 1
    assert graphs[1].stat().st_size < graphs[0].stat().st_size


@pytest.mark.slow
def test_a_graph_that_would_stay_in_float_is_refused(graphs: tuple[Path, Path, float], photos: list[Path]) -> None:
    config = QuantiseConfig(float_convolutions=1000)
    with pytest.raises(RunError, match=r"quantise\.float_convolutions"):
        quantise(graphs[0], graphs[0].with_name("no"), photos, GEOMETRY, config, threads=1, advance=lambda _: None)


def test_the_photos_that_calibrate_are_drawn_evenly_and_always_the_same() -> None:
    files = [Path(f"{number}.jpg") for number in range(1000)]
    drawn = calibration_photos(files, QuantiseConfig(photos=50), seed=0)
    assert drawn == calibration_photos(files, QuantiseConfig(photos=50), seed=0)
    assert len(set(drawn)) == 50
    assert 300 < np.mean([int(file.stem) for file in drawn]) < 700
    assert calibration_photos(files[:3], QuantiseConfig(photos=50), seed=0) == files[:3]
