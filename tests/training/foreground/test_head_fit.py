"""The fit of the foreground head, on photos whose product is plain to see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.builders.boxed_photos import boxed_rows
from tests.training.builders.network import small_network
from training.data.photo_row import PhotoRow
from training.foreground.config import ForegroundConfig
from training.foreground.head_fit import MAX_PHOTOS, drawn_rows, fit_foreground_head
from training.foreground.targets import foreground_target
from training.model.foreground_head import ForegroundHead
from training.model.onnx_inference import read_tile
from vision.inputs import InputGeometry

GEOMETRY = InputGeometry(size_px=64)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[PhotoRow]:
    return boxed_rows(tmp_path_factory.mktemp("boxed"), 40)


def fit(rows: Sequence[PhotoRow], *, config: ForegroundConfig | None = None, seed: int = 0) -> ForegroundHead | None:
    return fit_foreground_head(
        small_network(),
        rows,
        geometry=GEOMETRY,
        config=config or ForegroundConfig(),
        teacher=None,
        seed=seed,
        threads=1,
        advance=lambda _: None,
    )


def test_the_head_finds_the_product_in_photos_that_it_was_not_fitted_on(rows: list[PhotoRow]) -> None:
    head = fit(rows[:30])
    assert head is not None
    tiles = np.concatenate([read_tile(row.photo.read_bytes(), GEOMETRY) for row in rows[30:]])
    with torch.inference_mode():
        network = small_network()
        found = head(network.maps(torch.from_numpy(tiles))[network.foreground_map]).numpy() > 0.5
    targets = [foreground_target(row, found.shape[-1], GEOMETRY, None) for row in rows[30:]]
    wanted = np.stack([target.values > 0.5 for target in targets if target is not None])
    assert (found == wanted).mean() > 0.9


@pytest.mark.parametrize("colour", [(0, 0, 0), (90, 90, 90), (255, 255, 255), (200, 40, 40)])
def test_a_plain_photo_shows_no_product(rows: list[PhotoRow], colour: tuple[int, int, int]) -> None:
    head = fit(rows[:30])
    assert head is not None
    network = small_network()
    tile = torch.tensor(colour, dtype=torch.uint8).expand(1, 64, 64, 3)
    with torch.inference_mode():
        assert head(network.maps(tile)[network.foreground_map]).max() < 0.5


def test_the_same_photos_and_seed_give_the_same_head(rows: list[PhotoRow]) -> None:
    first, again = fit(rows[:12]), fit(rows[:12])
    assert first is not None
    assert again is not None
    for name, tensor in first.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, rtol=0, atol=0)


def test_labels_play_no_part(rows: list[PhotoRow]) -> None:
    labelled, bare = fit(rows[:12]), fit([replace(row, label=None) for row in rows[:12]])
    assert labelled is not None
    assert bare is not None
    for name, tensor in labelled.state_dict().items():
        torch.testing.assert_close(bare.state_dict()[name], tensor, rtol=0, atol=0)


def test_too_few_photos_that_say_where_the_product_is_give_no_head(rows: list[PhotoRow]) -> None:
    unboxed = [replace(row, box=None) for row in rows[9:]]
    assert fit([*rows[:9], *unboxed]) is None
    assert fit(rows[:12], config=ForegroundConfig(source="none")) is None


def test_many_rows_are_drawn_from_by_the_seed_in_their_order(rows: list[PhotoRow]) -> None:
    many = [replace(rows[0], row=number) for number in range(MAX_PHOTOS + 100)]
    drawn = [row.row for row in drawn_rows(many, source="auto", seed=0)]
    assert len(drawn) == MAX_PHOTOS
    assert drawn == sorted(drawn)
    assert drawn == [row.row for row in drawn_rows(many, source="auto", seed=0)]
    assert drawn != [row.row for row in drawn_rows(many, source="auto", seed=1)]
    assert drawn_rows(rows, source="auto", seed=0) == rows


def test_a_few_dozen_boxes_among_many_photos_are_all_drawn(rows: list[PhotoRow]) -> None:
    unboxed = [replace(row, box=None) for row in rows] * 20
    assert drawn_rows([*unboxed, *rows, *unboxed], source="box", seed=0) == rows
    assert drawn_rows(rows, source="mask", seed=0) == []
