"""Photos of the lines of jobs, kept where those of checks are"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_line_photos",
        sa.Column("job_id", sa.String(length=36), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id", "line"],
            ["job_line_contents.job_id", "job_line_contents.line"],
            name=op.f("fk_job_line_photos_job_id_line"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", "line", "position", name=op.f("pk_job_line_photos")),
    )
    op.create_index(op.f("ix_job_line_photos_sha256"), "job_line_photos", ["sha256"])
