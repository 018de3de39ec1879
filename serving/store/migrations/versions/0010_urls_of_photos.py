"""The URL that a photo was fetched from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty for photos whose bytes were sent."""
    op.add_column("photos", sa.Column("source_url", sa.Text(), nullable=True))
