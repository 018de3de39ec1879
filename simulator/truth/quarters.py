"""What is counted of a quarter for the public: requests, decisions, complaints and checks."""

from __future__ import annotations

import dataclasses
import datetime
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from simulator.truth.cases import DECISIONS, TrueCase
from simulator.truth.checks import TrueCheck
from simulator.truth.events import ComplaintDecided, ComplaintMade, MemberJoined
from simulator.truth.ledger import Ledger
from simulator.truth.service_level import true_share
from simulator.truth.statements import true_statements

OUTCOMES: Final = ("genuine", "counterfeit", "review", "insufficient", "unsupported")
OWN: Final = "own_finding"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueQuarter:
    """Counts of a quarter by table and key, and how many members stand behind those of countries and categories."""

    tables: Mapping[str, Mapping[str, int]]
    members: Mapping[tuple[str, str], int]
    median_hours: float | None
    listings_restricted: int
    counter_notices: int
    reinstated: int


def quarters_between(start: datetime.datetime, end: datetime.datetime) -> list[str]:
    """Name the quarters in which some of an interval lies, such as 2026-Q1."""
    names = []
    day = start.replace(day=1)
    while day < end:
        names.append(f"{day.year}-Q{(day.month + 2) // 3}")
        day = (day + datetime.timedelta(days=32)).replace(day=1)
    return sorted(set(names))


def is_in(quarter: str, moment: datetime.datetime) -> bool:
    """Whether a moment is in a quarter of UTC."""
    return quarter == f"{moment.year}-Q{(moment.month + 2) // 3}"


def true_quarter(
    quarter: str,
    ledger: Ledger,
    cases: Sequence[TrueCase],
    checks: Sequence[TrueCheck],
    members: Mapping[str, MemberJoined],
    now: datetime.datetime,
) -> TrueQuarter:
    """Count the requests received in a quarter as they stand now, and the checks made in it."""
    received = [case for case in cases if is_in(quarter, case.opened.at)]
    made = [check for check in checks if is_in(quarter, check.made.at)]
    flagged = Counter(check.decision for check in made if check.made.outcome == "counterfeit")
    stated = true_statements(cases, {check.made.check_id: check.made for check in checks})
    share = true_share(received, now)
    sources = {"requests_by_country": _countries(received), "requests_by_category": _categories(received, members)}
    return TrueQuarter(
        tables={
            "requests_by_source": _counted(
                ("own" if case.opened.member_id is None else "member" for case in received), ("member", "own")
            ),
            "requests_by_ground": Counter(case.opened.ground for case in received),
            **{table: {key: len(some) for key, some in groups.items()} for table, groups in sources.items()},
            "requests_by_outcome": _counted(map(_outcome, received), (*DECISIONS, "withdrawn", "open")),
            "decisions": {"in_time": share.in_time, "late": share.late + share.overdue},
            **_complaints(received, ledger),
            "checks_by_outcome": _counted((check.made.outcome for check in made), OUTCOMES),
            "flags_by_review": {"confirmed": flagged["counterfeit"], "refuted": flagged["genuine"]},
            "statements": {
                "waiting": sum(is_in(quarter, statement.case.opened.at) for statement in stated),
                **dict.fromkeys(("sent", "refused"), 0),  # they are exported, not sent
            },
        },
        members={
            (table, key): len({case.opened.member_id for case in some} - {None})
            for table, groups in sources.items()
            for key, some in groups.items()
        },
        median_hours=_median_hours(received),
        listings_restricted=len(
            {one.listing_id for case in received if _outcome(case) == "upheld" for one in case.opened.listings}
        ),
        counter_notices=sum(any(move.to == "counter_notice" for move in case.moves) for case in received),
        reinstated=sum(any(move.to == "reinstated" for move in case.moves) for case in received),
    )


def _outcome(case: TrueCase) -> str:
    first = next((move.to for move in case.moves if move.to in DECISIONS), None)
    return first or ("withdrawn" if case.state == "withdrawn" else "open")


def _counted(values: Iterable[str], keys: Iterable[str]) -> dict[str, int]:
    counts = Counter(values)
    return {key: counts[key] for key in keys}


def _countries(cases: Iterable[TrueCase]) -> dict[str, list[TrueCase]]:
    groups: dict[str, list[TrueCase]] = {}
    for case in cases:
        groups.setdefault(case.opened.country, []).append(case)
    return groups


def _categories(cases: Iterable[TrueCase], members: Mapping[str, MemberJoined]) -> dict[str, list[TrueCase]]:
    groups: dict[str, list[TrueCase]] = {}
    for case in cases:
        member_id = case.opened.member_id
        groups.setdefault(OWN if member_id is None else members[member_id].category, []).append(case)
    return groups


def _complaints(cases: Sequence[TrueCase], ledger: Ledger) -> dict[str, dict[str, int]]:
    of_cases = {case.opened.case_id for case in cases}
    outcomes = {decided.complaint_id: str(decided.outcome) for decided in ledger.all(ComplaintDecided)}
    made = [complaint for complaint in ledger.all(ComplaintMade) if complaint.case_id in of_cases]
    states = (outcomes.get(complaint.complaint_id, "open") for complaint in made)
    return {
        "complaints_by_side": {"notifier": len(made), "seller": 0},
        "complaints_by_outcome": _counted(states, ("confirmed", "reversed", "open")),
    }


def _median_hours(cases: Iterable[TrueCase]) -> float | None:
    hours = [
        (case.decided_at - case.opened.at) / datetime.timedelta(hours=1)
        for case in cases
        if case.decided_at is not None
    ]
    return statistics.median(hours) if hours else None
