"""The server's events, which webhooks deliver too: each that had to be reported, once and in order."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from simulator.api import Api
from simulator.comparison.figures import Comparison
from simulator.truth.events import EventsRead, ReadEvent
from simulator.truth.ledger import Ledger
from simulator.truth.server_events import FACTS, TrueEvent, read_event

KEPT = datetime.timedelta(days=29)  # webhooks.event_days keeps them for a day more
Subject = tuple[str, Any]  # a type, and the first of its facts


async def compare_all_events(
    comparison: Comparison, operator: Api, ledger: Ledger, truth: Sequence[TrueEvent], end: datetime.datetime
) -> None:
    """Compare what a reader got that went on where it had stopped, from the first day until `end`."""
    read = [event for polled in ledger.all(EventsRead) for event in polled.events]
    rest = map(read_event, await operator.events(cursor=read[-1].sequence if read else None))
    read += [event for event in rest if event.at < end]
    numbers = [event.sequence for event in read]
    comparison.equal("events: numbers", truth=list(range(1, len(read) + 1)), answered=numbers)
    comparison.equal("events: ids", truth=len(read), answered=len({event.event_id for event in read}))
    times = [event.at for event in read]
    comparison.equal("events: order of times", truth=sorted(times), answered=times)
    _compare(comparison, truth, read, "all")
    await _compare_kept(comparison, operator, truth, end)


async def compare_events_of(
    comparison: Comparison, api: Api, truth: Iterable[TrueEvent], who: str, end: datetime.datetime
) -> None:
    """Compare the events that a caller may see and that are still kept."""
    found = [read_event(event) for event in await api.events(since=(end - KEPT).isoformat())]
    _compare(
        comparison, [one for one in truth if _is_kept(one, end)], [one for one in found if _is_kept(one, end)], who
    )


async def _compare_kept(
    comparison: Comparison, operator: Api, truth: Sequence[TrueEvent], end: datetime.datetime
) -> None:
    since = (end - KEPT).isoformat()
    for kind in FACTS:
        found = [read_event(event) for event in await operator.events(since=since, types=kind)]
        expected = [event for event in truth if event.type == kind and _is_kept(event, end)]
        _compare(comparison, expected, [event for event in found if _is_kept(event, end)], "one type")


def _compare(comparison: Comparison, truth: Iterable[TrueEvent], read: Iterable[ReadEvent], which: str) -> None:
    true_ones, read_ones = list(truth), list(read)
    types = Counter(event.type for event in true_ones)
    where = f"events: {which}"
    comparison.equal_items(f"{where}, types", truth=types, answered=Counter(event.type for event in read_ones))
    comparison.equal_items(where, truth=_by_subject(true_ones), answered=_by_subject(read_ones))


def _is_kept(event: TrueEvent | ReadEvent, end: datetime.datetime) -> bool:
    return end - KEPT <= event.at < end


def _by_subject(events: Iterable[TrueEvent | ReadEvent]) -> dict[Subject, list[Any]]:
    """Give the events about each thing, in order; those of one moment have none."""
    found: dict[Subject, list[Any]] = {}
    for event in events:
        subject = next(iter(event.facts.values()), None)
        entry = (event.at.isoformat(), event.product, sorted(event.facts.items()))
        found.setdefault((event.type, subject), []).append(entry)
    return {subject: sorted(entries, key=str) for subject, entries in found.items()}
