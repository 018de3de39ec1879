"""Opens cases in a transaction, each once, and many of them with few statements: a table may have 100,000."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.errors import IdempotencyKeyReused, RequestRefused
from serving.principal import Principal
from serving.store.cases.case_values import NewCase, OpenedCase, Opening
from serving.store.cases.case_writing import write_opening
from serving.store.cases.opening_standing import OpeningStanding
from serving.store.tables import CaseRow, CheckRow


def add_case(session: Session, principal: Principal, new: NewCase, opening: Opening) -> OpenedCase:
    """Open a case in a transaction that does more, such as a follower's; see `CaseRows.add`."""
    opened = _Openings(session, principal, [new]).open(new, opening)
    session.flush()
    return opened


def add_cases(
    session: Session, principal: Principal, some: Sequence[tuple[NewCase, Opening]]
) -> list[OpenedCase | RequestRefused]:
    """Open several cases, each as `add_case` does; gives the error of each that can't be opened."""
    openings = _Openings(session, principal, [new for new, _ in some])
    given: list[OpenedCase | RequestRefused] = []
    for new, opening in some:
        try:
            given.append(openings.open(new, opening))
        except RequestRefused as error:
            given.append(error)
    session.flush()
    return given


class _Openings:
    """What the opening of some cases has to know, read at once; between them nothing is read, so they are written at
    once as well.
    """

    def __init__(self, session: Session, principal: Principal, some: Sequence[NewCase]) -> None:
        self._session = session
        self._principal = principal
        self._standing = OpeningStanding(session)
        self._earlier = _find_earlier(session, {new.origin_key for new in some if new.origin_key is not None})
        named = {one.check_id for new in some for one in new.listings if one.check_id is not None}
        self._checks = _find_checks(session, principal, named)

    def open(self, new: NewCase, opening: Opening) -> OpenedCase:
        """Open one of the cases, or give the one that was opened with the same `origin_key`, maybe of these."""
        earlier = None if new.origin_key is None else self._earlier.get(new.origin_key)
        if earlier is not None:
            case_id, fingerprint = earlier
            if fingerprint != new.fingerprint:
                raise IdempotencyKeyReused("this Idempotency-Key was sent before with other content; send a new key")
            return OpenedCase(case_id=case_id, replayed=True)
        self._standing.require_processed(self._principal, new, opening.at)
        if self._standing.is_fast(self._principal, new, opening.jurisdiction, opening.at):
            opening = dataclasses.replace(opening, fast_track=True)
        row = write_opening(self._session, self._principal, new, opening, self._checks)
        if new.origin_key is not None:
            self._earlier[new.origin_key] = row.case_id, row.fingerprint
        return OpenedCase(case_id=row.case_id, replayed=False)


def _find_earlier(session: Session, keys: set[str]) -> dict[str, tuple[str, str | None]]:
    """Give the cases that were opened with one of these keys: id and fingerprint by key."""
    if not keys:
        return {}
    query = select(CaseRow.origin_key, CaseRow.case_id, CaseRow.fingerprint).where(CaseRow.origin_key.in_(sorted(keys)))
    return {key: (case_id, fingerprint) for key, case_id, fingerprint in session.execute(query) if key is not None}


def _find_checks(session: Session, principal: Principal, check_ids: set[str]) -> dict[str, CheckRow]:
    """Give the checks with these ids that the caller may see."""
    if not check_ids:
        return {}
    found = session.scalars(select(CheckRow).where(CheckRow.check_id.in_(sorted(check_ids))))
    return {row.check_id: row for row in found if principal.sees(row.product)}
