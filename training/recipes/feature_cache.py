"""Pooled backbone features of photos, computed once by onnxruntime and kept on disk."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from rich.console import Console

from training.data.decoder_version import decoder_version
from training.model.network import Network
from training.model.onnx_export import export_features
from training.model.onnx_inference import single_thread_session
from training.perturbations import photo as photo_changes
from training.progress import photo_progress
from training.recipes.photo_variants import AS_IT_IS, Variant
from vision.inputs import InputGeometry


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCache:
    """One folder for one backbone, input geometry, decoder and variant; a photo's features lie under its sha256."""

    folder: Path
    geometry: InputGeometry
    variant: Variant

    def extract(self, photos: Sequence[Path], *, threads: int, advance: Callable[[int], None]) -> NDArray[np.float32]:
        """Features float32 [N, F] of the photos, in their order; `advance` is called after each photo.

        A killed run loses at most the photos in progress. Raises PhotoError for a photo that can't be read.
        """
        session = single_thread_session(self.folder / "features.onnx")

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
        if file.is_file():
            return np.asarray(np.load(file), np.float32)
        tile = self.variant.read(data, self.geometry)  # [1, S, S, 3]
        values: NDArray[np.float32] = session.run(["features"], {"photos": tile})[0][0]
        _write_atomically(file, values)
        return values


def open_feature_cache(
    network: Network, geometry: InputGeometry, *, root: Path, variant: Variant = AS_IT_IS
) -> FeatureCache:
    """The cache of a network's backbone, named by a digest of what its features depend on; exports the graph once."""
    folder = root / "features" / _key(network, geometry, variant)
    if not (folder / "features.onnx").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        export_features(network, folder / "features.onnx", size_px=geometry.size_px)
    return FeatureCache(folder=folder, geometry=geometry, variant=variant)


def extract_features(
    cache: FeatureCache, photos: Sequence[Path], threads: int, console: Console
) -> NDArray[np.float32]:
    """Features float32 [N, F] of the photos, with a progress bar. Raises PhotoError for a photo that can't be read."""
    with photo_progress("features", len(photos), console) as advance:
        return cache.extract(photos, threads=threads, advance=advance)


def _key(network: Network, geometry: InputGeometry, variant: Variant) -> str:
    decoder = decoder_version() if variant is AS_IT_IS else decoder_version(photo_changes)
    digest = hashlib.sha256(f"{network.taps} {geometry} {variant.code} {decoder}".encode())
    for name, tensor in network.backbone.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.cpu().numpy().tobytes())
    for tensor in (network.photo_mean, network.photo_std):
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()[:16]


def _write_atomically(file: Path, values: NDArray[np.float32]) -> None:
    buffer = io.BytesIO()
    np.save(buffer, values)
    file.parent.mkdir(exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}.{id(buffer):x}.part")
    draft.write_bytes(buffer.getvalue())
    draft.replace(file)
