"""Grids of uint8, and a graph whose convolutions read and write their levels."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from training.model.onnx_inference import single_thread_session
from training.quantise.convolutions import read_convolutions
from training.quantise.graph import Grid, grid_of, quantised_graph
from training.quantise.rounding import RoundedWeights


@pytest.mark.parametrize(("low", "high"), [(0.0, 6.0), (-3.0, 1.0), (-2.0, 0.0)])
def test_a_grid_spans_its_range_and_holds_zero_exactly(low: float, high: float) -> None:
    grid = grid_of(low, high)
    values = grid.step * (np.arange(256) - grid.zero)
    assert 0.0 in values
    assert values[0] == pytest.approx(low, abs=grid.step)
    assert values[-1] == pytest.approx(high, abs=grid.step)


def test_a_map_that_is_zero_everywhere_gets_a_grid_too() -> None:
    assert grid_of(0.0, 0.0).step > 0


def model() -> onnx.ModelProto:
    """One convolution of a pixel by 0.5, and a ReLU."""
    weight = numpy_helper.from_array(np.full((1, 1, 1, 1), 0.5, np.float32), "w")
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["conv"]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("Identity", ["relu"], ["y"]),
    ]
    entry = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 2, 2])
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 2, 2])
    graph = helper.make_graph(nodes, "g", [entry], [result], [weight])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def test_the_quantised_graph_is_the_float_graph_on_its_grids(tmp_path: Path) -> None:
    convolutions = read_convolutions(model(), skip=0)
    (convolution,) = convolutions
    weights = RoundedWeights(
        weight=np.full((1, 1, 1, 1), 100, np.int8), step=np.array([0.005]), bias=np.zeros(1, np.float64)
    )
    grids = {"x": Grid(step=0.1, zero=128), "relu": Grid(step=0.05, zero=0)}
    # what reads a map takes its levels from the node that writes it; the input has none, so it gets one here
    source = model()
    source.graph.node.insert(0, helper.make_node("Identity", ["photo"], ["x"]))
    source.graph.input[0].name = "photo"
    changed = quantised_graph(source, convolutions, {convolution.result: weights}, grids)
    onnx.save(changed, tmp_path / "int8.onnx")
    x = np.array([[[[1.0, -1.0], [0.34, 30.0]]]], np.float32)
    (y,) = single_thread_session(tmp_path / "int8.onnx").run(None, {"photo": x})
    # 0.34 is read as 0.3, 30 saturates at (255 - 128) * 0.1 = 12.7; ReLU is the zero point of the result
    np.testing.assert_allclose(y[0, 0], [[0.5, 0.0], [0.15, 6.35]], atol=1e-5)
    assert "Relu" not in [node.op_type for node in changed.graph.node]
    assert "w" not in [entry.name for entry in changed.graph.initializer], "the float weights are gone"
