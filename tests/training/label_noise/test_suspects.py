"""From a run's folder to the list of disputed listings, its table and its page."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from tests.builders.bundle import write_tiny_bundle
from tests.builders.training_data import write_toy_data
from tests.training.builders.predicted_run import predictions_of, write_predicted_run
from training.data.label_corrections import CorrectionCounts
from training.data.manifest import read_manifest
from training.errors import RunError
from training.evaluation.predictions import read_predictions, write_predictions
from training.label_noise.suspects import find_disputed, read_predicted_run, write_disputed

QUIET = Console(quiet=True)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight listings, L00 to L07, in two folds; the even ones are genuine."""
    return write_toy_data(tmp_path_factory.mktemp("toy"), listings=8, folds=2)


@pytest.fixture
def run(tmp_path: Path, manifest: Path) -> Path:
    return write_predicted_run(tmp_path, manifest)


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


def test_a_run_without_predictions_is_refused_with_what_is_true_of_it(
    tmp_path: Path, run: Path, manifest: Path
) -> None:
    def refusal() -> str:
        with pytest.raises(RunError, match="has no held-out predictions") as caught:
            read_predicted_run(run, QUIET)
        return caught.value.message

    shutil.rmtree(run / "folds")
    assert "it isn't finished; start it again" in refusal()
    write_tiny_bundle(run / "bundle")
    assert "made by a version that did not keep them" in refusal()
    record = run / "run.json"
    whole = record.read_text()
    record.write_text(whole.replace('"fold": null', '"fold": 0'))
    assert "give the folder of the run of all folds" in refusal()
    record.write_text(whole)
    others = [replace(one, listing=f"other {one.listing}") for one in predictions_of(read_manifest(manifest))]
    write_predictions(run / "held_out_answers.csv", others)
    assert "those that it has are of other listings" in refusal()


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"holds no run, since its run\.json"):
        read_predicted_run(tmp_path / "nowhere", QUIET)


def test_a_manifest_may_move_and_a_changed_one_is_noticed(run: Path, manifest: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(manifest.parent, tmp_path / "moved") / manifest.name
    assert not read_predicted_run(run, QUIET, manifest=moved).changed
    moved.write_text(moved.read_text().replace("toy,L01", "toy,L99"))
    judged = read_predicted_run(run, QUIET, manifest=moved)
    assert judged.changed
    assert "L01" not in {one.listing for one in judged.predictions}


def test_a_reviewed_table_is_what_training_reads(run: Path, tmp_path: Path, manifest: Path) -> None:
    file = tmp_path / "disputed.csv"
    write_disputed(file, find_disputed(read_predicted_run(run, QUIET).predictions).listings)
    assert read_manifest(manifest, corrections=file).corrected == CorrectionCounts(undecided=2)
