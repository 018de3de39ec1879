from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.errors import GroupNotFound, MemberNotFound
from serving.principal import SERVER
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_groups import make_group
from tests.serving.builders.stores import opened


def test_a_second_invitation_changes_nothing_and_one_who_left_is_invited_anew(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            group = await make_group(store, "a")
            rows, member = store.groups.groups, group.members["a"]
            again = await rows.invite(SERVER, group.group_id, member.member_id or "", NOW)
            assert again.state == "joined"
            await store.groups.agreements.leave(member, group.group_id, NOW)
            with pytest.raises(GroupNotFound):
                await rows.find(member, group.group_id)
            assert (await rows.invite(SERVER, group.group_id, member.member_id or "", NOW)).state == "invited"
            assert (await rows.find(member, group.group_id)).agreement is None
            with pytest.raises(MemberNotFound):
                await rows.remove(SERVER, group.group_id, "nobody", NOW)

    asyncio.run(work())
