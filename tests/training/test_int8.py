"""The int8 graph of a run and its gate, by hand-worked numbers and from end to end."""

import dataclasses
import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from rich.console import Console

from tests.tiny_bundle import tiny_graph_record, tiny_thresholds, write_tiny_bundle
from tests.toy_data import write_toy_config, write_toy_data
from training import int8, int8_gate
from training.calibration_set import CalibrationSet
from training.config import TrainConfig
from training.int8_gate import describe_gate, measure_gate, refusals
from training.manifest import Manifest, read_manifest
from training.train import train
from vision.bundle import Bundle, Int8Gate, Tally, read_bundle, seal_bundle
from vision.config import read_config
from vision.scorer import Scorer

MODEL = "backbone = 'test_efficientnet'\npretrained = 'none'\ntaps = [1, 2]"


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_data(tmp_path_factory.mktemp("toy"))


def gate(*, listings: int = 748, crossed: int = 0, changed: int = 14, fall: float = 0.0002) -> Int8Gate:
    return Int8Gate(
        listings=listings,
        source="out_of_fold",
        crossed=Tally(count=crossed, upper=0.005),
        changed=Tally(count=changed, upper=0.03),
        auroc_fp32=0.89,
        auroc_int8=0.89 - fall,
        auroc_fall=fall,
        auroc_fall_low=fall - 0.001,
        auroc_fall_high=fall + 0.001,
    )


def test_a_gate_with_enough_listings_and_few_changes_is_passed() -> None:
    assert refusals(gate()) == ()


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        (gate(listings=699, changed=0), "at least 700 are needed"),
        (gate(crossed=1), "1 listings go from genuine to counterfeit or back"),
        (gate(changed=15), "15 listings change their verdict, more than 2%"),  # 14.96 are 2 % of 748
        (gate(fall=0.0051), r"falls by 0\.0051, more than 0\.005"),
        (gate(fall=float("nan")), "falls by nan"),
    ],
)
def test_each_part_of_the_gate_can_refuse(failing: Int8Gate, reason: str) -> None:
    (told,) = refusals(failing)
    assert re.search(reason, told)


def answers(manifest: Manifest, listing_logits: list[float]) -> CalibrationSet:
    """The first listings' photos, each with its listing's logit."""
    rows, logits = [], []
    for logit, own in zip(listing_logits, manifest.listings.values(), strict=False):
        rows += own
        logits += [logit] * len(own)
    return CalibrationSet(manifest=manifest, rows=tuple(rows), logit=np.array(logits, float), source="out_of_fold")


def test_the_gate_counts_verdicts_that_change_and_those_that_cross(tmp_path: Path, manifest: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    own = bundle.record.graphs[0]
    other = tiny_graph_record("model.int8.onnx", "int8", tiny_thresholds(-1.0, 1.0), 0.5, own.self_test_logits)
    fp32 = answers(read_manifest(manifest), [3.0, -3.0, 1.5, 0.0, 3.0, -3.0])  # thresholds -2 and 2
    int8_ = answers(read_manifest(manifest), [1.5, -1.5, 1.5, 0.0, -1.5, -0.5])  # thresholds -1 and 1
    found = measure_gate(bundle, fp32=fp32, int8=int8_, fp32_graph=own, int8_graph=other)
    assert (found.listings, found.crossed.count, found.changed.count) == (6, 1, 3)
    assert found.crossed.upper == pytest.approx(0.641, abs=1e-3)  # 1 of 6
    # genuine and counterfeit by turns: 3.0, 1.5, 3.0 against -3.0, 0.0, -3.0; then 1.5, 1.5, -1.5 against -1.5, 0, -0.5
    assert found.auroc_fp32 == 1.0
    assert found.auroc_int8 == pytest.approx(6.5 / 9)
    assert found.auroc_fall == pytest.approx(2.5 / 9)
    assert found.auroc_fall_low <= found.auroc_fall <= found.auroc_fall_high
    assert "6 out-of-fold listings, 1 go from genuine" in describe_gate(found)


def run(folder: Path, manifest: Path, *overrides: str) -> tuple[Bundle, str]:
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    told = Console(file=io.StringIO(), width=400)
    settings = ("quantise.enabled=true", "quantise.photos=16", "quantise.float_convolutions=1", *overrides)
    config = read_config(TrainConfig, write_toy_config(folder, manifest, model=MODEL), settings)
    train(config, told)
    assert isinstance(told.file, io.StringIO)
    return read_bundle(config.run.folder / "bundle"), told.file.getvalue()


def test_a_run_of_too_few_listings_ships_fp32_alone_and_says_why(tmp_path: Path, manifest: Path) -> None:
    bundle, told = run(tmp_path, manifest, "calibration.source=out_of_fold")
    assert [graph.precision for graph in bundle.record.graphs] == ["fp32"]
    assert "model.int8.onnx" not in bundle.files
    assert "60 listings calibrate, and its gate needs at least 700" in told


@pytest.fixture
def few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A gate for 60 listings, whose verdicts lie close together: what is under test is the way there."""
    for module in (int8, int8_gate):
        monkeypatch.setattr(module, "LISTINGS_NEEDED", 10)
    monkeypatch.setattr(int8_gate, "MOST_CHANGED", 0.3)
    monkeypatch.setattr(int8_gate, "MOST_FALL", 0.2)


@pytest.mark.usefixtures("few_are_enough")
@pytest.mark.parametrize("source", ["out_of_fold", "held_out"])
def test_an_int8_graph_ships_with_calibration_thresholds_and_gate_of_its_own(
    tmp_path: Path, manifest: Path, source: str
) -> None:
    bundle, told = run(tmp_path, manifest, f"calibration.source={source}", "data.calibrate_share=0.4")
    fp32, own = bundle.record.graphs
    assert (own.precision, own.file) == ("int8", "model.int8.onnx")
    assert own.gate is not None
    assert own.gate.source == source == own.thresholds["*"].source
    assert own.gate.listings == own.thresholds["*"].genuine_flagged.n + own.thresholds["*"].counterfeit_passed.n
    assert own.photo_calibration != fp32.photo_calibration
    assert own.self_test_logits != fp32.self_test_logits
    assert 0 < own.parity <= int8.PARITY_LIMIT
    assert fp32.gate is None
    assert Scorer(bundle).graph.precision == "int8"
    assert "go from genuine to counterfeit or back" in told


@pytest.mark.usefixtures("few_are_enough")
def test_fold_runs_that_are_there_give_an_int8_graph_without_training_again(tmp_path: Path, manifest: Path) -> None:
    sources = ("calibration.source=fold_runs", "calibration.fold_source=other_folds", "data.stop_share=0")
    first, told = run(tmp_path, manifest, *sources, "quantise.enabled=false")
    assert len(first.record.graphs) == 1
    assert "int8" not in told
    folds = {file: file.stat().st_mtime_ns for file in (tmp_path / "run" / "folds").glob("*/bundle/*")}
    shutil.rmtree(tmp_path / "run" / "bundle")
    bundle, told = run(tmp_path, manifest, *sources)
    assert [graph.precision for graph in bundle.record.graphs] == ["fp32", "int8"]
    gate = bundle.record.graphs[1].gate
    assert gate is not None
    assert (gate.listings, gate.source) == (60, "out_of_fold")
    assert {file: file.stat().st_mtime_ns for file in folds} == folds, "the fold runs were touched"
    shutil.rmtree(tmp_path / "run" / "bundle")
    _, again = run(tmp_path, manifest, *sources)
    assert "int8: fold" in told
    assert "int8: fold" not in again, "the folds' answers are kept"


@pytest.mark.usefixtures("few_are_enough")
def test_a_graph_that_fails_its_gate_is_left_out(
    tmp_path: Path, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(int8, "PARITY_LIMIT", 0.0)
    bundle, told = run(tmp_path, manifest, "calibration.source=out_of_fold")
    assert [graph.precision for graph in bundle.record.graphs] == ["fp32"]
    assert "model.int8.onnx" not in bundle.files
    assert "differs from fp32 by" in told


def test_a_gate_is_read_back_and_a_bundle_without_one_is_too(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path, int8_slope=20.05)
    assert read_bundle(tmp_path).record.graphs[1].gate is None
    fp32, own = bundle.record.graphs
    graphs = (fp32, dataclasses.replace(own, gate=gate()))
    seal_bundle(tmp_path, dataclasses.replace(bundle.record, graphs=graphs))
    assert read_bundle(tmp_path).record.graphs[1].gate == gate()
