"""The audit log"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

REFUSAL = "entries of the audit log are never changed"


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("member_id", sa.String(length=64), nullable=True),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_entries")),
    )
    for columns in (["action"], ["actor"], ["member_id"], ["object_kind", "object_id"], ["created_at"]):
        name = op.f(f"ix_audit_entries_{'_'.join([*columns, 'sequence'])}")
        op.create_index(name, "audit_entries", [*columns, "sequence"])
    op.create_table(
        "audit_private",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_private")),
    )
    op.create_index(op.f("ix_audit_private_created_at"), "audit_private", ["created_at"])
    op.create_table(
        "audit_head",
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_head")),
    )
    for statement in _refusals(op.get_bind().dialect.name):
        op.execute(statement)


def _refusals(dialect: str) -> list[str]:
    """Let the database itself refuse to change or delete an entry, whoever asks."""
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER audit_entries_no_{event.lower()} BEFORE {event} ON audit_entries "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            for event in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
    ]
