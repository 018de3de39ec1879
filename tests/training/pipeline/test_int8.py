"""The int8 graph of a run, from end to end."""

import dataclasses
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from rich.console import Console

from tests.builders.bundle import write_tiny_bundle
from tests.builders.training_data import write_toy_config, write_toy_data
from tests.training.builders.int8 import gate_of, predictions_of
from training.data.manifest import read_manifest
from training.pipeline import int8, int8_gate
from training.pipeline.config import TrainConfig
from training.pipeline.int8 import Int8Step
from training.pipeline.train import train
from vision.bundle.bundle import Bundle, read_bundle, seal_bundle
from vision.config.read import read_config
from vision.drift_sample import read_sample
from vision.inference.scorer import Scorer

MODEL = "backbone = 'test_efficientnet'\npretrained = 'none'\ntaps = [1, 2]"
SETTINGS = ("quantise.enabled=true", "quantise.photos=16", "quantise.float_convolutions=1")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_data(tmp_path_factory.mktemp("toy"))


def run(folder: Path, manifest: Path, *overrides: str) -> tuple[Bundle, str]:
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    console = Console(file=io.StringIO(), width=400)
    config = read_config(TrainConfig, write_toy_config(folder, manifest, model=MODEL), (*SETTINGS, *overrides))
    train(config, console)
    assert isinstance(console.file, io.StringIO)
    return read_bundle(config.run.folder / "bundle"), console.file.getvalue()


def step(folder: Path, manifest: Path, console: Console, *overrides: str) -> Int8Step:
    folder.mkdir(parents=True, exist_ok=True)
    config = read_config(TrainConfig, write_toy_config(folder, manifest, model=MODEL), (*SETTINGS, *overrides))
    return Int8Step(manifest=read_manifest(manifest), config=config, console=console)


def test_too_few_listings_for_the_gate_mean_no_int8_and_a_note(tmp_path: Path, manifest: Path) -> None:
    console = Console(file=io.StringIO(), width=400)
    assert not step(tmp_path, manifest, console).is_wanted(range(120))
    assert isinstance(console.file, io.StringIO)
    assert "no int8 graph: there are 60 calibration listings, and its gate needs 700" in console.file.getvalue()


def test_there_is_no_note_where_int8_is_off_or_a_fold_is_only_measured(tmp_path: Path, manifest: Path) -> None:
    console = Console(file=io.StringIO(), width=400)
    assert not step(tmp_path, manifest, console, "quantise.enabled=false").is_wanted(range(120))
    assert not step(tmp_path, manifest, console, "data.fold=0", "calibration.fold_source=other_folds").is_wanted([1])
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == ""


@pytest.fixture(scope="module")
def few_are_enough() -> Iterator[pytest.MonkeyPatch]:
    """A gate for 60 listings, whose verdicts lie close together: what is under test is the way there."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (int8, int8_gate):
            patch.setattr(module, "LISTINGS_NEEDED", 10)
        patch.setattr(int8_gate, "MAX_CHANGED", 0.3)
        patch.setattr(int8_gate, "MAX_FALL", 0.2)
        yield patch


@pytest.fixture(scope="module")
def shipped(
    tmp_path_factory: pytest.TempPathFactory, manifest: Path, few_are_enough: pytest.MonkeyPatch
) -> tuple[Bundle, str]:
    """A run with held-out listings of its own for calibration and gate, and its output."""
    return run(tmp_path_factory.mktemp("shipped"), manifest, "data.calibrate_share=0.4")


def require_int8(bundle: Bundle, source: str) -> None:
    fp32, own = bundle.metadata.graphs
    assert (own.precision, own.file) == ("int8", "model.int8.onnx")
    assert own.gate is not None
    assert own.gate.source == source == own.thresholds["*"].source
    assert own.gate.listings == own.thresholds["*"].genuine_flagged.n + own.thresholds["*"].counterfeit_passed.n
    assert own.photo_calibration != fp32.photo_calibration
    assert own.self_test_logits != fp32.self_test_logits
    assert 0 < own.parity <= int8.PARITY_LIMIT
    assert fp32.gate is None
    assert Scorer(bundle).graph.precision == "int8"
    assert read_sample(bundle, own) is not None


@pytest.mark.slow
def test_an_int8_graph_ships_with_calibration_thresholds_and_gate_of_its_own(shipped: tuple[Bundle, str]) -> None:
    bundle, output = shipped
    require_int8(bundle, "held_out")
    assert "go from genuine to counterfeit or back" in output


@pytest.mark.slow
def test_the_card_holds_the_result_of_the_gate(shipped: tuple[Bundle, str]) -> None:
    page = shipped[0].read_file("card.html").decode()
    assert "model.int8.onnx" in page
    assert "held-out listings that set the thresholds, 0 go from genuine to counterfeit or back" in page


@pytest.mark.slow
def test_a_refused_graph_is_left_out_and_the_reason_printed(
    tmp_path: Path, manifest: Path, shipped: tuple[Bundle, str], few_are_enough: pytest.MonkeyPatch
) -> None:
    shutil.copytree(shipped[0].folder, tmp_path / "bundle")
    (tmp_path / "bundle" / "model.int8.onnx").unlink()
    metadata = shipped[0].metadata
    alone = seal_bundle(tmp_path / "bundle", dataclasses.replace(metadata, graphs=metadata.graphs[:1]))
    console = Console(file=io.StringIO(), width=400)
    same = predictions_of(read_manifest(manifest), [1.0, -1.0] * 30)
    other = predictions_of(read_manifest(manifest), [-1.0, 1.0] * 30)
    with few_are_enough.context() as patch:
        patch.setattr(int8, "PARITY_LIMIT", 0.0)
        left = step(tmp_path, manifest, console).add_to(alone, range(120), fp32=same, int8=other)
    assert [graph.precision for graph in left.metadata.graphs] == ["fp32"]
    assert left.sha256 == alone.sha256
    assert "model.int8.onnx" not in read_bundle(tmp_path / "bundle").files
    assert (tmp_path / "refused.int8.onnx").is_file()
    assert isinstance(console.file, io.StringIO)
    assert re.search(
        r"no int8 graph: .* the listing AUROC falls by 1\.0000, .*; it differs from fp32", console.file.getvalue()
    )


@pytest.mark.slow
@pytest.mark.usefixtures("few_are_enough")
def test_the_networks_of_cross_fitting_predict_in_int8_too(tmp_path: Path, manifest: Path) -> None:
    bundle, _ = run(tmp_path, manifest, "calibration.source=out_of_fold")
    require_int8(bundle, "out_of_fold")


@pytest.mark.slow
@pytest.mark.usefixtures("few_are_enough")
def test_fold_runs_that_are_there_give_an_int8_graph_without_training_again(tmp_path: Path, manifest: Path) -> None:
    sources = ("calibration.source=fold_runs", "calibration.fold_source=other_folds", "data.stop_share=0")
    first, output = run(tmp_path, manifest, *sources, "quantise.enabled=false")
    assert len(first.metadata.graphs) == 1
    assert "int8" not in output
    folds = {file: file.stat().st_mtime_ns for file in (tmp_path / "run" / "folds").glob("*/bundle/*")}
    shutil.rmtree(tmp_path / "run" / "bundle")
    bundle, output = run(tmp_path, manifest, *sources)
    require_int8(bundle, "out_of_fold")
    gate = bundle.metadata.graphs[1].gate
    assert gate is not None
    assert gate.listings == 60
    assert {file: file.stat().st_mtime_ns for file in folds} == folds, "the fold runs were touched"
    shutil.rmtree(tmp_path / "run" / "bundle")
    _, again = run(tmp_path, manifest, *sources)
    assert "int8: fold" in output
    assert "int8: fold" not in again, "the folds' predictions are kept"


def test_a_gate_is_read_back_and_a_bundle_without_one_is_too(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path, int8_slope=20.05)
    assert read_bundle(tmp_path).metadata.graphs[1].gate is None
    fp32, own = bundle.metadata.graphs
    graphs = (fp32, dataclasses.replace(own, gate=gate_of()))
    seal_bundle(tmp_path, dataclasses.replace(bundle.metadata, graphs=graphs))
    assert read_bundle(tmp_path).metadata.graphs[1].gate == gate_of()
