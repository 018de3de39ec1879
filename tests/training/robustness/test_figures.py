"""Figures of one change, counted by hand."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from training.data.manifest import Label
from training.evaluation.predictions import ListingPrediction
from training.robustness.figures import COLUMNS, ChangedPrediction, measure_change, write_changed_predictions
from vision.verdict import Outcome


def prediction(outcome: Outcome | None, authenticity: float | None, label: Label = "genuine") -> ListingPrediction:
    logit = None if outcome is None else 4 * (authenticity or 0.5) - 2
    return ListingPrediction(
        listing="L", label=label, product="toy", photo_count=1, logit=logit, authenticity=authenticity, outcome=outcome
    )


def test_flips_changes_and_moves_are_counted_by_hand() -> None:
    pairs = [
        (prediction("genuine", 0.9), prediction("counterfeit", 0.1)),
        (prediction("counterfeit", 0.1, "counterfeit"), prediction("genuine", 0.8, "counterfeit")),
        (prediction("genuine", 0.9), prediction("review", 0.6)),
        (prediction("genuine", 0.9), prediction("insufficient", None)),
        (prediction("genuine", 0.9), prediction(None, None)),
        (prediction("counterfeit", 0.2, "counterfeit"), prediction("counterfeit", 0.1, "counterfeit")),
        (prediction("insufficient", None), prediction("insufficient", None)),
    ]
    found = measure_change("crop", [ChangedPrediction(change="crop", before=b, after=a) for b, a in pairs])
    assert (found.flipped.hits, found.flipped.n) == (2, 7)
    assert (found.to_counterfeit, found.to_genuine) == (1, 1)
    assert found.changed.hits == 5
    assert (found.silenced.hits, found.silenced.n) == (2, 6)
    assert found.moved_95th == pytest.approx(np.percentile([0.8, 0.7, 0.3, 0.1], 95))
    # suspicions after: genuine 0.9, 0.4, 0.5, 0.5, 0.5; counterfeit 0.2, 0.9: of 10 pairs 0.2 wins none, 0.9 wins 4.5
    assert found.auroc.value == pytest.approx(0.45)
    assert found.auroc_change.value == pytest.approx(found.auroc.value - found.auroc_before.value)
    # a share of 2 in 7 has Wilson's interval
    assert (found.flipped.low, found.flipped.high) == pytest.approx((0.0822, 0.6411), abs=1e-4)


def test_without_an_authenticity_before_and_after_nothing_moved() -> None:
    silent = ChangedPrediction(change="crop", before=prediction(None, None), after=prediction(None, None))
    assert math.isnan(measure_change("crop", [silent]).moved_95th)
    assert not silent.changed


def test_predictions_are_written_before_and_after_with_empty_cells_where_there_are_none(tmp_path: Path) -> None:
    changed = ChangedPrediction(change="crop", before=prediction("genuine", 0.9), after=prediction(None, None))
    write_changed_predictions(tmp_path / "stress.csv", [changed])
    (row,) = csv.DictReader((tmp_path / "stress.csv").read_text().splitlines())
    assert tuple(row) == COLUMNS
    assert (row["change"], row["listing"], row["fold"], row["outcome_before"]) == ("crop", "L", "", "genuine")
    assert (row["authenticity_before"], row["logit_before"]) == ("0.900000", "1.600000")
    assert (row["outcome_after"], row["authenticity_after"], row["logit_after"]) == ("", "", "")
