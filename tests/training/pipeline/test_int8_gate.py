"""The gate of an int8 graph, by hand-worked numbers."""

import re
from pathlib import Path

import pytest

from tests.builders.bundle import tiny_graph_metadata, tiny_thresholds, write_tiny_bundle
from tests.builders.training_data import write_toy_data
from tests.training.builders.int8 import gate_of, predictions_of
from training.data.manifest import read_manifest
from training.pipeline.int8_gate import describe_gate, measure_gate, refusals
from vision.bundle.metadata import Int8Gate


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_toy_data(tmp_path_factory.mktemp("toy"))


def test_a_gate_with_enough_listings_and_few_changes_is_passed() -> None:
    assert refusals(gate_of()) == ()


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        (gate_of(listings=699, changed=0), "at least 700 are needed"),
        (gate_of(crossed=1), "1 listings go from genuine to counterfeit or back"),
        (gate_of(changed=15), "15 listings change their verdict, more than 2%"),  # 14.96 are 2 % of 748
        (gate_of(fall=0.0051), r"falls by 0\.0051, more than 0\.005"),
        (gate_of(fall=float("nan")), "all listings have one label"),
    ],
)
def test_each_part_of_the_gate_can_refuse(failing: Int8Gate, reason: str) -> None:
    (output,) = refusals(failing)
    assert re.search(reason, output)


def test_the_gate_counts_verdicts_that_change_and_those_that_cross(tmp_path: Path, manifest: Path) -> None:
    bundle = write_tiny_bundle(tmp_path)
    own = bundle.metadata.graphs[0]
    other = tiny_graph_metadata("model.int8.onnx", "int8", tiny_thresholds(-1.0, 1.0), 0.5, own.self_test_logits)
    fp32 = predictions_of(read_manifest(manifest), [3.0, -3.0, 1.5, 0.0, 3.0, -3.0])  # thresholds -2 and 2
    int8_ = predictions_of(read_manifest(manifest), [1.5, -1.5, 1.5, 0.0, -1.5, -0.5])  # thresholds -1 and 1
    found = measure_gate(bundle, fp32=fp32, int8=int8_, fp32_graph=own, int8_graph=other)
    assert (found.listings, found.crossed.count, found.changed.count) == (6, 1, 3)
    assert found.crossed.upper == pytest.approx(0.641, abs=1e-3)  # 1 of 6
    # genuine and counterfeit by turns: 3.0, 1.5, 3.0 against -3.0, 0.0, -3.0; then 1.5, 1.5, -1.5 against -1.5, 0, -0.5
    assert found.auroc_fp32 == 1.0
    assert found.auroc_int8 == pytest.approx(6.5 / 9)
    assert found.auroc_fall == pytest.approx(2.5 / 9)
    assert found.auroc_fall_low <= found.auroc_fall <= found.auroc_fall_high
    assert "of the 6 out-of-fold listings that set the thresholds, 1 go from genuine" in describe_gate(found)
