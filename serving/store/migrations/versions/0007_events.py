"""Events, written with what happened and numbered afterwards"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("event_id", sa.String(length=40), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=True),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("check_id", sa.String(length=36), nullable=True),
        sa.Column("data", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_sequence_event_id"), "events", ["sequence", "event_id"])
    numbers = op.create_table(
        "event_numbers",
        sa.Column("number_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number_id", name=op.f("pk_event_numbers")),
    )
    op.bulk_insert(numbers, [{"number_id": 1, "last": 0}])
