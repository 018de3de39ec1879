from __future__ import annotations

import numpy as np

from serving.test_buys.interval import DRAWS, Findings, draw_counterfeits


def findings(size: int, examined: int, counterfeit: int, suspicion: float = 0.0) -> Findings:
    return Findings(size=size, suspicion=suspicion, examined=examined, counterfeit=counterfeit)


def test_the_same_findings_and_seed_give_the_same_draws() -> None:
    strata = [findings(100, 10, 3), findings(1000, 20, 0, -4.0)]
    assert np.array_equal(draw_counterfeits(strata, 1), draw_counterfeits(strata, 1))
    assert not np.array_equal(draw_counterfeits(strata, 1), draw_counterfeits(strata, 2))


def test_a_stratum_that_was_examined_whole_leaves_nothing_open() -> None:
    held = draw_counterfeits([findings(12, 12, 5), findings(100, 10, 1)], 1)
    assert held.shape == (DRAWS, 2)
    assert set(held[:, 0].tolist()) == {5}
    assert held[:, 1].min() >= 1
    assert held[:, 1].max() <= 91


def test_many_findings_decide_whatever_the_verdicts_were() -> None:
    (low, high) = np.quantile(draw_counterfeits([findings(10_000, 800, 200, suspicion=-5.0)], 1)[:, 0], [0.025, 0.975])
    # Binomial: 0.25 +- 1.96 sqrt(0.25 * 0.75 / 800) = 0.22 to 0.28
    assert 2100 < low < 2300
    assert 2700 < high < 2900


def test_without_findings_the_verdicts_say_little_and_with_some_in_other_strata_more() -> None:
    alone = draw_counterfeits([findings(1000, 0, 0, -4.0)], 1)[:, 0]
    assert np.quantile(alone, 0.975) > 500
    with_others = [findings(1000, 0, 0, -4.0), findings(1000, 40, 0, -3.0), findings(100, 40, 36, 3.0)]
    assert np.quantile(draw_counterfeits(with_others, 1)[:, 0], 0.975) < 150
