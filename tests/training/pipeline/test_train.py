import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from rich.console import Console
from safetensors.torch import load

from tests.builders.training_data import write_toy_config, write_toy_data
from tests.training.builders.network import linear_head
from training.data.manifest import read_manifest
from training.errors import BackboneError, RunError
from training.evaluation.predictions import HELD_OUT_PREDICTIONS, read_predictions
from training.model.network import build_network
from training.model.weights import WEIGHTS_FILE, start_from
from training.pipeline.config import TrainConfig
from training.pipeline.train import train
from vision.bundle.bundle import Bundle, read_bundle, seen_photos
from vision.bundle.references import read_references
from vision.config.read import read_config
from vision.detector import Detector
from vision.drift_sample import read_sample

TINY = "backbone = 'test_efficientnet'\npretrained = 'none'\ntaps = [1, 2]"

MEMBERS = ("finetune.blend=false", "finetune.members=2")
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "vision.cli.main"]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_data(tmp_path_factory.mktemp("toy"))


def run(folder: Path, manifest: Path, *overrides: str, **tables: str) -> Bundle:
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    config = read_config(TrainConfig, write_toy_config(folder, manifest, **tables), overrides)
    train(config, Console(quiet=True))
    return read_bundle(config.run.folder / "bundle")


def folds_of(manifest: Path) -> dict[str, str]:
    with manifest.open() as stream:
        return {row["photo"]: row["fold"] for row in csv.DictReader(stream)}


def photos_of_fold(manifest: Path, fold: str) -> list[Path]:
    return [manifest.parent / photo for photo, own in folds_of(manifest).items() if own == fold]


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory, manifest: Path) -> Bundle:
    """The packaged backbone, tested on fold 0, calibrated out of fold."""
    settings = ("data.fold=0", "calibration.fold_source=out_of_fold", "evaluation.stress_listings=4")
    return run(tmp_path_factory.mktemp("frozen"), manifest, *settings)


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
    import hashlib

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
    bundle = run(tmp_path, manifest, *settings, "calibration.folds=2")
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


def test_fine_tuning_on_genuine_photos_alone_says_what_to_do_instead(tmp_path: Path, manifest: Path) -> None:
    settings = ('data.where=["label==genuine"]', "data.fold=0", "model.recipe=finetune")
    with pytest.raises(RunError, match=r"set model\.recipe = 'frozen'"):
        run(tmp_path, manifest, *settings)


def test_a_kernel_on_frozen_features_separates_toys_and_its_evidence_is_exact(tmp_path: Path, manifest: Path) -> None:
    bundle = run(tmp_path, manifest, "model.head=kernel", "data.fold=0", "calibration.fold_source=out_of_fold")
    assert bundle.metadata.metrics["listing"]["auroc"]["value"] > 0.95  # type: ignore[index]
    assert bundle.metadata.graphs[0].parity <= 1e-4
    judgement = Detector(bundle).judge_photo(photos_of_fold(manifest, "0")[0].read_bytes(), 0)
    assert judgement.evidence is not None
    total = float(judgement.evidence.values.sum()) + bundle.metadata.evidence_bias
    assert total == pytest.approx(judgement.logit, abs=1e-4)


@pytest.mark.parametrize(
    ("networks", "kernels", "sides"),
    [(("finetune.blend=false",), 1, 2), (("finetune.blend=true",), 2, 1), (MEMBERS, 2, 1)],
    ids=["one", "frozen and fine-tuned", "members"],
)
def test_a_fine_tuned_run_ships_the_kernel_of_its_own_features(
    tmp_path: Path, manifest: Path, networks: tuple[str, ...], kernels: int, sides: int
) -> None:
    settings = ("model.recipe=finetune", "model.head=kernel", *networks, "data.fold=0")
    fitted_on = ("kernel.copies=['half_size']", f"frozen.mirror={str(sides == 2).lower()}")
    bundle = run(tmp_path, manifest, *settings, *fitted_on, model=TINY)
    graph = onnx.load_from_string(bundle.read_file("model.onnx")).graph
    supports = [entry.dims[0] for entry in graph.initializer if entry.data_type == onnx.TensorProto.INT8]
    assert len(supports) == kernels
    (fitted,) = set(supports)
    assert 40 * sides <= fitted < 80 * sides  # of 80 photos in two folds, less early stopping and calibration
    assert not any("support" in name for name in load(bundle.read_file(WEIGHTS_FILE))), "nobody could use them"
    caches = list((tmp_path / "run" / "fit" / "features").iterdir())
    assert len(caches) == sides + 1, "no other run has these features; the copies have theirs beside them"


def test_members_are_networks_of_other_seeds_and_the_first_is_the_run_without_them(
    tmp_path: Path, manifest: Path
) -> None:
    settings = ("model.recipe=finetune", "data.fold=0")
    run(tmp_path / "one", manifest, *settings, "finetune.blend=false", model=TINY)
    run(tmp_path / "two", manifest, *settings, *MEMBERS, model=TINY)
    kept = [
        torch.load(tmp_path / folder / "checkpoints" / "last.pt", weights_only=True)["state"]["kept"]
        for folder in ("one/run/fit", "two/run/fit", "two/run/fit/member-1")
    ]
    moved = [max(float((kept[0][name] - other[name]).abs().max()) for name in kept[0]) for other in kept[1:]]
    assert moved[0] == 0 < moved[1]


def test_a_finished_run_is_left_as_it_is(frozen: Bundle, manifest: Path) -> None:
    folder = frozen.folder.parent.parent
    again = run(folder, manifest, "data.fold=0", "calibration.fold_source=out_of_fold")
    assert again.sha256 == frozen.sha256


def test_another_configuration_is_not_written_over_a_run(frozen: Bundle, manifest: Path) -> None:
    with pytest.raises(RunError, match=r"frozen\.c: 0\.01 there, 0\.5 now"):
        run(frozen.folder.parent.parent, manifest, "data.fold=0", "calibration.fold_source=out_of_fold", "frozen.c=0.5")


def test_a_share_of_a_manifest_without_splits_becomes_the_test_set(tmp_path: Path, manifest: Path) -> None:
    bundle = run(tmp_path, manifest, "data.report_share=0.2", "calibration.source=out_of_fold")
    assert bundle.metadata.metrics["listing"]["genuine"] == 6  # type: ignore[index]
    assert len(seen_photos(bundle)) == 96  # of 120


@pytest.mark.parametrize("setting", ["data.fold=0", "calibration.source=fold_runs"])
def test_a_test_share_beside_another_test_set_is_refused(tmp_path: Path, manifest: Path, setting: str) -> None:
    with pytest.raises(RunError, match=r"data\.report_share makes a test set only where"):
        run(tmp_path, manifest, "data.report_share=0.2", setting)


def test_fold_runs_do_not_calibrate_on_a_test_set(tmp_path: Path, manifest: Path) -> None:
    rows = list(csv.DictReader(manifest.read_text().splitlines()))
    split = manifest.with_name("split.csv")
    with split.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, [*rows[0], "split"])
        writer.writeheader()
        writer.writerows({**row, "split": "test" if row["listing"] < "L10" else "train"} for row in rows)
    with pytest.raises(RunError, match="the column split keeps test listings apart"):
        run(tmp_path, split, "calibration.source=fold_runs")


def test_nothing_to_calibrate_on_is_refused(tmp_path: Path, manifest: Path) -> None:
    with pytest.raises(RunError, match=r"data\.calibrate_share"):
        run(tmp_path, manifest, "data.calibrate_share=0", "data.fold=1")


@pytest.mark.slow
def test_torchrun_is_refused_for_the_frozen_recipe(tmp_path: Path, manifest: Path) -> None:
    config = write_toy_config(tmp_path, manifest)
    result = subprocess.run([*TORCHRUN, "train", str(config)], capture_output=True, text=True, timeout=240)
    assert result.returncode != 0
    assert "start it without torchrun" in result.stderr


def test_fold_runs_hold_nothing_back_where_the_other_folds_calibrate_them(tmp_path: Path, manifest: Path) -> None:
    sources = ("calibration.source=fold_runs", "calibration.fold_source=other_folds", "data.stop_share=0")
    shipped = run(tmp_path, manifest, *sources)
    assert shipped.metadata.metrics["source"] == "out_of_fold"
    assert shipped.metadata.metrics["listing"]["genuine"] == 30  # type: ignore[index]
    assert shipped.metadata.metrics["listing"]["auroc"]["value"] > 0.9  # type: ignore[index]
    for fold in range(3):
        folder = tmp_path / "run" / "folds" / str(fold)
        bundle = read_bundle(folder / "bundle")
        thresholds = bundle.metadata.graphs[0].thresholds["*"]
        assert (thresholds.source, thresholds.genuine_flagged.n) == ("out_of_fold", 20)  # of 30, less its own 10
        assert bundle.metadata.metrics["listing"]["genuine"] == 10  # type: ignore[index]
        assert "source" not in bundle.metadata.metrics
        assert len(seen_photos(bundle)) == 80


def test_a_fold_alone_says_which_other_folds_it_waits_for_and_then_goes_on(tmp_path: Path, manifest: Path) -> None:
    def train_fold(fold: int, *overrides: str) -> Bundle:
        own = (f"data.fold={fold}", f"run.folder={tmp_path / 'folds' / str(fold)}")
        return run(tmp_path, manifest, *own, "calibration.fold_source=other_folds", *overrides)

    for fold in range(2):
        with pytest.raises(RunError, match=rf"fold {1 if fold == 0 else 2} has no predictions yet"):
            train_fold(fold)
    with pytest.raises(RunError, match=r"folds/0 holds a run that differs in frozen\.c"):
        train_fold(2, "frozen.c=0.5")
    shutil.rmtree(tmp_path / "folds" / "2")
    assert train_fold(2).metadata.graphs[0].thresholds["*"].source == "out_of_fold"
    assert train_fold(0).metadata.graphs[0].thresholds["*"].genuine_flagged.n == 20


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_fine_tuned_run_keeps_a_bundle_for_each_fold_and_ships_one_of_all(tmp_path: Path) -> None:
    manifest = write_toy_data(tmp_path / "photos", listings=40, folds=2)
    bundle = run(tmp_path, manifest, "model.recipe=finetune", "calibration.source=fold_runs", model=TINY)
    folds = [read_bundle(tmp_path / "run" / "folds" / str(fold) / "bundle") for fold in range(2)]
    assert len(seen_photos(bundle)) == 80
    assert [len(seen_photos(fold)) for fold in folds] == [40, 40]
    assert {fold.metadata.graphs[0].thresholds["*"].source for fold in folds} == {"held_out"}
    (graph,) = bundle.metadata.graphs
    assert graph.thresholds["*"].source == "out_of_fold"
    assert graph.thresholds["*"].genuine_flagged.n == 20
    assert bundle.metadata.metrics["source"] == "out_of_fold"
    assert any(name.startswith("parts.1.") for name in load(bundle.read_file(WEIGHTS_FILE)))


def test_a_run_starts_from_another_bundles_weights(tmp_path: Path, manifest: Path) -> None:
    first = run(tmp_path / "first", manifest, "model.recipe=finetune", "finetune.blend=false", model=TINY)
    second = run(
        tmp_path / "second",
        manifest,
        "model.recipe=finetune",
        f"model.init={first.folder}",
        "finetune.lr_body=1e-12",
        "finetune.freeze_norm=true",
        "finetune.lr_head=1e-12",
        model=TINY,
    )
    photo = photos_of_fold(manifest, "0")[0].read_bytes()
    logits = [Detector(bundle).judge_photo(photo, 0).logit for bundle in (first, second)]
    assert logits[0] == pytest.approx(logits[1], abs=0.05)


def test_fine_tuning_starts_from_part_of_the_fitted_head(tmp_path: Path, manifest: Path) -> None:
    rows = ("data.fold=0", "data.stop_share=0")
    still = ("finetune.lr_body=1e-12", "finetune.lr_head=1e-12", "finetune.freeze_norm=true", "finetune.blend=false")
    whole = run(tmp_path / "frozen", manifest, *rows, model=TINY)
    part = run(
        tmp_path / "tuned", manifest, *rows, *still, "model.recipe=finetune", "finetune.head_start=0.25", model=TINY
    )
    photo = photos_of_fold(manifest, "0")[0].read_bytes()
    logits = [Detector(bundle).judge_photo(photo, 0).logit or 0.0 for bundle in (whole, part)]
    assert logits[1] == pytest.approx(0.25 * logits[0], abs=1e-3)
    assert abs(logits[0]) > 0.1


def test_a_run_starts_from_the_features_under_another_bundles_kernel(tmp_path: Path, manifest: Path) -> None:
    settings = ("model.recipe=finetune", "model.head=kernel", "finetune.blend=false", "data.fold=0")
    first = run(tmp_path / "first", manifest, *settings, "finetune.lr_body=1e-2", model=TINY)
    still = ("finetune.lr_body=1e-12", "finetune.lr_head=1e-12", "finetune.freeze_norm=true")
    second = run(tmp_path / "second", manifest, *settings, *still, f"model.init={first.folder}", model=TINY)
    states = [load(bundle.read_file(WEIGHTS_FILE)) for bundle in (first, second)]
    names = [name for name in states[0] if name.endswith("conv_pw.weight")]
    assert names
    for name in names:
        torch.testing.assert_close(states[0][name], states[1][name], atol=1e-5, rtol=1e-5)
    fresh = build_network("test_efficientnet", "none", taps=(1, 2))
    assert not start_from(fresh, first.folder)
    assert not linear_head(fresh).linear.weight.any()


def test_weights_of_another_backbone_are_refused(tmp_path: Path, frozen: Bundle) -> None:
    with pytest.raises(BackboneError, match="do not fit"):
        start_from(build_network("test_efficientnet", "none", taps=(1, 2)), frozen.folder)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_two_processes_train_one_bundle_of_two_members(tmp_path: Path, manifest: Path) -> None:
    config = write_toy_config(tmp_path, manifest, model=TINY)
    settings = [part for text in ("model.recipe=finetune", "data.fold=0", *MEMBERS) for part in ("--set", text)]
    result = subprocess.run(
        [*TORCHRUN, "train", str(config), *settings],
        capture_output=True,
        text=True,
        timeout=540,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert result.returncode == 0, result.stderr[-2000:]
    bundle = read_bundle(tmp_path / "run" / "bundle")
    assert bundle.metadata.metrics["listing"]["genuine"] == 10  # type: ignore[index]
    assert (tmp_path / "run" / "fit" / "member-1" / "checkpoints" / "last.pt").is_file()
