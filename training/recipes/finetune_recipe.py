"""The fine-tune recipe: the whole network is trained, or all stages behind the frozen ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from training.data.manifest import Manifest
from training.finetune.loop import finetune
from training.model.ensemble import AnyNetwork, EnsembleNetwork
from training.model.heads import LinearHead
from training.model.network import Network
from training.model.onnx_inference import ExportedNetwork, exported_network, predict_photos
from training.model.outputs import PhotoOutputs
from training.progress import photo_progress
from training.recipes.config import RecipeConfig
from training.recipes.feature_cache import extract_features, open_feature_cache
from training.recipes.foreground import learn_foreground
from training.recipes.frozen_recipe import FrozenRecipe
from training.recipes.head_data import HeadData, read_head_data
from training.recipes.head_fit import attach_head, require_fit
from training.recipes.initial_network import initial_network, initial_network_and_head
from training.recipes.photo_variants import Variant


@dataclass(slots=True, kw_only=True)
class FinetuneRecipe:
    """Fine-tuned networks, averaged with the frozen recipe's where `finetune.blend` is set."""

    manifest: Manifest
    config: RecipeConfig
    console: Console
    foreground_rows: Sequence[int]
    is_main: bool
    exported: tuple[AnyNetwork, ExportedNetwork] | None = None

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> AnyNetwork:
        """See Recipe. Each member has a seed and a folder of its own, the first one the run's."""
        require_fit(fit, self.config)
        frozen = FrozenRecipe(
            manifest=self.manifest, config=self.config, console=self.console, foreground_rows=self.foreground_rows
        )
        settings = self.config.finetune
        members = [
            self._fit_member(member, frozen, fit, stop, folder / f"member-{member}" if member else folder)
            for member in range(settings.members)
        ]
        if self.is_main and settings.blend and self.config.model.init is None:
            members.insert(0, frozen.fit(fit, (), folder))
        return members[0] if len(members) == 1 else EnsembleNetwork(members).eval()

    def _fit_member(
        self, member: int, frozen: FrozenRecipe, fit: Sequence[int], stop: Sequence[int], folder: Path
    ) -> Network:
        """One network; its head starts from the frozen recipe's, so that the first gradients of the body are useful."""
        network, has_head = initial_network_and_head(self.config)
        if self.is_main and not has_head:  # the other processes receive the main one's weights
            network = frozen.fit_linear(fit)
            cast(LinearHead, network.head).shrink(self.config.finetune.head_start)
        else:
            network.foreground_head = frozen.network().foreground_head
        # Every checkpoint holds the texts of `origin`: another text would refuse to resume an older run.
        result = finetune(
            network,
            self.manifest,
            fit=fit,
            stop=stop,
            geometry=self.config.model.geometry,
            config=self.config.finetune,
            folder=folder,
            cache_folder=self.config.cache,
            seed=self.config.seed + member,
            origin={"model": repr(replace(self.config.model, head="linear")), "frozen": repr(self.config.frozen)},
        )
        if self.is_main:  # the maps have changed since the foreground head was fitted on them
            learned = [self.manifest.rows[row] for row in self.foreground_rows]
            result.network.foreground_head = learn_foreground(
                result.network,
                learned,
                self.config,
                self.console,
                root=folder,
                estimated_by=initial_network(self.config),
            )
        if self.is_main and self.config.refits_head:
            attach_head(result.network, self._head_data(result.network, fit, folder), self.config)
        return result.network

    def _head_data(self, network: Network, rows: Sequence[int], folder: Path) -> HeadData:
        """Fine-tuned features of the rows; they are cached in `folder`, since no other run has this network."""
        photos = [self.manifest.rows[row].photo for row in rows]

        def features(variant: Variant) -> NDArray[np.float32]:
            cache = open_feature_cache(network, self.config.model.geometry, root=folder, variant=variant)
            return extract_features(cache, photos, self.config.threads, self.console)

        return read_head_data(self.manifest, rows, features, self.config)

    def predict(self, network: AnyNetwork, rows: Sequence[int]) -> PhotoOutputs:
        """See Recipe: through the exported graph, as served."""
        geometry = self.config.model.geometry
        if self.exported is None or self.exported[0] is not network:
            self.exported = (network, exported_network(network, geometry.size_px))
        photos = [self.manifest.rows[row].photo for row in rows]
        with photo_progress("held-out photos", len(photos), self.console) as advance:
            return predict_photos(
                self.exported[1].session, photos, geometry, threads=self.config.threads, advance=advance
            )

    def exported_graph(self, network: AnyNetwork) -> bytes | None:
        """See Recipe."""
        return self.exported[1].graph if self.exported is not None and self.exported[0] is network else None

    def release(self) -> None:
        """See Recipe."""
        self.exported = None
