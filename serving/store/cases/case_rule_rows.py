"""The rows of rules by which checks open cases, and the transaction in which they do."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.audit_log.entry import new_entry
from serving.errors import CaseRuleNotFound, NotifierSuspended
from serving.principal import SERVER, Principal
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.case_rules import CaseRule, CaseRuleSent
from serving.store.audit_rows import append_entry
from serving.store.cases.case_openings import add_case
from serving.store.cases.case_values import NewCase, Opening
from serving.store.database.database import Database
from serving.store.events.followers import Taken, advance
from serving.store.member_rows import get_member
from serving.store.sortable_id import new_id
from serving.store.tables import CaseListingRow, CaseRuleRow, CheckRow, MemberProductRow


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckSeen:
    """What a rule looks at of a check, and when cases of its seller were upheld that were not taken back."""

    check_id: str
    created_at: datetime.datetime
    product: str
    outcome: str
    authenticity: float | None
    upheld_at: tuple[datetime.datetime, ...]


RuleAction = Literal["case_rule.changed", "case_rule.created", "case_rule.deleted"]
CaseOfRule = Callable[[CaseRule, CheckSeen], tuple[NewCase, Opening] | None]


class CaseRuleRows:
    """The rules. They are the operator's to make, so whoever may ask sees all of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, principal: Principal, sent: CaseRuleSent, now: datetime.datetime) -> CaseRule:
        """Add a rule, which opens cases on checks from now on; raises MemberNotFound."""

        def work(session: Session) -> CaseRule:
            if sent.member_id is not None:
                get_member(session, principal, sent.member_id)
            row = CaseRuleRow(
                rule_id=new_id(),
                created_at=now,
                member_id=sent.member_id,
                kind=sent.kind,
                settings=sent.settings.model_dump(mode="json"),
                enabled=True,
            )
            session.add(row)
            _record(session, principal, "case_rule.created", row)
            return _rule_of(row)

        return await self._database.write(work)

    async def find_all(self, principal: Principal) -> list[CaseRule]:
        """Give all rules, oldest first."""

        def work(session: Session) -> list[CaseRule]:
            rows = session.scalars(select(CaseRuleRow).order_by(CaseRuleRow.created_at, CaseRuleRow.rule_id))
            return [_rule_of(row) for row in rows if principal.is_operator]

        return await self._database.read(work)

    async def set_enabled(self, principal: Principal, rule_id: str, *, enabled: bool) -> CaseRule:
        """Switch a rule on or off; raises CaseRuleNotFound."""

        def work(session: Session) -> CaseRule:
            row = _get_rule(session, rule_id)
            if row.enabled != enabled:
                row.enabled = enabled
                _record(session, principal, "case_rule.changed", row)
            return _rule_of(row)

        return await self._database.write(work)

    async def delete(self, principal: Principal, rule_id: str) -> None:
        """Delete a rule; its cases stay. Raises CaseRuleNotFound."""

        def work(session: Session) -> None:
            row = _get_rule(session, rule_id)
            _record(session, principal, "case_rule.deleted", row)
            session.delete(row)

        await self._database.write(work)

    async def open_for(self, taken: Taken, case_of: CaseOfRule) -> int:
        """Open the cases that `case_of` gives for the checks of these events, and move the follower's cursor.

        All of it is one transaction, so that a kill loses and doubles none; gives how many were opened. A member's
        rule opens cases on the products that are the member's now. Raises FollowedElsewhere.
        """

        def work(session: Session) -> int:
            opened = 0
            rules = [_rule_of(row) for row in session.scalars(select(CaseRuleRow).where(CaseRuleRow.enabled))]
            owners = {row.product: row.member_id for row in session.scalars(select(MemberProductRow))} if rules else {}
            for event in taken.events if rules else ():
                check = _check_of(session, event.check_id)
                if check is None:  # it was deleted meanwhile
                    continue
                for rule in rules:
                    if check.created_at < _made_at(rule) or rule.member_id not in (None, owners.get(check.product)):
                        continue
                    found = case_of(rule, check)
                    if found is not None:
                        opened += _open(session, *found)
            advance(session, taken)
            return opened

        return await self._database.write(work)


def _open(session: Session, new: NewCase, opening: Opening) -> bool:
    """Whether a case was opened: not again, and not for a member whose notices are suspended."""
    try:
        return not add_case(session, SERVER, new, opening).replayed
    except NotifierSuspended:  # raised before anything is written; the next events must not wait for its end
        return False


def _check_of(session: Session, check_id: str | None) -> CheckSeen | None:
    row = None if check_id is None else session.get(CheckRow, check_id)
    if row is None:
        return None
    upheld: tuple[datetime.datetime, ...] = ()
    if row.seller_id is not None:
        removed = select(CaseListingRow.case_id, CaseListingRow.removed_at).where(
            CaseListingRow.seller_id == row.seller_id, CaseListingRow.removed_at.is_not(None)
        )
        upheld = tuple({case_id: at for case_id, at in session.execute(removed) if at is not None}.values())
    return CheckSeen(
        check_id=row.check_id,
        created_at=row.created_at,
        product=row.product,
        outcome=row.outcome,
        authenticity=row.authenticity,
        upheld_at=upheld,
    )


def _get_rule(session: Session, rule_id: str) -> CaseRuleRow:
    row = session.get(CaseRuleRow, rule_id)
    if row is None:
        raise CaseRuleNotFound(f"no rule has the id {rule_id[:80]!r}; see GET /v1/case-rules")
    return row


def _record(session: Session, principal: Principal, action: RuleAction, row: CaseRuleRow) -> None:
    entry = new_entry(principal, action, "case_rule", row.rule_id, member_id=row.member_id)
    append_entry(session, entry.with_details(kind=row.kind, enabled=row.enabled))


def _rule_of(row: CaseRuleRow) -> CaseRule:
    return CaseRule.model_validate(
        {
            "rule_id": row.rule_id,
            "created_at": utc_text(row.created_at),
            "kind": row.kind,
            "member_id": row.member_id,
            "settings": row.settings,
            "enabled": row.enabled,
        }
    )


def _made_at(rule: CaseRule) -> datetime.datetime:
    return datetime.datetime.fromisoformat(rule.created_at)
