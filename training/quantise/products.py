"""The kernel head's products in integers: its int8 support is multiplied without conversion to float.

In float the two products of 2,000 photos take a ninth of the whole graph's time, all of it to read 29 MB twice. The
other factor is split into three pieces of 7 bits, which together have the precision of a float. Seven bits, since
processors without VNNI add pairs of products in 16 bits, which 2 x 127 x 127 fits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_PIECES = 3
_MAX_LEVEL = 63  # of a piece, in either direction
_ZERO = 64


def multiply_in_integers(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy of the graph in which every product with an int8 constant is an integer product."""
    integers = {entry.name for entry in model.graph.initializer if entry.data_type == TensorProto.INT8}
    casts = {
        node.output[0]: node.input[0]
        for node in model.graph.node
        if node.op_type == "Cast" and node.input[0] in integers
    }
    draft = _Draft()
    for node in model.graph.node:
        left, right = (casts.get(name) for name in node.input) if node.op_type == "MatMul" else (None, None)
        if right:
            draft.add_product(node.input[0], right, node.output[0])
        elif left:  # the constant is the left factor: both factors and the result are transposed
            transposed = draft.add("Transpose", [node.input[1]], f"{node.output[0]}.factor", perm=[1, 0])
            constant = draft.add("Transpose", [left], f"{node.output[0]}.constant", perm=[1, 0])
            draft.add_product(transposed, constant, f"{node.output[0]}.transposed")
            draft.add("Transpose", [f"{node.output[0]}.transposed"], node.output[0], perm=[1, 0])
        else:
            draft.nodes.append(node)
    return draft.finish(model, unread=set(casts))


@dataclass(slots=True)
class _Draft:
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: dict[str, onnx.TensorProto] = field(default_factory=dict)

    def add(self, op: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(op, inputs, [output], output, **attributes))
        return output

    def add_product(self, factor: str, integers: str, output: str) -> None:
        """float [N, K] times int8 [K, L], to float [N, L]."""

        def name(part: str) -> str:
            return f"{output}.{part}"

        size = self.add("Abs", [factor], name("size"))
        largest = self.add("ReduceMax", [size, self._constant("axis", [1], np.int64)], name("largest"), keepdims=1)
        safe = self.add("Max", [largest, self._constant("min_size", 1e-20)], name("safe"))  # [N, 1]
        step = self.add("Div", [safe, self._constant("max_level", _MAX_LEVEL)], name("step0"))
        rest, steps, pieces = factor, list[str](), list[str]()
        for number in range(_PIECES):
            piece = self._round(rest, step, name(f"piece{number}"))
            pieces.append(piece)
            steps.append(step)
            known = self.add("Mul", [piece, step], name(f"known{number}"))
            rest = self.add("Sub", [rest, known], name(f"rest{number}"))  # half a step at most
            step = self.add("Div", [step, self._constant("next", 2 * _MAX_LEVEL)], name(f"step{number + 1}"))
        together = self.add("Concat", pieces, name("pieces"), axis=0)  # [3 N, K]
        moved = self.add("Add", [together, self._constant("zero", _ZERO)], name("moved"))
        levels = self.add("Cast", [moved], name("levels"), to=TensorProto.UINT8)
        zero = self._constant("level_zero", _ZERO, np.uint8)
        sums = self.add("MatMulInteger", [levels, integers, zero], name("sums"))  # int32 [3 N, L]
        floats = self.add("Cast", [sums], name("floats"), to=TensorProto.FLOAT)
        parts = [name(f"sums{number}") for number in range(_PIECES)]
        self.nodes.append(helper.make_node("Split", [floats], parts, name("parts"), axis=0, num_outputs=_PIECES))
        scaled = [self.add("Mul", [part, own], f"{part}.scaled") for part, own in zip(parts, steps, strict=True)]
        self.add("Sum", scaled, output)

    def finish(self, model: onnx.ModelProto, unread: set[str]) -> onnx.ModelProto:
        """The copy of `model` with these nodes, less the casts that are unused now."""
        used = {name for node in self.nodes for name in node.input}
        result = onnx.ModelProto()
        result.CopyFrom(model)
        del result.graph.node[:], result.graph.value_info[:]
        result.graph.node.extend(node for node in self.nodes if node.output[0] not in unread - used)
        result.graph.initializer.extend(self.constants.values())
        return result

    def _round(self, factor: str, step: str, output: str) -> str:
        return self.add("Round", [self.add("Div", [factor, step], f"{output}.steps")], output)

    def _constant(self, name: str, value: Any, dtype: type[np.generic] = np.float32) -> str:
        known = f"integers.{name}"
        self.constants[known] = numpy_helper.from_array(np.asarray(value, dtype), known)
        return known
