"""Statistics of a graph on calibration photos: the range of each map, and the covariance of each kernel's inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray

from training.model.onnx_inference import read_tile, single_thread_session
from training.quantise.convolutions import Convolution
from vision.inputs import InputGeometry

PLACES = 128  # of each map and photo
Array = NDArray[np.float32]


@dataclass(slots=True)
class Inputs:
    """The inputs of one convolution's kernels: mean [G, K] and covariance [G, K, K], over photos and places."""

    count: int = 0
    total: NDArray[np.float64] | float = 0.0
    products: NDArray[np.float64] | float = 0.0

    def add(self, windows: Array) -> None:
        """Count windows [G, P, K] in."""
        self.count += windows.shape[1]
        self.total = self.total + windows.sum(1, dtype=np.float64)
        self.products = self.products + np.asarray(windows.transpose(0, 2, 1) @ windows, np.float64)

    @property
    def mean(self) -> NDArray[np.float64]:
        """[G, K]."""
        return np.asarray(self.total / self.count)

    @property
    def covariance(self) -> NDArray[np.float64]:
        """[G, K, K]."""
        mean = self.mean
        return np.asarray(self.products / self.count - mean[:, :, None] * mean[:, None])


@dataclass(slots=True)
class Statistics:
    """Inputs by convolution (its `result`), and values by tensor, drawn at random."""

    inputs: dict[str, Inputs] = field(default_factory=dict)
    values: dict[str, list[Array]] = field(default_factory=dict)

    def span(self, tensor: str, percentile: float) -> tuple[float, float]:
        """The range that holds `percentile` of a tensor's values at either end, zero included."""
        low, high = np.percentile(np.concatenate(self.values[tensor]), [100 - percentile, percentile])
        return min(float(low), 0.0), max(float(high), 0.0)


def gather_statistics(
    model: onnx.ModelProto,
    convolutions: Sequence[Convolution],
    photos: Sequence[Path],
    geometry: InputGeometry,
    *,
    threads: int,
    advance: Callable[[int], None],
) -> Statistics:
    """Run the float graph on the photos and keep a sample of what each convolution reads and writes."""
    tensors = list(dict.fromkeys(name for c in convolutions for name in (c.reads, c.result)))
    found = Statistics(inputs={c.result: Inputs() for c in convolutions}, values={name: [] for name in tensors})
    for number, maps in enumerate(_maps(model, tensors, photos, geometry, threads)):
        random = np.random.default_rng(number)
        for name, values in maps.items():
            found.values[name].append(random.choice(values.ravel(), 16 * PLACES))
        for convolution in convolutions:
            height, width = maps[convolution.result].shape[1:]
            down, right = np.divmod(random.integers(0, height * width, PLACES), width)
            found.inputs[convolution.result].add(convolution.windows(maps[convolution.reads], down, right))
        advance(1)
    return found


def _maps(
    model: onnx.ModelProto, tensors: Sequence[str], photos: Sequence[Path], geometry: InputGeometry, threads: int
) -> Iterator[Mapping[str, Array]]:
    """The tensors of each photo, [C, h, w]; as many photos at once as threads, since one takes 100 MB at 448 px."""
    with TemporaryDirectory() as scratch:
        file = Path(scratch) / "maps.onnx"
        onnx.save(_up_to(model, tensors), file)
        session = single_thread_session(file)

    def one(photo: Path) -> dict[str, Array]:
        maps = session.run(list(tensors), {"photos": read_tile(photo.read_bytes(), geometry)})
        return {name: values[0] for name, values in zip(tensors, maps, strict=True)}

    with ThreadPoolExecutor(max_workers=threads) as pool:
        for start in range(0, len(photos), threads):
            yield from pool.map(one, photos[start : start + threads])


def _up_to(model: onnx.ModelProto, tensors: Sequence[str]) -> onnx.ModelProto:
    """The part of the graph that computes the tensors."""
    part = onnx.ModelProto()
    part.CopyFrom(model)
    needed = set(tensors)
    nodes = []
    for node in reversed(model.graph.node):
        if not needed.isdisjoint(node.output):
            nodes.append(node)
            needed.update(node.input)
    kept = [entry for entry in model.graph.initializer if entry.name in needed]
    for entries in (part.graph.node, part.graph.initializer, part.graph.output, part.graph.value_info):
        del entries[:]
    part.graph.node.extend(reversed(nodes))
    part.graph.initializer.extend(kept)
    outputs = (onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in tensors)
    part.graph.output.extend(outputs)
    return part
