"""Runs over folds, members and processes, and what they refuse."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import onnx
import pytest
import torch
from safetensors.torch import load

from tests.builders.training_data import write_toy_config, write_toy_data
from tests.training.builders.network import linear_head
from tests.training.builders.training_run import TINY, photos_of_fold, run_training
from training.errors import RunError
from training.model.network import build_network
from training.model.weights import WEIGHTS_FILE, start_from
from training.runs.folder import lock_run_folder
from vision.bundle.bundle import Bundle, read_bundle, seen_photos
from vision.bundle.measured import read_measured
from vision.detector import Detector

MEMBERS = ("finetune.blend=false", "finetune.members=2")
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "vision.cli.main"]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_data(tmp_path_factory.mktemp("toy"))


def test_fine_tuning_on_genuine_photos_alone_says_what_to_do_instead(tmp_path: Path, manifest: Path) -> None:
    settings = ('data.where=["label==genuine"]', "data.fold=0", "model.recipe=finetune")
    with pytest.raises(RunError, match=r"set model\.recipe = 'frozen'"):
        run_training(tmp_path, manifest, *settings)


def test_few_counterfeits_among_many_genuine_listings_are_refused_before_the_audit(
    tmp_path: Path, manifest: Path
) -> None:
    kept = {f"L{number:02}" for number in (*range(0, 60, 2), 1, 3, 5)}
    header, *rows = manifest.read_text(encoding="utf-8").splitlines()
    few = manifest.with_name("few.csv")
    few.write_text("\n".join([header, *(row for row in rows if row.split(",")[3] in kept), ""]), encoding="utf-8")
    with pytest.raises(RunError, match=r"^3 counterfeit listings are too few: 0 of them calibrate, and it takes 2 "):
        run_training(tmp_path, few, "data.audit=full")
    assert not (tmp_path / "run" / "audit.html").exists()


def test_a_second_training_in_the_folder_is_refused_before_it_reads_anything(tmp_path: Path) -> None:
    with lock_run_folder(tmp_path / "run"), pytest.raises(RunError, match=r"run is in use: process \d+ trains there"):
        run_training(tmp_path, tmp_path / "no_manifest.csv")


@pytest.mark.slow
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
    bundle = run_training(tmp_path, manifest, *settings, *fitted_on, model=TINY)
    graph = onnx.load_from_string(bundle.read_file("model.onnx")).graph
    supports = [entry.dims[0] for entry in graph.initializer if entry.data_type == onnx.TensorProto.INT8]
    assert len(supports) == kernels
    (fitted,) = set(supports)
    assert 40 * sides <= fitted < 80 * sides  # of 80 photos in two folds, less early stopping and calibration
    assert not any("support" in name for name in load(bundle.read_file(WEIGHTS_FILE))), "nobody could use them"
    caches = list((tmp_path / "run" / "fit" / "features").iterdir())
    assert len(caches) == sides + 1, "no other run has these features; the copies have theirs beside them"


@pytest.mark.slow
def test_members_are_networks_of_other_seeds_and_the_first_is_the_run_without_them(
    tmp_path: Path, manifest: Path
) -> None:
    settings = ("model.recipe=finetune", "data.fold=0")
    run_training(tmp_path / "one", manifest, *settings, "finetune.blend=false", model=TINY)
    run_training(tmp_path / "two", manifest, *settings, *MEMBERS, model=TINY)
    kept = [
        torch.load(tmp_path / folder / "checkpoints" / "last.pt", weights_only=True)["state"]["kept"]
        for folder in ("one/run/fit", "two/run/fit", "two/run/fit/member-1")
    ]
    moved = [max(float((kept[0][name] - other[name]).abs().max()) for name in kept[0]) for other in kept[1:]]
    assert moved[0] == 0 < moved[1]


def test_nothing_to_calibrate_on_is_refused(tmp_path: Path, manifest: Path) -> None:
    with pytest.raises(RunError, match=r"data\.calibrate_share"):
        run_training(tmp_path, manifest, "data.calibrate_share=0", "data.fold=1")


@pytest.mark.slow
def test_torchrun_is_refused_for_the_frozen_recipe(tmp_path: Path, manifest: Path) -> None:
    config = write_toy_config(tmp_path, manifest)
    result = subprocess.run([*TORCHRUN, "train", str(config)], capture_output=True, text=True, timeout=240)
    assert result.returncode != 0
    assert "start it without torchrun" in result.stderr


@pytest.mark.slow
def test_fold_runs_hold_nothing_back_where_the_other_folds_calibrate_them(tmp_path: Path, manifest: Path) -> None:
    sources = ("calibration.source=fold_runs", "calibration.fold_source=other_folds", "data.stop_share=0")
    shipped = run_training(tmp_path, manifest, *sources, model=TINY)
    assert shipped.metadata.metrics["source"] == "out_of_fold"
    assert shipped.metadata.metrics["listing"]["genuine"] == 30  # type: ignore[index]
    assert shipped.metadata.metrics["listing"]["auroc"]["value"] > 0.9  # type: ignore[index]
    for fold in range(3):
        folder = tmp_path / "run" / "folds" / str(fold)
        bundle = read_bundle(folder / "bundle")
        thresholds = bundle.metadata.graphs[0].thresholds["*"]
        assert (thresholds.source, thresholds.genuine_flagged.n) == ("out_of_fold", 20)  # of 30, less its own 10
        assert bundle.metadata.metrics["listing"]["genuine"] == 10  # type: ignore[index]
        measured = read_measured(bundle.metadata)
        assert measured is not None
        assert (measured.source, measured.test_set) == ("test_set", f"fold {fold}")
        assert measured.coverage.n == measured.genuine_flagged.n + measured.counterfeit_passed.n == 20
        assert len(seen_photos(bundle)) == 80


@pytest.mark.slow
def test_a_fold_alone_says_which_other_folds_it_waits_for_and_then_goes_on(tmp_path: Path, manifest: Path) -> None:
    def train_fold(fold: int, *overrides: str) -> Bundle:
        own = (f"data.fold={fold}", f"run.folder={tmp_path / 'folds' / str(fold)}")
        return run_training(tmp_path, manifest, *own, "calibration.fold_source=other_folds", *overrides, model=TINY)

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
    settings = ("model.recipe=finetune", "calibration.source=fold_runs", "data.calibrate_share=0.25")
    bundle = run_training(tmp_path, manifest, *settings, model=TINY)
    folds = [read_bundle(tmp_path / "run" / "folds" / str(fold) / "bundle") for fold in range(2)]
    assert len(seen_photos(bundle)) == 80
    assert [len(seen_photos(fold)) for fold in folds] == [40, 40]
    assert {fold.metadata.graphs[0].thresholds["*"].source for fold in folds} == {"held_out"}
    (graph,) = bundle.metadata.graphs
    assert graph.thresholds["*"].source == "out_of_fold"
    assert graph.thresholds["*"].genuine_flagged.n == 20
    assert bundle.metadata.metrics["source"] == "out_of_fold"
    assert any(name.startswith("parts.1.") for name in load(bundle.read_file(WEIGHTS_FILE)))


@pytest.mark.slow
def test_a_run_starts_from_another_bundles_weights(tmp_path: Path, manifest: Path) -> None:
    first = run_training(tmp_path / "first", manifest, "model.recipe=finetune", "finetune.blend=false", model=TINY)
    second = run_training(
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


@pytest.mark.slow
def test_fine_tuning_starts_from_part_of_the_fitted_head(tmp_path: Path, manifest: Path) -> None:
    rows = ("data.fold=0", "data.stop_share=0")
    still = ("finetune.lr_body=1e-12", "finetune.lr_head=1e-12", "finetune.freeze_norm=true", "finetune.blend=false")
    whole = run_training(tmp_path / "frozen", manifest, *rows, model=TINY)
    part = run_training(
        tmp_path / "tuned", manifest, *rows, *still, "model.recipe=finetune", "finetune.head_start=0.25", model=TINY
    )
    photo = photos_of_fold(manifest, "0")[0].read_bytes()
    logits = [Detector(bundle).judge_photo(photo, 0).logit or 0.0 for bundle in (whole, part)]
    assert logits[1] == pytest.approx(0.25 * logits[0], abs=1e-3)
    assert abs(logits[0]) > 0.1


@pytest.mark.slow
def test_a_run_starts_from_the_features_under_another_bundles_kernel(tmp_path: Path, manifest: Path) -> None:
    settings = ("model.recipe=finetune", "model.head=kernel", "finetune.blend=false", "data.fold=0")
    first = run_training(tmp_path / "first", manifest, *settings, "finetune.lr_body=1e-2", model=TINY)
    still = ("finetune.lr_body=1e-12", "finetune.lr_head=1e-12", "finetune.freeze_norm=true")
    second = run_training(tmp_path / "second", manifest, *settings, *still, f"model.init={first.folder}", model=TINY)
    states = [load(bundle.read_file(WEIGHTS_FILE)) for bundle in (first, second)]
    names = [name for name in states[0] if name.endswith("conv_pw.weight")]
    assert names
    for name in names:
        torch.testing.assert_close(states[0][name], states[1][name], atol=1e-5, rtol=1e-5)
    fresh = build_network("test_efficientnet", "none", taps=(1, 2))
    assert not start_from(fresh, first.folder)
    assert not linear_head(fresh).linear.weight.any()


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
