"""The bundle of the simulation: the demo's detector under the names of the members' products."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path

from vision.bundle.bundle import read_bundle, seal_bundle

NAME = "simulated-year"
PRODUCT_LOGIT = "product_logit"


def write_simulated_bundle(demo: Path, products: Sequence[str], folder: Path) -> None:
    """Copy a bundle of one product so that it judges photos as any of `products`, with the same thresholds.

    The graph's likeness to its product is given once for each of them. The figures in it stay those of its own product.
    """
    source = read_bundle(demo)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(demo, folder)
    graphs = []
    for graph in source.metadata.graphs:
        _repeat_product_logit(folder / graph.file, len(products))
        floors = {product: floor for floor in graph.support.values() for product in products}
        graphs.append(dataclasses.replace(graph, support=floors))
    metadata = dataclasses.replace(source.metadata, name=NAME, products=tuple(products), graphs=tuple(graphs))
    seal_bundle(folder, metadata)


def _repeat_product_logit(file: Path, times: int) -> None:
    """Give the one column of `product_logit` as many times; a graph without that output stays as it is."""
    import onnx  # of the extra `train`, which the demo needs too

    model = onnx.load(file)
    outputs = [output for output in model.graph.output if output.name == PRODUCT_LOGIT]
    if not outputs:
        return
    single = f"{PRODUCT_LOGIT}_of_one"
    for node in model.graph.node:
        node.output[:] = [single if name == PRODUCT_LOGIT else name for name in node.output]
    outputs[0].type.tensor_type.shape.dim[1].dim_value = times
    model.graph.node.append(onnx.helper.make_node("Concat", [single] * times, [PRODUCT_LOGIT], axis=1))
    onnx.save(model, file)
