"""From a trained network and its calibration to a sealed bundle folder."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import torch

from training.calibration.fitted import FittedCalibration
from training.errors import RunError
from training.model.ensemble import AnyNetwork
from training.model.onnx_export import export_network
from training.model.onnx_inference import read_tile, single_thread_session
from training.model.weights import save_weights
from training.pipeline.config import TrainConfig
from training.runs.folder import code_version
from vision.bundle.bundle import Bundle, seal_bundle, write_seen_photos
from vision.bundle.metadata import AuthenticityKind, BundleMetadata, ListingCounts
from vision.bundle.self_test import self_test_inputs
from vision.inference.scorer import Scorer

GRAPH_FILE = "model.onnx"
PARITY_PHOTOS = 64
PARITY_LIMIT = 1e-3  # rounding in float32 alone reaches 1.03e-4 with a steep kernel


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContents:
    """What goes into a bundle. `seen` are the photos of fitting, early stopping and calibration, of `listings`.

    `graph` is the network's as `export_network` writes it, None where it was not exported yet.
    """

    network: AnyNetwork
    calibration: FittedCalibration
    kind: AuthenticityKind
    listings: Mapping[str, ListingCounts]
    products: tuple[str, ...]
    seen: Sequence[Path]
    data_hash: str
    graph: bytes | None = None


def write_bundle(folder: Path, contents: BundleContents, config: TrainConfig) -> Bundle:
    """Export, self-test, measure parity on real photos and seal; `folder` is made anew.

    Raises RunError where the exported graph's outputs differ from the network's.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if contents.graph is None:
        export_network(contents.network, folder / GRAPH_FILE, size_px=config.model.size_px)
    else:  # an export takes ten seconds and more, and the parity below is of this graph all the same
        (folder / GRAPH_FILE).write_bytes(contents.graph)
    save_weights(contents.network, folder)
    write_seen_photos(folder, (hashlib.sha256(photo.read_bytes()).hexdigest() for photo in contents.seen))
    bundle = seal_bundle(folder, _metadata(folder, contents, config))
    return _with_parity(bundle, contents, config)


def _metadata(folder: Path, contents: BundleContents, config: TrainConfig) -> BundleMetadata:
    now = datetime.now(UTC)
    session = single_thread_session(folder / GRAPH_FILE)
    self_test = session.run(["logit"], {"photos": self_test_inputs(config.model.size_px)})[0]
    fitted = contents.calibration
    return BundleMetadata(
        name=config.run.name,
        version=now.strftime("%Y%m%d.%H%M%S"),
        created_at=now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        products=contents.products,
        geometry=config.model.geometry,
        evidence_kind="exact",
        evidence_bias=contents.network.evidence_bias,
        authenticity_kind=contents.kind,
        graphs=(fitted.graph_metadata(GRAPH_FILE, "fp32", tuple(float(v) for v in self_test)),),
        required_views=(),
        metrics={},
        label_kind=config.data.label_kind,
        config=config.recorded(),
        data_hash=contents.data_hash,
        code_version=code_version(),
        training_listings=contents.listings,
    )


def _with_parity(bundle: Bundle, contents: BundleContents, config: TrainConfig) -> Bundle:
    parity = measure_parity(bundle, contents.network, contents.seen)
    if parity > PARITY_LIMIT:
        raise RunError(
            f"the exported graph differs from the network by {parity:.2g} in authenticity on real photos (at most "
            f"{PARITY_LIMIT:g}): use other versions of torch, onnx or onnxruntime"
        )
    graph = replace(bundle.metadata.graphs[0], parity=parity)
    return seal_bundle(bundle.folder, replace(bundle.metadata, graphs=(graph,)))


def measure_parity(bundle: Bundle, network: AnyNetwork, photos: Sequence[Path]) -> float:
    """Largest difference in a photo's authenticity between torch and the served graph, over up to 64 photos."""
    scorer = Scorer(bundle, precision="fp32")
    authenticity = scorer.graph.photo_calibration.authenticity
    step = max(1, len(photos) // PARITY_PHOTOS)
    largest = 0.0
    for photo in photos[::step][:PARITY_PHOTOS]:
        tile = read_tile(photo.read_bytes(), bundle.metadata.geometry)
        with torch.inference_mode():
            expected = float(network(torch.from_numpy(tile.copy()))[0])
        largest = max(largest, abs(authenticity(expected) - authenticity(float(scorer.score(tile).logit[0]))))
    return largest
