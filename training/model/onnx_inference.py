"""Outputs of photos through the exported graph, with one thread per photo, as a server computes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from training.model.ensemble import AnyNetwork
from training.model.onnx_export import export_network
from training.model.outputs import PhotoOutputs
from vision.inputs import InputGeometry, open_for_input, to_input

Session: TypeAlias = ort.InferenceSession
_KEPT = frozenset(field.name for field in fields(PhotoOutputs))


def predict_photos(
    session: Session,
    photos: Sequence[Path],
    geometry: InputGeometry,
    *,
    threads: int,
    advance: Callable[[int], None],
) -> PhotoOutputs:
    """The graph's outputs for each photo; raises PhotoError for a photo that can't be read."""
    names = [output.name for output in session.get_outputs() if output.name in _KEPT]

    def one(photo: Path) -> list[NDArray[np.float32]]:
        values: list[NDArray[np.float32]] = session.run(names, {"photos": read_tile(photo.read_bytes(), geometry)})
        advance(1)
        return values

    with ThreadPoolExecutor(max_workers=threads) as pool:
        rows = list(pool.map(one, photos))
    columns = {name: np.concatenate([row[n] for row in rows]).astype(np.float64) for n, name in enumerate(names)}
    return PhotoOutputs(**columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedNetwork:
    """A network's graph as `export_network` writes it, and a session on it."""

    graph: bytes
    session: Session


def exported_network(network: AnyNetwork, size_px: int) -> ExportedNetwork:
    """Export a network, and open a session on its graph."""
    with TemporaryDirectory() as scratch:
        file = Path(scratch) / "model.onnx"
        export_network(network, file, size_px=size_px)
        return ExportedNetwork(graph=file.read_bytes(), session=single_thread_session(file))


def read_tile(data: bytes, geometry: InputGeometry) -> NDArray[np.uint8]:
    """A photo as network input, uint8 [1, S, S, 3]: decoded and resized as in serving."""
    return to_input(open_for_input(data, geometry), geometry).pixels[:1]


def single_thread_session(file: Path) -> Session:
    """One session for all threads: one thread per photo is about four times as fast as torch on a CPU."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    return ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
