"""The rows of watchers: members that have each new check of their products looked up in a group."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence

from pydantic import JsonValue
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from serving.errors import RequestRefused
from serving.principal import Principal
from serving.store.database.database import Database
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.events.followers import Taken, advance
from serving.store.groups.access import get_joined
from serving.store.groups.bank import Asked, answer_asked
from serving.store.tables import CheckRow, GroupAgreementRow, GroupMemberRow, GroupRow, MemberProductRow

WATCH = "group-watch"  # the name of who asks for a watcher


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """A member that has its new checks looked up in a group; `member` sees its products."""

    group_id: str
    member: Principal


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A check that is looked up for a watcher; `find_matches` gives what was known, once `asked` was answered."""

    watcher: Watcher
    check_id: str
    asked: Asked
    find_matches: Callable[[], list[JsonValue]]


class WatchRows:
    """Who watches, and what was found for them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find_watchers(self, check_id: str) -> list[Watcher]:
        """Give who has new checks of this one's product looked up, by an agreement to the latest terms."""

        def work(session: Session) -> list[Watcher]:
            query = (
                select(GroupMemberRow.group_id, GroupMemberRow.member_id)
                .join(MemberProductRow, MemberProductRow.member_id == GroupMemberRow.member_id)
                .join(CheckRow, CheckRow.product == MemberProductRow.product)
                .join(GroupRow, GroupRow.group_id == GroupMemberRow.group_id)
                .join(
                    GroupAgreementRow,
                    and_(
                        GroupAgreementRow.group_id == GroupMemberRow.group_id,
                        GroupAgreementRow.member_id == GroupMemberRow.member_id,
                        GroupAgreementRow.number == GroupMemberRow.agreement,
                    ),
                )
                .where(CheckRow.check_id == check_id, GroupMemberRow.state == "joined", GroupAgreementRow.watch)
                .where(GroupAgreementRow.terms_version == GroupRow.terms_version)
            )
            found = session.execute(query.order_by(GroupMemberRow.group_id)).all()
            return [Watcher(group_id=group_id, member=_member(session, member_id)) for group_id, member_id in found]

        return await self._database.read(work)

    async def report_matches(self, taken: Taken, watched: Sequence[Watched], now: datetime.datetime) -> None:
        """Answer what watchers would ask about checks, and report what is known, in the transaction of the follower.

        A watcher that has left meanwhile is passed over. Raises FollowedElsewhere.
        """

        def work(session: Session) -> None:
            advance(session, taken)
            for one in watched:
                try:
                    get_joined(session, one.watcher.member, one.watcher.group_id)
                except RequestRefused:
                    continue
                answer_asked(session, one.watcher.member, one.watcher.group_id, one.asked, now, questions_left=0)
                matches = one.find_matches()
                if matches:
                    facts = {"group_id": one.watcher.group_id, "matches": matches}
                    member_id = one.watcher.member.member_id
                    add_event(
                        session, NewEvent(type="group.match", data=facts, member_id=member_id, check_id=one.check_id)
                    )

        await self._database.write(work)


def _member(session: Session, member_id: str) -> Principal:
    products = session.scalars(select(MemberProductRow.product).where(MemberProductRow.member_id == member_id))
    return Principal(name=WATCH, rate_key=WATCH, member_id=member_id, products=frozenset(products))
