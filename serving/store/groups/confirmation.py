"""What confirms that the listing of a check is a counterfeit, read in the transaction that relies on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.schemas.enforcement.groups import CONFIRMATIONS, Confirmation
from serving.store.tables import CaseListingRow, CaseMoveRow, CaseRow, CheckRow

READ_AT_ONCE = 500
# Upheld cases of these grounds are about counterfeits; those of a copyright or a patent may be about genuine goods.
_GROUNDS: Final = ("trademark", "design")
# What the latest move into one of these says holds; a case that is forwarded or closed is as it was decided before.
_DECIDES: Final = {
    "upheld": True, "holder_acted": True, "in_review": False, "counter_notice": False, "rejected": False,
    "reinstated": False, "withdrawn": False, "received": False,
}  # fmt: skip


def find_confirmations(session: Session, check_ids: Collection[str]) -> Mapping[str, frozenset[Confirmation]]:
    """Give the confirmations that each check has now; one without any is left out."""
    found: dict[str, set[Confirmation]] = {}
    wanted = sorted(set(check_ids))
    for start in range(0, len(wanted), READ_AT_ONCE):
        some = wanted[start : start + READ_AT_ONCE]
        for check_id in _reviewed(session, some):
            found.setdefault(check_id, set()).add("review")
        for check_id in _upheld(session, some):
            found.setdefault(check_id, set()).add("case")
    return {check_id: frozenset(kinds) for check_id, kinds in found.items()}


def strongest(found: Collection[Confirmation]) -> Confirmation | None:
    """Give the strongest of a check's confirmations, None where it has none."""
    return next((one for one in CONFIRMATIONS if one in found), None)


def _reviewed(session: Session, check_ids: Collection[str]) -> Collection[str]:
    """Give those whose latest review in force is `counterfeit`."""
    query = select(CheckRow.check_id).where(CheckRow.check_id.in_(check_ids), CheckRow.decision == "counterfeit")
    return session.scalars(query).all()


def _upheld(session: Session, check_ids: Collection[str]) -> Collection[str]:
    """Give those with a case that was upheld and not put in doubt since."""
    query = (
        select(CaseListingRow.check_id, CaseListingRow.case_id, CaseMoveRow.to_state)
        .join(CaseRow, CaseRow.case_id == CaseListingRow.case_id)
        .join(CaseMoveRow, CaseMoveRow.case_id == CaseListingRow.case_id)
        .where(CaseListingRow.check_id.in_(check_ids), CaseRow.ground.in_(_GROUNDS))
        .order_by(CaseMoveRow.case_id, CaseMoveRow.sequence)
    )
    upheld: dict[tuple[str, str], bool] = {}
    for check_id, case_id, state in session.execute(query):
        if check_id is not None and state in _DECIDES:
            upheld[check_id, case_id] = _DECIDES[state]
    return sorted({check_id for (check_id, _), holds in upheld.items() if holds})
