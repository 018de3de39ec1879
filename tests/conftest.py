"""The order of tests: files with a test that may take minutes start first, so that no worker ends alone with one."""

from __future__ import annotations

import pytest

MINUTES_S = 300  # the timeout of a test that asks for no other


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    long_files = {item.path for item in items if _timeout_s(item) > MINUTES_S}
    items.sort(key=lambda item: item.path not in long_files)


def _timeout_s(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker and marker.args else 0.0
