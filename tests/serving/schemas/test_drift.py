from __future__ import annotations

import math

from serving.schemas.drift import DriftMeasure


def test_a_measure_that_is_not_finite_is_null_in_json() -> None:
    measure = DriftMeasure(
        measure="novelty", psi=math.inf, psi_by_chance=0.1, p_value=0.5, shifted=False, edges=[], validation_shares=[],
        window_shares=[],
    )  # fmt: skip
    assert '"psi":null' in measure.model_dump_json()
