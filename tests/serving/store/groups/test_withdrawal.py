from __future__ import annotations

import asyncio
from pathlib import Path

from serving.audit_log.entry import as_json
from serving.principal import SERVER
from serving.schemas.enforcement.groups import WithdrawalOfItems
from serving.store.audit_rows import AuditFilter
from serving.store.groups.item_rows import NewItem
from tests.serving.builders.stored_groups import make_group
from tests.serving.builders.stores import database_bytes, opened


def test_a_withdrawn_value_is_in_no_file_any_more_and_the_audit_log_has_that_it_was(tmp_path: Path) -> None:
    value = b"a value that is searched for...."

    async def work() -> None:
        async with opened(tmp_path) as store:
            group = await make_group(store, "a")
            (item,) = await group.give("a", NewItem(kind="photo_hash", part=0, value=value))
            assert value in database_bytes(tmp_path)
            withdrawn = WithdrawalOfItems(everything=True)
            assert await store.groups.items.withdraw(group.members["a"], group.group_id, withdrawn) == 1
            assert await store.groups.items.withdraw(group.members["a"], group.group_id, withdrawn) == 0
            assert value not in database_bytes(tmp_path)
            found = await store.audit_rows.find_before(SERVER, AuditFilter(action="group.items_withdrawn"), 9)
            (entry,) = [as_json(one) for one in found]
            assert entry["details"] == {
                "group_id": group.group_id, "reason": "by_giver", "items": 1, "item_ids": [item.item_id],
            }  # fmt: skip

    asyncio.run(work())
