"""The rows of published figures: a version is added, never changed; withdrawn ones are kept and not shown."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import ReportNotFound
from serving.principal import Principal
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.tables import TransparencyReportRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StoredReport:
    """Figures as they were published; `content` is their JSON."""

    quarter: str
    version: int
    computed_at: datetime.datetime
    published_at: datetime.datetime
    content: str


RequireOfVersions = Callable[[Sequence[StoredReport]], None]


class ReportRows:
    """The rows of published figures. Anyone may read them; only the operator's requests write."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(
        self,
        principal: Principal,
        quarter: str,
        content: str,
        computed_at: datetime.datetime,
        now: datetime.datetime,
        require: RequireOfVersions,
    ) -> StoredReport:
        """Publish figures as the next version of a quarter; the same ones again are the version that has them.

        `require` is called with every earlier version, also withdrawn ones, which somebody may have; raises what it
        raises.
        """
        entry = new_entry(principal, "report.published", "report", quarter)

        def work(session: Session) -> StoredReport:
            latest = _latest(session, quarter)
            if latest is not None and latest.content == content:
                return _stored(latest)
            earlier = _versions(session, [quarter])
            require(earlier)
            row = TransparencyReportRow(
                quarter=quarter,
                version=max((one.version for one in earlier), default=0) + 1,
                computed_at=computed_at,
                published_at=now,
                content=content,
            )
            session.add(row)
            add_event(session, NewEvent(type="report.published", data={"quarter": quarter, "version": row.version}))
            append_entry(session, entry.with_details(version=row.version))
            return _stored(row)

        return await self._database.write(work)

    async def withdraw(self, principal: Principal, quarter: str, now: datetime.datetime) -> None:
        """Show no version of a quarter any more; raises ReportNotFound where none is shown."""
        entry = new_entry(principal, "report.withdrawn", "report", quarter)

        def work(session: Session) -> None:
            if _latest(session, quarter) is None:
                raise _missing(quarter)
            shown = update(TransparencyReportRow).where(
                TransparencyReportRow.quarter == quarter, TransparencyReportRow.withdrawn_at.is_(None)
            )
            session.execute(shown.values(withdrawn_at=now))
            append_entry(session, entry)

        await self._database.write(work)

    async def find(self, quarter: str, version: int | None = None) -> StoredReport:
        """Give the latest version of a quarter, or an earlier one by its number; raises ReportNotFound."""

        def work(session: Session) -> StoredReport:
            row = _latest(session, quarter, version)
            if row is None:
                raise _missing(quarter)
            return _stored(row)

        return await self._database.read(work)

    async def find_published(self, quarters: Sequence[str]) -> dict[str, StoredReport]:
        """Give the latest version of each of these quarters that was ever published, also where it was withdrawn."""
        return await self._database.read(
            lambda session: {one.quarter: one for one in _versions(session, quarters)}  # the last one counts
        )

    async def find_all(self) -> list[StoredReport]:
        """Give the latest version of every quarter that is shown, latest quarter first."""

        def work(session: Session) -> list[StoredReport]:
            shown = select(TransparencyReportRow).where(TransparencyReportRow.withdrawn_at.is_(None))
            rows = session.scalars(shown.order_by(TransparencyReportRow.quarter, TransparencyReportRow.version))
            latest = {row.quarter: row for row in rows}
            return [_stored(row) for _, row in sorted(latest.items(), reverse=True)]

        return await self._database.read(work)


def _latest(session: Session, quarter: str, version: int | None = None) -> TransparencyReportRow | None:
    query = select(TransparencyReportRow).where(
        TransparencyReportRow.quarter == quarter, TransparencyReportRow.withdrawn_at.is_(None)
    )
    query = query if version is None else query.where(TransparencyReportRow.version == version)
    return session.scalars(query.order_by(TransparencyReportRow.version.desc()).limit(1)).one_or_none()


def _versions(session: Session, quarters: Sequence[str]) -> list[StoredReport]:
    """Give every version of these quarters, in order."""
    query = select(TransparencyReportRow).where(TransparencyReportRow.quarter.in_(quarters))
    rows = session.scalars(query.order_by(TransparencyReportRow.quarter, TransparencyReportRow.version))
    return [_stored(row) for row in rows]


def _missing(quarter: str) -> ReportNotFound:
    return ReportNotFound(f"no figures of {quarter} are published here")


def _stored(row: TransparencyReportRow) -> StoredReport:
    return StoredReport(**{field.name: getattr(row, field.name) for field in dataclasses.fields(StoredReport)})
