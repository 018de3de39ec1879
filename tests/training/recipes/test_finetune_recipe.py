"""Fine-tuned networks: how many there are, who is averaged, and where their predictions come from."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from tests.builders.training_data import write_toy_data
from tests.training.builders.boxed_photos import boxed_manifest
from tests.training.builders.network import linear_head
from tests.training.builders.recipe_config import TINY_MODEL, recipe_config
from training.data.manifest import Manifest, read_manifest
from training.finetune.config import FinetuneConfig
from training.foreground.config import ForegroundConfig
from training.model.ensemble import EnsembleNetwork
from training.model.network import Network
from training.model.onnx_inference import read_tile
from training.recipes.finetune_recipe import FinetuneRecipe

TINY = FinetuneConfig(epochs=1, batch_size=16, workers=0, device="cpu")


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy"), listings=12))


def recipe_of(
    folder: Path, manifest: Manifest, finetune: FinetuneConfig, foreground: ForegroundConfig | None = None
) -> FinetuneRecipe:
    model = replace(TINY_MODEL, recipe="finetune")
    return FinetuneRecipe(
        manifest=manifest,
        config=recipe_config(folder / "cache", model=model, finetune=finetune, foreground=foreground),
        console=Console(file=io.StringIO()),
        foreground_rows=range(len(manifest.rows)),
        is_main=True,
    )


@pytest.mark.slow
def test_the_frozen_recipe_s_network_is_the_first_member(manifest: Manifest, tmp_path: Path) -> None:
    network = recipe_of(tmp_path, manifest, TINY).fit(range(24), (), tmp_path / "fit")
    assert isinstance(network, EnsembleNetwork)
    frozen, tuned = network.networks
    assert frozen.novelty is not None
    moved = [
        float((frozen.state_dict()[name] - tensor).abs().max())
        for name, tensor in tuned.state_dict().items()
        if name.endswith("conv_pw.weight")
    ]
    assert moved
    assert min(moved) > 0


@pytest.mark.slow
def test_without_an_ensemble_one_network_ships_whose_predictions_come_from_its_graph(
    manifest: Manifest, tmp_path: Path
) -> None:
    recipe = recipe_of(tmp_path, manifest, replace(TINY, blend=False))
    network = recipe.fit(range(20), (), tmp_path / "fit")
    assert isinstance(network, Network)
    outputs = recipe.predict(network, (20, 21))
    tiles = [read_tile(manifest.rows[row].photo.read_bytes(), TINY_MODEL.geometry) for row in (20, 21)]
    with torch.inference_mode():
        direct = network(torch.from_numpy(np.concatenate(tiles)))
    np.testing.assert_allclose(outputs.logit, direct, atol=1e-4)
    assert recipe.exported is not None
    recipe.release()
    assert recipe.exported is None


@pytest.mark.slow
def test_the_head_starts_from_part_of_the_frozen_recipe_s(manifest: Manifest, tmp_path: Path) -> None:
    still = replace(TINY, blend=False, lr_body=1e-12, lr_head=1e-12, freeze_norm=True, head_start=0.25)
    started = recipe_of(tmp_path, manifest, still).fit(range(24), (), tmp_path / "part")
    whole = recipe_of(tmp_path, manifest, replace(still, head_start=1)).fit(range(24), (), tmp_path / "whole")
    assert isinstance(started, Network)
    assert isinstance(whole, Network)
    part = linear_head(started).linear.weight
    torch.testing.assert_close(part, 0.25 * linear_head(whole).linear.weight, atol=1e-6, rtol=1e-4)
    assert part.abs().max() > 1e-3


@pytest.mark.slow
def test_the_product_is_found_on_the_fine_tuned_maps_and_a_run_that_ended_is_read_again(tmp_path: Path) -> None:
    manifest = boxed_manifest(tmp_path, 24)
    settings = replace(TINY, batch_size=8, consistency=1.0)
    first, again = (
        recipe_of(tmp_path, manifest, settings, ForegroundConfig(source="box")).fit(range(24), (), tmp_path / "fit")
        for _ in range(2)
    )
    for name, tensor in first.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, rtol=0, atol=0)
    assert isinstance(first, EnsembleNetwork)
    heads = [member.foreground_head for member in first.networks]
    assert heads[0] is not None
    assert heads[1] is not None
    assert not torch.equal(heads[1].mean, heads[0].mean)
    tiles = np.concatenate([read_tile(row.photo.read_bytes(), TINY_MODEL.geometry) for row in manifest.rows[:4]])
    with torch.inference_mode():
        outputs = first.forward_all(torch.from_numpy(tiles))
    total = outputs.evidence.sum((1, 2)) + first.evidence_bias
    torch.testing.assert_close(total, outputs.logit, atol=1e-4, rtol=1e-4)
    assert outputs.foreground is not None
