"""Settings of a training run that contradict each other are refused before anything is trained."""

from pathlib import Path

import pytest

from training.calibration.config import CalibrationConfig
from training.data.config import DataConfig
from training.pipeline.config import RunConfig, TrainConfig
from vision.errors import ConfigError


def config(fold: int | None = None, **calibration: object) -> TrainConfig:
    return TrainConfig(
        data=DataConfig(manifest=Path("m.csv"), fold=fold),
        run=RunConfig(folder=Path("run")),
        calibration=CalibrationConfig(**calibration),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("source", ["out_of_fold", "fold_runs"])
def test_review_of_all_that_isn_t_guaranteed_is_refused_where_nothing_ever_is(source: str) -> None:
    with pytest.raises(ConfigError, match=f"would leave every listing to review here: thresholds from '{source}'"):
        config(source=source, unguaranteed="review")


def test_review_takes_held_out_listings_also_within_a_fold() -> None:
    assert config(unguaranteed="review").calibration_source == "held_out"
    assert config(fold=1, source="fold_runs", unguaranteed="review").calibration_source == "held_out"
    with pytest.raises(ConfigError, match="'other_folds'"):
        config(fold=1, fold_source="other_folds", unguaranteed="review")


@pytest.mark.parametrize("limit", [0.0, 1.0, 5.0])
def test_a_limit_is_a_share_of_listings(limit: float) -> None:
    with pytest.raises(ConfigError, match=f"alpha is {limit}"):
        config(alpha=limit)
