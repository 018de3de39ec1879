import io
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from tests.builders.bundle import write_tiny_bundle
from training.data.manifest import Manifest, PhotoRow
from training.data.photo_row import Label
from training.pipeline.references import ReferencesConfig, add_references, draw_photos
from vision.bundle.bundle import read_bundle, seal_bundle
from vision.bundle.references import ReferenceBank, read_references
from vision.errors import ConfigError
from vision.explain.crop_embedding import embed_crops
from vision.inference.scorer import Scorer

SILENT = Console(file=io.StringIO())


def rows_of(folder: Path, *, listings: int = 4, photos: int = 2, shareable: bool = True) -> list[PhotoRow]:
    """Half red and half blue photos, each its own; listings are genuine and counterfeit in turn, of two products."""
    rows = []
    for n in range(listings * photos):
        listing = n // photos
        pixels = np.random.default_rng(n).integers(0, 40, (96, 96, 3)).astype(np.uint8)
        pixels[:, :48, 0] += 150
        pixels[:, 48:, 2] += 150
        Image.fromarray(pixels).save(folder / f"{n}.png")
        label: Label = "counterfeit" if listing % 2 else "genuine"
        product = "toy" if listing % 4 < 2 else "mug"
        rows.append(
            PhotoRow(
                row=n,
                photo=folder / f"{n}.png",
                label=label,
                product=product,
                listing=f"L{listing}",
                shareable=shareable,
            )
        )
    return rows


def stock(folder: Path, rows: list[PhotoRow], *, limit: int, seed: int = 0) -> tuple[int, ReferenceBank]:
    bundle = write_tiny_bundle(folder, products=("toy", "mug"))
    manifest = Manifest(path=folder / "m.csv", rows=tuple(rows), sha256="0" * 64)
    count = add_references(bundle, manifest, range(len(rows)), limit=limit, seed=seed, console=SILENT)
    seal_bundle(folder, bundle.metadata)
    return count, read_references(read_bundle(folder))


def test_references_are_crops_of_both_sides_with_what_the_manifest_says(tmp_path: Path) -> None:
    count, bank = stock(tmp_path / "bundle", rows_of(tmp_path), limit=200)
    assert count == len(bank.references) == 16  # two crops of each of 8 photos
    for one in bank.references:
        listing = int((one.listing or "L-1")[1:])
        assert one.label == ("counterfeit" if listing % 2 else "genuine")
        assert one.product == ("toy" if listing % 4 < 2 else "mug")
        assert one.id == one.sha256[:16]
        assert all(0 <= side <= 1 for side in one.box)


def test_an_embedding_is_the_graphs_own_of_the_stored_image(tmp_path: Path) -> None:
    _, bank = stock(tmp_path / "bundle", rows_of(tmp_path), limit=4)
    images = [bank.image(one) for one in bank.references]
    again = embed_crops(Scorer(bank.bundle), bank.bundle, images)
    assert bank.embeddings == pytest.approx(again, abs=1e-3)  # kept in half precision


def test_a_few_are_spread_over_labels_and_products(tmp_path: Path) -> None:
    count, bank = stock(tmp_path / "bundle", rows_of(tmp_path, listings=8), limit=8)
    assert count == 8
    assert Counter((one.label, one.product) for one in bank.references) == {
        (label, product): 2 for label in ("genuine", "counterfeit") for product in ("toy", "mug")
    }


def test_each_listing_gives_a_photo_before_any_gives_a_second(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, listings=8, photos=3)
    drawn = list(draw_photos(rows, seed=1))
    assert len({row.listing for row in drawn[:8]}) == 8
    assert sorted(row.row for row in drawn) == list(range(24))
    assert drawn == list(draw_photos(rows[::-1], seed=1)), "the order of the rows doesn't matter"
    assert drawn != list(draw_photos(rows, seed=2))


@pytest.mark.parametrize(("limit", "shareable"), [(0, True), (200, False)])
def test_none_asked_for_or_none_shareable_leaves_no_folder(tmp_path: Path, limit: int, shareable: bool) -> None:
    count, bank = stock(tmp_path / "bundle", rows_of(tmp_path, shareable=shareable), limit=limit)
    assert count == 0
    assert bank.references == ()
    assert not (tmp_path / "bundle" / "references").exists()


def test_an_unreadable_photo_gives_way_to_others(tmp_path: Path) -> None:
    rows = rows_of(tmp_path)
    rows[0].photo.write_bytes(b"no photo")
    assert stock(tmp_path / "bundle", rows, limit=200)[0] == 14


def test_a_number_out_of_range_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"references\.most is -1"):
        ReferencesConfig(most=-1)
