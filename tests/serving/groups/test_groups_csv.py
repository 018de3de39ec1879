from __future__ import annotations

from serving.groups.groups_csv import GROUP_COLUMNS, ITEM_COLUMNS, groups_csv, items_csv
from serving.routes.openapi.examples_groups import GROUP_EXAMPLES
from serving.schemas.enforcement.groups import Group, GroupItem


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
