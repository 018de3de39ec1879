"""Products with an int8 constant, computed in integers."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.model.onnx_inference import single_thread_session
from training.quantise.products import multiply_in_integers


def test_a_product_of_integers_is_that_of_floats(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    levels = random.integers(-127, 128, (40, 7)).astype(np.int8)
    nodes = [
        helper.make_node("Cast", ["levels"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("MatMul", ["x", "floats"], ["behind"]),
        helper.make_node("Transpose", ["x"], ["transposed"], perm=[1, 0]),
        helper.make_node("Transpose", ["floats"], ["front"], perm=[1, 0]),
        helper.make_node("MatMul", ["front", "transposed"], ["plain"]),
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
    assert [node.op_type for node in changed.graph.node].count(
        "MatMulInteger"
    ) == 1  # the other has no int8 constant of its own
