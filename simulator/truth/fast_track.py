"""Who earned and lost fast track when, by the record of three months at each evaluation."""

from __future__ import annotations

import calendar
import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import Final

from serving.schemas.enforcement.standing import Standing
from simulator.truth.cases import DECISIONS, TrueCase
from simulator.truth.service_level import wilson_interval

MIN_DECIDED: Final = 35
MIN_UPHELD: Final = 0.9
MAX_COUNTER: Final = 0.05
MONTHS: Final = 3
COUNTERED: Final = ("counter_notice", "holder_acted")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueRecord:
    """What was decided in the three months before an evaluation, and how many counter-notices succeeded in them."""

    decided: int
    upheld: int
    won: int

    @property
    def earns(self) -> bool:
        """Whether it earns fast track."""
        if self.decided < MIN_DECIDED or not self.upheld:
            return False
        return self.upheld / self.decided >= MIN_UPHELD and self.won / max(self.upheld, self.won) <= MAX_COUNTER

    @property
    def loses(self) -> bool:
        """Whether it loses fast track; a small record only where its whole interval speaks for that."""
        base = max(self.upheld, self.won)
        if self.decided >= MIN_DECIDED:
            return self.upheld / self.decided < MIN_UPHELD or (bool(base) and self.won / base > MAX_COUNTER)
        few_upheld = bool(self.decided) and wilson_interval(self.upheld, self.decided)[1] < MIN_UPHELD
        return few_upheld or (bool(base) and wilson_interval(self.won, base)[0] > MAX_COUNTER)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueChange:
    """A change of a member's standing, and the record that led to it."""

    at: datetime.datetime
    before: Standing
    after: Standing
    until: datetime.datetime | None
    record: TrueRecord


def true_changes(cases: Sequence[TrueCase], evaluated_at: Iterable[datetime.datetime]) -> list[TrueChange]:
    """Give the changes of standing of the member that notified these cases, oldest first."""
    changes: list[TrueChange] = []
    standing: Standing = "standard"
    until: datetime.datetime | None = None
    for now in evaluated_at:
        record = record_at(cases, now)
        after = _next(standing, until, record, now)
        if after != standing:
            until = _shift(now, MONTHS) if after == "out" else None
            changes.append(TrueChange(at=now, before=standing, after=after, until=until, record=record))
            standing = after
    return changes


def is_fast_at(changes: Iterable[TrueChange], moment: datetime.datetime) -> bool:
    """Whether a member with these changes had fast track at a moment."""
    before = [change for change in changes if change.at <= moment]
    return bool(before) and before[-1].after == "fast"


def record_at(cases: Iterable[TrueCase], now: datetime.datetime) -> TrueRecord:
    """Give the record of the three months before an evaluation."""
    since = _shift(now, -MONTHS)
    decided = upheld = won = 0
    for case in cases:
        first = next((move for move in case.moves if move.to in DECISIONS), None)
        if first is not None and since <= first.at <= now:
            decided += 1
            upheld += first.to == "upheld"
        states = ["received", *(move.to for move in case.moves)]
        won += any(
            move.to == "reinstated" and before in COUNTERED and since <= move.at <= now
            for before, move in zip(states, case.moves, strict=False)
        )
    return TrueRecord(decided=decided, upheld=upheld, won=won)


def _next(standing: Standing, until: datetime.datetime | None, record: TrueRecord, now: datetime.datetime) -> Standing:
    if standing == "out" and until is not None and now < until:
        return "out"
    if standing == "fast":
        return "out" if record.loses else "fast" if record.decided else "standard"
    return "fast" if record.earns else "standard"


def _shift(moment: datetime.datetime, months: int) -> datetime.datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
