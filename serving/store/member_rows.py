"""The rows of members and their products."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import MemberNameTaken, MemberNotFound, ProductTaken
from serving.principal import Principal
from serving.schemas.accounts import Member, MemberSent
from serving.schemas.checks import utc_text
from serving.store.audit_rows import append_entry
from serving.store.database.database import Database
from serving.store.lists.cursor_row import row_at
from serving.store.sellers.changes import products_moved
from serving.store.sortable_id import new_id
from serving.store.tables import MemberProductRow, MemberRow


class MemberRows:
    """The rows of members; a member sees itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_all(
        self, principal: Principal, *, limit: int | None = None, after: str | None = None
    ) -> list[Member]:
        """Give the members that the caller sees, by name: all, or at most `limit` that follow the one with this id.

        Raises CursorInvalid where the caller sees none with this id.
        """

        def work(session: Session) -> list[Member]:
            members = select(MemberRow).order_by(MemberRow.name).limit(limit)
            products = select(MemberProductRow).order_by(MemberProductRow.product)
            if not principal.is_operator:
                members = members.where(MemberRow.member_id == principal.member_id)
            if after is not None:
                members = members.where(MemberRow.name > row_at(session, MemberRow, principal, after).name)
            rows = session.scalars(members).all()
            if limit is not None or not principal.is_operator:
                products = products.where(MemberProductRow.member_id.in_([row.member_id for row in rows]))
            of_member: dict[str, list[str]] = {}
            for product in session.scalars(products):
                of_member.setdefault(product.member_id, []).append(product.product)
            return [_member_of(row, of_member.get(row.member_id, [])) for row in rows]

        return await self._database.read(work)

    async def add(self, principal: Principal, sent: MemberSent, now: datetime.datetime) -> Member:
        """Add a member with its products; raises MemberNameTaken or ProductTaken."""

        def work(session: Session) -> Member:
            if session.scalar(select(MemberRow.member_id).where(MemberRow.name == sent.name)) is not None:
                raise MemberNameTaken(f"a member has the name {sent.name[:80]!r} already; choose another one")
            row = MemberRow(
                member_id=new_id(), name=sent.name, category=sent.category, country=sent.country, created_at=now
            )
            session.add(row)
            session.flush()
            _give_products(session, row.member_id, sent.products)
            entry = new_entry(
                principal,
                "member.created",
                "member",
                row.member_id,
                {"category": sent.category, "country": sent.country, "products": [*sorted(set(sent.products))]},
                member_id=row.member_id,
                private={"name": sent.name},
            )
            append_entry(session, entry)
            return _member_of(row, sorted(set(sent.products)))

        return await self._database.write(work)

    async def set_products(self, principal: Principal, member_id: str, products: Sequence[str]) -> Member:
        """Make these the products of a member, from the next request of its keys on.

        Raises MemberNotFound or ProductTaken.
        """

        def work(session: Session) -> Member:
            row = get_member(session, principal, member_id)
            own = select(MemberProductRow.product).where(MemberProductRow.member_id == member_id)
            before = session.scalars(own).all()
            session.execute(delete(MemberProductRow).where(MemberProductRow.member_id == member_id))
            _give_products(session, member_id, products)
            products_moved(session, member_id, {*before, *products})
            kept = sorted(set(products))
            append_entry(
                session,
                new_entry(principal, "member.changed", "member", member_id, {"products": [*kept]}, member_id=member_id),
            )
            return _member_of(row, kept)

        return await self._database.write(work)


def get_member(session: Session, principal: Principal, member_id: str) -> MemberRow:
    """Give the row of a member; raises MemberNotFound, also for one that the caller may not see."""
    row = session.get(MemberRow, member_id)
    if row is None or not (principal.is_operator or principal.member_id == member_id):
        raise MemberNotFound(f"no member has the id {member_id[:80]!r}")
    return row


def _give_products(session: Session, member_id: str, products: Collection[str]) -> None:
    wanted = sorted(set(products))
    taken = session.scalars(select(MemberProductRow).where(MemberProductRow.product.in_(wanted))).first()
    if taken is not None:
        raise ProductTaken(
            f"the product {taken.product!r} is that of the member {taken.member_id}; take it from that one first"
        )
    session.add_all([MemberProductRow(product=product, member_id=member_id) for product in wanted])
    session.flush()


def _member_of(row: MemberRow, products: list[str]) -> Member:
    return Member.model_validate(
        {
            "member_id": row.member_id,
            "name": row.name,
            "category": row.category,
            "country": row.country,
            "products": products,
            "created_at": utc_text(row.created_at),
        }
    )
