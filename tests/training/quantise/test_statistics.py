"""Ranges of maps, and mean and covariance of what kernels read."""

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from training.quantise.convolutions import read_convolutions
from training.quantise.statistics import PLACES, Inputs, Statistics, gather_statistics
from vision.inputs import InputGeometry


def test_mean_and_covariance_are_numpy_s_over_all_windows() -> None:
    windows = np.random.default_rng(0).normal(size=(2, 30, 5)).astype(np.float32)
    inputs = Inputs()
    inputs.add(windows[:, :10])
    inputs.add(windows[:, 10:])
    np.testing.assert_allclose(inputs.mean, windows.mean(1), atol=1e-5)
    for group in range(2):
        np.testing.assert_allclose(inputs.covariance[group], np.cov(windows[group].T, bias=True), atol=1e-4)


def test_a_span_holds_the_percentile_and_zero() -> None:
    values = np.arange(1, 101, dtype=np.float32)
    statistics = Statistics(values={"map": [values[:50], values[50:]], "negative": [-values]})
    assert statistics.span("map", 100) == (0.0, 100.0)
    assert statistics.span("map", 90) == pytest.approx((0.0, 90.1))
    assert statistics.span("negative", 100) == (-100.0, 0.0)


def test_statistics_are_gathered_from_the_photos_and_are_always_the_same(tmp_path: Path) -> None:
    weight = numpy_helper.from_array(np.full((1, 3, 1, 1), 1 / 255, np.float32), "w")
    nodes = [
        helper.make_node("Cast", ["photos"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["floats"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "w"], ["map"]),
    ]
    entry = helper.make_tensor_value_info("photos", TensorProto.UINT8, [1, 64, 64, 3])
    result = helper.make_tensor_value_info("map", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "g", [entry], [result], [weight])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    photos = [tmp_path / f"{grey}.png" for grey in (0, 100)]
    for photo in photos:
        Image.new("RGB", (64, 64), (int(photo.stem),) * 3).save(photo)
    done: list[int] = []

    def gather() -> Statistics:
        convolutions = read_convolutions(model, skip=0)
        geometry = InputGeometry(size_px=64)
        return gather_statistics(model, convolutions, photos, geometry, threads=2, advance=done.append)

    found = gather()
    assert sum(done) == 2
    assert found.inputs["map"].count == 2 * PLACES
    np.testing.assert_allclose(found.inputs["map"].mean, [[50, 50, 50]])
    np.testing.assert_allclose(found.inputs["map"].covariance, np.full((1, 3, 3), 2500.0))
    assert found.span("map", 100) == pytest.approx((0.0, 300 / 255))
    np.testing.assert_array_equal(gather().values["map"], found.values["map"])
