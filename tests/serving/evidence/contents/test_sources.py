from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.deployments.slots import LoadedBundles
from serving.errors import CheckNotFound
from serving.evidence.contents.checks import add_check
from serving.evidence.contents.sections import Gathering
from serving.evidence.contents.sources import Sources
from serving.principal import SERVER
from tests.serving.builders.stores import opened
from vision.photo.decode import DEFAULT_LIMITS


def test_sources_without_a_server_and_without_bundles_are_enough(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path / "store") as store:
            none = LoadedBundles(slots=(), by_product={})
            sources = Sources(store=store, draw=None, bundles=lambda: none, limits=DEFAULT_LIMITS)  # type: ignore[arg-type]
            with pytest.raises(CheckNotFound):
                await add_check(Gathering(tmp_path / "parts"), sources, SERVER, "none", number=1)

    asyncio.run(work())
    assert not (tmp_path / "parts").exists()
