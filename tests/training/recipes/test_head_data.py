"""Labels beside features, once for each orientation, with copies that point at their photos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.builders.recipe_config import TINY_MODEL, recipe_config
from training.data.manifest import Manifest, PhotoRow
from training.recipes.config import FrozenConfig, KernelConfig
from training.recipes.head_data import make_head_data, read_head_data
from training.recipes.photo_variants import Variant


@pytest.fixture
def manifest() -> Manifest:
    """Three listings of one photo, the first genuine, of two products."""
    rows = (("genuine", "ball", "a"), ("counterfeit", "ball", "b"), ("counterfeit", "cap", "c"))
    return Manifest(
        path=Path("m.csv"),
        rows=tuple(
            PhotoRow(row=place, photo=Path(f"{place}.jpg"), label=label, product=product, listing=listing)  # type: ignore[arg-type]
            for place, (label, product, listing) in enumerate(rows)
        ),
        sha256="",
    )


def test_labels_stand_beside_their_features_in_every_orientation(manifest: Manifest) -> None:
    straight, mirrored = np.zeros((2, 5), np.float32), np.ones((2, 5), np.float32)
    data = make_head_data(manifest, (2, 0), [straight, mirrored])
    assert data.features.shape == (4, 5)
    assert data.genuine.tolist() == [False, True] * 2
    assert data.product.tolist() == ["cap", "ball"] * 2
    assert data.listing.tolist() == [1, 0] * 2, "both orientations of a photo are of one listing"
    assert data.products == ("ball", "cap")
    assert data.weights.mean() == pytest.approx(1)
    assert data.copies.shape == (0, 5)


def test_a_copy_points_at_its_photo(manifest: Manifest) -> None:
    features = np.arange(6, dtype=np.float32).reshape(3, 2)
    data = make_head_data(manifest, (0, 1, 2), [features], [features + 10, features + 20])
    assert data.copy_of.tolist() == [0, 1, 2, 0, 1, 2]
    np.testing.assert_array_equal(data.copies[data.copy_of == 1], [features[1] + 10, features[1] + 20])


def test_the_settings_choose_the_variants(manifest: Manifest, tmp_path: Path) -> None:
    def variants(frozen: FrozenConfig, head: Literal["linear", "kernel"]) -> list[str]:
        asked: list[str] = []

        def features(variant: Variant) -> NDArray[np.float32]:
            asked.append(variant.code)
            return np.zeros((3, 2), np.float32)

        config = recipe_config(
            tmp_path,
            model=replace(TINY_MODEL, head=head),
            frozen=frozen,
            kernel=KernelConfig(copies=("jpeg_50",)),
        )
        read_head_data(manifest, (0, 1, 2), features, config)
        return asked

    assert variants(FrozenConfig(), "linear") == ["as_it_is"]
    assert variants(FrozenConfig(mirror=True), "linear") == ["as_it_is", "mirrored"]
    assert variants(FrozenConfig(), "kernel") == ["as_it_is", "jpeg_50"], "copies are a kernel head's alone"
