from __future__ import annotations

from serving.groups.groups_csv import (
    AGREEMENT_COLUMNS,
    GROUP_COLUMNS,
    ITEM_COLUMNS,
    MEMBER_COLUMNS,
    agreements_csv,
    groups_csv,
    items_csv,
    members_csv,
)
from serving.routes.openapi.examples_groups import GROUP_EXAMPLES
from serving.schemas.enforcement.groups import Agreement, Group, GroupItem, GroupMember


def test_a_group_is_a_row_without_its_terms() -> None:
    group = Group.model_validate({**GROUP_EXAMPLES["Group"], "name": "@hair", "state": None})
    header, row = groups_csv([group]).splitlines()
    assert header == ",".join(GROUP_COLUMNS)
    assert row.split(",")[1:3] == ["'@hair", "home_appliances"]
    assert group.terms not in row


def test_an_item_is_a_row_with_everything_that_the_api_gives_of_it() -> None:
    item = GroupItem.model_validate(GROUP_EXAMPLES["GroupItemPage"]["items"][0])
    header, row = items_csv([item]).splitlines()
    assert set(ITEM_COLUMNS) == set(GroupItem.model_fields)
    assert header == ",".join(ITEM_COLUMNS)
    assert row.endswith(",1,1,review,3,2026-11-26")


def test_a_member_and_an_agreement_are_rows_with_everything_that_the_api_gives_of_them() -> None:
    member = GroupMember(
        member_id="m", name="=Toys", state="joined", contact=None, invited_at="i", joined_at="j", items=3
    )
    header, row = members_csv([member]).splitlines()
    assert set(MEMBER_COLUMNS) == set(GroupMember.model_fields)
    assert (header, row) == (",".join(MEMBER_COLUMNS), "m,'=Toys,joined,,i,j,3")
    shares = [{"kind": "photo_hash", "product": name} for name in ("mug", "toy")]
    agreement = Agreement.model_validate({**GROUP_EXAMPLES["Agreement"], "shares": shares, "asks": ["photo_hash"]})
    header, row = agreements_csv([agreement]).splitlines()
    assert set(AGREEMENT_COLUMNS) == set(Agreement.model_fields)
    assert header == ",".join(AGREEMENT_COLUMNS)
    assert ",photo_hash of mug; photo_hash of toy,photo_hash," in row
