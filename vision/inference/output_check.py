"""Checks what a graph gives for one tile against its bundle, when it is loaded: else it would fail in every check."""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from vision.bundle.metadata import BundleMetadata, GraphMetadata
from vision.errors import BundleError

REQUIRED_OUTPUTS: Final = ("logit", "embedding", "evidence")
OPTIONAL_OUTPUTS: Final = ("product_logit", "novelty", "foreground")


def check_outputs(values: Mapping[str, NDArray[np.generic]], graph: GraphMetadata, metadata: BundleMetadata) -> None:
    """Raises BundleError unless each output of one tile has the type and shape that docs/bundle.md gives.

    `values` has the required outputs, and of the optional ones those that the graph gives.
    """
    for name, value in values.items():
        if value.dtype != np.float32:
            raise BundleError(f"{graph.file} gives {name} as {value.dtype}: export the bundle again, with float32.")
        if name in ("logit", "novelty"):
            _require(graph, name, value, "[1]", value.shape == (1,))
    embedding, evidence = values["embedding"], values["evidence"]
    _require(graph, "embedding", embedding, "[1, D]", embedding.shape[:1] == (1,) and embedding.ndim == 2)
    _require(graph, "evidence", evidence, "[1, H, W]", evidence.shape[:1] == (1,) and evidence.ndim == 3)
    for name in ("embedding", "evidence"):
        _require(graph, name, values[name], "at least one value", values[name].size > 0)
    if "foreground" in values:
        wanted = f"{list(evidence.shape)}, the grid of evidence"
        _require(graph, "foreground", values["foreground"], wanted, values["foreground"].shape == evidence.shape)
    _check_product_logit(values.get("product_logit"), graph, metadata.products)


def _check_product_logit(value: NDArray[np.generic] | None, graph: GraphMetadata, products: tuple[str, ...]) -> None:
    if value is not None:
        wanted = f"[1, {len(products)}], a column for each product of bundle.json ({', '.join(products)[:120]})"
        _require(graph, "product_logit", value, wanted, value.shape == (1, len(products)))
    elif graph.support:
        raise BundleError(
            f"{graph.file} gives no product_logit, and bundle.json has support floors for it: export the graph with "
            "that output, or take `support` out and seal the bundle again."
        )


def _require(graph: GraphMetadata, name: str, value: NDArray[np.generic], wanted: str, holds: bool) -> None:
    if not holds:
        raise BundleError(
            f"{graph.file} gives {name} {list(value.shape)} for one photo: expected {wanted}. Train or export the "
            "bundle again, so that graph and bundle.json are of one run."
        )
