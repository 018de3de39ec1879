"""What checks have in common: the values that were found in them, and the clusters of sellers that share some.

A value is a hash: of a photo, of a part of its surroundings, or, with a salt, of a text. `party` stands for a seller,
or for a listing whose seller is not known, and is a hash as well. Rows of a check go with the check.
"""

from __future__ import annotations

import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table, UtcTime

LARGE_ID = BigInteger().with_variant(Integer(), "sqlite")


class TracedCheckRow(Table):
    """A check that was searched for values; `listing_key` is the same for all checks of one listing."""

    __tablename__ = "traced_checks"
    __table_args__ = (Index(None, "party", "listing_key"),)

    check_id: Mapped[str] = mapped_column(ForeignKey("checks.check_id", ondelete="CASCADE"), primary_key=True)
    listing_key: Mapped[str] = mapped_column(String(32))
    party: Mapped[str] = mapped_column(String(32))
    product: Mapped[str] = mapped_column(String(200))
    amount: Mapped[float | None] = mapped_column(Float)
    currency: Mapped[str | None] = mapped_column(String(3))


class TraceValueRow(Table):
    """Something that checks can share: by `key_sha256` where it is a text, by `bits` (PDQ) where it is a picture.

    What so many sellers have had that it says nothing is `common` from then on, and links nobody.
    """

    __tablename__ = "trace_values"
    __table_args__ = (UniqueConstraint("kind", "key_sha256"),)

    value_id: Mapped[int] = mapped_column(LARGE_ID, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    key_sha256: Mapped[str | None] = mapped_column(String(64))
    bits: Mapped[bytes | None] = mapped_column(LargeBinary)
    shown: Mapped[str] = mapped_column(String(200))
    common: Mapped[bool]


class TraceBandRow(Table):
    """16 bits of a picture's hash with their place in it: who is near agrees in at least one of 16 of them."""

    __tablename__ = "trace_bands"

    band: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    value_id: Mapped[int] = mapped_column(
        LARGE_ID, ForeignKey("trace_values.value_id", ondelete="CASCADE"), primary_key=True, index=True
    )


class TraceRow(Table):
    """A value found in a check, and the photo that it was found in; `party` is that of the check."""

    __tablename__ = "traces"
    __table_args__ = (Index(None, "value_id", "party"), Index(None, "party", "value_id"))

    check_id: Mapped[str] = mapped_column(ForeignKey("traced_checks.check_id", ondelete="CASCADE"), primary_key=True)
    value_id: Mapped[int] = mapped_column(
        LARGE_ID, ForeignKey("trace_values.value_id", ondelete="CASCADE"), primary_key=True
    )
    photo: Mapped[int | None]
    party: Mapped[str] = mapped_column(String(32))


class TraceSaltRow(Table):
    """The salt of the texts' hashes, in one row."""

    __tablename__ = "trace_salts"

    salt_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    salt: Mapped[str] = mapped_column(String(64))


class ChangedPartyRow(Table):
    """A seller whose cluster is to be computed anew; `mark` changes with each change, so that none is overlooked."""

    __tablename__ = "changed_parties"

    party: Mapped[str] = mapped_column(String(32), primary_key=True)
    mark: Mapped[str] = mapped_column(String(36))


class ClusterRow(Table):
    """A cluster of sellers with its figures, as the operator sees it, or one member by its own products alone."""

    __tablename__ = "clusters"
    __table_args__ = (
        Index(None, "member_id", "listings", "cluster_id"),
        Index(None, "member_id", "currency", "amount", "cluster_id"),
    )

    cluster_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.member_id", ondelete="CASCADE"))
    created_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    updated_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    sellers: Mapped[int]
    listings: Mapped[int]
    amount: Mapped[float] = mapped_column(Float)  # of the currency that most of its listings have
    currency: Mapped[str | None] = mapped_column(String(3))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    first_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    last_at: Mapped[datetime.datetime] = mapped_column(UtcTime)


class ClusterPartyRow(Table):
    """A seller of a cluster."""

    __tablename__ = "cluster_parties"

    cluster_id: Mapped[str] = mapped_column(ForeignKey("clusters.cluster_id", ondelete="CASCADE"), primary_key=True)
    party: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class RemovedLinkRow(Table):
    """A link between two sellers that a person took away, with the reason; one that was restored stays on record."""

    __tablename__ = "removed_links"
    __table_args__ = (Index(None, "left_party", "right_party"), Index(None, "right_party"))

    removal_id: Mapped[int] = mapped_column(LARGE_ID, primary_key=True, autoincrement=True)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.member_id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    left_party: Mapped[str] = mapped_column(String(32))
    right_party: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    removed_at: Mapped[datetime.datetime] = mapped_column(UtcTime)
    restored_at: Mapped[datetime.datetime | None] = mapped_column(UtcTime)
