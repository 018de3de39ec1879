from __future__ import annotations

import pytest

from serving.jobs.config import JobSettings
from vision.errors import ConfigError


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("max_lines", 0),
        ("max_lines", 10_001),
        ("attempts", 0),
        ("lease_s", 0.5),
        ("keep_days", 0),
        ("keep_days", 10**9),
        ("poll_s", 0.0),
    ],
)
def test_a_limit_out_of_range_is_refused_by_its_name(key: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf"jobs\.{key}: must be"):
        JobSettings(**{key: value})  # type: ignore[arg-type]
