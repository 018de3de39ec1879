"""Indexes from which the service level of cases is computed"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_cases_service_by_member", "cases", ["member_id", "country", "created_at", "decided_in_time"])
    op.create_index("ix_cases_service_by_time", "cases", ["created_at", "decided_in_time"])
