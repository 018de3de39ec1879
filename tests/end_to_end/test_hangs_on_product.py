"""What the demo's verdicts hang on: its recipe on a part of the rendered sample, measured on changed test photos."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from rich.console import Console

from training.pipeline.config import TrainConfig
from training.pipeline.train import train
from vision.config.read import read_config

pytestmark = [pytest.mark.end_to_end, pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "training" / "samples" / "hair_dryers"
FILES = ("photo", "mask", "product_mask")
TRAINED_A_LABEL, TESTED_A_LABEL = 30, 15
PHOTOS_A_LISTING = 2

# What the recipe reaches on so few listings (2026-11-26), and a margin for other versions of torch and onnxruntime.
# The limits that bundles are held to are tighter: whoever improves the recipe tightens these, and a change that makes
# verdicts hang more on light, frame or background fails here.
MAX_CHANGED = 0.4
MAX_MEAN_CHANGED = 0.25
MAX_FALL = 0.05
MIN_EVIDENCE_INSIDE = 0.97


Figures = dict[str, Any]


def write_part(file: Path) -> None:
    """A manifest of some of the sample's listings, each with two of its photos at most."""
    with (SAMPLE / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = [row for row in reader if row["split"] in ("train", "test")]
        columns = list(reader.fieldnames or ())
    kept: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        listings = kept.setdefault((row["split"], row["label"]), {})
        if len(listings) < (TRAINED_A_LABEL if row["split"] == "train" else TESTED_A_LABEL):
            listings[row["listing"]] = None
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        photos: Counter[str] = Counter()
        for row in rows:
            photos[row["listing"]] += 1
            if row["listing"] in kept[row["split"], row["label"]] and photos[row["listing"]] <= PHOTOS_A_LISTING:
                writer.writerow(row | {name: str(SAMPLE / row[name]) for name in FILES if row[name]})


@pytest.fixture(scope="module")
def robustness(tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """The figures of the demo's run on the part."""
    folder = tmp_path_factory.mktemp("part")
    write_part(folder / "manifest.csv")
    settings = (
        f"data.manifest={folder / 'manifest.csv'}",
        f"run.folder={folder / 'run'}",
        f"run.cache={folder / 'cache'}",
        "run.threads=1",
    )
    config = read_config(TrainConfig, ROOT / "configs" / "demo.toml", settings)
    train(config, Console(quiet=True))
    metrics = json.loads((folder / "run" / "report" / "metrics.json").read_text(encoding="utf-8"))
    figures: Figures = metrics["robustness"]
    return figures


def bounded(robustness: Figures) -> dict[str, Figures]:
    return {change["change"]: change for change in robustness["changes"] if change["bounded"]}


def test_every_limit_is_measured_on_every_test_listing(robustness: Figures) -> None:
    assert robustness["listings"] == 2 * TESTED_A_LABEL
    assert robustness["unmeasured"] == []
    assert len(bounded(robustness)) == 8


def test_a_changed_copy_leaves_most_verdicts_as_they_are_and_reverses_none(robustness: Figures) -> None:
    shares = {code: change["changed"]["value"] for code, change in bounded(robustness).items()}
    assert max(shares.values()) <= MAX_CHANGED, shares
    assert fmean(shares.values()) <= MAX_MEAN_CHANGED, shares
    assert {change["flipped"]["hits"] for change in bounded(robustness).values()} == {0}


def test_other_backgrounds_leave_the_ranking_as_it_is(robustness: Figures) -> None:
    assert robustness["other_background"]["fall"]["value"] <= MAX_FALL


def test_without_the_product_nothing_tells_the_labels_apart(robustness: Figures) -> None:
    auroc = robustness["painted_out"]["auroc"]
    assert auroc["low"] <= 0.5 <= auroc["high"]


def test_the_evidence_lies_on_the_product(robustness: Figures) -> None:
    inside = robustness["evidence_inside"]
    assert inside["product_from"] == "mask"
    assert inside["share"]["value"] >= MIN_EVIDENCE_INSIDE
    assert inside["if_even"] < 0.6  # so an even map would fail
