"""A bundle's network with its weights shuffled: what the evidence is when nothing was learned.

A map that an untrained network draws as well is a map of edges, not of reasons (Adebayo et al. 2018, Sanity checks for
saliency maps, arXiv 1810.03292). So every test of evidence is run on such a network too, and it must fail.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from training.errors import RunError
from training.model.onnx_inference import read_tile, single_thread_session
from vision.bundle.bundle import Bundle, seal_bundle
from vision.bundle.self_test import self_test_inputs

STATISTICS_PHOTOS: Final = 64


def shuffle_weights(bundle: Bundle, folder: Path, photos: Sequence[Path], *, seed: int) -> Bundle:
    """A sealed bundle in the new `folder` whose fp32 graph has the same architecture and shuffled weights.

    Each convolution's weights and biases are shuffled within their tensor. A kernel head's votes are shuffled too, and
    the means and scales of its features are measured again on up to 64 of `photos`, since its votes would all be 0 on
    features of another scale. Its thresholds and calibrations are meaningless. Raises RunError for a graph without
    convolutions.
    """
    metadata = next(graph for graph in bundle.metadata.graphs if graph.precision == "fp32")
    model = onnx.load_model_from_string(bundle.read_file(metadata.file))
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    rng = np.random.default_rng(seed)
    shuffled = [name for node in model.graph.node if node.op_type == "Conv" for name in node.input[1:]]
    if not any(name in tensors for name in shuffled):
        raise RunError(f"{bundle.folder / metadata.file} has no convolution whose weights could be shuffled")
    for name in dict.fromkeys((*shuffled, *(name for name in tensors if name.endswith("head.vote")))):
        if name in tensors:
            _put(tensors[name], rng.permutation(_get(tensors[name]).ravel()).reshape(tuple(tensors[name].dims)))
    folder.mkdir(parents=True)
    file = folder / metadata.file
    onnx.save(model, file)
    if any(name.endswith("head.support") for name in tensors):
        step = max(1, len(photos) // STATISTICS_PHOTOS)
        tiles = (
            read_tile(photo.read_bytes(), bundle.metadata.geometry) for photo in photos[::step][:STATISTICS_PHOTOS]
        )
        _restandardise(model, file, list(tiles))
    session = single_thread_session(file)
    inputs = self_test_inputs(bundle.metadata.geometry.size_px)
    logits = [float(session.run(["logit"], {"photos": tile[None]})[0][0]) for tile in inputs]
    graph = replace(metadata, self_test_logits=tuple(logits))
    return seal_bundle(folder, replace(bundle.metadata, graphs=(graph,)))


def network_of(listing: str, networks: int) -> int:
    """Which of the networks of random weights a listing is given to, 0 to `networks` - 1."""
    return int.from_bytes(hashlib.sha256(listing.encode()).digest()[:4], "big") % networks


def _restandardise(model: onnx.ModelProto, file: Path, tiles: Sequence[NDArray[np.uint8]]) -> None:
    """Give each kernel head the mean and the scale that its features have on these tiles, and save the graph."""
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    for name in [name for name in tensors if name.endswith("head.mean")]:
        centred = [node for node in model.graph.node if node.op_type == "Sub" and node.input[1] == name]
        features = _run_until(model, file, centred[0].input[0], tiles)  # [N, F]
        old_mean = _get(tensors[name])
        scale = tensors[name.removesuffix("mean") + "scale"]
        for tensor in model.graph.initializer:  # the export keeps the same values in another shape, for the evidence
            if int(np.prod(tensor.dims)) == old_mean.size and np.array_equal(_get(tensor).ravel(), old_mean.ravel()):
                _put(tensor, features.mean(0).reshape(tuple(tensor.dims)))
        _put(scale, np.maximum(features.std(0), 1e-6).reshape(tuple(scale.dims)))
    onnx.save(model, file)


def _run_until(
    model: onnx.ModelProto, file: Path, name: str, tiles: Sequence[NDArray[np.uint8]]
) -> NDArray[np.float32]:
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    probe.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    onnx.save(probe, file)
    session = single_thread_session(file)
    return np.concatenate([session.run([name], {"photos": tile})[0] for tile in tiles])


def _get(tensor: onnx.TensorProto) -> NDArray[Any]:
    return numpy_helper.to_array(tensor)


def _put(tensor: onnx.TensorProto, values: NDArray[Any]) -> None:
    tensor.CopyFrom(numpy_helper.from_array(values.astype(_get(tensor).dtype), tensor.name))
