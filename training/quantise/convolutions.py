"""The convolutions of an exported graph, each with its input, its weights and the activation behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Convolution:
    """One convolution and the ReLU or clip that follows it, which a quantised output replaces by saturation.

    `weight` is float32 [O, I / groups, k, k], `bias` float32 [O]. `reads` and `writes` are tensors; `result` is what
    the convolution itself writes. `ceiling` is the clip's upper end; None without one. `activation` is the output of
    the node that is removed, None without one.
    """

    reads: str
    result: str
    weight: Array
    bias: Array
    groups: int
    stride: int
    pads: tuple[int, int, int, int]
    activation: str | None
    ceiling: float | None

    @property
    def writes(self) -> str:
        """The tensor behind the activation."""
        return self.activation or self.result

    @property
    def rectifies(self) -> bool:
        """Whether nothing below zero is written."""
        return self.activation is not None

    @property
    def rows(self) -> Array:
        """The weights by group, [G, O / G, K]: a row per output channel, over the K values that it reads."""
        return self.weight.reshape(self.groups, len(self.weight) // self.groups, -1)

    def windows(self, source: Array, down: NDArray[np.int64], right: NDArray[np.int64]) -> Array:
        """What the kernel reads of `source` [I, h, w] at P places of its output: [G, P, K]."""
        top, left, bottom, far = self.pads
        padded = np.pad(source, ((0, 0), (top, bottom), (left, far)))
        side = np.arange(self.weight.shape[2])
        rows = (down * self.stride)[:, None, None] + side[:, None]  # [P, k, 1]
        columns = (right * self.stride)[:, None, None] + side  # [P, 1, k]
        windows = padded[:, rows, columns]  # [I, P, k, k]
        per_group = windows.reshape(self.groups, -1, len(down), side.size**2).transpose(0, 2, 1, 3)
        return np.ascontiguousarray(per_group).reshape(self.groups, len(down), -1)


def read_convolutions(model: onnx.ModelProto, *, skip: int) -> tuple[Convolution, ...]:
    """The square two-dimensional convolutions with constant weights, in the graph's order, less the first `skip`."""
    values = {entry.name: entry for entry in model.graph.initializer}
    readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for node in model.graph.node:
        for name in node.input:
            readers[name].append(node)
    nodes = [node for node in model.graph.node if node.op_type == "Conv" and node.input[1] in values]
    found = (_read(node, values, readers[node.output[0]]) for node in nodes[skip:])
    return tuple(convolution for convolution in found if convolution)


def _read(
    node: onnx.NodeProto, values: Mapping[str, onnx.TensorProto], readers: Sequence[onnx.NodeProto]
) -> Convolution | None:
    attributes = {entry.name: onnx.helper.get_attribute_value(entry) for entry in node.attribute}
    weight = numpy_helper.to_array(values[node.input[1]])
    strides = {*attributes.get("strides", [1])}
    plain = weight.ndim == 4 and weight.shape[2] == weight.shape[3] and len(strides) == 1
    has_bias = len(node.input) > 2 and node.input[2] != ""
    if not plain or {*attributes.get("dilations", [1])} != {1} or attributes.get("auto_pad", b"NOTSET") != b"NOTSET":
        return None
    if has_bias and node.input[2] not in values:
        return None
    activation, ceiling = _activation(readers, values)
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    return Convolution(
        reads=node.input[0],
        result=node.output[0],
        weight=weight.astype(np.float32),
        bias=numpy_helper.to_array(values[node.input[2]]) if has_bias else np.zeros(len(weight), np.float32),
        groups=attributes.get("group", 1),
        stride=strides.pop(),
        pads=(top, left, bottom, right),
        activation=activation,
        ceiling=ceiling,
    )


def _activation(
    readers: Sequence[onnx.NodeProto], values: Mapping[str, onnx.TensorProto]
) -> tuple[str | None, float | None]:
    """The sole reader of a convolution where it is a ReLU, or a clip between zero and a constant."""
    if len(readers) != 1:
        return None, None
    (node,) = readers
    if node.op_type == "Relu":
        return node.output[0], None
    if node.op_type != "Clip" or len(node.input) != 3 or any(name not in values for name in node.input[1:]):
        return None, None
    low, high = (float(numpy_helper.to_array(values[name])) for name in node.input[1:])
    return (node.output[0], high) if low == 0 and high > 0 else (None, None)
