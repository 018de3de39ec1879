"""Convolutions read from a graph, and the windows that their kernels see."""

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from training.quantise.convolutions import read_convolutions


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
