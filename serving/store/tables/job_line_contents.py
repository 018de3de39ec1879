"""What was sent as the lines of jobs, until they are judged."""

from __future__ import annotations

from sqlalchemy import ForeignKeyConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from serving.store.tables.base import Table


class JobLineContentRow(Table):
    """The JSON of one line; deleted once it is judged, since the check has it then.

    Photos that were sent in the line are in the photo store by then, and their base64 in the JSON is empty. A line that
    was parked as it arrived has its JSON as it was sent.

    Not a column of the line: SQLite writes a row anew as a whole whenever one of its columns changes.
    """

    __tablename__ = "job_line_contents"
    __table_args__ = (
        ForeignKeyConstraint(["job_id", "line"], ["job_lines.job_id", "job_lines.line"], ondelete="CASCADE"),
    )

    job_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class JobLinePhotoRow(Table):
    """A photo that was sent in a line, for as long as the line's content is kept: so it is no orphan meanwhile."""

    __tablename__ = "job_line_photos"
    __table_args__ = (
        ForeignKeyConstraint(
            ["job_id", "line"], ["job_line_contents.job_id", "job_line_contents.line"], ondelete="CASCADE"
        ),
    )

    job_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
