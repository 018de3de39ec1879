"""A few simulated quarters: docs/results.md has the coverage over thousands, and how it was measured."""

from __future__ import annotations

import dataclasses

import pytest

from benchmarks.test_buys.coverage import Covered, measure
from benchmarks.test_buys.quarters import SCENARIOS
from serving.test_buys.estimates import Estimate

QUARTERS = 30
INSIDE = 25  # of 30, a method of 95 % has fewer inside once in 300 times


def test_the_truth_lies_in_nearly_all_intervals_and_these_are_not_all_of_0_to_1() -> None:
    scenario = dataclasses.replace(SCENARIOS["half chosen"], listings=600, lost=0.1)
    found = measure(scenario, QUARTERS, seed=3)
    for covered in (found.precision, found.recall):
        assert covered.quarters == QUARTERS
        assert covered.inside >= INSIDE
        assert sum(covered.widths) / QUARTERS < 0.4
        assert abs(sum(covered.errors) / QUARTERS) < 0.03


def test_a_truth_beside_its_interval_counts_on_its_side() -> None:
    covered = Covered()
    for truth in (0.1, 0.5, 0.9, None):
        covered.add(truth, Estimate(share=0.5, low=0.4, high=0.6, lowest=0.5, highest=0.5))
    assert (covered.below, covered.inside, covered.above) == (1, 1, 1)
    assert covered.coverage == pytest.approx(1 / 3)
