"""A network and its calibration become a sealed bundle whose graph gives the network's outputs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.builders.training_data import write_toy_config, write_toy_data
from tests.training.builders.calibration_set import random_predictions
from tests.training.builders.network import SIZE_PX, small_network
from training.calibration.config import CalibrationConfig
from training.calibration.fitted import fit_on_held_out
from training.data.manifest import Manifest, read_manifest
from training.errors import RunError
from training.model.network import Network
from training.model.onnx_inference import read_tile
from training.pipeline.bundle_writer import BundleContents, measure_parity, write_bundle
from training.pipeline.config import TrainConfig
from vision.bundle.bundle import Bundle, read_bundle, seen_photos
from vision.bundle.metadata import ListingCounts
from vision.config.read import read_config
from vision.inference.scorer import Scorer


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy"), listings=12))


def contents_of(manifest: Manifest, network: Network) -> BundleContents:
    return BundleContents(
        network=network,
        calibration=fit_on_held_out(random_predictions(manifest), CalibrationConfig()),
        kind="calibrated",
        listings={"toy": ListingCounts(genuine=6, counterfeit=6)},
        products=manifest.products,
        seen=[row.photo for row in manifest.rows],
        data_hash=manifest.sha256,
    )


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory, manifest: Manifest) -> TrainConfig:
    return read_config(TrainConfig, write_toy_config(tmp_path_factory.mktemp("config"), manifest.path), ())


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, manifest: Manifest, config: TrainConfig) -> Bundle:
    """The bundle of `small_network()`, in a folder that held a file already."""
    left = tmp_path_factory.mktemp("written") / "bundle" / "left.txt"
    left.parent.mkdir()
    left.write_text("of an earlier start")
    return write_bundle(left.parent, contents_of(manifest, small_network()), config)


@pytest.mark.slow
def test_the_bundle_holds_graph_weights_and_what_was_fitted(
    bundle: Bundle, manifest: Manifest, config: TrainConfig
) -> None:
    network = small_network()
    contents = contents_of(manifest, network)
    assert read_bundle(bundle.folder).sha256 == bundle.sha256
    assert set(bundle.files) == {"model.onnx", "weights.safetensors", "seen_photos.txt"}
    metadata = bundle.metadata
    assert (metadata.name, metadata.products, metadata.data_hash) == ("toy", ("toy",), manifest.sha256)
    assert (metadata.label_kind, metadata.geometry.size_px) == ("verified", SIZE_PX)
    assert metadata.authenticity_kind == "calibrated"
    assert metadata.evidence_bias == network.evidence_bias
    assert metadata.config == config.recorded()
    (graph,) = metadata.graphs
    assert graph.thresholds == contents.calibration.thresholds
    assert 0 <= graph.parity <= 1e-4
    seen = seen_photos(bundle)
    assert {hashlib.sha256(photo.read_bytes()).hexdigest()[:16] for photo in contents.seen} == set(seen)


@pytest.mark.slow
def test_the_served_graph_gives_the_network_s_logit(bundle: Bundle, manifest: Manifest, config: TrainConfig) -> None:
    network = small_network()
    tile = read_tile(manifest.rows[0].photo.read_bytes(), config.model.geometry)
    with torch.inference_mode():
        expected = network(torch.from_numpy(tile)).numpy()
    np.testing.assert_allclose(Scorer(bundle).score(tile).logit, expected, atol=1e-4)


@pytest.mark.slow
def test_parity_is_the_largest_difference_in_authenticity(
    bundle: Bundle, manifest: Manifest, config: TrainConfig
) -> None:
    network = small_network()
    contents = contents_of(manifest, network)
    assert measure_parity(bundle, network, contents.seen) <= 1e-4
    other = small_network(seed=1)
    calibration = bundle.metadata.graphs[0].photo_calibration
    differences = []
    for photo in contents.seen:
        tile = torch.from_numpy(read_tile(photo.read_bytes(), config.model.geometry))
        with torch.inference_mode():
            pair = [calibration.authenticity(float(one(tile)[0])) for one in (network, other)]
        differences.append(abs(pair[0] - pair[1]))
    assert max(differences) > 1e-3
    assert measure_parity(bundle, other, contents.seen) == pytest.approx(max(differences), abs=1e-4)


@pytest.mark.slow
def test_a_graph_that_was_exported_before_is_taken_if_it_is_the_networks(
    bundle: Bundle, manifest: Manifest, config: TrainConfig, tmp_path: Path
) -> None:
    graph = bundle.read_file("model.onnx")
    again = write_bundle(tmp_path / "same", replace(contents_of(manifest, small_network()), graph=graph), config)
    assert again.read_file("model.onnx") == graph
    other = replace(contents_of(manifest, small_network(seed=1)), graph=graph)
    with pytest.raises(RunError, match="the exported graph differs from the network by"):
        write_bundle(tmp_path / "other", other, config)
