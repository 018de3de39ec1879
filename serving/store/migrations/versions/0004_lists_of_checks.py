"""Sort and filter lists of checks by seller, decision and uncertainty"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

QUEUED = "coalesce(decision, outcome) IN ('review', 'unsupported')"


def upgrade() -> None:
    op.add_column("checks", sa.Column("uncertainty", sa.Float(), nullable=True))
    op.add_column("checks", sa.Column("decision", sa.String(length=20), nullable=True))
    # In the answer's JSON these quotes are part of no string, since a string's own are escaped.
    op.execute(
        "UPDATE checks SET uncertainty = 1 - 2 * abs(authenticity - 0.5) "
        """WHERE answer LIKE '%"authenticity_kind":"calibrated"%'"""
    )
    op.execute(
        "UPDATE checks SET decision = (SELECT decision FROM reviews WHERE reviews.check_id = checks.check_id "
        "AND withdrawn_at IS NULL ORDER BY review_id DESC LIMIT 1) WHERE check_id IN (SELECT check_id FROM reviews)"
    )
    op.drop_index(op.f("ix_checks_outcome_check_id"), "checks")
    op.drop_index(op.f("ix_checks_product_check_id"), "checks")
    op.drop_index(op.f("ix_checks_created_at"), "checks")
    op.create_index(op.f("ix_checks_created_at_check_id"), "checks", ["created_at", "check_id"])
    for column in ("outcome", "product", "seller_id", "decision"):
        op.create_index(f"ix_checks_{column}_newest", "checks", [column, sa.text("check_id DESC")])
    op.create_index(op.f("ix_checks_uncertainty_check_id"), "checks", ["uncertainty", "check_id"])
    for name, columns in (
        ("ix_checks_queue", ["check_id"]),
        ("ix_checks_queue_uncertainty", ["uncertainty", "check_id"]),
    ):
        op.create_index(name, "checks", columns, sqlite_where=sa.text(QUEUED), postgresql_where=sa.text(QUEUED))
    counted = ["product", "outcome", "decision", "seller_id", "uncertainty", "created_at", "check_id"]
    op.create_index("ix_checks_counts", "checks", counted)
