"""The committed sample is whole, small, and what its README and configuration say."""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.render.config import RenderConfig
from training.render.dataset_folder import DatasetFolder
from training.render.plan import plan_listings
from training.render.product.makers import MAKERS
from vision.config.read import read_config

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "training" / "samples" / "hair_dryers"

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with (SAMPLE / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_sample_holds_every_photo_of_its_plan(rows: list[Row]) -> None:
    plans = plan_listings(read_config(RenderConfig, ROOT / "configs" / "render.toml"))
    planned = [
        (plan.listing, plan.seller, plan.split, plan.label, plan.maker or "", photo.view.shot.value)
        for plan in plans
        for photo in plan.circumstances.photos
    ]
    keys = ("listing", "seller", "split", "label", "maker", "view")
    assert [tuple(row[key] for key in keys) for row in rows] == planned


def test_the_sample_was_rendered_from_its_configuration() -> None:
    config = read_config(RenderConfig, ROOT / "configs" / "render.toml", [f"folder={SAMPLE}"])
    DatasetFolder(SAMPLE).claim(config)  # refuses when render.json says otherwise
    assert DatasetFolder(SAMPLE).is_complete()


def test_the_sample_is_under_20_mb_and_its_folder_holds_nothing_else(rows: list[Row]) -> None:
    files = {path for path in SAMPLE.rglob("*") if path.is_file()}
    assert sum(path.stat().st_size for path in files) < 20e6
    columns = ("photo", "mask", "product_mask")
    named = {SAMPLE / row[column] for row in rows for column in columns if row[column]}
    assert named <= files
    others = {path.name for path in files - named}
    assert others == {"README.md", "manifest.csv", "render.json", "contact_sheet.jpg"}


def test_photos_have_320_pixels_and_every_mask_value_names_a_cue(rows: list[Row]) -> None:
    for row in rows:
        with Image.open(SAMPLE / row["photo"]) as photo:
            assert photo.size == (320, 320)
        cues = row["cue"].split(";") if row["cue"] else []
        assert bool(row["mask"]) == bool(cues)
        if cues:
            assert set(cues) <= {str(cue) for cue in MAKERS[row["maker"]].cues}
            with Image.open(SAMPLE / row["mask"]) as file:
                values = set(np.unique(np.asarray(file)))
            assert values - {0} == set(range(1, len(cues) + 1)), row["photo"]


def test_every_product_mask_fills_its_box_to_the_edges_and_holds_the_cues(rows: list[Row]) -> None:
    for row in rows:
        with Image.open(SAMPLE / row["product_mask"]) as file:
            assert (file.mode, file.size) == ("1", (320, 320))
            product = np.asarray(file)
        down, across = np.flatnonzero(product.any(1)), np.flatnonzero(product.any(0))
        box = (across[0], down[0], across[-1] + 1, down[-1] + 1)
        written = [row[f"box_{corner}"] for corner in ("x0", "y0", "x1", "y1")]
        assert [f"{edge / 320:.4f}" for edge in box] == written, row["photo"]
        if row["mask"]:
            assert not np.asarray(Image.open(SAMPLE / row["mask"]))[~product].any(), row["photo"]


def test_nearly_every_counterfeit_photo_shows_a_cue_and_every_makers_cue_shows_somewhere(rows: list[Row]) -> None:
    counterfeit = [row for row in rows if row["label"] == "counterfeit"]
    assert np.mean([bool(row["cue"]) for row in counterfeit]) > 0.9
    shown: dict[str, set[str]] = defaultdict(set)
    for row in counterfeit:
        shown[row["maker"]].update(filter(None, row["cue"].split(";")))
    for name, maker in MAKERS.items():
        assert shown[name] == {str(cue) for cue in maker.cues}


def test_photo_sizes_in_bytes_do_not_tell_the_labels_apart(rows: list[Row]) -> None:
    sizes: dict[str, list[int]] = {"genuine": [], "counterfeit": []}
    for row in rows:
        sizes[row["label"]].append((SAMPLE / row["photo"]).stat().st_size)
    genuine, counterfeit = (np.array(sizes[label])[:, None] for label in ("genuine", "counterfeit"))
    larger = (genuine > counterfeit.T).mean()
    assert 0.42 < larger < 0.58
