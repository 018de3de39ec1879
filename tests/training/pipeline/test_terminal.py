"""What a finished run prints: figures with the listings that they were measured on, and never others as performance."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from rich.console import Console

from tests.builders.bundle import write_tiny_bundle
from training.evaluation.figures import measure
from training.evaluation.figures_json import figures_as_dict
from training.evaluation.predictions import ListingPrediction, PhotoPrediction
from training.pipeline.terminal import print_run
from training.runs.folder import RunFolder
from vision.bundle.bundle import seal_bundle
from vision.verdict import Outcome


def figures_of(*answers: tuple[Literal["genuine", "counterfeit"], float, Outcome]) -> dict[str, object]:
    """The figures of listings given as label, authenticity and outcome, as a bundle keeps them."""
    listings = [
        ListingPrediction(
            listing=f"L{index}",
            label=label,
            product="toy",
            photo_count=1,
            logit=authenticity,
            authenticity=authenticity,
            outcome=outcome,
        )
        for index, (label, authenticity, outcome) in enumerate(answers)
    ]
    photos = [
        PhotoPrediction(row=0, listing=one.listing, label=one.label, logit=0.0, authenticity=one.authenticity)
        for one in listings
    ]
    return figures_as_dict(measure(listings, photos, rounds=50))


FOUR = figures_of(
    ("genuine", 0.9, "genuine"),
    ("genuine", 0.4, "review"),
    ("counterfeit", 0.1, "counterfeit"),
    ("counterfeit", 0.6, "genuine"),
)


def printed(
    folder: Path,
    metrics: dict[str, object],
    *,
    kind: Literal["calibrated", "conformal"] = "calibrated",
    elapsed_s: float | None = None,
    config: dict[str, object] | None = None,
) -> str:
    bundle = write_tiny_bundle(folder / "bundle", metrics=metrics, authenticity_kind=kind)
    if config is not None:
        seal_bundle(bundle.folder, replace(bundle.metadata, config=config))
    text = io.StringIO()
    print_run(Console(file=text, width=200), RunFolder(path=folder, resumed=False), elapsed_s=elapsed_s)
    return text.getvalue()


def test_figures_of_a_test_set_are_printed_with_intervals_counts_and_what_they_rest_on(tmp_path: Path) -> None:
    words = " ".join(printed(tmp_path, {**FOUR, "source": "test_set", "test_set": "fold 2"}, elapsed_s=95).split())
    assert "Measured on 2 genuine and 2 counterfeit test listings (fold 2)." in words
    assert "listing AUROC 0.750 " in words  # 3 of 4 pairs are in order
    assert "decided (the rest goes to review) 75 % 30.1 to 95.4 % 3 of 4" in words
    assert "right when decided 67 % 20.8 to 93.8 % 2 of 3" in words
    assert "genuine flagged 0 % 0.0 to 65.8 % 0 of 2" in words
    assert "counterfeits passed 50 % 9.4 to 90.5 % 1 of 2" in words
    assert "differs from the network's by 0 at most. The run took 2 min." in words
    assert "they are not field performance" in words


def test_decisions_of_the_listings_that_set_the_thresholds_are_not_printed(tmp_path: Path) -> None:
    text = printed(tmp_path, {**FOUR, "source": "out_of_fold"})
    assert "Measured on 2 genuine and 2 counterfeit listings, each by a network trained alike" in text
    assert "listing AUROC  0.750" in text
    assert "3 of 4" not in text
    assert "75 %" not in text
    assert "data.report_share" in text
    assert "The run took" not in text, "it was finished before"


def test_advice_that_does_not_apply_is_not_given(tmp_path: Path) -> None:
    text = printed(tmp_path, {**FOUR, "source": "out_of_fold"}, config={"calibration": {"source": "fold_runs"}})
    assert "the reports in folds/ are of bundles on the fold that they were not fitted on" in text
    assert "report_share" not in text
    text = printed(tmp_path / "none", {}, config={"calibration": {"source": "fold_runs"}})
    assert "the reports in folds/" in text
    assert "report_share" not in text


def test_decisions_under_thresholds_set_without_the_listing_are_printed_as_an_estimate(tmp_path: Path) -> None:
    text = printed(tmp_path, {**FOUR, "source": "calibration", "thresholds": "cross_fitted"})
    assert "calibration listings, which the network had not seen: an estimate." in text
    assert "Calibration and thresholds were set without the listing that they judge" in text
    assert "3 of 4" in text


def test_a_run_without_a_test_set_says_that_there_are_no_figures(tmp_path: Path) -> None:
    text = printed(tmp_path, {})
    assert "No figures: there was no test set, and the calibration listings were too few." in text
    assert "data.report_share, such as 0.2, keeps a test set apart." in text
    assert "AUROC" not in text
    assert f"touchstone serve {tmp_path}/bundle" in text


@pytest.mark.parametrize("kind", ["calibrated", "conformal"])
def test_with_one_label_the_undefined_figures_are_left_out(
    tmp_path: Path, kind: Literal["calibrated", "conformal"]
) -> None:
    genuine = figures_of(("genuine", 0.9, "review"), ("genuine", 0.1, "counterfeit"))
    words = " ".join(printed(tmp_path, genuine, kind=kind).split())
    assert "AUROC is undefined, since it takes listings of both labels." in words
    assert "genuine flagged 50 % 9.4 to 90.5 % 1 of 2" in words
    assert "counterfeits passed" not in words
    assert "nan" not in words
    assert ("never says genuine" in words) == (kind == "conformal")


def test_files_are_named_where_they_are_and_commands_can_be_pasted(tmp_path: Path) -> None:
    folder = tmp_path / "my runs [1]"
    (folder / "report").mkdir(parents=True)
    (folder / "report" / "report.html").write_text("")
    lines = printed(folder, FOUR).splitlines()
    assert f"report:     {folder}/report/report.html" in lines
    assert f"model card: {folder}/bundle/card.html" in lines
    assert f"serve it:   touchstone serve '{folder}/bundle'" in lines
    assert f"judge more: touchstone check '{folder}/bundle' FOLDER" in lines
    assert not any(line.startswith("audit:") for line in lines)
