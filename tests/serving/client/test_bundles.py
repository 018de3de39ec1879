from __future__ import annotations

import asyncio

from serving.client import AsyncClient
from tests.serving.servers.deploying import versions
from tests.serving.servers.running import Running


def test_the_async_client_changes_bundles(site: Running) -> None:
    async def work() -> list[list[str | None]]:
        async with AsyncClient(site.url) as client:
            bundle = client.bundle("tiny")
            (v2, *_) = await bundle.candidates()
            seen = [versions(await bundle.activate(v2.candidate, sha256=v2.sha256, by="ole"))]
            seen.append(versions(await bundle.shadow("v3")))
            seen.append(versions(await bundle.canary("v4", 0.1)))
            seen.append(versions(await bundle.roll_back("shadow")))
            assert versions(await bundle.state()) == seen[-1]
            assert [change.action for change in await bundle.changes()][-1] == "activate"
            assert (await bundle.comparison()).shadow_sha256 is None
            return seen

    assert asyncio.run(work()) == [
        ["2", "1", None, None], ["2", "1", "3", None], ["2", "1", "3", "4"], ["2", "1", None, "4"],
    ]  # fmt: skip
