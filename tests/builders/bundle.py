"""A real bundle of a few kilobytes whose logit is known: slope * (mean red - mean blue) + bias, colours in 0..1.

Red photos are genuine, blue ones counterfeit. The grey of the letterbox adds nothing. No torch is needed to build it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from vision.bundle.bundle import Bundle, seal_bundle, write_seen_photos
from vision.bundle.metadata import (
    FORMAT_VERSION,
    BundleMetadata,
    Calibration,
    ErrorBound,
    GenuineLogits,
    GraphMetadata,
    ListingCalibration,
    Thresholds,
)
from vision.bundle.robustness import RobustnessSummary
from vision.bundle.self_test import self_test_inputs
from vision.inputs import InputGeometry

SIZE_PX = 64
GRID = 8
SLOPE = 20.0
BIAS = 0.25


def tiny_logits(tiles: NDArray[np.uint8], *, slope: float = SLOPE, bias: float = BIAS) -> NDArray[np.float64]:
    """What the tiny graph answers for uint8 [N, S, S, 3], computed by hand: float64 [N]."""
    mean = tiles.astype(np.float64).mean(axis=(1, 2)) / 255
    logits: NDArray[np.float64] = slope * (mean[:, 0] - mean[:, 2]) + bias
    return logits


def write_tiny_bundle(
    folder: Path,
    *,
    products: Sequence[str] = ("toy",),
    name: str = "tiny",
    version: str = "1",
    size_px: int = SIZE_PX,
    slope: float = SLOPE,
    bias: float = BIAS,
    counterfeit_below: float = -2.0,
    genuine_above: float = 2.0,
    counterfeit_share: float = 0.5,
    required_views: Sequence[str] = (),
    authenticity_kind: Literal["calibrated", "conformal"] = "calibrated",
    int8_slope: float | None = None,
    self_test_logits: Sequence[float] | None = None,
    seen: Sequence[str] = (),
    metrics: Mapping[str, object] | None = None,
    robustness: RobustnessSummary | None = None,
    foreground: bool = False,
    format_version: int = FORMAT_VERSION,
) -> Bundle:
    """A sealed bundle in `folder`; `int8_slope` adds a second graph that claims int8 and answers with that slope.

    With `foreground` it finds what is red or blue.
    """
    folder.mkdir(parents=True, exist_ok=True)
    expected = tiny_logits(self_test_inputs(size_px), slope=slope, bias=bias)
    logits = tuple(float(value) for value in (expected if self_test_logits is None else self_test_logits))
    onnx.save(tiny_graph(size_px, slope, bias, foreground=foreground), folder / "model.onnx")
    (folder / "card.html").write_text("<!doctype html><title>tiny</title><h1>tiny</h1>", encoding="utf-8")
    write_seen_photos(folder, seen)
    thresholds = tiny_thresholds(counterfeit_below, genuine_above)
    usual = GenuineLogits(listing=(-1.0, 0.0, 1.0), photo=(-2.0, 2.0)) if authenticity_kind == "conformal" else None
    graphs = [tiny_graph_metadata("model.onnx", "fp32", thresholds, counterfeit_share, logits, usual)]
    if int8_slope is not None:
        onnx.save(tiny_graph(size_px, int8_slope, bias), folder / "model.int8.onnx")
        graphs.append(tiny_graph_metadata("model.int8.onnx", "int8", thresholds, counterfeit_share, logits, usual))
    metadata = BundleMetadata(
        name=name,
        version=version,
        created_at="2026-01-01T00:00:00Z",
        products=tuple(products),
        geometry=InputGeometry(size_px=size_px),
        evidence_kind="exact",
        evidence_bias=bias,
        authenticity_kind=authenticity_kind,
        graphs=tuple(graphs),
        required_views=tuple(required_views),
        metrics=metrics or {"listing_auroc": 0.9},
        label_kind="rendered",
        config={"made_by": "tests/builders/bundle.py"},
        data_hash="0" * 64,
        code_version="test",
        robustness=robustness,
        format_version=format_version,
    )
    return seal_bundle(folder, metadata)


def tiny_graph_metadata(
    file: str,
    precision: Literal["fp32", "int8"],
    thresholds: Thresholds,
    counterfeit_share: float,
    self_test_logits: tuple[float, ...],
    genuine_logits: GenuineLogits | None = None,
) -> GraphMetadata:
    return GraphMetadata(
        file=file,
        precision=precision,
        photo_calibration=Calibration(slope=0.5),
        listing_calibrations=(
            ListingCalibration(min_photos=1, calibration=Calibration(slope=0.5)),
            ListingCalibration(min_photos=3, calibration=Calibration(slope=1.0)),
        ),
        counterfeit_share={"*": counterfeit_share},
        thresholds={"*": thresholds},
        self_test_logits=self_test_logits,
        parity=0.0,
        genuine_logits=genuine_logits,
    )


def tiny_thresholds(counterfeit_below: float, genuine_above: float) -> Thresholds:
    bound = ErrorBound(limit=0.05, n=100, errors=0, upper=0.0362, guaranteed=True)
    return Thresholds(
        counterfeit_below=counterfeit_below,
        genuine_above=genuine_above,
        genuine_flagged=bound,
        counterfeit_passed=bound,
        source="held_out",
    )


def tiny_graph(size_px: int, slope: float, bias: float, *, foreground: bool = False) -> onnx.ModelProto:
    """photos uint8 [N, S, S, 3] -> logit [N], embedding [N, 4] of unit length, evidence [N, 8, 8].

    With `foreground` also that, [N, 8, 8]: twice the difference of red and blue, at most 1.
    """
    colours = np.array([slope, 0.0, -slope], np.float32).reshape(1, 3, 1, 1) / GRID**2
    constants: dict[str, NDArray[Any]] = {
        "full": np.array(255.0, np.float32),
        "colours": colours,
        "bias": np.array(bias, np.float32),
        "channel": np.array([1], np.int64),
        "places": np.array([1, 2], np.int64),
        "sides": np.array([2, 3], np.int64),
        "pads": np.array([0, 0, 0, 1], np.int64),
        "fill": np.array(1.0, np.float32),
        "doubled": np.array(2 * GRID**2 / slope, np.float32),
    }
    cell = [size_px // GRID, size_px // GRID]
    nodes = [
        helper.make_node("Cast", ["photos"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["floats", "full"], ["shares"]),
        helper.make_node("Transpose", ["shares"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["planes"], ["cells"], kernel_shape=cell, strides=cell),
        helper.make_node("Conv", ["cells", "colours"], ["map"]),
        helper.make_node("Squeeze", ["map", "channel"], ["evidence"]),
        helper.make_node("ReduceSum", ["evidence", "places"], ["sum"], keepdims=0),
        helper.make_node("Add", ["sum", "bias"], ["logit"]),
        helper.make_node("ReduceMean", ["planes", "sides"], ["mean"], keepdims=0),
        helper.make_node("Pad", ["mean", "pads", "fill"], ["raw"]),
        helper.make_node("LpNormalization", ["raw"], ["embedding"], axis=1, p=2),
    ]
    outputs: list[tuple[str, list[str | int]]] = [
        ("logit", ["N"]),
        ("embedding", ["N", 4]),
        ("evidence", ["N", GRID, GRID]),
    ]
    if foreground:
        nodes += [
            helper.make_node("Abs", ["evidence"], ["strength"]),
            helper.make_node("Mul", ["strength", "doubled"], ["difference"]),
            helper.make_node("Min", ["difference", "fill"], ["foreground"]),
        ]
        outputs.append(("foreground", ["N", GRID, GRID]))
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("photos", TensorProto.UINT8, ["N", size_px, size_px, 3])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs],
        [numpy_helper.from_array(value, key) for key, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model
