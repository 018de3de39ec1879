"""Test buys"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_plans()
    _create_purchases()
    _create_moves()
    _create_findings()
    _create_photos()
    _create_checklists()


def _create_plans() -> None:
    op.create_table(
        "test_buy_plans",
        sa.Column("plan_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(), nullable=True),
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("budget", sa.Float(), nullable=False),
        sa.Column("default_price", sa.Float(), nullable=False),
        sa.Column("shipping", sa.Float(), nullable=False),
        sa.Column("min_price", sa.Float(), nullable=False),
        sa.Column("max_price", sa.Float(), nullable=True),
        sa.Column("random_share", sa.Float(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("frame_sha256", sa.String(length=64), nullable=False),
        sa.Column("frame_size", sa.Integer(), nullable=False),
        sa.Column("strata", sa.JSON(), nullable=False),
        sa.Column("expected_cost", sa.Float(), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_test_buy_plans")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_test_buy_plans_key_sha256")),
    )
    op.create_index(op.f("ix_test_buy_plans_quarter_plan_id"), "test_buy_plans", ["quarter", "plan_id"])


def _create_purchases() -> None:
    op.create_table(
        "test_buys",
        sa.Column("buy_id", sa.String(length=36), nullable=False),
        sa.Column("plan_id", sa.String(length=36), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("check_id", sa.String(length=36), nullable=False),
        sa.Column("listing_id", sa.String(length=200), nullable=True),
        sa.Column("seller_id", sa.String(length=200), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("authenticity", sa.Float(), nullable=True),
        sa.Column("selection", sa.String(length=10), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("worth", sa.JSON(), nullable=True),
        sa.Column("expected_cost", sa.Float(), nullable=False),
        sa.Column("cost", sa.Float(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(), nullable=False),
        sa.Column("checklist_version", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["test_buy_plans.plan_id"], name=op.f("fk_test_buys_plan_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("buy_id", name=op.f("pk_test_buys")),
    )
    op.create_index(op.f("ix_test_buys_check_id"), "test_buys", ["check_id"])
    op.create_index(op.f("ix_test_buys_plan_id_buy_id"), "test_buys", ["plan_id", "buy_id"])
    op.create_index(op.f("ix_test_buys_product_buy_id"), "test_buys", ["product", "buy_id"])
    op.create_index(op.f("ix_test_buys_seller_id"), "test_buys", ["seller_id"])
    op.create_index(op.f("ix_test_buys_state_buy_id"), "test_buys", ["state", "buy_id"])


def _create_moves() -> None:
    op.create_table(
        "test_buy_moves",
        sa.Column("buy_id", sa.String(length=36), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=True),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("actor_member_id", sa.String(length=36), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["buy_id"], ["test_buys.buy_id"], name=op.f("fk_test_buy_moves_buy_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("buy_id", "sequence", name=op.f("pk_test_buy_moves")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_test_buy_moves_key_sha256")),
    )


def _create_findings() -> None:
    op.create_table(
        "test_buy_findings",
        sa.Column("buy_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.String(length=40), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["buy_id"], ["test_buys.buy_id"], name=op.f("fk_test_buy_findings_buy_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("buy_id", "position", name=op.f("pk_test_buy_findings")),
    )


def _create_photos() -> None:
    op.create_table(
        "test_buy_photos",
        sa.Column("buy_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("point_id", sa.String(length=40), nullable=True),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("stored", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["buy_id"], ["test_buys.buy_id"], name=op.f("fk_test_buy_photos_buy_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("buy_id", "position", name=op.f("pk_test_buy_photos")),
    )
    op.create_index(op.f("ix_test_buy_photos_sha256"), "test_buy_photos", ["sha256"])


def _create_checklists() -> None:
    op.create_table(
        "test_buy_checklists",
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("actor_member_id", sa.String(length=36), nullable=True),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("product", "version", name=op.f("pk_test_buy_checklists")),
    )
