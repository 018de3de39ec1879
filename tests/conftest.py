"""The order of tests, and what keeps them quick.

Files with a test that may take minutes start first, so that no worker ends alone with one.
"""

from __future__ import annotations

import gc

import pytest

MINUTES_S = 300  # the timeout of a test that asks for no other


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    long_files = {item.path for item in items if _timeout_s(item) > MINUTES_S}
    items.sort(key=lambda item: item.path not in long_files)


def pytest_collection_finish() -> None:
    """Take the ten thousand tests out of what the garbage collector goes through: a tenth of their time and more."""
    gc.collect()
    gc.freeze()


def _timeout_s(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker and marker.args else 0.0
