"""Pooled backbone features of photos, computed once by onnxruntime and kept on disk."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from rich.console import Console
from torch import nn

from training.data.cache import writing_cache
from training.data.decoder_version import decoder_version
from training.model import foreground_head
from training.model import network as network_code
from training.model.network import Network
from training.model.onnx_export import export_features
from training.model.onnx_inference import single_thread_session
from training.progress import photo_progress
from training.recipes.photo_variants import AS_IT_IS, Variant
from vision.inputs import InputGeometry

_GRAPH: Final = "features.onnx"
_GRAPH_DIGEST: Final = "features.sha256"
_POOLED_BY: Final = (network_code, foreground_head)  # features of another version are computed anew


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCache:
    """One folder for one backbone, input geometry, decoder and variant; a photo's features lie under its sha256."""

    folder: Path
    geometry: InputGeometry
    variant: Variant

    def extract(self, photos: Sequence[Path], *, threads: int, advance: Callable[[int], None]) -> NDArray[np.float32]:
        """Features float32 [N, F] of the photos, in their order; `advance` is called after each photo.

        A killed run loses at most the photos in progress; a damaged entry is computed anew. Raises PhotoError for a
        photo that can't be read, and RunError where the cache can't be written.
        """
        session = single_thread_session(self.folder / _GRAPH)

        def one(photo: Path) -> NDArray[np.float32]:
            values = self._read_or_compute(photo, session)
            advance(1)
            return values

        with ThreadPoolExecutor(max_workers=threads) as pool:
            return np.stack(list(pool.map(one, photos)))

    def _read_or_compute(self, photo: Path, session: ort.InferenceSession) -> NDArray[np.float32]:
        data = photo.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        file = self.folder / digest[:2] / f"{digest}.npy"
        kept = _read_entry(file, length=session.get_outputs()[0].shape[-1])
        if kept is not None:
            return kept
        tile = self.variant.read(data, self.geometry)  # [1, S, S, 3]
        values: NDArray[np.float32] = session.run(["features"], {"photos": tile})[0][0]
        _write_entry(file, values)
        return values


def open_feature_cache(
    network: Network, geometry: InputGeometry, *, root: Path, variant: Variant = AS_IT_IS
) -> FeatureCache:
    """The cache of a network's pooled features, named by a digest of what its features depend on.

    The graph is exported once, and again where its file is damaged. Raises RunError where the cache can't be written.
    """
    folder = root / "features" / cache_name(network, geometry, variant)
    with writing_cache(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two runs may share the cache: the graph and its digest are one
            if not _is_whole(folder):
                export_features(network, folder / _GRAPH, size_px=geometry.size_px)
                _write_atomically(folder / _GRAPH_DIGEST, _digest_of(folder / _GRAPH).encode())
    return FeatureCache(folder=folder, geometry=geometry, variant=variant)


def extract_features(
    cache: FeatureCache, photos: Sequence[Path], threads: int, console: Console
) -> NDArray[np.float32]:
    """Features float32 [N, F] of the photos, with a progress bar. Raises PhotoError for a photo that can't be read."""
    with photo_progress("features", len(photos), console) as advance:
        return cache.extract(photos, threads=threads, advance=advance)


def update_digest(digest: hashlib._Hash, network: Network) -> None:
    """Feed a digest with everything of a network that its features depend on."""
    parts: list[nn.Module] = [network.backbone]
    if network.foreground_head is not None:
        parts.append(network.foreground_head)
    for part in parts:
        for name, tensor in part.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.cpu().numpy().tobytes())
    for tensor in (network.photo_mean, network.photo_std):
        digest.update(tensor.cpu().numpy().tobytes())


def cache_name(network: Network, geometry: InputGeometry, variant: Variant) -> str:
    """The folder's name: a digest of the network, of how photos become its input, and of how its maps are pooled."""
    pooling = () if network.foreground_head is None else _POOLED_BY
    decoder = decoder_version(*variant.made_by, *pooling)
    digest = hashlib.sha256(f"{network.taps} {geometry} {variant.code} {decoder}".encode())
    update_digest(digest, network)
    return digest.hexdigest()[:16]


def _read_entry(file: Path, *, length: object) -> NDArray[np.float32] | None:
    """The features in the file, float32 [F]; None where there are none, or the file is empty, cut short or foreign."""
    try:
        values = np.load(io.BytesIO(file.read_bytes()), allow_pickle=False)
    except (OSError, EOFError, ValueError, BadZipFile):
        return None
    is_sound = (
        isinstance(values, np.ndarray)
        and values.dtype == np.float32
        and values.ndim == 1
        and (len(values) == length or not isinstance(length, int))
        and np.isfinite(values).all()
    )
    return values if is_sound else None


def _write_entry(file: Path, values: NDArray[np.float32]) -> None:
    buffer = io.BytesIO()
    np.save(buffer, values)
    with writing_cache(file.parent.parent):
        file.parent.mkdir(exist_ok=True)
        _write_atomically(file, buffer.getvalue())


def _write_atomically(file: Path, data: bytes) -> None:
    draft = file.with_suffix(f".{os.getpid()}.{id(data):x}.part")
    draft.write_bytes(data)
    draft.replace(file)


def _is_whole(folder: Path) -> bool:
    """Whether the graph is as it was exported: one with damaged weights would load, and give other features."""
    try:
        return (folder / _GRAPH_DIGEST).read_text(encoding="ascii") == _digest_of(folder / _GRAPH)
    except (OSError, ValueError):
        return False


def _digest_of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
