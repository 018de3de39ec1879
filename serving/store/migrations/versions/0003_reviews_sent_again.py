"""Idempotency-Keys of reviews, and reviews that were withdrawn"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("withdrawn_at", sa.DateTime(), nullable=True))
    op.add_column("reviews", sa.Column("key_hash", sa.String(length=64), nullable=True))
    op.add_column("reviews", sa.Column("fingerprint", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_reviews_key_hash"), "reviews", ["key_hash"], unique=True)
