"""The frozen recipe: a head fitted on cached features of a backbone whose weights stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console

from training.calibration.bundle_kind import bundle_kind
from training.data.manifest import Manifest
from training.model.ensemble import AnyNetwork
from training.model.network import Network
from training.model.outputs import PhotoOutputs
from training.recipes.config import RecipeConfig
from training.recipes.feature_cache import extract_features, open_feature_cache
from training.recipes.foreground import learn_foreground
from training.recipes.head_data import HeadData, read_head_data
from training.recipes.head_fit import attach_head, attach_linear_head, attach_novelty_head, require_fit
from training.recipes.initial_network import initial_network
from training.recipes.photo_variants import AS_IT_IS, Variant


@dataclass(slots=True, kw_only=True)
class FrozenRecipe:
    """A head on cached features. It has no epochs, so the share for early stopping is fitted as well.

    All its networks share one foreground head, which learns from `foreground_rows`.
    """

    manifest: Manifest
    config: RecipeConfig
    console: Console
    foreground_rows: Sequence[int]
    features: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    base: Network | None = None

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> Network:
        """See Recipe; nothing is written to `folder`, since fitting takes seconds."""
        rows = (*fit, *stop)
        require_fit(rows, self.config)
        data = self._head_data(rows)
        network = self.network()
        if bundle_kind(self.manifest) == "calibrated":
            attach_head(network, data, self.config)
        else:
            attach_novelty_head(network, data, self.config)
        return network.eval()

    def fit_linear(self, rows: Sequence[int]) -> Network:
        """The network with a linear head, from which fine-tuning starts whatever head ships."""
        data = self._head_data(rows)
        network = self.network()
        attach_linear_head(network, data, self.config.frozen)
        return network.eval()

    def network(self) -> Network:
        """The initial network with the foreground head, before a head is fitted."""
        if self.base is None:
            self.base = initial_network(self.config)
            rows = [self.manifest.rows[row] for row in self.foreground_rows]
            self.base.foreground_head = learn_foreground(
                self.base, rows, self.config, self.console, root=self.config.cache
            )
        return deepcopy(self.base)

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

    def exported_graph(self, network: AnyNetwork) -> None:
        """See Recipe: predictions come from cached features."""

    def release(self) -> None:
        """See Recipe."""
        self.features.clear()
        self.base = None

    def _features(self, variant: Variant) -> NDArray[np.float32]:
        """Features of every row of the manifest, [N, F]."""
        if variant.code not in self.features:
            geometry, root = self.config.model.geometry, self.config.cache
            cache = open_feature_cache(self.network(), geometry, root=root, variant=variant)
            photos = [row.photo for row in self.manifest.rows]
            self.features[variant.code] = extract_features(cache, photos, self.config.threads, self.console)
        return self.features[variant.code]


def _as_float64(values: torch.Tensor) -> NDArray[np.float64]:
    return np.asarray(values.double().numpy())
