"""Working groups and what is shared in one, as CSV. No item has its value in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv
from serving.schemas.enforcement.groups import Group, GroupItem

GROUP_COLUMNS: Final = (
    "group_id", "name", "category", "created_at", "terms_version", "members", "state", "agreement_outdated",
)  # fmt: skip
ITEM_COLUMNS: Final = (
    "item_id", "kind", "product", "check_id", "photo", "bundle_sha256", "member_id", "shared_at", "agreement",
    "terms_version", "confirmed_by", "matches", "last_matched_on",
)  # fmt: skip


def groups_csv(groups: Iterable[Group]) -> str:
    """Give one line a group, below the column names."""
    return answers_csv(GROUP_COLUMNS, groups)


def items_csv(items: Iterable[GroupItem]) -> str:
    """Give one line an item that is shared, below the column names."""
    return answers_csv(ITEM_COLUMNS, items)
