"""A head on cached features: what it predicts is what its network gives, and heads are what the settings say."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from tests.builders.training_data import write_toy_data
from tests.training.builders.boxed_photos import boxed_manifest
from tests.training.builders.recipe_config import TINY_MODEL, recipe_config
from training.data.manifest import Manifest, read_manifest
from training.foreground.config import ForegroundConfig
from training.model.heads import KernelHead, LinearHead
from training.model.novelty import NoveltyHead
from training.model.onnx_inference import read_tile
from training.recipes.frozen_recipe import FrozenRecipe

SILENT = Console(file=io.StringIO())
KERNEL = replace(TINY_MODEL, head="kernel")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    return read_manifest(write_toy_data(tmp_path_factory.mktemp("toy"), listings=20))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.slow
def test_predictions_are_the_network_s_own_answers(manifest: Manifest, cache: Path) -> None:
    recipe = FrozenRecipe(manifest=manifest, config=recipe_config(cache), console=SILENT, foreground_rows=range(30))
    network = recipe.fit(range(30), (), cache)
    outputs = recipe.predict(network, (30, 31))
    tiles = [read_tile(manifest.rows[row].photo.read_bytes(), TINY_MODEL.geometry) for row in (30, 31)]
    with torch.inference_mode():
        direct = network.forward_all(torch.from_numpy(np.concatenate(tiles)))
    np.testing.assert_allclose(outputs.logit, direct.logit, atol=1e-4)
    assert outputs.novelty is not None
    assert direct.novelty is not None
    np.testing.assert_allclose(outputs.novelty, direct.novelty, rtol=1e-2)
    assert outputs.product_logit is None


@pytest.mark.slow
def test_where_boxes_are_known_the_product_is_found_and_judged(tmp_path: Path) -> None:
    manifest = boxed_manifest(tmp_path, 24)
    recipe = FrozenRecipe(
        manifest=manifest,
        config=recipe_config(tmp_path / "cache", foreground=ForegroundConfig(source="box")),
        console=SILENT,
        foreground_rows=range(16),
    )
    network = recipe.fit(range(16), (), tmp_path)
    outputs = recipe.predict(network, range(16, 24))
    tiles = [read_tile(manifest.rows[row].photo.read_bytes(), TINY_MODEL.geometry) for row in range(16, 24)]
    with torch.inference_mode():
        direct = network.forward_all(torch.from_numpy(np.concatenate(tiles)))
    assert direct.foreground is not None
    np.testing.assert_allclose(outputs.logit, direct.logit, atol=1e-4)
    boxes = np.array([manifest.rows[row].box for row in range(16, 24)], np.float64)
    left, top = (boxes[:, :2].T >= 0.5).astype(int)
    mass = np.abs(direct.evidence.numpy())
    own = mass[np.arange(8), top, left]
    assert (own / mass.sum((1, 2)) > 0.9).mean() > 0.8


def test_rows_of_early_stopping_are_fitted_as_well(manifest: Manifest, cache: Path) -> None:
    recipe = FrozenRecipe(manifest=manifest, config=recipe_config(cache), console=SILENT, foreground_rows=range(30))
    whole, split = recipe.fit(range(30), (), cache), recipe.fit(range(20), range(20, 30), cache)
    for name, tensor in whole.state_dict().items():
        torch.testing.assert_close(split.state_dict()[name], tensor)


def test_the_settings_choose_the_head(manifest: Manifest, cache: Path) -> None:
    linear = FrozenRecipe(
        manifest=manifest, config=recipe_config(cache), console=SILENT, foreground_rows=range(30)
    ).fit(range(40), (), cache)
    kernel = FrozenRecipe(
        manifest=manifest, config=recipe_config(cache, model=KERNEL), console=SILENT, foreground_rows=range(30)
    )
    assert isinstance(linear.head, LinearHead)
    fitted = kernel.fit(range(40), (), cache)
    assert isinstance(fitted.head, KernelHead)
    assert isinstance(kernel.fit_linear(range(40)).head, LinearHead), "fine-tuning starts from a linear head"
    outputs = kernel.predict(fitted, (0,))
    assert outputs.product_logit is not None
    assert outputs.product_logit.shape == (1, 1)


def test_genuine_photos_alone_give_a_novelty_head(manifest: Manifest, cache: Path) -> None:
    genuine = manifest.where(lambda row: row.label == "genuine")
    alone = FrozenRecipe(manifest=genuine, config=recipe_config(cache), console=SILENT, foreground_rows=range(20)).fit(
        range(20), (), cache
    )
    with_products = FrozenRecipe(
        manifest=genuine, config=recipe_config(cache, model=KERNEL), console=SILENT, foreground_rows=range(20)
    )
    assert isinstance(alone.head, NoveltyHead)
    assert alone.head.product_head is None
    head = with_products.fit(range(20), (), cache).head
    assert isinstance(head, NoveltyHead)
    assert head.product_head is not None


def test_released_features_are_read_again_from_the_cache(manifest: Manifest, cache: Path) -> None:
    recipe = FrozenRecipe(manifest=manifest, config=recipe_config(cache), console=SILENT, foreground_rows=range(30))
    network = recipe.fit(range(40), (), cache)
    before = recipe.predict(network, range(40)).logit
    recipe.release()
    assert recipe.features == {}
    np.testing.assert_array_equal(recipe.predict(network, range(40)).logit, before)
