"""A notice for each seller of a case, and complaints by it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_notices", sa.Column("positions", sa.JSON(), nullable=True))
    with op.batch_alter_table("complaints") as complaints:  # SQLite changes a constraint by copying the table
        complaints.add_column(sa.Column("notice_id", sa.String(length=36), nullable=False, server_default=""))
        complaints.drop_constraint("uq_complaints_case_id_side_decision_sequence", type_="unique")
        complaints.create_unique_constraint(
            "uq_complaints_case_id_side_decision_sequence_notice_id",
            ["case_id", "side", "decision_sequence", "notice_id"],
        )
    with op.batch_alter_table("complaints") as complaints:
        complaints.alter_column("notice_id", server_default=None)
