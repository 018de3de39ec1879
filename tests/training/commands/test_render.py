"""`touchstone render`: what it reads, prints, writes and refuses; the photos are grey but for the slow test."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from tests.training.builders.rendered_folder import finish_listing
from training.commands.render import app
from training.errors import RunError
from training.render.config import RenderConfig
from training.render.dataset_folder import DatasetFolder
from training.render.plan import ListingPlan, plan_listings
from vision.config.read import read_config
from vision.errors import ConfigError

TOML = """
folder = "{folder}"
seed = 3
size_px = 64
samples_per_pixel = 1
workers = 1
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


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    """One genuine listing and one of cedar's."""
    path = tmp_path / "render.toml"
    path.write_text(TOML.format(folder=(tmp_path / "out").as_posix()))
    return path


@pytest.fixture
def finished(toml: Path) -> tuple[ListingPlan, ...]:
    """The plans of both listings, all of whose photos lie in the folder."""
    config = read_config(RenderConfig, toml)
    plans = plan_listings(config)
    folder = DatasetFolder(config.folder)
    folder.claim(config)
    for plan in plans:
        finish_listing(folder, plan)
    return plans


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "120"})


def listings_of(manifest: Path) -> list[str]:
    with manifest.open(newline="") as file:
        return list(dict.fromkeys(row["listing"] for row in csv.DictReader(file)))


def test_the_manifest_is_written_and_its_path_printed(
    toml: Path, tmp_path: Path, finished: tuple[ListingPlan, ...]
) -> None:
    result = invoke(toml)
    assert result.exit_code == 0, result.output
    assert f"manifest: {tmp_path}/out/manifest.csv\n" in result.output
    assert listings_of(tmp_path / "out" / "manifest.csv") == [plan.listing for plan in finished]


def test_a_limit_takes_the_first_listings_and_leaves_room_for_more(
    toml: Path, tmp_path: Path, finished: tuple[ListingPlan, ...]
) -> None:
    (tmp_path / "out" / "records" / f"{finished[1].listing}.json").unlink()
    result = invoke(toml, "--limit", "1")
    photos = len(finished[0].circumstances.photos)
    assert f"{photos} of {photos} photos" in result.output
    assert listings_of(tmp_path / "out" / "manifest.csv") == [finished[0].listing]
    assert (tmp_path / "out" / "records").is_dir()


@pytest.mark.usefixtures("finished")
def test_a_contact_sheet_is_written_where_it_is_asked_for(toml: Path, tmp_path: Path) -> None:
    assert invoke(toml).exit_code == 0
    assert not list(tmp_path.rglob("sheet.*"))
    assert invoke(toml, "--contact-sheet", tmp_path / "sheet.jpg").exit_code == 0
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.format == "JPEG"


@pytest.mark.usefixtures("finished")
def test_an_override_that_changes_the_photos_is_refused_for_a_folder_that_has_some(toml: Path) -> None:
    result = invoke(toml, "--set", "seed=4")
    assert isinstance(result.exception, RunError)
    assert "seed was 3, now 4" in str(result.exception)


def test_a_key_that_does_not_exist_is_refused_before_anything_is_written(toml: Path, tmp_path: Path) -> None:
    result = invoke(toml, "--set", "sizepx=64")
    assert isinstance(result.exception, ConfigError)
    assert not (tmp_path / "out").exists()


def test_a_limit_below_1_is_wrong_usage(toml: Path) -> None:
    assert invoke(toml, "--limit", "0").exit_code == 2


@pytest.mark.slow
def test_a_listing_is_rendered_into_the_folder_that_set_names(toml: Path, tmp_path: Path) -> None:
    result = invoke(toml, "--limit", "1", "--set", f"folder={tmp_path}/mine")
    assert result.exit_code == 0, result.output
    (listing,) = listings_of(tmp_path / "mine" / "manifest.csv")
    for photo in (tmp_path / "mine" / "photos").iterdir():
        assert photo.name.startswith(listing)
        with Image.open(photo) as opened:
            assert opened.size == (64, 64)
    assert not (tmp_path / "out").exists()
