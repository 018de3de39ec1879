"""Settings of the int8 graph."""

import pytest

from training.quantise.config import QuantiseConfig
from vision.errors import ConfigError


@pytest.mark.parametrize(("key", "value"), [("photos", 0), ("percentile", 50.0), ("float_convolutions", -1)])
def test_settings_out_of_range_are_refused(key: str, value: float) -> None:
    with pytest.raises(ConfigError, match=key):
        QuantiseConfig(**{key: value})  # type: ignore[arg-type]


def test_no_int8_graph_is_made_unless_asked_for() -> None:
    assert not QuantiseConfig().enabled
