"""How a case's notifier stands when it is opened: refused while suspended, and on fast track where that was earned."""

from __future__ import annotations

import datetime
import functools

from sqlalchemy.orm import Session

from serving.errors import NotifierSuspended
from serving.principal import Principal
from serving.schemas.enforcement.cases import Jurisdiction
from serving.store.cases.case_values import NewCase
from serving.store.cases.misuse_rows import suspended_until
from serving.store.tables import FastTrackRow, TrustedFlaggerRow


class OpeningStanding:
    """Looks up how notifiers stand; each answer holds for the transaction, and is read once in it."""

    def __init__(self, session: Session) -> None:
        self._suspended_until = functools.cache(functools.partial(suspended_until, session))
        self._is_on_fast_track = functools.cache(functools.partial(_is_on_fast_track, session))
        self._is_trusted = functools.cache(functools.partial(_is_trusted, session))

    def require_processed(self, principal: Principal, new: NewCase, at: datetime.datetime) -> None:
        """Raise NotifierSuspended where the member's notices are not processed at this time.

        What the operator opens otherwise, such as after a test buy, is no notice of the member.
        """
        if new.member_id is None or (principal.is_operator and new.opened_by not in ("member", "rule")):
            return
        until = self._suspended_until(new.member_id, at)
        if until is not None:
            raise NotifierSuspended(
                f"notices of this member are not processed until {until:%Y-%m-%d %H:%M} UTC, after a warning: too "
                "many were manifestly unfounded. GET /v1/misuse/steps has the reasons; ask the operator to lift it"
            )

    def is_fast(self, principal: Principal, new: NewCase, jurisdiction: Jurisdiction, at: datetime.datetime) -> bool:
        """Whether a case is dealt with first: its rule or its member earned it, or the law says so.

        Notices of a trusted flagger have priority in the EU (Digital Services Act, Art. 22 (1)).
        """
        if new.opened_by == "rule":
            return new.rule_id is not None and self._is_on_fast_track("rule", new.rule_id)
        if new.member_id is None or (principal.is_operator and new.opened_by != "member"):
            return False
        return self._is_on_fast_track("member", new.member_id) or (
            jurisdiction == "EU" and self._is_trusted(new.member_id, at.date())
        )


def _is_on_fast_track(session: Session, kind: str, subject_id: str) -> bool:
    row = session.get(FastTrackRow, (kind, subject_id))
    return row is not None and row.standing == "fast"


def _is_trusted(session: Session, member_id: str, day: datetime.date) -> bool:
    row = session.get(TrustedFlaggerRow, member_id)
    return row is not None and row.since <= day and (row.until is None or day <= row.until)
