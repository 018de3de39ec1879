from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from tests.builders.training_data import draw_toy
from tests.training.lessons import lesson_of
from tests.training.small_network import SIZE_PX, random_photos, small_network
from training.errors import RunError
from training.model.onnx_export import export_network
from training.model.onnx_inference import read_tile, single_thread_session
from training.quantise.config import QuantiseConfig
from training.quantise.convolutions import read_convolutions
from training.quantise.products import multiply_in_integers
from training.quantise.quantise import calibration_photos, quantise
from training.recipes.kernel_fit import KernelConfig, fit_kernel_head
from vision.errors import ConfigError
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
    network.head = fit_kernel_head(lesson_of(known, np.arange(30) % 2 == 0), KernelConfig())
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


def answers(file: Path, photos: list[Path]) -> list[np.ndarray]:
    session = single_thread_session(file)
    tiles = np.concatenate([read_tile(photo.read_bytes(), GEOMETRY) for photo in photos])
    return list(session.run(["logit", "embedding", "evidence"], {"photos": tiles}))


def test_the_int8_graph_answers_nearly_as_the_float_graph(graphs: tuple[Path, Path, float], photos: list[Path]) -> None:
    float_answers, int8_answers = (answers(file, photos[8:]) for file in graphs[:2])
    difference = np.abs(int8_answers[0] - float_answers[0]).max()
    assert 0 < difference < 0.1 * float_answers[0].std() + 0.01
    assert (float_answers[1] * int8_answers[1]).sum(1).min() > 0.995


def test_the_evidence_of_the_int8_graph_sums_to_its_own_logit(
    graphs: tuple[Path, Path, float], photos: list[Path]
) -> None:
    logit, _, evidence = answers(graphs[1], photos)
    np.testing.assert_allclose(evidence.sum((1, 2)) + graphs[2], logit, atol=1e-4)


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


def test_the_known_photos_of_a_kernel_are_kept_once_and_multiplied_as_integers(
    graphs: tuple[Path, Path, float],
) -> None:
    graph = onnx.load(graphs[1]).graph
    assert [node.op_type for node in graph.node].count("MatMulInteger") == 2
    assert len([entry for entry in graph.initializer if entry.dims[:1] == [30] and entry.data_type == 3]) == 1
    assert graphs[1].stat().st_size < graphs[0].stat().st_size


def test_a_product_of_integers_is_that_of_floats(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    levels = random.integers(-127, 128, (40, 7)).astype(np.int8)
    nodes = [
        helper.make_node("Cast", ["levels"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["x", "floats"], ["behind"]),
        helper.make_node("Transpose", ["x"], ["turned"], perm=[1, 0]),
        helper.make_node("Transpose", ["floats"], ["front"], perm=[1, 0]),
        helper.make_node("MatMul", ["front", "turned"], ["plain"]),
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("behind", "plain")]
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 40])
    graph = helper.make_graph(nodes, "g", [entry], outputs, [numpy_helper.from_array(levels, "levels")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    changed = multiply_in_integers(model)
    onnx.save(changed, tmp_path / "changed.onnx")
    x = random.normal(0, [[1.0], [1000.0], [0.0]], (3, 40)).astype(np.float32)
    behind, plain = single_thread_session(tmp_path / "changed.onnx").run(None, {"x": x})
    exact = x.astype(np.float64) @ levels
    assert (np.abs(behind - exact) <= np.abs(exact).max(1, keepdims=True) * 1e-5 + 1e-12).all()
    np.testing.assert_allclose(plain, exact.T, rtol=1e-3, atol=1e-1)
    assert [node.op_type for node in changed.graph.node].count("MatMulInteger") == 1  # the other has no int8 of its own


def test_a_clip_or_relu_is_left_to_the_grid_and_other_activations_are_not() -> None:
    weight = numpy_helper.from_array(np.ones((2, 3, 3, 3), np.float32), "w")
    bounds = [
        numpy_helper.from_array(np.array(v, np.float32), name) for name, v in (("zero", 0), ("six", 6), ("-1", -1))
    ]
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], pads=[1, 1, 1, 1]),
        helper.make_node("Clip", ["a", "zero", "six"], ["a6"]),
        helper.make_node("Conv", ["x", "w"], ["b"], strides=[2, 2]),
        helper.make_node("Relu", ["b"], ["b0"]),
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("Clip", ["c", "-1", "six"], ["c6"]),
        helper.make_node("Conv", ["x", "w"], ["d"], dilations=[2, 2]),
        helper.make_node("Relu", ["d"], ["d0"]),
    ]
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])
    graph = helper.make_graph(nodes, "g", [entry], [], [weight, *bounds])
    found = read_convolutions(helper.make_model(graph), skip=0)
    assert [(one.result, one.writes, one.ceiling, one.stride) for one in found] == [
        ("a", "a6", 6.0, 1),
        ("b", "b0", None, 2),
        ("c", "c", None, 1),
    ]


@pytest.mark.parametrize(
    ("groups", "stride", "pads"), [(1, 1, (1, 1, 1, 1)), (4, 2, (0, 0, 1, 1)), (2, 1, (1, 1, 1, 1))]
)
def test_windows_are_what_the_kernel_reads(groups: int, stride: int, pads: tuple[int, int, int, int]) -> None:
    torch.manual_seed(0)
    x, weight = torch.randn(4, 9, 9), torch.randn(8, 4 // groups, 3, 3)
    top, left, bottom, right = pads
    padded = torch.nn.functional.pad(x[None], (left, right, top, bottom))
    expected = torch.nn.functional.conv2d(padded, weight, stride=stride, groups=groups)[0]
    nodes = [helper.make_node("Conv", ["x", "w"], ["y"], group=groups, strides=[stride] * 2, pads=list(pads))]
    graph = helper.make_graph(nodes, "g", [], [], [numpy_helper.from_array(weight.numpy(), "w")])
    (convolution,) = read_convolutions(helper.make_model(graph), skip=0)
    down, across = np.array([0, 1, 3]), np.array([2, 0, 3])
    windows = convolution.windows(x.numpy(), down, across)  # [G, P, K]
    got = np.einsum("gpk,grk->grp", windows, convolution.rows).reshape(8, 3)
    np.testing.assert_allclose(got, expected[:, down, across], atol=1e-4)


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


@pytest.mark.parametrize(("key", "value"), [("photos", 0), ("percentile", 50.0), ("float_convolutions", -1)])
def test_settings_out_of_range_are_refused(key: str, value: float) -> None:
    with pytest.raises(ConfigError, match=key):
        QuantiseConfig(**{key: value})  # type: ignore[arg-type]
