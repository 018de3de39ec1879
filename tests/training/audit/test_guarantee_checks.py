from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.training_data import write_toy_config
from tests.training.builders.manifest import HEADER, write_csv
from training.audit.finding import Finding
from training.audit.guarantee_checks import check_guarantees, default_plan
from training.data.manifest import Manifest, read_manifest
from training.pipeline.config import TrainConfig
from training.pipeline.plan import plan_calibration
from vision.config.read import read_config

LIMITS = {"genuine": 0.05, "counterfeit": 0.05}  # 72 listings without an error guarantee 5 %
ESTIMATES = 'set calibration.source = "out_of_fold", where every listing calibrates and limits are estimates'


def manifest_of(folder: Path, *, genuine: int, counterfeit: int = 0, column: str = "", values: str = "") -> Manifest:
    """Listings of one photo each; the values of a further column, one letter each, repeat over the listings."""
    names = {"t": "train", "v": "val", "e": "test"}
    labels = ["genuine"] * genuine + ["counterfeit"] * counterfeit
    cells = [names.get(value, value) for value in values] or [""]
    rows = [
        f"0.jpg,{label},p,L{number}" + (f",{cells[number % len(cells)]}" if column else "")
        for number, label in enumerate(labels)
    ]
    return read_manifest(write_csv(folder, HEADER + (f",{column}" if column else ""), *rows))


def findings(folder: Path, manifest: Manifest, *settings: str) -> list[Finding]:
    config = read_config(TrainConfig, write_toy_config(folder, manifest.path), settings)
    return list(check_guarantees(manifest, LIMITS, plan_calibration(manifest, config)))  # type: ignore[arg-type]


@pytest.mark.parametrize("source", ["out_of_fold"])
def test_where_limits_are_estimates_anyway_no_listings_are_asked_for(tmp_path: Path, source: str) -> None:
    manifest = manifest_of(tmp_path, genuine=20, counterfeit=20)
    assert findings(tmp_path, manifest, f"calibration.source={source}") == []
    assert len(findings(tmp_path, manifest)) == 2


def test_a_label_without_listings_and_one_with_enough_give_no_advice(tmp_path: Path) -> None:
    assert findings(tmp_path, manifest_of(tmp_path, genuine=500)) == []


def test_the_listings_that_are_asked_for_are_those_of_which_the_share_holds_enough_out(tmp_path: Path) -> None:
    genuine, counterfeit = findings(tmp_path, manifest_of(tmp_path, genuine=100, counterfeit=20))
    assert (genuine.code, counterfeit.code) == ("too_few_held_out", "too_few_for_guarantee")
    assert genuine.message == (
        "15 of 100 genuine listings are held out to calibrate, and a guarantee of at most 5 % errors takes 72 without "
        "an error"
    )
    assert (
        genuine.advice
        == f"add 380 genuine listings, of which data.calibrate_share = 0.15 holds enough out, or {ESTIMATES}"
    )
    assert counterfeit.advice.startswith("add 460 counterfeit listings, of which")
    enough = findings(tmp_path, manifest_of(tmp_path, genuine=480, counterfeit=480))
    assert enough == []


def test_the_share_of_the_run_counts_and_raising_it_is_advised_only_where_that_is_enough(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path, genuine=200)
    (finding,) = findings(tmp_path, manifest, "data.calibrate_share=0.3")
    assert finding.message.startswith("60 of 200 genuine listings are held out")
    assert finding.advice == f"raise data.calibrate_share to 0.36, add listings, or {ESTIMATES}"
    assert findings(tmp_path, manifest, "data.calibrate_share=0.36") == []


def test_where_the_split_says_what_calibrates_the_split_is_named_and_not_the_share(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path, genuine=100, column="split", values="ttvve")
    (finding,) = findings(tmp_path, manifest)
    assert finding.message.startswith("20 of 80 genuine listings are held out")  # half of val; test is left out
    assert finding.advice == f"move genuine listings to split val or add some there, or {ESTIMATES}"


def test_the_test_fold_of_the_run_is_not_counted(tmp_path: Path) -> None:
    manifest = manifest_of(tmp_path, genuine=100, column="fold", values="01")
    (finding,) = findings(tmp_path, manifest, "data.fold=0", "calibration.fold_source=held_out")
    assert " of 50 genuine listings are held out" in finding.message


def test_without_settings_the_defaults_count(tmp_path: Path) -> None:
    plan = default_plan(manifest_of(tmp_path, genuine=100))
    assert plan is not None
    assert (len(plan.learned), len(plan.calibrating), plan.share, plan.can_guarantee) == (100, 15, 0.15, True)
    (finding,) = check_guarantees(manifest_of(tmp_path, genuine=100), LIMITS, plan)  # type: ignore[arg-type]
    assert finding.message.startswith("with default settings 15 of 100 genuine listings are held out")
