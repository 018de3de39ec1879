"""axe-core finds nothing wrong with what training writes, in both themes, on a wide screen and on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from rich.console import Console

from tests.builders.accessibility import find_violations
from tests.builders.bundle import write_tiny_bundle
from tests.builders.training_data import write_toy_data
from tests.training.builders.audit_data import DataSet
from tests.training.builders.predicted_run import write_predicted_run
from tests.training.builders.robustness_photos import write_photos
from tests.training.builders.run_folders import BETTER, FIRST, write_fold_run, write_record
from training.audit.report import write_audit_report
from training.comparison.compare import compare_runs
from training.comparison.page import write_comparison
from training.comparison.run_predictions import read_runs
from training.data.manifest import read_manifest
from training.evaluation.figures_json import figures_as_dict
from training.label_noise.page import write_disputed_page
from training.label_noise.suspects import find_disputed, read_predicted_run
from training.perturbations.photo import JPEG_50, PAINTED_OUT
from training.pipeline.evaluate import evaluate_bundle
from training.pipeline.model_card import CARD_FILE, write_card
from training.robustness.robustness import RobustnessPlan
from vision.bundle.metadata import ListingCounts

pytestmark = pytest.mark.browser
QUIET = Console(quiet=True)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LONG_NAME = "korvelle-k1-ionic-hair-dryer-2200-w-travel-edition"


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.fail("no Chromium on this machine: `make chromium` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser.new_page()
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of one evaluation, its bundle's card, an audit, a comparison, and disputed labels."""
    folder = tmp_path_factory.mktemp("pages")
    report, card = evaluation_pages(folder)
    return {
        "report": report,
        "card": card,
        "audit": audit_page(folder / "audit"),
        "comparison": comparison_page(folder / "runs"),
        "disputed": disputed_page(folder / "disputed"),
    }


def evaluation_pages(folder: Path) -> tuple[Path, Path]:
    bundle = write_tiny_bundle(folder / "bundle")
    manifest = read_manifest(write_photos(folder / "photos"))
    plan = RobustnessPlan(listings=8, changes=(JPEG_50, PAINTED_OUT))
    evaluation = evaluate_bundle(bundle, manifest, out=folder / "report", robustness=plan, console=QUIET)
    metrics = {**figures_as_dict(evaluation.figures), "source": "test_set", "test_set": "fold 2"}
    known = {LONG_NAME: ListingCounts(genuine=9, counterfeit=0), "toy": ListingCounts(genuine=9, counterfeit=9)}
    metadata = replace(bundle.metadata, metrics=metrics, training_listings=known, label_kind="weak")
    write_card(bundle.folder, metadata, manifest=manifest, fitted=range(len(manifest.rows)))
    return folder / "report" / "report.html", bundle.folder / CARD_FILE


def audit_page(folder: Path) -> Path:
    folder.mkdir()
    data = DataSet(folder)
    for number in range(5):
        data.add(70 + number, "genuine", "p", "L1")
    data.add(80, "genuine", LONG_NAME, "L1")
    data.add(51, "genuine", "p", "L51").write_bytes(b"text")
    write_audit_report(data.audit(), folder / "audit.html")
    return folder / "audit.html"


def comparison_page(folder: Path) -> Path:
    paths = [write_fold_run(folder / "first", FIRST), write_fold_run(folder / LONG_NAME, BETTER)]
    write_record(paths[0], model={"head": "linear"})
    write_record(paths[1], model={"head": "kernel"})
    return write_comparison(compare_runs(read_runs(paths), rounds=50), folder / "out")


def disputed_page(folder: Path) -> Path:
    judged = read_predicted_run(write_predicted_run(folder, write_toy_data(folder / "toy", listings=8, folds=2)), QUIET)
    page = folder / "disputed.html"
    write_disputed_page(page, judged, find_disputed(judged.predictions), evidence=True, advance=lambda photos: None)
    return page


@pytest.mark.parametrize("name", ["report", "card", "audit", "comparison", "disputed"])
def test_a_page_has_no_violation(pages: dict[str, Path], tab: Page, name: str) -> None:
    tab.goto(pages[name].as_uri())
    assert find_violations(tab) == []


@pytest.mark.parametrize("name", ["report", "card", "audit", "comparison", "disputed"])
def test_a_page_fits_a_phone(pages: dict[str, Path], tab: Page, name: str) -> None:
    """Wide tables and graphs scroll in their own boxes; the page itself doesn't scroll sideways."""
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(pages[name].as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
