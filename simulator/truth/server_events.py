"""Which events the server has to report by what happened: each once, with its facts, to whom it concerns."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import JsonValue

from simulator.truth.case_timers import REPORTS, CaseTimers
from simulator.truth.cases import TrueCase
from simulator.truth.events import (
    BuyMoved,
    BuyPlanned,
    CaseAnswered,
    CaseAsked,
    CaseMoved,
    CaseOpened,
    ChecklistWritten,
    CheckMade,
    ComplaintDecided,
    ComplaintMade,
    GroupFounded,
    GroupLeft,
    MemberJoined,
    ReadEvent,
    ReportPublished,
    ReviewMade,
    RuleMade,
    SellerShared,
    StandingsEvaluated,
    TimersFired,
)
from simulator.truth.fast_track import true_changes
from simulator.truth.ledger import Ledger

_OF_CASE: Final = ("case_id", "version", "state")
_OF_MOVE: Final = (*_OF_CASE, "from", "to", "actor")
# The facts of each type that are compared; the first one is what the event is about.
FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "check.completed": ("check_id", "listing_id", "seller_id", "outcome"),
    "review.decided": ("check_id", "listing_id", "seller_id", "outcome", "decision"),
    "case.opened": (*_OF_CASE, "country", "opened_by", "listings"),
    "case.moved": _OF_MOVE,
    "case.paused": _OF_MOVE,
    "case.resumed": _OF_MOVE,
    **dict.fromkeys(REPORTS.values(), (*_OF_CASE, "timer")),
    "complaint.received": ("complaint_id", "case_id", "side"),
    "complaint.decided": ("complaint_id", "case_id", "side", "state"),
    "fast_track.changed": ("subject_id", "subject_kind", "from", "to", "decided", "upheld", "counter_notices_won"),
    "test_buy_plan.proposed": ("plan_id", "quarter", "buys"),
    "test_buy_plan.accepted": ("plan_id", "quarter"),
    "test_buy.moved": ("buy_id", "plan_id", "from", "to"),
    "checklist.changed": ("version",),
    "report.published": ("quarter", "version"),
    "group.created": ("group_id", "category"),
    "group.invited": ("group_id", "terms_version"),
    "group.agreed": ("group_id", "agreement", "terms_version"),
    "group.items_shared": ("group_id", "shared_check_id", "items"),
    "group.items_withdrawn": ("group_id", "items", "reason"),
    "group.left": ("group_id", "by"),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueEvent:
    """An event that has to be reported: to the operator, and to whom `product` or `member_id` is its own."""

    at: datetime.datetime
    type: str
    facts: Mapping[str, JsonValue]
    product: str | None = None
    member_id: str | None = None


def read_event(answer: Mapping[str, Any]) -> ReadEvent:
    """Take of an event of the API what is compared; of a type that nothing here makes, no facts."""
    return ReadEvent(
        sequence=answer["sequence"],
        event_id=answer["id"],
        type=answer["type"],
        at=datetime.datetime.fromisoformat(answer["timestamp"]),
        product=answer["product"],
        facts={name: answer["data"].get(name) for name in FACTS.get(answer["type"], ())},
    )


def true_events(ledger: Ledger, cases: Iterable[TrueCase]) -> list[TrueEvent]:
    """Give every event that had to be reported, oldest first."""
    found = [*_of_checks(ledger), *_of_cases(ledger), *_of_complaints(ledger), *_of_standings(ledger, [*cases])]
    found += [*_of_buys(ledger), *_of_groups(ledger)]
    found += [
        TrueEvent(at=published.at, type="report.published", facts={"quarter": published.quarter, "version": 1})
        for published in ledger.all(ReportPublished)
    ]
    return sorted(found, key=lambda event: event.at)


def _of_checks(ledger: Ledger) -> Iterator[TrueEvent]:
    named: dict[str, dict[str, JsonValue]] = {}
    products: dict[str, str] = {}
    for event in ledger.events:
        if isinstance(event, CheckMade):
            products[event.check_id] = event.product
            named[event.check_id] = {
                "check_id": event.check_id,
                "listing_id": event.listing_id,
                "seller_id": event.seller_id,
                "outcome": event.outcome,
            }
            yield TrueEvent(at=event.at, type="check.completed", product=event.product, facts=named[event.check_id])
        elif isinstance(event, ReviewMade):
            facts = {**named[event.check_id], "decision": event.decision}
            yield TrueEvent(at=event.at, type="review.decided", product=products[event.check_id], facts=facts)


class _RunningCase:
    """A case as its events tell of it; each move counts its version on."""

    def __init__(self, opened: CaseOpened) -> None:
        self.opened, self.timers = opened, CaseTimers(opened)
        self._state: str = "received"
        self._version = 1

    def event(self, kind: str, at: datetime.datetime, **facts: JsonValue) -> TrueEvent:
        """Give an event of the case as it stands."""
        of_case: dict[str, JsonValue] = {
            "case_id": self.opened.case_id, "version": self._version, "state": self._state,
        }  # fmt: skip
        return TrueEvent(
            at=at,
            type=kind,
            product=self.opened.product,
            member_id=self.opened.member_id,
            facts={**of_case, **facts},
        )

    def moved(self, kind: str, at: datetime.datetime, actor: str, to: str | None = None) -> TrueEvent:
        """Move it, to the state that it has where none is named, and give the event of that."""
        before, self._state, self._version = self._state, to or self._state, self._version + 1
        return self.event(kind, at, **{"from": before, "to": self._state, "actor": actor})


def _of_cases(ledger: Ledger) -> Iterator[TrueEvent]:
    cases: dict[str, _RunningCase] = {}
    for event in ledger.events:
        if isinstance(event, CaseOpened):
            case = cases[event.case_id] = _RunningCase(event)
            listings = len(event.listings)
            yield case.event(
                "case.opened", event.at, country=event.country, opened_by=event.opened_by, listings=listings
            )
        elif isinstance(event, CaseMoved):
            cases[event.case_id].timers.move(event)
            yield cases[event.case_id].moved("case.moved", event.at, event.actor, event.to)
        elif isinstance(event, CaseAsked):
            cases[event.case_id].timers.ask(event)
            yield cases[event.case_id].moved("case.paused", event.at, "operator")
        elif isinstance(event, CaseAnswered):
            cases[event.case_id].timers.answer(event)
            yield cases[event.case_id].moved("case.resumed", event.at, event.actor)
        elif isinstance(event, TimersFired):
            for case in [one for one in cases.values() if one.timers.is_waiting]:
                yield from (case.event(REPORTS[kind], event.at, timer=kind) for kind in case.timers.fire(event.at))


def _of_complaints(ledger: Ledger) -> Iterator[TrueEvent]:
    notifiers = {case.case_id: case.member_id for case in ledger.all(CaseOpened)}
    made = {complaint.complaint_id: complaint for complaint in ledger.all(ComplaintMade)}
    for event in ledger.events:
        if not isinstance(event, ComplaintMade | ComplaintDecided):
            continue
        case_id = made[event.complaint_id].case_id
        facts: dict[str, JsonValue] = {"complaint_id": event.complaint_id, "case_id": case_id, "side": "notifier"}
        kind = "complaint.received"
        if isinstance(event, ComplaintDecided):
            kind, facts = "complaint.decided", {**facts, "state": event.outcome}
        yield TrueEvent(at=event.at, type=kind, member_id=notifiers[case_id], facts=facts)


def _of_standings(ledger: Ledger, cases: list[TrueCase]) -> Iterator[TrueEvent]:
    """Members have records of the cases opened in their names, and rules of those that they opened."""
    evaluated_at = [event.at for event in ledger.all(StandingsEvaluated)]
    subjects = [
        (
            "member",
            member.member_id,
            member.member_id,
            [one for one in cases if one.opened.member_id == member.member_id],
        )
        for member in ledger.all(MemberJoined)
    ]
    subjects += [
        ("rule", rule.rule_id, rule.member_id, [one for one in cases if one.opened.opened_by == "rule"])
        for rule in ledger.all(RuleMade)
    ]
    for kind, subject_id, member_id, notified in subjects:
        for change in true_changes(notified, evaluated_at):
            record = change.record
            facts: dict[str, JsonValue] = {
                "subject_id": subject_id,
                "subject_kind": kind,
                "from": change.before,
                "to": change.after,
                "decided": record.decided,
                "upheld": record.upheld,
                "counter_notices_won": record.won,
            }
            yield TrueEvent(at=change.at, type="fast_track.changed", member_id=member_id, facts=facts)


def _of_buys(ledger: Ledger) -> Iterator[TrueEvent]:
    for written in ledger.all(ChecklistWritten):
        yield TrueEvent(at=written.at, type="checklist.changed", product=written.product, facts={"version": 1})
    planned = {buy.buy_id: buy for buy in ledger.all(BuyPlanned)}
    for plan_id, buys in Counter(buy.plan_id for buy in planned.values()).items():
        one = next(buy for buy in planned.values() if buy.plan_id == plan_id)
        facts: dict[str, JsonValue] = {"plan_id": plan_id, "quarter": one.quarter}
        yield TrueEvent(at=one.at, type="test_buy_plan.proposed", facts={**facts, "buys": buys})
        yield TrueEvent(at=one.at, type="test_buy_plan.accepted", facts=facts)
    products = {check.check_id: check.product for check in ledger.all(CheckMade)}
    states: dict[str, str] = {}
    for move in ledger.all(BuyMoved):
        buy = planned[move.buy_id]
        facts = {"buy_id": move.buy_id, "plan_id": buy.plan_id, "from": states.get(move.buy_id, "planned")}
        states[move.buy_id] = move.to
        product = products[buy.check_id]
        yield TrueEvent(at=move.at, type="test_buy.moved", product=product, facts={**facts, "to": move.to})


def _of_groups(ledger: Ledger) -> Iterator[TrueEvent]:
    shared: Counter[tuple[str, str]] = Counter()  # items in force, by group and member
    for event in ledger.events:
        if isinstance(event, GroupFounded):
            yield _group_event(event, "group.created", category=event.category)
            for member_id in event.member_ids:
                yield _group_event(event, "group.invited", member_id, terms_version=1)
                yield _group_event(event, "group.agreed", member_id, agreement=1, terms_version=1)
        elif isinstance(event, SellerShared):
            shared[event.group_id, event.member_id] += 1
            yield _group_event(event, "group.items_shared", event.member_id, shared_check_id=event.check_id, items=1)
        elif isinstance(event, GroupLeft):
            if items := shared.pop((event.group_id, event.member_id), 0):
                yield _group_event(event, "group.items_withdrawn", event.member_id, items=items, reason="left")
            yield _group_event(event, "group.left", event.member_id, by="member")


def _group_event(
    event: GroupFounded | SellerShared | GroupLeft, kind: str, member_id: str | None = None, **facts: JsonValue
) -> TrueEvent:
    return TrueEvent(at=event.at, type=kind, member_id=member_id, facts={"group_id": event.group_id, **facts})
