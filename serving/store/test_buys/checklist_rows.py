"""The rows of checklists: each change is a version of its own, so that an examination keeps the one it used."""

from __future__ import annotations

import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import ChecklistChanged, ChecklistNotFound
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.buys import Checklist, ChecklistPoint, ChecklistSent
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.tables import ChecklistRow


class ChecklistRows:
    """The rows of checklists. A member has those of its products."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, principal: Principal, product: str, version: int | None = None) -> Checklist:
        """Give a version of a product's checklist, the latest where none is named; raises ChecklistNotFound."""

        def work(session: Session) -> Checklist:
            row = find_checklist(session, product, version) if principal.sees(product) else None
            if row is None:
                named = "" if version is None else f" of version {version}"
                raise ChecklistNotFound(f"the product {product!r} has no checklist{named}")
            return _checklist_of(row)

        return await self._database.read(work)

    async def change(
        self, principal: Principal, product: str, sent: ChecklistSent, now: datetime.datetime
    ) -> Checklist:
        """Add a version; raises ChecklistNotFound for a product of others, and ChecklistChanged.

        Sent again, with the points of the version that it made, it changes nothing and is answered as before.
        """

        def work(session: Session) -> Checklist:
            if not principal.sees(product):
                raise ChecklistNotFound(f"the product {product!r} has no checklist")
            latest = find_checklist(session, product)
            points = [point.model_dump() for point in sent.points]
            if latest is not None and latest.version == sent.version + 1 and latest.points == points:
                return _checklist_of(latest)
            version = 0 if latest is None else latest.version
            if version != sent.version:
                raise ChecklistChanged(
                    f"the checklist of {product!r} is at version {version}, and you saw {sent.version}; read it again"
                )
            row = ChecklistRow(
                product=product,
                version=version + 1,
                created_at=now,
                actor_name=principal.name,
                actor_member_id=principal.member_id,
                points=points,
            )
            session.add(row)
            add_event(session, NewEvent(type="checklist.changed", product=product, data={"version": version + 1}))
            details = {"version": version + 1, "points": len(points)}
            append_entry(session, new_entry(principal, "checklist.changed", "checklist", product, details))
            return _checklist_of(row)

        return await self._database.write(work)


def find_checklist(session: Session, product: str, version: int | None = None) -> ChecklistRow | None:
    """Give a version of a product's checklist, the latest where none is named, None where there is none."""
    if version is not None:
        return session.get(ChecklistRow, (product, version))
    latest = select(ChecklistRow).where(ChecklistRow.product == product).order_by(ChecklistRow.version.desc())
    return session.scalars(latest.limit(1)).one_or_none()


def points_of(row: ChecklistRow | None) -> tuple[ChecklistPoint, ...]:
    """Give the points of a checklist, none where there is none."""
    return () if row is None else tuple(ChecklistPoint.model_validate(point) for point in row.points)


def _checklist_of(row: ChecklistRow) -> Checklist:
    return Checklist(
        product=row.product,
        version=row.version,
        created_at=utc_text(row.created_at),
        points=list(points_of(row)),
    )
