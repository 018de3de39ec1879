"""`touchstone evaluate`: what it prints of a bundle on photos of known colours, and the files that it writes."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.builders.bundle import write_tiny_bundle
from tests.training.builders.evaluated import PhotoSet, six_listings
from tests.training.builders.photo_tree import save_class_folders
from tests.training.builders.robustness_photos import write_photos
from training.commands.evaluate import app
from training.errors import NothingToEvaluate
from vision.errors import ManifestError


@pytest.fixture
def photos(tmp_path: Path) -> PhotoSet:
    return six_listings(tmp_path / "photos")


def printed(*arguments: object) -> str:
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(app, words, env={"COLUMNS": "120"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def test_every_figure_is_printed_with_its_interval(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    output = printed(tmp_path / "bundle", photos.write(), "--out", tmp_path / "out")
    assert "fp32 graph on 6 listings (10 photos) of manifest.csv that it was not fitted on" in output
    # g-wrong ranks below c-wrong alone: 8 of 9 pairs of listings, and 24 of 25 of photos, are in order
    assert "│ listing AUROC │ 0.889 │ 0.500 to 1.000 │" in output
    assert "│ photo AUROC │ 0.960 │" in output
    assert "│ right when decided │ 67 % │" in output  # 4 of 6
    assert "│ genuine flagged │ 33 % │ 6.1 to 79.2 % │" in output  # 1 of 3, by Wilson
    assert f"{tmp_path}/out/report.html has the curves and the worst errors." in output


def test_labels_that_are_not_verified_are_printed_beside_the_figures(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    output = printed(tmp_path / "bundle", photos.write(), "--out", tmp_path / "out")
    assert "The bundle learned from rendered photos." in output


def test_a_page_of_shareable_photos_shows_no_others(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    printed(tmp_path / "bundle", photos.write(), "--out", tmp_path / "out", "--leaves-the-house")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "g-wrong" in page
    assert "c-wrong" not in page


def test_a_product_is_picked_and_one_that_no_photo_shows_is_refused(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    photos.add("k1", "genuine", red=180, product="kettle")
    arguments = (tmp_path / "bundle", photos.write(), "--out", tmp_path / "out")
    assert "6 listings" in printed(*arguments, "--product", "toy")
    result = CliRunner().invoke(app, [str(argument) for argument in arguments] + ["--product", "mug"])
    assert isinstance(result.exception, ManifestError)
    assert "its products are kettle, toy" in str(result.exception)


def test_a_bundle_that_was_fitted_on_every_photo_is_refused_and_writes_nothing(
    tmp_path: Path, photos: PhotoSet
) -> None:
    write_tiny_bundle(tmp_path / "bundle", seen=[photos.digest(index) for index in range(len(photos.rows))])
    arguments = [str(tmp_path / "bundle"), str(photos.write()), "--out", str(tmp_path / "out")]
    assert isinstance(CliRunner().invoke(app, arguments).exception, NothingToEvaluate)
    assert not (tmp_path / "out" / "metrics.json").exists()


@pytest.mark.parametrize("option", [("--graph", "int4"), ("--threads", "0"), ("--stress-listings", "0")])
def test_a_value_that_does_not_exist_is_wrong_usage(tmp_path: Path, option: tuple[str, str]) -> None:
    result = CliRunner().invoke(app, [str(tmp_path), str(tmp_path / "manifest.csv"), *option])
    assert result.exit_code == 2
    assert option[0] in result.output


def test_the_command_prints_figures_and_exclusions(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle", seen=[photos.digest(0)])
    arguments = [str(tmp_path / "bundle"), str(photos.write()), "--out", str(tmp_path / "out"), "--where", "fold!=3"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert "4 listings" in result.output
    assert "listing AUROC" in result.output
    assert "1 photo that the bundle was fitted on" in " ".join(result.output.split())
    assert (tmp_path / "out/report.html").exists()


def test_the_graph_that_predicts_can_be_chosen_and_is_named(tmp_path: Path, photos: PhotoSet) -> None:
    write_tiny_bundle(tmp_path / "bundle", int8_slope=20.05)
    manifest = photos.write()
    for asked, used in ((["--graph", "fp32"], "fp32"), (["--graph", "int8"], "int8"), ([], "int8")):
        out = tmp_path / used
        result = CliRunner().invoke(app, [str(tmp_path / "bundle"), str(manifest), "--out", str(out), *asked])
        assert result.exit_code == 0, result.output
        assert f"{used} graph" in result.output
        assert json.loads((out / "metrics.json").read_text())["bundle"]["graph"] == used
        rows = list(csv.DictReader((out / "answers.csv").read_text().splitlines()))
        assert {row["graph"] for row in rows} == {used}


def test_the_command_prints_what_changed_copies_did(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    arguments = [str(tmp_path / "bundle"), str(write_photos(tmp_path / "photos")), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*arguments, "--stress", "--stress-listings", "2"])
    assert result.exit_code == 0, result.output
    assert "screenshot" in result.output
    assert json.loads((tmp_path / "out/metrics.json").read_text())["stress"]["listings"] == 2


def test_the_class_folders_of_a_folder_can_be_named(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    save_class_folders(tmp_path / "data", "good", "bad")
    classes = ("--genuine-folder", "good", "--counterfeit-folder", "bad", "--product", "toy")
    output = printed(tmp_path / "bundle", tmp_path / "data", *classes, "--out", tmp_path / "out")
    assert "data: read 8 photos of 4 listings; left out nothing" in output
