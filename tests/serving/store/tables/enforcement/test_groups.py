from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from serving.store.tables import CheckRow, GroupItemRow, GroupMemberRow, GroupRow, MemberRow, Table
from tests.serving.builders.new_checks import NOW
from tests.serving.store.tables.conftest import engine, session

__all__ = ["engine", "session"]


def item_row(item_id: str, part: int = 0) -> GroupItemRow:
    return GroupItemRow(
        item_id=item_id, group_id="g", member_id="m", check_id="c", product="toy", kind="photo_hash", part=part,
        shared_at=NOW, agreement=1, terms_version=1, value=bytes(32), matches=0,
    )  # fmt: skip


@pytest.mark.parametrize("gone", [CheckRow, MemberRow, GroupRow, GroupMemberRow])
def test_an_item_goes_with_its_check_its_giver_and_its_group(session: Session, gone: type[Table]) -> None:
    session.add(MemberRow(member_id="m", name="m", category="toys", country="DK", created_at=NOW))
    session.add(GroupRow(group_id="g", created_at=NOW, name="g", category="toys", terms_version=1, hash_key=b"k"))
    session.flush()
    session.add(GroupMemberRow(group_id="g", member_id="m", state="joined", invited_at=NOW))
    session.flush()
    session.add_all([item_row("a"), item_row("b", part=1)])
    session.commit()
    session.execute(delete(gone))
    session.commit()
    assert session.scalar(select(func.count()).select_from(GroupItemRow)) == 0
