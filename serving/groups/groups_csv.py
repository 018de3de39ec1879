"""Working groups, their members and agreements, and what is shared in one, as CSV. No item has its value in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv, csv_lines
from serving.schemas.enforcement.groups import Agreement, Group, GroupItem, GroupMember

GROUP_COLUMNS: Final = (
    "group_id", "name", "category", "created_at", "terms_version", "members", "state", "agreement_outdated",
)  # fmt: skip
ITEM_COLUMNS: Final = (
    "item_id", "kind", "product", "check_id", "photo", "bundle_sha256", "member_id", "shared_at", "agreement",
    "terms_version", "confirmed_by", "matches", "last_matched_on",
)  # fmt: skip
MEMBER_COLUMNS: Final = ("member_id", "name", "state", "contact", "invited_at", "joined_at", "items")
AGREEMENT_COLUMNS: Final = (
    "member_id", "agreement", "agreed_at", "ended_at", "terms_version", "shares", "asks", "named", "watch",
)  # fmt: skip


def groups_csv(groups: Iterable[Group]) -> str:
    """Give one line a group, below the column names."""
    return answers_csv(GROUP_COLUMNS, groups)


def items_csv(items: Iterable[GroupItem]) -> str:
    """Give one line an item that is shared, below the column names."""
    return answers_csv(ITEM_COLUMNS, items)


def members_csv(members: Iterable[GroupMember]) -> str:
    """Give one line a member, below the column names."""
    return answers_csv(MEMBER_COLUMNS, members)


def agreements_csv(agreements: Iterable[Agreement]) -> str:
    """Give one line an agreement, below the column names; `shares` has entries such as `photo_hash of toy`."""
    rows = [[_cell_of(one, column) for column in AGREEMENT_COLUMNS] for one in agreements]
    return csv_lines([AGREEMENT_COLUMNS, *rows])


def _cell_of(agreement: Agreement, column: str) -> object:
    if column == "shares":
        return [f"{one.kind} of {one.product}" for one in agreement.shares]
    return getattr(agreement, column)
