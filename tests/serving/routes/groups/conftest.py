from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving.builders.group_members import Sector, fill, settings_of
from tests.serving.servers.running import run_in_thread


@pytest.fixture(scope="package")
def sector(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sector]:
    with run_in_thread(settings_of(tmp_path_factory.mktemp("sector"))) as site:
        yield fill(site)
