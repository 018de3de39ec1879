"""A tiny bundle that knows its product: green photos show something else, and get `unsupported`."""

from __future__ import annotations

import dataclasses

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from vision.bundle.bundle import Bundle, seal_bundle
from vision.bundle.metadata import SupportFloor

GREEN = (40, 200, 50)


def add_support_floor(bundle: Bundle) -> Bundle:
    """The sealed bundle, with `product_logit` = red + blue - 2 green of a photo's mean colour, and its floor at 0."""
    path = bundle.folder / "model.onnx"
    model = onnx.load(path)
    weights = np.array([[1.0], [-2.0], [1.0]], np.float32)
    model.graph.initializer.append(numpy_helper.from_array(weights, "product_weights"))
    model.graph.node.append(helper.make_node("MatMul", ["mean", "product_weights"], ["product_logit"]))
    model.graph.output.append(helper.make_tensor_value_info("product_logit", TensorProto.FLOAT, ["N", 1]))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)
    floor = SupportFloor(listing=0.0, photo=0.0, loss=0.01, n=100, lost=1)
    graph = dataclasses.replace(bundle.metadata.graphs[0], support=dict.fromkeys(bundle.metadata.products, floor))
    return seal_bundle(bundle.folder, dataclasses.replace(bundle.metadata, graphs=(graph,)))
