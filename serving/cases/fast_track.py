"""Fast track: who notifies well is dealt with first, and who no longer does is not. Decided by a record alone.

A record has what was decided in the three months before: how many cases, how many of them upheld, and in how many a
seller's counter-notice succeeded, whenever their first decision was. One case of one proves nothing, so that:

- it is earned by at least 35 decided cases of which at least 90 % were upheld, and counter-notices succeeded in at
  most 5 % as many as were upheld. With 35 of 35, the interval of the share begins at 90 %; with 34 of 34, below it;
- it is lost by a record of 35 or more below one of these; by a smaller record only where its whole interval is below.
"""

from __future__ import annotations

import datetime
from typing import Final

from serving.cases.clocks.periods import months_after
from serving.schemas.enforcement.standing import StandingReason
from serving.store.cases.standing_values import Record, StandingChange, Status
from vision.binomial import wilson_bounds

MIN_DECIDED: Final = 35
MIN_UPHELD_SHARE: Final = 0.9
MAX_COUNTER_SHARE: Final = 0.05
RECORD_MONTHS: Final = 3
OUT_MONTHS: Final = 3


def record_start(now: datetime.datetime) -> datetime.datetime:
    """Give the moment from which a record at `now` (UTC) counts."""
    return _shifted(now, -RECORD_MONTHS)


def evaluate(status: Status, record: Record, now: datetime.datetime) -> StandingChange | None:
    """Give the standing that a record leads to, None where it stays. Out is out until its three months are over."""
    found = _next_status(status, record, now)
    if found is None:
        return None
    after, reason = found
    return StandingChange(status=after, reason_code=reason, reason=_explain(after, reason, record))


def _next_status(status: Status, record: Record, now: datetime.datetime) -> tuple[Status, StandingReason] | None:
    if status.standing == "out" and status.until is not None and now < status.until:
        return None
    if status.standing == "fast":
        lost = _loses(record)
        if lost is not None:
            return Status(standing="out", until=_shifted(now, OUT_MONTHS)), lost
        return None if record.decided else (Status(), "nothing_decided")
    if _earns(record):
        return Status(standing="fast"), "earned"
    return (Status(), "out_is_over") if status.standing == "out" else None


def _explain(after: Status, reason: StandingReason, record: Record) -> str:
    """Say to the member why, with the figures."""
    figures = (
        f"In the {RECORD_MONTHS} months before, {record.decided} cases were decided, {record.upheld} of them upheld, "
        f"and {record.counter_notices_won} counter-notices succeeded."
    )
    asked = (
        f"Fast track asks for {MIN_DECIDED} decided cases, at least {MIN_UPHELD_SHARE:.0%} upheld, and at most "
        f"{MAX_COUNTER_SHARE:.0%} as many successful counter-notices as cases upheld."
    )
    end = "" if after.until is None else f" until {after.until:%Y-%m-%d %H:%M} UTC"
    consequence = {
        "earned": "New cases are dealt with first from now on.",
        "upheld_too_few": f"Too few were upheld. New cases wait in the usual order{end}.",
        "counter_notices_too_many": f"Too many counter-notices succeeded. New cases wait in the usual order{end}.",
        "nothing_decided": "Without a decided case there is no record. New cases wait in the usual order.",
        "out_is_over": "The three months are over. Fast track can be earned again.",
    }[reason]
    return f"{consequence} {figures} {asked}"


def _earns(record: Record) -> bool:
    if record.decided < MIN_DECIDED:
        return False
    return (record.upheld_share or 0.0) >= MIN_UPHELD_SHARE and (record.counter_share or 0.0) <= MAX_COUNTER_SHARE


def _loses(record: Record) -> StandingReason | None:
    proves = record.decided >= MIN_DECIDED
    if record.decided:
        share = record.upheld / record.decided if proves else wilson_bounds(record.upheld, record.decided)[1]
        if share < MIN_UPHELD_SHARE:
            return "upheld_too_few"
    base = max(record.upheld, record.counter_notices_won)
    if base:
        won = record.counter_notices_won
        share = won / base if proves else wilson_bounds(won, base)[0]
        if share > MAX_COUNTER_SHARE:
            return "counter_notices_too_many"
    return None


def _shifted(at: datetime.datetime, months: int) -> datetime.datetime:
    return datetime.datetime.combine(months_after(at.date(), months), at.timetz())
