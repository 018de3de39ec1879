"""A run's foreground head: fitted once, then read from the cache."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from rich.console import Console

from tests.training.builders.boxed_photos import boxed_rows
from tests.training.builders.recipe_config import recipe_config
from training.data.photo_row import PhotoRow
from training.errors import RunError
from training.foreground.config import ForegroundConfig, ForegroundSource
from training.recipes.foreground import learn_foreground
from training.recipes.initial_network import initial_network

BOXES = ForegroundConfig(source="box")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[PhotoRow]:
    return boxed_rows(tmp_path_factory.mktemp("boxed"), 16)


def console() -> Console:
    return Console(file=io.StringIO())


def test_a_head_is_fitted_once_and_then_read_from_the_cache(rows: list[PhotoRow], tmp_path: Path) -> None:
    config = recipe_config(tmp_path, foreground=BOXES)
    first, again = console(), console()
    head = learn_foreground(initial_network(config), rows, config, first, root=tmp_path)
    kept = learn_foreground(initial_network(config), rows, config, again, root=tmp_path)
    assert head is not None
    assert kept is not None
    for name, tensor in head.state_dict().items():
        torch.testing.assert_close(kept.state_dict()[name], tensor, rtol=0, atol=0)
    assert "foreground: 16 of 16 photos" in first.file.getvalue()  # type: ignore[attr-defined]
    assert again.file.getvalue() == ""  # type: ignore[attr-defined]
    assert learn_foreground(initial_network(config), rows[:15], config, first, root=tmp_path) is not None
    assert len(list((tmp_path / "foreground").iterdir())) == 2


def test_a_damaged_entry_is_fitted_anew(rows: list[PhotoRow], tmp_path: Path) -> None:
    config = recipe_config(tmp_path, foreground=BOXES)
    learn_foreground(initial_network(config), rows, config, console(), root=tmp_path)
    (file,) = (tmp_path / "foreground").iterdir()
    whole = file.read_bytes()
    for damaged in (whole[:-4], b"no tensors"):
        file.write_bytes(damaged)
        assert learn_foreground(initial_network(config), rows, config, console(), root=tmp_path) is not None
        assert file.read_bytes() == whole


def test_no_head_is_an_answer_that_is_kept_too(rows: list[PhotoRow], tmp_path: Path) -> None:
    config = recipe_config(tmp_path, foreground=ForegroundConfig(source="auto"))
    assert learn_foreground(initial_network(config), rows[:5], config, console(), root=tmp_path) is None
    assert learn_foreground(initial_network(config), rows[:5], config, console(), root=tmp_path) is None
    (file,) = (tmp_path / "foreground").iterdir()
    assert file.read_bytes() == b""


def test_photos_without_boxes_are_taught_by_what_recurs_in_them(rows: list[PhotoRow], tmp_path: Path) -> None:
    config = recipe_config(tmp_path, foreground=ForegroundConfig(source="auto"))
    boxed = learn_foreground(initial_network(config), rows, config, console(), root=tmp_path)
    unboxed = [replace(row, box=None) for row in rows]
    head = learn_foreground(initial_network(config), unboxed, config, console(), root=tmp_path)
    assert boxed is not None
    assert head is not None
    assert not torch.equal(head.hidden.weight, boxed.hidden.weight)


@pytest.mark.parametrize(
    ("source", "column"), [("mask", "0 training photos have a product_mask"), ("box", "5 training photos have a box")]
)
def test_too_few_marks_of_the_kind_that_the_settings_ask_for_are_refused(
    rows: list[PhotoRow], tmp_path: Path, source: ForegroundSource, column: str
) -> None:
    config = recipe_config(tmp_path, foreground=ForegroundConfig(source=source))
    photos = [*rows[:5], *(replace(row, box=None) for row in rows[5:])]
    with pytest.raises(RunError, match=f"foreground.source is '{source}', but only {column}.*: mark 10 or more"):
        learn_foreground(initial_network(config), photos, config, console(), root=tmp_path)


def test_the_settings_can_ask_for_none(rows: list[PhotoRow], tmp_path: Path) -> None:
    config = recipe_config(tmp_path, foreground=ForegroundConfig(source="none"))
    assert learn_foreground(initial_network(config), rows, config, console(), root=tmp_path) is None
    assert not (tmp_path / "foreground").exists()
