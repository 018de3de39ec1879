from __future__ import annotations

from typing import get_args

from serving.schemas.loaded_bundles import Performance
from vision.bundle.measured import MeasuredOn


def test_the_sources_of_figures_are_those_that_training_writes() -> None:
    assert get_args(Performance.model_fields["measured_on"].annotation) == get_args(MeasuredOn)
