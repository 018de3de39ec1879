"""What was sent as the lines of jobs, until they are judged."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table


class JobLineContentRow(Table):
    """The JSON of one line; deleted once it is judged, since the check has it then.

    Not a column of the line: SQLite writes a row anew as a whole whenever one of its columns changes, and a line of
    photos has megabytes.
    """

    __tablename__ = "job_line_contents"
    __table_args__ = (
        ForeignKeyConstraint(["job_id", "line"], ["job_lines.job_id", "job_lines.line"], ondelete="CASCADE"),
    )

    job_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)
