"""Changes of bundles, and shadow verdicts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bundle_changes",
        sa.Column("change_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_bundle_changes")),
    )
    op.create_index(op.f("ix_bundle_changes_name_change_id"), "bundle_changes", ["name", "change_id"])

    op.create_table(
        "shadow_verdicts",
        sa.Column("check_id", sa.String(length=36), nullable=False),
        sa.Column("shadow_sha256", sa.String(length=64), nullable=False),
        sa.Column("active_sha256", sa.String(length=64), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("active_outcome", sa.String(length=20), nullable=False),
        sa.Column("shadow_outcome", sa.String(length=20), nullable=False),
        sa.Column("active_authenticity", sa.Float(), nullable=True),
        sa.Column("shadow_authenticity", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_id"], ["checks.check_id"], name=op.f("fk_shadow_verdicts_check_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("check_id", "shadow_sha256", name=op.f("pk_shadow_verdicts")),
    )
    columns = ["active_sha256", "shadow_sha256", "product", "active_outcome", "shadow_outcome"]
    op.create_index(op.f(f"ix_shadow_verdicts_{'_'.join(columns)}"), "shadow_verdicts", columns)
