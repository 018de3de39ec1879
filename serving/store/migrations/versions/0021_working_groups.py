"""Working groups: terms, members, agreements, items and questions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_groups()
    _create_members()
    _create_terms()
    _create_agreements()
    _create_items()
    _create_questions()


def _create_groups() -> None:
    op.create_table(
        "working_groups",
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("hash_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_working_groups")),
        sa.UniqueConstraint("name", name=op.f("uq_working_groups_name")),
    )


def _create_members() -> None:
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("invited_at", sa.DateTime(), nullable=False),
        sa.Column("joined_at", sa.DateTime(), nullable=True),
        sa.Column("left_at", sa.DateTime(), nullable=True),
        sa.Column("agreement", sa.Integer(), nullable=True),
        sa.Column("contact", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["working_groups.group_id"], name=op.f("fk_group_members_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.member_id"], name=op.f("fk_group_members_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "member_id", name=op.f("pk_group_members")),
    )
    op.create_index(op.f("ix_group_members_member_id"), "group_members", ["member_id"])


def _create_terms() -> None:
    op.create_table(
        "group_terms",
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["working_groups.group_id"], name=op.f("fk_group_terms_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "version", name=op.f("pk_group_terms")),
    )


def _create_agreements() -> None:
    op.create_table(
        "group_agreements",
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agreed_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("asks", sa.JSON(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("watch", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "member_id"],
            ["group_members.group_id", "group_members.member_id"],
            name=op.f("fk_group_agreements_group_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "member_id", "number", name=op.f("pk_group_agreements")),
    )


def _create_items() -> None:
    op.create_table(
        "group_items",
        sa.Column("item_id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("check_id", sa.String(length=36), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("shared_at", sa.DateTime(), nullable=False),
        sa.Column("agreement", sa.Integer(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("bundle_sha256", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("matches", sa.Integer(), nullable=False),
        sa.Column("last_matched_on", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["check_id"], ["checks.check_id"], name=op.f("fk_group_items_check_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "member_id"],
            ["group_members.group_id", "group_members.member_id"],
            name=op.f("fk_group_items_group_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_group_items")),
    )
    op.create_index(op.f("ix_group_items_check_id"), "group_items", ["check_id"])
    op.create_index(
        op.f("ix_group_items_group_id_check_id_kind_part"),
        "group_items",
        ["group_id", "check_id", "kind", "part"],
        unique=True,
    )
    op.create_index(op.f("ix_group_items_group_id_kind_digest"), "group_items", ["group_id", "kind", "digest"])
    op.create_index(
        op.f("ix_group_items_group_id_member_id_item_id"), "group_items", ["group_id", "member_id", "item_id"]
    )


def _create_questions() -> None:
    op.create_table(
        "group_questions",
        sa.Column("question_id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id", "member_id"],
            ["group_members.group_id", "group_members.member_id"],
            name=op.f("fk_group_questions_group_id_member_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("question_id", name=op.f("pk_group_questions")),
    )
    op.create_index(op.f("ix_group_questions_member_id_asked_at"), "group_questions", ["member_id", "asked_at"])
