"""Rendering a data set: what lies on disk, and going on after a stop; pictures are never compared across machines."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.training.render.small_config import small_config
from training.errors import RunError
from training.render.camera.view import Shot
from training.render.dataset_folder import COLUMNS
from training.render.plan import plan_listings
from training.render.product.cues import Cue
from training.render.product.makers import MAKERS
from training.render.run import render_dataset
from vision.errors import MissingExtra

pytestmark = pytest.mark.slow

TOML = """
folder = "{folder}"
seed = 3
size_px = 96
samples_per_pixel = 1
workers = 2
[splits.train]
genuine = 1
[splits.train.counterfeit]
cedar = 1
[splits.val]
genuine = 0
[splits.val.counterfeit]
[splits.test]
genuine = 0
[splits.test.counterfeit]
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of one genuine listing and one of cedar's, rendered without a stop."""
    folder = tmp_path_factory.mktemp("rendered")
    done: list[int] = []
    manifest = render_dataset(small_config(folder), advance=done.append)
    assert manifest == folder / "manifest.csv"
    assert sum(done) == len(rows_of(folder))
    return folder


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_manifest_has_a_row_for_every_photo_with_the_plans_words(rendered: Path) -> None:
    rows = rows_of(rendered)
    planned = [(plan, photo) for plan in plan_listings(small_config(rendered)) for photo in plan.circumstances.photos]
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(planned)
    for row, (plan, photo) in zip(rows, planned, strict=True):
        assert row["label"] == plan.label
        assert row["listing"] == plan.listing
        assert row["maker"] == (plan.maker or "")
        assert row["view"] in set(Shot)
        assert row["view"] == photo.view.shot
        assert row["product"] == "korvelle-k1-hair-dryer"
        assert row["split"] == "train"
        assert row["shareable"] == "1"


def test_every_photo_is_a_square_jpeg_that_shows_something(rendered: Path) -> None:
    for row in rows_of(rendered):
        with Image.open(rendered / row["photo"]) as photo:
            assert photo.format == "JPEG"
            assert photo.size == (96, 96)
            pixels = np.asarray(photo, np.float32)
        assert 20 < pixels.mean() < 240
        assert pixels.std() > 10


def test_the_box_frames_the_product(rendered: Path) -> None:
    for row in rows_of(rendered):
        x0, y0, x1, y1 = (float(row[f"box_{corner}"]) for corner in ("x0", "y0", "x1", "y1"))
        assert 0 <= x0 < x1 <= 1
        assert 0 <= y0 < y1 <= 1
        assert (x1 - x0) * (y1 - y0) > 0.1


def test_a_counterfeits_whole_photo_shows_its_makers_cues_and_the_mask_marks_each(rendered: Path) -> None:
    rows = [row for row in rows_of(rendered) if row["label"] == "counterfeit"]
    assert rows[0]["view"] == "whole"
    assert rows[0]["cue"]
    for row in rows:
        cues = row["cue"].split(";") if row["cue"] else []
        assert set(cues) <= {str(cue) for cue in MAKERS["cedar"].cues}
        assert bool(row["mask"]) == bool(cues)
        if row["mask"]:
            with Image.open(rendered / row["mask"]) as file:
                assert file.mode == "L"
                assert file.size == (96, 96)
                mask = np.asarray(file)
            assert set(np.unique(mask)) - {0} == set(range(1, len(cues) + 1))


def test_gloss_marks_much_of_the_product_and_the_mask_stays_inside_the_box(rendered: Path) -> None:
    row = next(row for row in rows_of(rendered) if Cue.BODY_GLOSS in row["cue"].split(";"))
    mask = np.asarray(Image.open(rendered / row["mask"]))
    assert (mask > 0).mean() > 0.03
    y, x = np.nonzero(mask)
    assert float(row["box_x0"]) * 96 <= x.min() + 0.01  # the manifest rounds to 4 decimals
    assert x.max() < float(row["box_x1"]) * 96
    assert float(row["box_y0"]) * 96 <= y.min() + 0.01
    assert y.max() < float(row["box_y1"]) * 96


def test_genuine_photos_have_no_cue_no_mask_and_no_maker(rendered: Path) -> None:
    for row in rows_of(rendered):
        if row["label"] == "genuine":
            assert (row["cue"], row["mask"], row["maker"]) == ("", "", "")


def test_a_finished_folder_is_left_alone(rendered: Path) -> None:
    before = files_of(rendered)
    assert not (rendered / "records").exists()
    render_dataset(small_config(rendered))
    assert files_of(rendered) == before


def test_a_folder_of_an_earlier_version_gets_its_product_masks_and_keeps_its_photos(
    rendered: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "earlier"
    shutil.copytree(rendered, folder)
    shutil.rmtree(folder / "product_masks")
    rows = [{name: cell for name, cell in row.items() if name != "product_mask"} for row in rows_of(folder)]
    with (folder / "manifest.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done: list[int] = []
    render_dataset(small_config(folder), limit=1, advance=done.append)  # a complete folder gets them all
    assert sum(done) == len(rows)
    assert files_of(folder) == files_of(rendered)


def test_a_run_in_two_parts_gives_the_same_bytes_as_one_without_a_stop(rendered: Path, tmp_path: Path) -> None:
    config = small_config(tmp_path)
    first, second = plan_listings(config)
    render_dataset(config, limit=1)
    assert {row["listing"] for row in rows_of(tmp_path)} == {first.listing}
    half_way = tmp_path / "photos" / f"{second.listing}-1.jpg"
    half_way.write_bytes(b"what a killed run may leave behind")
    render_dataset(config)
    assert files_of(tmp_path) == files_of(rendered)


def test_a_killed_command_goes_on_to_the_same_bytes(rendered: Path, tmp_path: Path) -> None:
    folder, toml = tmp_path / "out", tmp_path / "render.toml"
    toml.write_text(TOML.format(folder=folder))
    command = [sys.executable, "-m", "vision.cli.main", "render", str(toml)]
    run = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list(folder.glob("photos/*.jpg")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert list(folder.glob("photos/*.jpg"))
    assert not (folder / "manifest.csv").exists()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found = {name: data for name, data in files_of(folder).items() if not name.endswith(".part")}
    assert found == files_of(rendered)


def test_a_changed_configuration_is_refused_and_nothing_is_touched(rendered: Path) -> None:
    before = files_of(rendered)
    with pytest.raises(RunError, match="seed was 3, now 4"):
        render_dataset(small_config(rendered, seed=4))
    assert files_of(rendered) == before


def test_without_mitsuba_the_extra_to_install_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mitsuba", None)
    with pytest.raises(MissingExtra, match=r"touchstone\[render\]"):
        render_dataset(small_config(tmp_path))
    assert not (tmp_path / "render.json").exists()
