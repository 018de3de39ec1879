from __future__ import annotations

import pytest

from serving.evidence.config import EvidenceSettings
from vision.errors import ConfigError


@pytest.mark.parametrize(
    ("key", "value"),
    [("max_checks", 0), ("max_bytes", 1), ("time_stamp_timeout_s", 1000.0), ("time_stamp_url", "ftp://x")],
)
def test_a_value_out_of_range_is_refused_by_its_key(key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=rf"evidence\.{key}"):
        EvidenceSettings(**{key: value})  # type: ignore[arg-type]
