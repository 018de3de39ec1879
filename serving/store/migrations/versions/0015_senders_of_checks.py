"""The member that sent a check"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty for checks of the operator and for those of before."""
    op.add_column("checks", sa.Column("member_id", sa.String(length=36), nullable=True))
