"""Takedown cases: listings, moves, timers, notices, evidence of sellers, and the rules that open cases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UNDECIDED = "decided_at IS NULL AND (state || '') IN ('received', 'in_review')"
WAITING = "fired_at IS NULL AND cancelled_at IS NULL"


def upgrade() -> None:
    _create_cases()
    _create_listings_and_moves()
    _create_timers()
    _create_notices()
    _create_rules()


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=True),
        sa.Column("opened_by", sa.String(length=20), nullable=False),
        sa.Column("rule_id", sa.String(length=36), nullable=True),
        sa.Column("origin_key", sa.String(length=200), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("jurisdiction", sa.String(length=10), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fast_track", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("due_calendar", sa.String(length=80), nullable=True),
        sa.Column("paused_since", sa.DateTime(), nullable=True),
        sa.Column("paused_s", sa.Float(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_in_time", sa.Boolean(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
        sa.UniqueConstraint("origin_key", name=op.f("uq_cases_origin_key")),
    )
    op.create_index(
        "ix_cases_counts",
        "cases",
        [
            "product",
            "state",
            "country",
            "opened_by",
            "member_id",
            "fast_track",
            "due_at",
            "paused_since",
            "decided_at",
            "created_at",
            "case_id",
        ],
    )
    op.create_index(op.f("ix_cases_created_at_case_id"), "cases", ["created_at", "case_id"])
    op.create_index(
        "ix_cases_due",
        "cases",
        ["due_at", "case_id"],
        sqlite_where=sa.text(UNDECIDED),
        postgresql_where=sa.text(UNDECIDED),
    )
    op.create_index(op.f("ix_cases_member_id_case_id"), "cases", ["member_id", "case_id"])
    op.create_index(op.f("ix_cases_product_case_id"), "cases", ["product", "case_id"])
    op.create_index(op.f("ix_cases_state_case_id"), "cases", ["state", "case_id"])


def _create_listings_and_moves() -> None:
    op.create_table(
        "case_listings",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.String(length=200), nullable=True),
        sa.Column("seller_id", sa.String(length=200), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("check_id", sa.String(length=36), nullable=True),
        sa.Column("check_outcome", sa.String(length=20), nullable=True),
        sa.Column("check_authenticity", sa.Float(), nullable=True),
        sa.Column("value_amount", sa.Float(), nullable=True),
        sa.Column("value_currency", sa.String(length=3), nullable=True),
        sa.Column("removed_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.case_id"], name=op.f("fk_case_listings_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "position", name=op.f("pk_case_listings")),
    )
    op.create_index(op.f("ix_case_listings_check_id"), "case_listings", ["check_id"])
    op.create_index(op.f("ix_case_listings_listing_id_case_id"), "case_listings", ["listing_id", "case_id"])
    op.create_index(op.f("ix_case_listings_seller_id_case_id"), "case_listings", ["seller_id", "case_id"])
    op.create_table(
        "case_moves",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=True),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=20), nullable=False),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("actor_member_id", sa.String(length=36), nullable=True),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("key_sha256", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name=op.f("fk_case_moves_case_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "sequence", name=op.f("pk_case_moves")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_case_moves_key_sha256")),
    )


def _create_timers() -> None:
    op.create_table(
        "case_timers",
        sa.Column("timer_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("fires_at", sa.DateTime(), nullable=False),
        sa.Column("fired_at", sa.DateTime(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.case_id"], name=op.f("fk_case_timers_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("timer_id", name=op.f("pk_case_timers")),
    )
    op.create_index(op.f("ix_case_timers_case_id"), "case_timers", ["case_id"])
    op.create_index(
        "ix_case_timers_waiting",
        "case_timers",
        ["fires_at", "timer_id"],
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    )


def _create_notices() -> None:
    op.create_table(
        "case_notices",
        sa.Column("notice_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=True),
        sa.Column("expires_at", sa.DateTime(), nullable=True),
        sa.Column("opened_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.case_id"], name=op.f("fk_case_notices_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_case_notices")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_case_notices_token_sha256")),
    )
    op.create_index(op.f("ix_case_notices_case_id"), "case_notices", ["case_id"])
    op.create_table(
        "case_evidence",
        sa.Column("evidence_id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("notice_id", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.case_id"], name=op.f("fk_case_evidence_case_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_case_evidence")),
    )
    op.create_index(op.f("ix_case_evidence_case_id"), "case_evidence", ["case_id"])
    op.create_table(
        "case_photos",
        sa.Column("evidence_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["case_evidence.evidence_id"], name=op.f("fk_case_photos_evidence_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("evidence_id", "position", name=op.f("pk_case_photos")),
    )
    op.create_index(op.f("ix_case_photos_sha256"), "case_photos", ["sha256"])


def _create_rules() -> None:
    op.create_table(
        "case_rules",
        sa.Column("rule_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", name=op.f("pk_case_rules")),
    )
