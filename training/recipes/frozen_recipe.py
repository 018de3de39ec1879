"""The frozen recipe: a head fitted on cached features of a backbone whose weights stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console

from training.data.manifest import Manifest
from training.model.ensemble import AnyNetwork
from training.model.heads import LinearHead
from training.model.network import Network
from training.model.novelty import Novelty, fit_novelty, fit_novelty_head
from training.model.outputs import PhotoOutputs
from training.recipes.config import KernelConfig, RecipeConfig
from training.recipes.feature_cache import extract_features, open_feature_cache
from training.recipes.head_data import HeadData, read_head_data
from training.recipes.initial_network import initial_network
from training.recipes.kernel_fit import fit_kernel_head, require_room_for
from training.recipes.linear_fit import fit_linear_head
from training.recipes.photo_variants import AS_IT_IS, Variant


@dataclass(slots=True, kw_only=True)
class FrozenRecipe:
    """A head on cached features. It has no epochs, so the share for early stopping is fitted as well."""

    manifest: Manifest
    config: RecipeConfig
    console: Console
    features: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> Network:
        """See Recipe; nothing is written to `folder`, since fitting takes seconds."""
        rows = (*fit, *stop)
        if self.config.has_kernel:
            require_room_for(rows, self.config)
        if not has_counterfeits(self.manifest):
            return self._fit_genuine_only(rows)
        if not self.config.has_kernel:
            network = self.fit_linear(rows)
            network.novelty = fit_genuine_novelty(network, self._head_data(rows))
            return network
        network = initial_network(self.config)
        attach_kernel_head(network, self._head_data(rows), self.config.kernel)
        return network.eval()

    def fit_linear(self, rows: Sequence[int]) -> Network:
        """The network with a linear head, from which fine-tuning starts whatever head ships."""
        data = self._head_data(rows)
        head = fit_linear_head(data.features, data.genuine, data.weights, self.config.frozen)
        network = initial_network(self.config)
        linear = cast(LinearHead, network.head)
        linear.set_statistics(torch.from_numpy(head.mean), torch.from_numpy(head.scale))
        linear.set_linear(torch.from_numpy(head.weight), head.bias)
        return network.eval()

    def _fit_genuine_only(self, rows: Sequence[int]) -> Network:
        """Novelty alone; with a kernel head configured, its product logits separate the products from other goods."""
        data = self._head_data(rows)
        network = initial_network(self.config)
        product_head = fit_kernel_head(data, self.config.kernel) if self.config.has_kernel else None
        network.head = fit_novelty_head(data.features, data.listing, network.last_tap_columns, product_head)
        network.novelty = fit_genuine_novelty(network, data)
        return network.eval()

    def _head_data(self, rows: Sequence[int]) -> HeadData:
        index = np.array(rows, int)
        return read_head_data(self.manifest, rows, lambda variant: self._features(variant)[index], self.config)

    def predict(self, network: AnyNetwork, rows: Sequence[int]) -> PhotoOutputs:
        """See Recipe: what comes after the backbone, on cached features."""
        parts = cast(Network, network).eval()
        features = torch.from_numpy(self._features(AS_IT_IS)[np.array(rows, int)])
        with torch.inference_mode():
            product_logit = parts.head.product_logit(features)
            novelty = None if parts.novelty is None else parts.novelty(features)
            return PhotoOutputs(
                logit=_as_float64(parts.head(features)),
                product_logit=None if product_logit is None else _as_float64(product_logit),
                novelty=None if novelty is None else _as_float64(novelty),
            )

    def release(self) -> None:
        """See Recipe."""
        self.features.clear()

    def _features(self, variant: Variant) -> NDArray[np.float32]:
        """Features of every row of the manifest, [N, F]."""
        if variant.code not in self.features:
            network, geometry = initial_network(self.config), self.config.model.geometry
            cache = open_feature_cache(network, geometry, root=self.config.cache, variant=variant)
            photos = [row.photo for row in self.manifest.rows]
            self.features[variant.code] = extract_features(cache, photos, self.config.threads, self.console)
        return self.features[variant.code]


def has_counterfeits(manifest: Manifest) -> bool:
    """Whether there is a class to separate genuine items from."""
    return any(row.label == "counterfeit" for row in manifest.rows)


def attach_kernel_head(network: Network, data: HeadData, config: KernelConfig) -> None:
    """Put a kernel head on a network, and the novelty of the genuine photos beside it. Raises RunError."""
    network.head = fit_kernel_head(data, config)
    network.novelty = fit_genuine_novelty(network, data)


def fit_genuine_novelty(network: Network, data: HeadData) -> Novelty | None:
    """The novelty of the genuine photos' features; None for too few of them."""
    return fit_novelty(data.features[data.genuine], network.last_tap_columns)


def _as_float64(values: torch.Tensor) -> NDArray[np.float64]:
    return np.asarray(values.double().numpy())
