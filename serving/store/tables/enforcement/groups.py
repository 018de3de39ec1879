"""Working groups: their terms, who agreed to what, what is shared, and which questions were asked."""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime


class GroupRow(Table):
    """A working group of one category. `hash_key` is the key of its sellers' hashes, 32 random bytes."""

    __tablename__ = "working_groups"

    group_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    category: Mapped[str] = mapped_column(String(40))
    terms_version: Mapped[int]
    hash_key: Mapped[bytes] = mapped_column(LargeBinary)


class GroupTermsRow(Table):
    """A version of a group's terms."""

    __tablename__ = "group_terms"

    group_id: Mapped[str] = mapped_column(ForeignKey("working_groups.group_id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    terms: Mapped[str] = mapped_column(Text)


class GroupMemberRow(Table):
    """A member of a group, or one that was. `agreement` is the number of its agreement in force, null for none."""

    __tablename__ = "group_members"

    group_id: Mapped[str] = mapped_column(ForeignKey("working_groups.group_id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[str] = mapped_column(
        ForeignKey("members.member_id", ondelete="CASCADE"), primary_key=True, index=True
    )
    state: Mapped[str] = mapped_column(String(10))
    invited_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    joined_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    left_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    agreement: Mapped[int | None]
    contact: Mapped[str | None] = mapped_column(String(400))  # null: the member is never named


class GroupAgreementRow(Table):
    """One version of what a member agreed to. `shares` are objects of `kind` and `product`, `asks` are kinds."""

    __tablename__ = "group_agreements"
    __table_args__ = (
        ForeignKeyConstraint(
            ["group_id", "member_id"], ["group_members.group_id", "group_members.member_id"], ondelete="CASCADE"
        ),
    )

    group_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    agreed_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    ended_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
    terms_version: Mapped[int]
    shares: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    asks: Mapped[list[str]] = mapped_column(JSON)
    named: Mapped[bool]
    watch: Mapped[bool]


class GroupItemRow(Table):
    """One thing that a member shares. It goes with its check, its giver and its group, whatever deletes them.

    `value` is what is compared: of `photo_hash` PDQ's 32 bytes, of `embedding` float16, and
    empty for sellers, whose keyed hash is `digest`. `part` tells the items of one kind and check apart: the photo's
    index, or a number among its contacts. `last_matched_on` has no time of day: it would tell who asked.
    """

    __tablename__ = "group_items"
    __table_args__ = (
        Index(None, "group_id", "check_id", "kind", "part", unique=True),
        Index(None, "group_id", "kind", "digest"),
        Index(None, "group_id", "member_id", "item_id"),
        ForeignKeyConstraint(
            ["group_id", "member_id"], ["group_members.group_id", "group_members.member_id"], ondelete="CASCADE"
        ),
    )

    item_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(36))
    member_id: Mapped[str] = mapped_column(String(36))
    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), index=True)
    product: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    part: Mapped[int]
    shared_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    agreement: Mapped[int]
    terms_version: Mapped[int]
    bundle_sha256: Mapped[str | None] = mapped_column(String(64))
    digest: Mapped[str | None] = mapped_column(String(64))
    value: Mapped[bytes] = mapped_column(LargeBinary)
    matches: Mapped[int]
    last_matched_on: Mapped[str | None] = mapped_column(String(10))


class GroupQuestionRow(Table):
    """That a member asked, for the limit on questions; what it asked is in the audit log alone."""

    __tablename__ = "group_questions"
    __table_args__ = (
        Index(None, "member_id", "asked_at"),
        ForeignKeyConstraint(
            ["group_id", "member_id"], ["group_members.group_id", "group_members.member_id"], ondelete="CASCADE"
        ),
    )

    question_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(36))
    member_id: Mapped[str] = mapped_column(String(36))
    asked_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
