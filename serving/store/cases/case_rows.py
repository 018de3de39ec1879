"""The rows of takedown cases: opened once, found, listed, and changed by a pure function inside the transaction."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from serving.errors import CaseChanged, CaseNotFound, RequestRefused
from serving.principal import SERVER, Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.cases import Case, CaseCounts, CaseSort, CaseState, CaseSummary
from serving.store.cases.case_answers import case_of, stored_case, summary_of
from serving.store.cases.case_counts import count_cases
from serving.store.cases.case_evidence import find_evidence
from serving.store.cases.case_list import CaseFilter, CasePlace, cases_visible_to, list_cases
from serving.store.cases.case_openings import add_case, add_cases
from serving.store.cases.case_values import (
    CaseChange,
    ChangedCase,
    NewCase,
    OpenedCase,
    OpenedRest,
    Opening,
    StoredCase,
    reason_words,
)
from serving.store.cases.case_writing import write_change
from serving.store.cases.listing_identity import find_in_cases, identity_of
from serving.store.database.database import Database
from serving.store.idempotency_rows import Claim
from serving.store.tables import (
    ApiKeyRow,
    CaseMoveRow,
    CaseNoticeRow,
    CaseRow,
    CaseTimerRow,
    CheckRow,
    MemberProductRow,
    MemberRow,
)
from serving.store.tables.enforcement.case_progress import WAITING

Decide = Callable[[StoredCase], CaseChange]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecordPage:
    """A page of cases; `next_place` is the place of the last one, None where no case follows."""

    cases: list[CaseSummary]
    next_place: CasePlace | None


class CaseRows:
    """The rows of cases. A member's are those that it opened and those about its products."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, principal: Principal, new: NewCase, opening: Opening) -> OpenedCase:
        """Open a case, or give the one that was opened with the same `origin_key`.

        Raises CaseCheckMissing, RequestInvalid, IdempotencyKeyReused.
        """
        return await self._database.write(lambda session: add_case(session, principal, new, opening))

    async def add_rest(
        self, principal: Principal, new: NewCase, open_as: Callable[[NewCase], Opening], ended: Collection[CaseState]
    ) -> OpenedRest:
        """Open a case of those listings that are in no case of its product, but for cases in a state of `ended`.

        Gives the one that was opened with the same `origin_key`. Raises as `add` does.
        """
        return await self._database.write(lambda session: _add_rest(session, principal, new, open_as, ended))

    async def add_all(
        self, principal: Principal, some: Sequence[tuple[NewCase, Opening]]
    ) -> list[OpenedCase | RequestRefused]:
        """Open several cases in one transaction, each as `add` does; gives the error of each that can't be opened."""

        def work(session: Session) -> list[OpenedCase | RequestRefused]:
            return add_cases(session, principal, some)

        return await self._database.write(work)

    async def examine_all(
        self, principal: Principal, some: Sequence[tuple[NewCase, Opening]]
    ) -> list[OpenedCase | RequestRefused]:
        """Give what `add_all` would, and open nothing: the transaction is undone."""

        def work(session: Session) -> None:
            raise _Undone(add_cases(session, principal, some))

        try:
            await self._database.write(work)
        except _Undone as undone:
            return undone.given
        raise AssertionError("work ends with an exception")

    async def find(self, principal: Principal, case_id: str, now: datetime.datetime) -> Case:
        """Give a case with its listings, moves and notices; raises CaseNotFound."""

        def work(session: Session) -> Case:
            row = get_case(session, principal, case_id)
            notices = select(CaseNoticeRow).where(CaseNoticeRow.case_id == case_id)
            named = [listing.check_id for listing in row.listings if listing.check_id is not None]
            there = session.scalars(select(CheckRow.check_id).where(CheckRow.check_id.in_(named)))
            found = session.scalars(notices.order_by(CaseNoticeRow.notice_id))
            notices_sent = sorted(found, key=lambda notice: int(notice.body.get("sequence", 0)))
            case = case_of(row, notices_sent, find_waiting(session, case_id), frozenset(there), principal, now)
            added = {"evidence": find_evidence(session, case_id), "notifier_removed": is_notifier_removed(session, row)}
            return case.model_copy(update=added)

        return await self._database.read(work)

    async def find_page(
        self,
        principal: Principal,
        wanted: CaseFilter,
        limit: int,
        now: datetime.datetime,
        *,
        sort: CaseSort = "newest",
        after: CasePlace | None = None,
    ) -> CaseRecordPage:
        """Give at most `limit` cases that match and follow a place, in order."""

        def work(session: Session) -> CaseRecordPage:
            listed = list_cases(session, principal, wanted, sort, after, limit)
            cases = [summary_of(row, listings, now) for row, listings in listed.rows]
            return CaseRecordPage(cases=cases, next_place=listed.next_place)

        return await self._database.read(work)

    async def count(self, principal: Principal, wanted: CaseFilter, now: datetime.datetime) -> CaseCounts:
        """Count the cases that match, in all and by the values of each filter."""
        return await self._database.read(lambda session: count_cases(session, principal, wanted, now))

    async def change(
        self,
        principal: Principal,
        case_id: str,
        decide: Decide,
        *,
        version: int | None = None,
        claim: Claim | None = None,
    ) -> ChangedCase:
        """Make what a pure function decides the next move of a case; gives the case after it.

        `version` is the one that the caller saw. Sent again with the same Idempotency-Key, nothing is changed. Raises
        CaseNotFound, CaseChanged, IdempotencyKeyReused and what `decide` raises, which may be called several times.
        """

        def work(session: Session) -> ChangedCase:
            return change_case(session, principal, case_id, decide, version=version, claim=claim)

        return await self._database.write(work)


def _add_rest(
    session: Session,
    principal: Principal,
    new: NewCase,
    open_as: Callable[[NewCase], Opening],
    ended: Collection[CaseState],
) -> OpenedRest:
    earlier = session.scalars(select(CaseRow).where(CaseRow.origin_key == new.origin_key)).one_or_none()
    if earlier is not None:
        replayed = OpenedCase(case_id=earlier.case_id, replayed=True)
        return OpenedRest(case=replayed, left_out=len(new.listings) - len(earlier.listings))
    taken = find_in_cases(session, new.product, new.listings, ended)
    rest = tuple(one for one in new.listings if identity_of(one) not in taken)
    opened = None
    if rest:
        left = dataclasses.replace(new, listings=rest)
        opened = add_case(session, principal, left, open_as(left))
    return OpenedRest(case=opened, left_out=len(new.listings) - len(rest))


def change_case(
    session: Session,
    principal: Principal,
    case_id: str,
    decide: Decide,
    *,
    version: int | None = None,
    claim: Claim | None = None,
) -> ChangedCase:
    """Change a case in a transaction that does more, such as a timer's; see `CaseRows.change`."""
    row = get_case(session, principal, case_id)
    if claim is not None:
        earlier = session.scalars(select(CaseMoveRow).where(CaseMoveRow.key_sha256 == claim.key_sha256)).one_or_none()
        if earlier is not None:
            claim.require_same(earlier.fingerprint)
            return ChangedCase(case=as_stored(session, row), replayed=True)
    last = _last_move(session, row)
    if version is not None and version != row.version:
        raise _changed(session, principal, last, version)
    change = decide(as_stored(session, row))
    move = write_change(session, principal, row, change)
    if claim is not None:
        move.key_sha256, move.fingerprint = claim.key_sha256, claim.fingerprint
    session.flush()
    return ChangedCase(case=as_stored(session, row), replayed=False)


def as_stored(session: Session, row: CaseRow) -> StoredCase:
    """Give a case as the rules see it."""
    upheld = select(CaseMoveRow.reason, CaseMoveRow.reason_code).where(
        CaseMoveRow.case_id == row.case_id, CaseMoveRow.to_state == "upheld", CaseMoveRow.from_state != "upheld"
    )
    decided = session.execute(upheld.order_by(CaseMoveRow.sequence.desc()).limit(1)).one_or_none()
    is_removed = is_notifier_removed(session, row)
    owner = session.get(MemberProductRow, row.product) if row.member_id is None or is_removed else None
    return stored_case(
        row,
        _last_move(session, row).at,
        "" if decided is None else reason_words(*decided),
        find_waiting(session, row.case_id),
        None if owner is None else owner.member_id,
        notifier_removed=is_removed,
    )


def is_notifier_removed(session: Session, row: CaseRow) -> bool:
    """Say whether a member gave notice that was removed since: nobody reads or acts for it."""
    return row.member_id is not None and session.get(MemberRow, row.member_id) is None


def find_waiting(session: Session, case_id: str) -> list[CaseTimerRow]:
    """Give the timers of a case that wait, the next first."""
    waiting = select(CaseTimerRow).where(CaseTimerRow.case_id == case_id, text(WAITING))
    return list(session.scalars(waiting.order_by(CaseTimerRow.fires_at, CaseTimerRow.timer_id)))


def get_case(session: Session, principal: Principal, case_id: str) -> CaseRow:
    """Give the row of a case; raises CaseNotFound, also for one that the caller may not see."""
    row = session.scalars(select(CaseRow).where(CaseRow.case_id == case_id, cases_visible_to(principal))).one_or_none()
    if row is None:
        raise CaseNotFound(f"no case has the id {case_id[:80]!r}; it was never opened here")
    return row


class _Undone(Exception):
    """Undoes a transaction, and has what it would have given."""

    def __init__(self, given: list[OpenedCase | RequestRefused]) -> None:
        super().__init__()
        self.given = given


def _last_move(session: Session, row: CaseRow) -> CaseMoveRow:
    return session.get_one(CaseMoveRow, (row.case_id, row.version))


def _changed(session: Session, principal: Principal, last: CaseMoveRow, seen: int) -> CaseChanged:
    """Name who made the last move; a member learns the names of its own keys alone."""
    if last.actor_name == SERVER.name:
        who = "the server, when a waiting period ended or a due time moved"
    elif last.actor == "seller":
        who = "the seller"
    elif not principal.is_operator and last.actor_member_id != principal.member_id:
        who = "the operator" if last.actor_member_id is None else "another member"
    else:
        newest = select(ApiKeyRow.label).where(ApiKeyRow.lineage == last.actor_name)
        label = session.scalars(newest.order_by(ApiKeyRow.created_at.desc()).limit(1)).one_or_none()
        who = f"the key {label or last.actor_name!r}"
    return CaseChanged(
        f"version: you saw {seen}, and the case is at {last.sequence}: it was moved to {last.to_state} at "
        f"{utc_text(last.at)} by {who}. Read it again, and decide on what it is now"
    )
