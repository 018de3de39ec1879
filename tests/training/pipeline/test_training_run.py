"""What one run leaves behind: its bundle, its report and its predictions."""

import csv
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from tests.builders.training_data import write_toy_data
from tests.training.builders.training_run import folds_of, photos_of_fold, run_training
from training.data.manifest import read_manifest
from training.errors import BackboneError, RunError
from training.evaluation.predictions import HELD_OUT_PREDICTIONS, read_predictions
from training.model.network import build_network
from training.model.weights import start_from
from vision.bundle.bundle import Bundle, seen_photos
from vision.bundle.references import read_references
from vision.detector import Detector
from vision.drift_sample import read_sample

pytestmark = pytest.mark.slow  # each of them trains


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_data(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory, manifest: Path) -> Bundle:
    """The packaged backbone, tested on fold 0, calibrated out of fold."""
    settings = ("data.fold=0", "calibration.fold_source=out_of_fold", "evaluation.stress_listings=4")
    return run_training(tmp_path_factory.mktemp("frozen"), manifest, *settings)


def test_a_frozen_run_separates_toys_that_it_never_saw(frozen: Bundle, manifest: Path) -> None:
    detector = Detector(frozen)
    outcomes = {photo.name: detector.check([photo]).authenticity or 0 for photo in photos_of_fold(manifest, "0")}
    genuine = [p for name, p in outcomes.items() if int(name.split("-")[0]) % 2 == 0]
    counterfeit = [p for name, p in outcomes.items() if int(name.split("-")[0]) % 2]
    assert np.mean(genuine) > 0.7 > 0.3 > np.mean(counterfeit), outcomes


def test_a_bundle_carries_a_sample_of_its_validation(frozen: Bundle) -> None:
    sample = read_sample(frozen, frozen.metadata.graphs[0])
    assert sample is not None
    assert len(sample.product) == 40, "one row for each listing outside the test set"
    assert sample.projection is not None, "frozen features embed fitted photos as they embed new ones"
    assert np.mean(sample.values["authenticity"][~sample.counterfeit]) > 0.5


def test_the_test_fold_is_not_among_the_photos_that_the_bundle_saw(frozen: Bundle, manifest: Path) -> None:
    seen = seen_photos(frozen)
    fold_of = folds_of(manifest)
    for photo, fold in fold_of.items():
        digest = hashlib.sha256((manifest.parent / photo).read_bytes()).hexdigest()[:16]
        assert (digest in seen) == (fold != "0")


def test_the_references_are_of_training_photos_and_sealed(frozen: Bundle, manifest: Path) -> None:
    with manifest.open() as stream:
        fold_of_listing = {row["listing"]: row["fold"] for row in csv.DictReader(stream)}
    references = read_references(frozen).references
    assert {one.label for one in references} == {"genuine", "counterfeit"}
    assert {one.product for one in references} == {"toy"}
    assert len(references) == 12
    assert {fold_of_listing[one.listing or ""] for one in references} <= {"1", "2"}
    assert all(frozen.files[one.file] == one.sha256 for one in references)


def test_the_metadata_holds_the_source_of_thresholds_and_their_bounds(frozen: Bundle) -> None:
    (graph,) = frozen.metadata.graphs
    thresholds = graph.thresholds["*"]
    assert thresholds.source == "out_of_fold"
    assert thresholds.genuine_flagged.n == thresholds.counterfeit_passed.n == 20
    assert not thresholds.genuine_flagged.guaranteed
    assert 0 <= graph.parity <= 1e-4
    assert frozen.metadata.metrics["listing"]["genuine"] == 10  # type: ignore[index]
    assert {"model.onnx", "weights.safetensors", "card.html", "seen_photos.txt"} <= set(frozen.files)


def test_the_report_of_a_run_measures_robustness_on_as_many_listings_as_asked(frozen: Bundle) -> None:
    report = json.loads((frozen.folder.parent / "report" / "metrics.json").read_text())
    assert (report["stress"]["listings"], report["stress"]["of"]) == (4, 20)
    assert len(report["stress"]["changes"]) == 11
    assert len(report["stress"]["skipped"]) == 2, "the toys have no boxes"


def test_a_run_keeps_its_cross_fitted_predictions(frozen: Bundle, manifest: Path) -> None:
    answers = read_predictions(frozen.folder.parent / HELD_OUT_PREDICTIONS).listings
    assert len(answers) == 40  # listings of folds 1 and 2
    assert {answer.fold for answer in answers} == {1, 2}
    right = [(answer.authenticity or 0) > 0.5 for answer in answers if answer.label == "genuine"]
    assert np.mean(right) > 0.8


def test_genuine_photos_alone_give_a_bundle_that_finds_others_novel_and_never_says_genuine(
    tmp_path: Path, manifest: Path
) -> None:
    settings = ('data.where=["label==genuine"]', "data.fold=0", "calibration.fold_source=out_of_fold")
    bundle = run_training(tmp_path, manifest, *settings, "calibration.folds=2")
    detector = Detector(bundle)
    rows = [row for row in read_manifest(manifest).rows if row.fold == 0]
    verdicts = {
        label: [detector.check([row.photo]) for row in rows if row.label == label]
        for label in ("genuine", "counterfeit")
    }
    assert bundle.metadata.authenticity_kind == "conformal"
    assert {verdict.outcome for verdict in verdicts["genuine"] + verdicts["counterfeit"]} <= {"review", "counterfeit"}
    novelty = {label: np.mean([verdict.novelty for verdict in found]) for label, found in verdicts.items()}
    assert novelty["counterfeit"] > novelty["genuine"]
    flagged = [verdict for verdict in verdicts["counterfeit"] if verdict.outcome == "counterfeit"]
    assert {reason.code for verdict in flagged for reason in verdict.reasons} <= {"looks_novel"}


def test_a_kernel_on_frozen_features_separates_toys_and_its_evidence_is_exact(tmp_path: Path, manifest: Path) -> None:
    bundle = run_training(tmp_path, manifest, "model.head=kernel", "data.fold=0", "calibration.fold_source=out_of_fold")
    assert bundle.metadata.metrics["listing"]["auroc"]["value"] > 0.95  # type: ignore[index]
    assert bundle.metadata.graphs[0].parity <= 1e-4
    judgement = Detector(bundle).judge_photo(photos_of_fold(manifest, "0")[0].read_bytes(), 0)
    assert judgement.evidence is not None
    total = float(judgement.evidence.values.sum()) + bundle.metadata.evidence_bias
    assert total == pytest.approx(judgement.logit, abs=1e-4)


def test_a_share_of_a_manifest_without_splits_becomes_the_test_set(tmp_path: Path, manifest: Path) -> None:
    bundle = run_training(tmp_path, manifest, "data.report_share=0.2", "calibration.source=out_of_fold")
    assert bundle.metadata.metrics["listing"]["genuine"] == 6  # type: ignore[index]
    assert len(seen_photos(bundle)) == 96  # of 120


def test_a_finished_run_is_left_as_it_is(frozen: Bundle, manifest: Path) -> None:
    folder = frozen.folder.parent.parent
    again = run_training(folder, manifest, "data.fold=0", "calibration.fold_source=out_of_fold")
    assert again.sha256 == frozen.sha256


def test_another_configuration_is_not_written_over_a_run(frozen: Bundle, manifest: Path) -> None:
    with pytest.raises(RunError, match=r"frozen\.c: 0\.01 there, 0\.5 now"):
        run_training(
            frozen.folder.parent.parent, manifest, "data.fold=0", "calibration.fold_source=out_of_fold", "frozen.c=0.5"
        )


def test_weights_of_another_backbone_are_refused(tmp_path: Path, frozen: Bundle) -> None:
    with pytest.raises(BackboneError, match="do not fit"):
        start_from(build_network("test_efficientnet", "none", taps=(1, 2)), frozen.folder)
