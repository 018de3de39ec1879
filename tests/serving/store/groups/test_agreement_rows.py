from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

from serving.principal import SERVER
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_groups import make_group
from tests.serving.builders.stores import opened


def test_a_clock_that_was_set_back_loses_no_agreement_and_ends_none_before_it_began(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            group = await make_group(store, "a")
            await group.agree("a", now=NOW - datetime.timedelta(days=2), contact="x@y.example")
            await store.groups.agreements.leave(group.members["a"], group.group_id, NOW - datetime.timedelta(days=3))
            second, first = await store.groups.agreements.find_all(SERVER, group.group_id)
            assert (first.agreement, second.agreement) == (1, 2)
            assert first.agreed_at <= (first.ended_at or "") <= second.agreed_at <= (second.ended_at or "")

    asyncio.run(work())
