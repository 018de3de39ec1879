"""Simulated time passes from one action to the next, in order."""

from __future__ import annotations

import asyncio
import datetime

from simulator.agenda import Action, Agenda

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


def test_actions_run_at_their_times_and_equal_ones_in_the_order_in_which_they_were_added() -> None:
    agenda, ran = Agenda(START), list[tuple[str, datetime.datetime]]()

    def noting(name: str) -> Action:
        async def note() -> None:
            ran.append((name, agenda.read_clock()))

        return note

    agenda.at(START + 2 * HOUR, noting("late"))
    agenda.at(START + HOUR, noting("first"))
    agenda.at(START + HOUR, noting("second"))
    agenda.at(START - HOUR, noting("overdue"))
    agenda.at(START + 9 * HOUR, noting("after the end"))
    asyncio.run(agenda.run_until(START + 9 * HOUR))
    assert ran == [
        ("overdue", START),
        ("first", START + HOUR),
        ("second", START + HOUR),
        ("late", START + 2 * HOUR),
    ]
    assert agenda.now == START + 9 * HOUR


def test_a_periodic_action_comes_again_until_the_end() -> None:
    agenda, ran = Agenda(START), list[datetime.datetime]()

    async def note() -> None:
        ran.append(agenda.now)

    agenda.every(2 * HOUR, note, first=START + HOUR)
    asyncio.run(agenda.run_until(START + 6 * HOUR))
    assert ran == [START + HOUR, START + 3 * HOUR, START + 5 * HOUR]
