from __future__ import annotations

from pathlib import Path

import pytest

from tests.serving.builders.crops import Stocked, write_stocked_bundle


@pytest.fixture
def stocked(tmp_path: Path) -> Stocked:
    return write_stocked_bundle(tmp_path / "stocked")
