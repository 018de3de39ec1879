"""The two ways to a trained network behind one protocol: fit on some rows, then predict others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console

from training.data.manifest import Manifest
from training.model.ensemble import AnyNetwork
from training.model.outputs import PhotoOutputs
from training.recipes.config import RecipeConfig
from training.recipes.finetune_recipe import FinetuneRecipe
from training.recipes.frozen_recipe import FrozenRecipe


class Recipe(Protocol):
    """What training does with a manifest's rows; row numbers index `manifest.rows`."""

    def fit(self, fit: Sequence[int], stop: Sequence[int], folder: Path) -> AnyNetwork:
        """A network trained on `fit` with early stopping on `stop`; resumes from `folder` after a kill."""

    def predict(self, network: AnyNetwork, rows: Sequence[int]) -> PhotoOutputs:
        """The network's outputs for each row's photo."""

    def exported_graph(self, network: AnyNetwork) -> bytes | None:
        """The graph that the network's predictions came through, as `export_network` writes it; None where none did."""

    def release(self) -> None:
        """Free the memory that only fitting and predicting need: a run of many folds keeps a recipe for each."""


def make_recipe(
    manifest: Manifest,
    config: RecipeConfig,
    console: Console,
    *,
    foreground_rows: Sequence[int],
    is_main: bool = True,
) -> Recipe:
    """The recipe that `model.recipe` names; `is_main` is false for every torchrun process but the main one.

    All its networks find the product by one foreground head, which learns from `foreground_rows`.
    """
    if config.model.recipe == "frozen":
        return FrozenRecipe(manifest=manifest, config=config, console=console, foreground_rows=foreground_rows)
    return FinetuneRecipe(
        manifest=manifest, config=config, console=console, foreground_rows=foreground_rows, is_main=is_main
    )
