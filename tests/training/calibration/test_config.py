"""Settings of the calibration that make no sense are refused."""

import pytest

from training.calibration.config import CalibrationConfig
from vision.errors import ConfigError


@pytest.mark.parametrize("limit", [0.0, 1.0, 5.0])
@pytest.mark.parametrize("name", ["alpha", "beta"])
def test_a_limit_is_a_share_of_listings(name: str, limit: float) -> None:
    with pytest.raises(ConfigError, match=f"{name} is {limit}"):
        CalibrationConfig(**{name: limit})  # type: ignore[arg-type]
