"""The two ways to a trained network, behind one shape: fit on some rows, then give logits of others."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console

from training.blend import AnyNetwork, BlendedNetwork
from training.config import TrainConfig
from training.feature_cache import FeatureCache, open_feature_cache
from training.finetune.loop import finetune
from training.frozen import balanced_weights, fit_head
from training.manifest import Manifest
from training.network import Network, build_network
from training.photo_logits import Session, exported_session, photo_logits
from training.progress import photo_progress
from training.weights import start_from


class Recipe(Protocol):
    """What training does with a manifest's rows; row numbers index `manifest.rows`."""

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> AnyNetwork:
        """A network trained on `fit`, stopped by `stop`; resumes from `folder` after a kill."""

    def logits(self, network: AnyNetwork, rows: Sequence[int]) -> NDArray[np.float64]:
        """The logit of each row's photo [len(rows)], positive for genuine."""


@dataclass(slots=True, kw_only=True)
class FrozenRecipe:
    """A linear head on cached features. It has no epochs, so its stop share is fitted as well."""

    manifest: Manifest
    config: TrainConfig
    console: Console
    features: dict[bool, NDArray[np.float32]] = field(default_factory=dict)

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> Network:
        """See Recipe; nothing is written to `folder`, since fitting takes seconds."""
        rows = np.array([*fit, *stop])
        genuine = np.array([self.manifest.rows[r].label == "genuine" for r in rows])
        products = np.array([self.manifest.rows[r].product for r in rows])
        sides = (False, True) if self.config.frozen.mirror else (False,)
        head = fit_head(
            np.concatenate([self._features(mirrored)[rows] for mirrored in sides]),
            np.tile(genuine, len(sides)),
            np.tile(balanced_weights(genuine, products), len(sides)),
            self.config.frozen,
        )
        network = new_network(self.config)
        network.head.set_statistics(torch.from_numpy(head.mean), torch.from_numpy(head.scale))
        network.head.set_linear(torch.from_numpy(head.weight), head.bias)
        return network.eval()

    def logits(self, network: AnyNetwork, rows: Sequence[int]) -> NDArray[np.float64]:
        """See Recipe: the head alone, on cached features."""
        with torch.inference_mode():
            logit = cast(Network, network).head.eval()(torch.from_numpy(self._features(False)[np.array(rows, int)]))
        return np.asarray(logit.double().numpy())

    def _features(self, mirrored: bool) -> NDArray[np.float32]:
        if mirrored not in self.features:
            cache = open_feature_cache(
                new_network(self.config), self.config.model.geometry, root=self.config.run.cache, mirrored=mirrored
            )
            self.features[mirrored] = self._extract(cache)
        return self.features[mirrored]

    def _extract(self, cache: FeatureCache) -> NDArray[np.float32]:
        photos = [row.photo for row in self.manifest.rows]
        with photo_progress("features", len(photos), self.console) as advance:
            return cache.extract(photos, threads=self.config.threads, advance=advance)


@dataclass(slots=True, kw_only=True)
class FinetuneRecipe:
    """The whole network, or all behind its frozen stages."""

    manifest: Manifest
    config: TrainConfig
    console: Console
    leads: bool
    exported: tuple[AnyNetwork, Session] | None = None

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> AnyNetwork:
        """See Recipe. The head starts from the frozen recipe's, so that the body's first gradients mean something."""
        start = new_network(self.config)
        takes_head = self.config.model.init is None
        if self.leads and takes_head:  # the other processes take the leader's weights
            start = FrozenRecipe(manifest=self.manifest, config=self.config, console=self.console).fit(fit, (), folder)
        result = finetune(
            copy.deepcopy(start),
            self.manifest,
            fit=fit,
            stop=stop,
            geometry=self.config.model.geometry,
            config=self.config.finetune,
            folder=folder,
            cache_folder=self.config.run.cache,
            seed=self.config.data.seed,
            origin={"model": repr(self.config.model), "frozen": repr(self.config.frozen)},
        )
        if self.config.finetune.blend and takes_head:
            return BlendedNetwork([start, result.network]).eval()
        return result.network

    def logits(self, network: AnyNetwork, rows: Sequence[int]) -> NDArray[np.float64]:
        """See Recipe: through the exported graph, as served."""
        geometry = self.config.model.geometry
        if self.exported is None or self.exported[0] is not network:
            self.exported = (network, exported_session(network, geometry.size_px))
        photos = [self.manifest.rows[r].photo for r in rows]
        with photo_progress("held-out photos", len(photos), self.console) as advance:
            return photo_logits(self.exported[1], photos, geometry, threads=self.config.threads, advance=advance)


def make_recipe(manifest: Manifest, config: TrainConfig, console: Console, *, leads: bool = True) -> Recipe:
    """The recipe that `model.recipe` names; `leads` is false for every torchrun process but the main one."""
    if config.model.recipe == "frozen":
        return FrozenRecipe(manifest=manifest, config=config, console=console)
    return FinetuneRecipe(manifest=manifest, config=config, console=console, leads=leads)


def new_network(config: TrainConfig) -> Network:
    """The network before training: the backbone's own weights, or those of `model.init`."""
    model = config.model
    torch.manual_seed(config.data.seed)
    pretrained = "none" if model.init else model.pretrained
    network = build_network(model.backbone, pretrained, taps=model.taps)
    if model.init:
        start_from(network, model.init)
    return network.eval()
