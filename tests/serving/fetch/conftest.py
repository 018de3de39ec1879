"""Every test of fetching stays on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving.servers.loopback_only import loopback_only


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    with loopback_only():
        yield
