"""How a case's notifier stands when it is opened: refused while suspended, and on fast track where that was earned."""

from __future__ import annotations

import datetime

from sqlalchemy.orm import Session

from serving.errors import NotifierSuspended
from serving.principal import Principal
from serving.schemas.enforcement.cases import Jurisdiction
from serving.store.cases.case_values import NewCase
from serving.store.cases.misuse_rows import suspended_until
from serving.store.tables import FastTrackRow, TrustedFlaggerRow


def require_processed(session: Session, principal: Principal, new: NewCase, at: datetime.datetime) -> None:
    """Raise NotifierSuspended where the member's notices are not processed at this time.

    What the operator opens otherwise, such as after a test buy, is no notice of the member.
    """
    if new.member_id is None or (principal.is_operator and new.opened_by not in ("member", "rule")):
        return
    until = suspended_until(session, new.member_id, at)
    if until is not None:
        raise NotifierSuspended(
            f"notices of this member are not processed until {until:%Y-%m-%d %H:%M} UTC, after a warning: too many "
            "were manifestly unfounded. GET /v1/misuse/steps has the reasons; ask the operator to lift it"
        )


def is_fast(
    session: Session, principal: Principal, new: NewCase, jurisdiction: Jurisdiction, at: datetime.datetime
) -> bool:
    """Whether a case is dealt with first: its rule or its member earned it, or the law says so.

    Notices of a trusted flagger have priority in the EU (Digital Services Act, Art. 22 (1)).
    """
    if new.opened_by == "rule":
        return new.rule_id is not None and _is_on_fast_track(session, "rule", new.rule_id)
    if new.member_id is None or (principal.is_operator and new.opened_by != "member"):
        return False
    return _is_on_fast_track(session, "member", new.member_id) or (
        jurisdiction == "EU" and _is_trusted(session, new.member_id, at.date())
    )


def _is_on_fast_track(session: Session, kind: str, subject_id: str) -> bool:
    row = session.get(FastTrackRow, (kind, subject_id))
    return row is not None and row.standing == "fast"


def _is_trusted(session: Session, member_id: str, day: datetime.date) -> bool:
    row = session.get(TrustedFlaggerRow, member_id)
    return row is not None and row.since <= day and (row.until is None or day <= row.until)
