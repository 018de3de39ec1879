"""Cases with the moves that decided them, without a server."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from serving.store.store import Store
from serving.store.tables import CaseMoveRow, CaseRow, CaseRuleRow, MemberRow
from tests.serving.builders.cases.new_cases import HOUR
from tests.serving.builders.new_checks import NOW

FIRST = datetime.datetime(2026, 4, 1, 12, tzinfo=datetime.UTC)  # when the first move of each case was made
Moves = tuple[str, ...]  # states, one an hour; a state may be followed by `:` and a reason code


def case_rows(number: int, moves: Moves, **values: Any) -> list[CaseRow | CaseMoveRow]:
    """A case of the member m about toys, moved to these states, with its moves."""
    case_id = f"00000000-0000-7000-8000-{number:012d}"
    at = values.pop("at", FIRST)
    states = [one.partition(":")[::2] for one in ("received", *moves)]
    decided = [place for place, (state, _) in enumerate(states) if state in ("upheld", "rejected")]
    known = {
        "case_id": case_id, "created_at": at, "member_id": "m", "opened_by": "member", "rule_id": None,
        "product": "toy", "ground": "trademark", "country": "DE", "jurisdiction": "EU", "statement": "",
        "state": states[-1][0], "version": len(states), "fast_track": False, "due_at": at + 24 * HOUR,
        "due_calendar": "c", "paused_s": 0.0, "reason": "",
        "decided_at": at + decided[0] * HOUR if decided else None, "decided_in_time": True if decided else None,
    }  # fmt: skip
    rows: list[CaseRow | CaseMoveRow] = [CaseRow(**{**known, **values})]
    for place, (state, reason_code) in enumerate(states):
        rows.append(
            CaseMoveRow(
                case_id=case_id,
                sequence=place + 1,
                at=at + place * HOUR,
                from_state=states[place - 1][0] if place else None,
                to_state=state,
                actor="operator",
                actor_name="server",
                reason_code=reason_code or None,
                reason="",
            )
        )
    return rows


async def add_members(store: Store) -> None:
    """Add the members m (toys) and n (mugs), where they are not there."""
    await store._database.write(_add_members)


async def add_cases(store: Store, some: Iterable[list[CaseRow | CaseMoveRow]]) -> None:
    """Add cases, the members m (toys) and n (mugs), and a rule r of m."""

    def work(session: Session) -> None:
        _add_members(session)
        session.add(
            CaseRuleRow(
                rule_id="r", created_at=NOW, member_id="m", kind="counterfeit", settings={"country": "DE"}, enabled=True
            )
        )
        for rows in some:
            session.add(rows[0])
            session.flush()
            session.add_all(rows[1:])

    await store._database.write(work)


def _add_members(session: Session) -> None:
    for member_id, name in (("m", "Toys"), ("n", "Mugs")):
        session.merge(MemberRow(member_id=member_id, name=name, category="toys", country="DE", created_at=NOW))
