"""The rows of questions: what a bank has near, read from one snapshot, and the answer, given in one transaction.

An answer is made in two steps. Searching a bank only reads, so that it holds up no other write. Then one
transaction, as if no other ran, reads anew whether the caller may still ask and which of the items that were near are
still there and confirmed, and records the question. A withdrawal commits before that transaction or after it: before,
and no answer has the item; after, and the answer was given earlier.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from serving.errors import GroupQuestionsExhausted
from serving.principal import Principal
from serving.schemas.enforcement.groups import SharedKind
from serving.store.check_rows import get_check
from serving.store.database.database import Database
from serving.store.groups.access import get_joined
from serving.store.groups.bank import Asked, Bank, ItemWanted, answer_asked, find_givers, read_wanted
from serving.store.groups.item_rows import CheckSignals, signals_of
from serving.store.sortable_id import new_id
from serving.store.tables import GroupQuestionRow

WINDOW = datetime.timedelta(hours=24)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class AskedGroup:
    """What a question needs of its group before anything is computed; `check` is that of a question about one."""

    hash_key: bytes
    asks: Sequence[SharedKind]
    agreed_version: int
    latest_version: int
    check: CheckSignals | None


class QuestionRows:
    """The rows of questions. A member asks those of its groups, of what the other members share."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, principal: Principal, group_id: str, check_id: str | None, now: datetime.datetime, limit: int | None
    ) -> AskedGroup:
        """Give what a question needs; raises CheckNotFound, GroupQuestionsExhausted and what `get_joined` raises.

        One without a `limit` counts towards none.
        """

        def work(session: Session) -> AskedGroup:
            group, _, agreement = get_joined(session, principal, group_id)
            if limit is not None:
                _count_left(session, principal, now, limit, 1)
            check = None if check_id is None else get_check(session, principal, check_id)
            return AskedGroup(
                hash_key=group.hash_key,
                asks=agreement.asks,  # type: ignore[arg-type]  # kinds, which the table keeps as texts
                agreed_version=agreement.terms_version,
                latest_version=group.terms_version,
                check=None if check is None else signals_of(session, check, group.hash_key),
            )

        return await self._database.read(work)

    async def search(
        self, principal: Principal, group_id: str, wanted: Sequence[ItemWanted], near: Callable[[Bank], list[str]]
    ) -> list[str]:
        """Give the ids that `near` picks of what the others share, read from one snapshot; raises as `get_joined`."""

        def work(session: Session) -> list[str]:
            get_joined(session, principal, group_id)
            items = [item for one in wanted for item in read_wanted(session, principal, group_id, one)]
            return near(Bank(givers=find_givers(session, principal, group_id), items=items))

        return await self._database.read(work)

    async def answer(
        self, principal: Principal, group_id: str, asked: Asked, *, cost: int, now: datetime.datetime, limit: int
    ) -> None:
        """Answer a question: what `asked.tell` made of it holds where this returns.

        The question counts as `cost` towards the limit of the caller's member. Raises GroupQuestionsExhausted, and as
        `get_joined`.
        """

        def work(session: Session) -> None:
            _, member, _ = get_joined(session, principal, group_id)
            left = _count_left(session, principal, now, limit, cost)
            answer_asked(session, principal, group_id, asked, now, questions_left=left - cost)
            past = GroupQuestionRow.asked_at <= now - WINDOW
            session.execute(delete(GroupQuestionRow).where(GroupQuestionRow.member_id == member.member_id, past))
            session.add_all(
                GroupQuestionRow(question_id=new_id(), group_id=group_id, member_id=member.member_id, asked_at=now)
                for _ in range(cost)
            )

        await self._database.write(work)


def _count_left(session: Session, principal: Principal, now: datetime.datetime, limit: int, cost: int) -> int:
    """Give how many questions the caller's member may ask; raises GroupQuestionsExhausted below `cost`."""
    since = GroupQuestionRow.asked_at > now - WINDOW
    own = GroupQuestionRow.member_id == principal.member_id
    asked, oldest = session.execute(
        select(func.count(), func.min(GroupQuestionRow.asked_at)).select_from(GroupQuestionRow).where(own, since)
    ).one()
    if asked + cost > limit:
        wait = WINDOW if oldest is None else oldest + WINDOW - now
        raise GroupQuestionsExhausted(
            f"your member asked {asked} questions in the last 24 hours, and this one counts as {cost}; at most {limit} "
            "are answered (groups.questions_per_day): a photo or a seller counts as one",
            retry_after_s=max(1, int(wait.total_seconds())),
        )
    return limit - int(asked)
