"""Jobs and their lines"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_jobs()
    _create_lines()


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("member_id", sa.String(length=36), nullable=True),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(), nullable=True),
        sa.Column("completed_at", sa.DateTime(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_key_hash"), "jobs", ["key_hash"], unique=True)
    op.create_index(op.f("ix_jobs_state_member_id_job_id"), "jobs", ["state", "member_id", "job_id"])
    op.create_index(op.f("ix_jobs_kind_member_id_job_id"), "jobs", ["kind", "member_id", "job_id"])


def _create_lines() -> None:
    op.create_table(
        "job_lines",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("listing_id", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("lease", sa.String(length=80), nullable=True),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("check_id", sa.String(length=36), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.job_id"], name=op.f("fk_job_lines_job_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["check_id"], ["checks.check_id"], name=op.f("fk_job_lines_check_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("job_id", "line", name=op.f("pk_job_lines")),
    )
    op.create_index(op.f("ix_job_lines_check_id"), "job_lines", ["check_id"])
    op.create_index(op.f("ix_job_lines_job_id_state_outcome_line"), "job_lines", ["job_id", "state", "outcome", "line"])
    op.create_index(op.f("ix_job_lines_job_id_position_ended_at"), "job_lines", ["job_id", "position", "ended_at"])
    op.create_index(op.f("ix_job_lines_job_id_ended_at"), "job_lines", ["job_id", "ended_at"])

    op.create_table(
        "job_line_contents",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id", "line"],
            ["job_lines.job_id", "job_lines.line"],
            name=op.f("fk_job_line_contents_job_id_line"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", "line", name=op.f("pk_job_line_contents")),
    )
