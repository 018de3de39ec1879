"""The page of disputed labels shows each listing's photos and saves the decisions made on it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from rich.console import Console

from tests.builders.training_data import write_toy_data
from tests.training.builders.predicted_run import write_predicted_run
from training.data.label_corrections import CorrectionCounts
from training.data.manifest import read_manifest
from training.label_noise.page import shown_photos, write_disputed_page
from training.label_noise.suspects import find_disputed, read_predicted_run

QUIET = Console(quiet=True)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight listings, L00 to L07, in two folds; the even ones are genuine."""
    return write_toy_data(tmp_path_factory.mktemp("toy"), listings=8, folds=2)


@pytest.fixture
def run(tmp_path: Path, manifest: Path) -> Path:
    return write_predicted_run(tmp_path, manifest)


@pytest.fixture
def tab() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.fail("no Chromium on this machine: `make chromium` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page()
        browser.close()


@pytest.mark.browser
def test_decisions_made_on_the_page_are_saved_as_the_table_that_training_reads(
    run: Path, tmp_path: Path, manifest: Path, tab: Page
) -> None:
    judged = read_predicted_run(run, QUIET)
    page, saved = tmp_path / "disputed.html", tmp_path / "saved.csv"
    write_disputed_page(page, judged, find_disputed(judged.predictions), evidence=False, advance=lambda photos: None)
    tab.goto(page.as_uri())
    tab.locator("article", has_text="L00").get_by_label("counterfeit").check()
    tab.locator("article", has_text="L03").get_by_label("keep").check()
    assert tab.locator("#decided").inner_text() == "2 of 2 decided"
    with tab.expect_download() as download:
        tab.click("#save")
    download.value.save_as(saved)
    assert read_manifest(manifest, corrections=saved).corrected == CorrectionCounts(to_counterfeit=1, kept=1)
    assert saved.read_text().splitlines()[1] == "L00,toy,genuine,0.100000,1,counterfeit,counterfeit"


def write_page(run: Path, file: Path, *, limit: int | None = None, manifest: Path | None = None) -> tuple[str, int]:
    """Write the page without evidence; give it with the number of photos passed to `advance`."""
    predicted, drawn = read_predicted_run(run, QUIET, manifest=manifest), list[int]()
    found = find_disputed(predicted.predictions, limit=limit)
    write_disputed_page(file, predicted, found, evidence=False, advance=drawn.append)
    return file.read_text(), sum(drawn)


def test_the_page_shows_each_disputed_listing_with_its_photos_as_pictures(run: Path, tmp_path: Path) -> None:
    page, drawn = write_page(run, tmp_path / "page.html")
    assert re.findall(r"<h3>(.*)</h3>", page) == ["1. L00", "2. L03"]
    assert page.count("data:image/jpeg;base64,") == drawn == 4


def test_a_shortened_page_names_the_number_of_all_disputed_labels(run: Path, tmp_path: Path) -> None:
    page, drawn = write_page(run, tmp_path / "page.html", limit=1)
    assert "disputes the labels of 2, of which this page shows the 1 most disputed" in page
    assert page.count("<article") == 1
    assert drawn == 2


def test_a_photo_that_can_not_be_read_is_named_and_the_others_are_shown(
    run: Path, manifest: Path, tmp_path: Path
) -> None:
    moved = shutil.copytree(manifest.parent, tmp_path / "moved")
    (moved / "0-1.jpg").write_bytes(b"no photo")
    page, drawn = write_page(run, tmp_path / "page.html", manifest=moved / manifest.name)
    assert page.count("Photo 2 can't be read.") == 1
    assert page.count("data:image/jpeg;base64,") == 3
    assert drawn == 4


def test_the_first_four_photos_of_a_listing_are_shown(manifest: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(manifest.parent, tmp_path / "moved") / manifest.name
    moved.write_text(re.sub(r",L0[02468],", ",L00,", moved.read_text()))
    shown = shown_photos(read_manifest(moved), "L00")
    assert [photo.name for photo in shown] == ["0-0.jpg", "0-1.jpg", "2-0.jpg", "2-1.jpg"]
