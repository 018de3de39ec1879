"""The graph with its convolutions in int8, written in the QDQ form that onnxruntime turns into integer kernels.

Activations are uint8 with one step and zero point per map, weights int8 with one step per output channel. All else
stays in float, the sums of residual blocks too, so that rounding errors do not accumulate from block to block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from training.quantise.convolutions import Convolution
from training.quantise.rounding import RoundedWeights

_LEVELS = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The uint8 grid of a map's values: value = step * (level - zero)."""

    step: float
    zero: int


def grid_of(low: float, high: float) -> Grid:
    """The grid over a range that includes zero; a map that is zero everywhere gets a grid too."""
    step = max(high - low, 1e-6) / _LEVELS
    return Grid(step=step, zero=round(min(max(-low / step, 0), _LEVELS)))


def quantised_graph(
    model: onnx.ModelProto,
    convolutions: Sequence[Convolution],
    weights: Mapping[str, RoundedWeights],
    grids: Mapping[str, Grid],
) -> onnx.ModelProto:
    """A copy of the graph; `weights` go by a convolution's `result`, `grids` by tensor."""
    by_result = {convolution.result: convolution for convolution in convolutions}
    written = {convolution.writes for convolution in convolutions}
    absorbed = {convolution.activation for convolution in convolutions if convolution.activation}
    draft = _Draft()
    for node in model.graph.node:
        if not absorbed.isdisjoint(node.output):
            continue
        convolution = by_result.get(node.output[0])
        if convolution:
            draft.add_convolution(node, convolution, weights[convolution.result], grids[convolution.reads].step)
        else:
            draft.nodes.append(_reading(node, {name: _from_levels(name) for name in node.input if name in written}))
        made = [convolution.writes] if convolution else node.output
        for name in made:
            if name in grids:
                draft.add_grid(name, grids[name])
    return draft.finish(model)


@dataclass(slots=True)
class _Draft:
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def add_convolution(
        self, node: onnx.NodeProto, convolution: Convolution, rounded: RoundedWeights, input_step: float
    ) -> None:
        bias_step = input_step * rounded.step
        bias = np.round(rounded.bias / bias_step).astype(np.int32)
        weight = self._per_channel(f"{convolution.result}.weight", rounded.weight, rounded.step)
        inputs = [
            _from_levels(convolution.reads),
            weight,
            self._per_channel(f"{convolution.result}.bias", bias, bias_step),
        ]
        copy = _reading(node, {})
        del copy.input[:]
        copy.input.extend(inputs)
        copy.output[0] = convolution.writes
        self.nodes.append(copy)

    def add_grid(self, name: str, grid: Grid) -> None:
        """Quantise and dequantise a tensor; its readers read the dequantised values."""
        scale = [
            self._constant(f"{name}.step", np.float32(grid.step)),
            self._constant(f"{name}.zero", np.uint8(grid.zero)),
        ]
        self.nodes.append(helper.make_node("QuantizeLinear", [name, *scale], [f"{name}.levels"], f"{name}.quantise"))
        self.nodes.append(
            helper.make_node("DequantizeLinear", [f"{name}.levels", *scale], [_from_levels(name)], f"{name}.dequantise")
        )

    def finish(self, model: onnx.ModelProto) -> onnx.ModelProto:
        """The copy of `model` with these nodes, less the constants that are unused now."""
        used = {name for node in self.nodes for name in node.input}
        kept = [entry for entry in model.graph.initializer if entry.name in used]
        result = onnx.ModelProto()
        result.CopyFrom(model)
        for entries in (result.graph.node, result.graph.initializer, result.graph.value_info):
            del entries[:]
        result.graph.node.extend(self.nodes)
        result.graph.initializer.extend([*kept, *self.constants])
        return result

    def _per_channel(self, name: str, values: NDArray[Any], step: NDArray[np.float64]) -> str:
        inputs = [
            self._constant(f"{name}.levels", values),
            self._constant(f"{name}.step", step.astype(np.float32)),
            self._constant(f"{name}.zero", np.zeros(len(step), values.dtype)),
        ]
        self.nodes.append(helper.make_node("DequantizeLinear", inputs, [name], f"{name}.dequantise", axis=0))
        return name

    def _constant(self, name: str, value: Any) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name


def _reading(node: onnx.NodeProto, renamed: Mapping[str, str]) -> onnx.NodeProto:
    """A copy of the node that reads the renamed tensors."""
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    for place, name in enumerate(node.input):
        copy.input[place] = renamed.get(name, name)
    return copy


def _from_levels(name: str) -> str:
    return f"{name}.rounded"
