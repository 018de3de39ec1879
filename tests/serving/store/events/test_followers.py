from __future__ import annotations

import asyncio
import datetime
import functools
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.principal import SERVER
from serving.schemas.events import EventType
from serving.store.deletion.cleanup import delete_old_events
from serving.store.events import followers
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.events.followers import FollowedElsewhere, FollowerRows, Taken, advance
from serving.store.store import Store
from serving.store.tables import PeriodicTaskRow
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened
from tests.serving.servers.postgresql import PostgresqlServer

TYPES: tuple[EventType, ...] = ("check.completed",)
DAYS_LATER = datetime.timedelta(days=31)


async def add_checks(store: Store, count: int) -> list[str]:
    """Checks whose events are numbered in this order."""
    ids = []
    for _ in range(count):
        new = new_check()
        await store.check_rows.add(new)
        await store.event_rows.number()  # each by itself: ids of one millisecond have no order
        ids.append(new.answer.check_id)
    return ids


def note(session: Session, taken: Taken) -> None:
    """The work of these tests: a row for each event, whose name may be there once."""
    advance(session, taken)
    session.add_all(
        PeriodicTaskRow(name=f"{taken.follower} {event.check_id}", started_at=NOW) for event in taken.events
    )


async def do(store: Store, taken: Taken | None) -> None:
    assert taken is not None
    await store.event_rows._database.write(functools.partial(note, taken=taken))


async def noted(store: Store) -> list[str]:
    query = select(PeriodicTaskRow.name).order_by(PeriodicTaskRow.name)
    names = await store.event_rows._database.read(lambda session: list(session.scalars(query)))
    return [name.partition(" ")[2] for name in names]


def test_events_are_taken_in_order_a_few_at_a_time_and_each_once(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            ids = await add_checks(store, 3)
            rows = store.follower_rows
            first = await rows.take("a", 2, TYPES)
            assert first is not None
            assert [event.check_id for event in first.events] == ids[:2]
            assert (first.events[0].type, first.events[0].product, dict(first.events[0].data)) == (
                "check.completed",
                "toy",
                {},
            )
            assert await rows.take("a", 2, TYPES) == first, "not advanced: the same again"
            await do(store, first)
            await do(store, await rows.take("a", 2, TYPES))
            assert await rows.take("a", 2, TYPES) is None
            assert await noted(store) == sorted(ids)
            other = await rows.take("b", 9, TYPES)
            assert other is not None
            assert len(other.events) == 3, "each follower has a cursor of its own"

    asyncio.run(work())


def test_work_that_is_killed_before_its_end_is_done_again_and_none_of_it_twice(place: Place) -> None:
    async def work() -> None:
        ids: list[str] = []
        for kill in range(4):
            async with opened(place) as store:  # a new server each time
                ids += await add_checks(store, 2)
                taken = await store.follower_rows.take("a", 3, TYPES, lease_s=0.0)
                assert taken is not None

                def killed(session: Session, taken: Taken = taken) -> None:
                    note(session, taken)
                    session.flush()
                    raise InterruptedError

                if kill % 2:
                    with pytest.raises(InterruptedError):
                        await store.event_rows._database.write(killed)
                else:
                    await do(store, taken)
        async with opened(place) as store:
            while (taken := await store.follower_rows.take("a", 3, TYPES)) is not None:
                await do(store, taken)
            assert await noted(store) == sorted(ids)

    asyncio.run(work())


def test_of_two_servers_one_follows_until_its_lease_ends_and_late_work_is_not_stored(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    async def work(place: Place) -> None:
        async with opened(place) as one, opened(place) as two:
            ids = await add_checks(one, 2)
            early = await one.follower_rows.take("a", 9, TYPES)
            assert await two.follower_rows.take("a", 9, TYPES) is None, "the other one holds the lease"
            await two.follower_rows.release("a")
            assert await two.follower_rows.take("a", 9, TYPES) is None, "a lease is ended by its owner alone"
            await one.follower_rows.release("a")
            await do(two, await two.follower_rows.take("a", 9, TYPES))
            with pytest.raises(FollowedElsewhere):
                await do(one, early)
            assert await noted(two) == sorted(ids)

    with postgresql.store() as address:
        asyncio.run(work(Place(folder=tmp_path, database=address)))


def test_two_servers_that_work_on_the_same_events_at_once_store_them_once(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_checks(store, 5)
            database = store.event_rows._database
            servers = [FollowerRows(database) for _ in range(2)]
            taken = [await rows.take("a", 9, TYPES, lease_s=0.0) for rows in servers]
            ends = await asyncio.gather(*(do(store, one) for one in taken), return_exceptions=True)
            assert [type(end) for end in ends if end is not None] == [FollowedElsewhere]
            assert len(await noted(store)) == 5

    asyncio.run(work())


def test_events_stay_until_every_follower_has_passed_them_and_who_is_behind_is_logged(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_checks(store, 3)
            rows = store.follower_rows
            later = datetime.datetime.now(datetime.UTC) + DAYS_LATER
            await do(store, await rows.take("q", 9, TYPES))
            await do(store, await rows.take("s", 1, TYPES))
            await store.check_rows.add(new_check())  # and one without a number
            await delete_old_events(store, 30, later)
            assert "s has not done them yet" in caplog.text
            left = await rows.take("s", 9, TYPES)
            assert left is not None
            assert [event.sequence for event in left.events] == [2, 3, 4]
            await rows.forget("s")
            await delete_old_events(store, 30, later)
            [last] = (await store.event_rows.find_page(SERVER, after=0, limit=9)).events
            assert last.sequence == 4, "q is behind by one"
            await rows.forget("q")
            caplog.clear()
            await delete_old_events(store, 30, later)
            assert (await store.event_rows.find_page(SERVER, after=0, limit=9)).events == []
            assert caplog.text == ""

    asyncio.run(work())


def test_an_event_of_a_deleted_check_still_comes_and_other_types_are_passed_over(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "READ_AT_ONCE", 2)

    async def work() -> None:
        async with opened(place) as store:
            for number in range(3):
                job = NewEvent(type="job.completed", data={"job_id": str(number)}, member_id=None)
                await store.event_rows._database.write(functools.partial(add_event, new=job))
            [check_id] = await add_checks(store, 1)
            await store.delete_one(SERVER, check_id)
            rows = store.follower_rows
            passed = await rows.take("a", 9, TYPES)
            assert passed is not None
            assert (passed.events, passed.to) == ([], 2)
            await rows.skip(passed)
            taken = await rows.take("a", 9, TYPES)
            assert taken is not None
            assert [event.check_id for event in taken.events] == [check_id]

    asyncio.run(work())


def test_a_new_follower_may_begin_with_what_happens_from_now_on(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_checks(store, 2)
            rows = store.follower_rows
            begun = await rows.take("a", 9, TYPES, from_first=False)
            assert begun is not None
            assert begun.events == []
            [check_id] = await add_checks(store, 1)
            taken = await rows.take("a", 9, TYPES, from_first=False)
            assert taken is not None
            assert [event.check_id for event in taken.events] == [check_id]

    asyncio.run(work())
