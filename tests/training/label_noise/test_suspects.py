"""From a run's folder to the list of disputed listings, its table and its page."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from typer.testing import CliRunner

from tests.builders.bundle import write_tiny_bundle
from tests.builders.training_data import write_toy_config, write_toy_data
from training.commands.disputed import app
from training.data.label_corrections import CorrectionCounts
from training.data.manifest import Manifest, read_manifest
from training.errors import RunError
from training.evaluation.predictions import ListingPrediction, read_predictions, write_predictions
from training.label_noise.page import write_disputed_page
from training.label_noise.suspects import find_disputed, read_predicted_run, write_disputed
from training.pipeline.config import TrainConfig
from training.runs.folder import open_run_folder
from vision.config.read import read_config

QUIET = Console(quiet=True)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight listings, L00 to L07, in two folds; the even ones are genuine."""
    return write_toy_data(tmp_path_factory.mktemp("toy"), listings=8, folds=2)


def predictions_of(manifest: Manifest, *, fold: int | None = None) -> list[ListingPrediction]:
    """Right and fairly sure, but for L00, predicted counterfeit, and L03, predicted genuine."""
    found = []
    for name, rows in manifest.listings.items():
        row = manifest.rows[rows[0]]
        genuine = (row.label == "genuine") != (name in ("L00", "L03"))
        authenticity = (0.9 if genuine else 0.1) if name != "L03" else 0.8
        if fold in (None, row.fold):
            found.append(
                ListingPrediction(
                    listing=name,
                    label=row.label or "genuine",
                    product=row.product,
                    photo_count=len(rows),
                    logit=0.0,
                    authenticity=authenticity,
                    outcome="review",
                    fold=row.fold,
                )
            )
    return found


@pytest.fixture
def run(tmp_path: Path, manifest: Path) -> Path:
    """The folder of a run over folds, as training leaves it, with a bundle for fold 0 alone."""
    config = read_config(TrainConfig, write_toy_config(tmp_path, manifest))
    read = read_manifest(manifest)
    folder = tmp_path / "run"
    open_run_folder(folder, config=config.recorded(), data_hash=read.sha256)
    for fold in range(2):
        report = folder / "folds" / str(fold) / "report"
        report.mkdir(parents=True)
        write_predictions(report / "answers.csv", predictions_of(read, fold=fold))
    write_tiny_bundle(folder / "folds" / "0" / "bundle", products=("toy",))
    return folder


def test_predictions_are_read_as_they_were_written(tmp_path: Path, manifest: Path) -> None:
    predictions = predictions_of(read_manifest(manifest))
    predictions[0] = replace(predictions[0], authenticity=None, logit=None, outcome=None, fold=None)
    write_predictions(tmp_path / "answers.csv", predictions)
    assert read_predictions(tmp_path / "answers.csv").listings == tuple(predictions)


def test_the_disputed_listings_of_all_folds_are_listed_most_disputed_first(run: Path) -> None:
    judged = read_predicted_run(run, QUIET)
    found = find_disputed(judged.predictions)
    assert [one.prediction.listing for one in found.listings] == ["L00", "L03"]
    # means: counterfeit (0.9 + 0.2 + 0.9 + 0.9) / 4 of counterfeit, genuine (0.1 + 3 x 0.9) / 4 of genuine
    assert [one.why for one in found.listings] == [
        "0.90 counterfeit, 0.72 on average",
        "0.80 genuine, 0.70 on average",
    ]
    assert [one.suggested for one in found.listings] == ["counterfeit", "genuine"]
    assert [(one.label, one.listings, one.share.value) for one in found.estimates] == [
        ("genuine", 4, 0.25),
        ("counterfeit", 4, 0.25),
    ]
    assert find_disputed(judged.predictions, limit=1).listings == found.listings[:1]


def test_a_listing_without_an_authenticity_is_counted_and_not_listed(run: Path) -> None:
    predictions = [
        replace(one, authenticity=None) if one.listing == "L00" else one
        for one in read_predicted_run(run, QUIET).predictions
    ]
    found = find_disputed(predictions)
    assert (found.predicted, found.without_authenticity) == (7, 1)
    assert [one.prediction.listing for one in found.listings] == ["L03"]


def test_calibration_and_test_listings_are_taken_together(tmp_path: Path, run: Path, manifest: Path) -> None:
    predictions = predictions_of(read_manifest(manifest))
    shutil.rmtree(run / "folds")
    (run / "report").mkdir()
    write_predictions(run / "held_out_answers.csv", predictions[:5])
    write_predictions(run / "report" / "answers.csv", predictions[5:])
    assert read_predicted_run(run, QUIET).predictions == tuple(predictions)


def test_a_run_without_predictions_and_a_folder_that_is_no_run_are_refused(tmp_path: Path, run: Path) -> None:
    shutil.rmtree(run / "folds")
    with pytest.raises(
        RunError, match=r"has no held-out predictions .* calibration\.source = 'out_of_fold' or 'fold_runs'"
    ):
        read_predicted_run(run, QUIET)
    with pytest.raises(RunError, match=r"holds no run, since its run\.json"):
        read_predicted_run(tmp_path / "nowhere", QUIET)


def test_a_manifest_may_move_and_a_changed_one_is_noticed(run: Path, manifest: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(manifest.parent, tmp_path / "moved") / manifest.name
    assert not read_predicted_run(run, QUIET, manifest=moved).changed
    moved.write_text(moved.read_text().replace("toy,L01", "toy,L99"))
    judged = read_predicted_run(run, QUIET, manifest=moved)
    assert judged.changed
    assert "L01" not in {one.listing for one in judged.predictions}


def test_the_command_writes_a_table_to_decide_in_and_a_page_that_fetches_nothing(run: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(run), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "8 of 8 listings have held-out predictions" in result.output
    assert "The network may be the one that is wrong" in result.output
    with (tmp_path / "out" / "disputed.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0] == {
        "listing": "L00", "product": "toy", "label": "genuine", "authenticity": "0.100000", "rank": "1",
        "suggested_label": "counterfeit", "decision": "",
    }  # fmt: skip
    page = (tmp_path / "out" / "disputed.html").read_text()
    assert "But the network may just as well be wrong" in page
    assert page.count("data:image/jpeg;base64,") == 2 * 2 + 1  # two photos of each, and the evidence that fold 0 gives
    assert 'src="http' not in page
    assert "<link" not in page


def test_a_reviewed_table_is_what_training_reads(run: Path, tmp_path: Path, manifest: Path) -> None:
    file = tmp_path / "disputed.csv"
    write_disputed(file, find_disputed(read_predicted_run(run, QUIET).predictions).listings)
    assert read_manifest(manifest, corrections=file).corrected == CorrectionCounts(undecided=2)


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
