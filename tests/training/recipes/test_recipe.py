"""The settings choose the recipe; what none can fit is refused before anything is read."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from tests.training.builders.recipe_config import TINY_MODEL, recipe_config
from training.data.manifest import Label, Manifest, PhotoRow
from training.recipes.finetune_recipe import FinetuneRecipe
from training.recipes.frozen_recipe import FrozenRecipe
from training.recipes.recipe import make_recipe

SILENT = Console(file=io.StringIO())
FINETUNE = replace(TINY_MODEL, recipe="finetune")


def manifest_of(*labels: Label) -> Manifest:
    rows = (
        PhotoRow(row=n, photo=Path(f"{n}.jpg"), label=label, product="toy", listing=f"L{n}")
        for n, label in enumerate(labels)
    )
    return Manifest(path=Path("m.csv"), rows=tuple(rows), sha256="")


def test_each_recipe_is_made_by_its_name(tmp_path: Path) -> None:
    both = manifest_of("genuine", "counterfeit")
    assert isinstance(make_recipe(both, recipe_config(tmp_path), SILENT, foreground_rows=()), FrozenRecipe)
    tuned = make_recipe(both, recipe_config(tmp_path, model=FINETUNE), SILENT, foreground_rows=(), is_main=False)
    assert isinstance(tuned, FinetuneRecipe)
    assert not tuned.is_main
