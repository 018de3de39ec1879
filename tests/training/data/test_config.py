"""The section `[data]`: its defaults, and the values that it refuses."""

from pathlib import Path

import pytest

from training.data.config import DataConfig
from vision.config.convert import build_section
from vision.errors import ConfigError


def test_a_manifest_is_enough() -> None:
    data = build_section(DataConfig, {"manifest": "m.csv"}, "data")
    assert data == DataConfig(manifest=Path("m.csv"))
    assert (data.label_kind, data.audit, data.stop_share, data.report_share) == ("weak", "full", 0.15, 0.0)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "manifest"),
        ({"manifest": "m.csv", "label_kind": "certain"}, "label_kind"),
        ({"manifest": "m.csv", "audit": "none"}, "audit"),
        ({"manifest": "m.csv", "folds": 3}, "folds"),
        ({"manifest": "m.csv", "where": 3}, "where"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build_section(DataConfig, values, "data")
