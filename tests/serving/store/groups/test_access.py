from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.errors import GroupNotFound, MemberRequired
from serving.principal import SERVER
from serving.schemas.enforcement.groups import WithdrawalOfItems
from tests.serving.builders.stored_groups import make_group
from tests.serving.builders.stores import opened


def test_a_group_is_there_for_its_members_and_the_operator_alone(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            one, other = await make_group(store, "a"), await make_group(store, "b")
            for principal, seen in ((one.members["a"], [one]), (other.members["b"], [other]), (SERVER, [one, other])):
                found = await store.groups.groups.find_all(principal)
                assert [group.group_id for group in found] == [group.group_id for group in seen]
            with pytest.raises(GroupNotFound):
                await store.groups.groups.find(one.members["a"], other.group_id)
            with pytest.raises(MemberRequired):
                await store.groups.items.withdraw(SERVER, one.group_id, WithdrawalOfItems(everything=True))

    asyncio.run(work())
