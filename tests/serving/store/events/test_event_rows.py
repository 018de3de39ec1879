from __future__ import annotations

import asyncio
import dataclasses
import datetime
import functools
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from serving.errors import CursorInvalid
from serving.principal import SERVER, Principal
from serving.schemas.bundles import BundleName, SlotState
from serving.schemas.checks import Outcome
from serving.schemas.events import Event
from serving.store.deployment_rows import NewBundleChange
from serving.store.events import event_rows
from serving.store.events.event_rows import NewEvent, add_event
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened
from tests.serving.servers.postgresql import PostgresqlServer

TOYS = Principal(name="m", rate_key="m", member_id="m1", products=frozenset({"toy"}))
MUGS = Principal(name="n", rate_key="n", member_id="m2", products=frozenset({"mug"}))


async def add_check(store: Store, product: str = "toy", outcome: Outcome = "review") -> str:
    new = new_check()
    answer = new.answer.model_copy(update={"product": product, "outcome": outcome})
    await store.check_rows.add(dataclasses.replace(new, answer=answer, seller_id="s"))
    return answer.check_id


async def events_of(
    store: Store, principal: Principal = SERVER, after: int = 0, types: Sequence[str] = ()
) -> list[Event]:
    await store.event_rows.number()
    found = await store.event_rows.find_page(principal, after=after, limit=100, types=types)
    return found.events


def test_the_event_of_a_check_gives_it_as_answered_and_carries_nothing_once_it_is_deleted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check_id = await add_check(store)
            [event] = await events_of(store)
            answered = (await store.check_rows.find(SERVER, check_id)).model_dump()
            assert event.data == {**{name: answered[name] for name in event.data}, "seller_id": "s"}
            assert {"outcome", "photos", "authenticity", "bundle", "listing_id"} <= set(event.data)
            assert (event.id, event.sequence, event.type) == (f"evt_{check_id}", 1, "check.completed")
            assert (event.product, event.left_out) == ("toy", [])
            await store.delete_one(SERVER, check_id)
            [event] = await events_of(store)
            assert event.data == {"check_id": check_id, "deleted": True}

    asyncio.run(work())


def test_decisions_and_their_withdrawals_are_events_and_a_repeated_one_is_no_second(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check_id = await add_check(store)
            review = (await store.review_rows.add(SERVER, check_id, "genuine", "a note", NOW)).review
            for _ in range(2):
                await store.review_rows.withdraw(SERVER, check_id, NOW, review_id=review.review_id)
            _, decided, withdrawn = await events_of(store, TOYS)
            assert [decided.type, withdrawn.type] == ["review.decided", "review.withdrawn"]
            assert decided.data == withdrawn.data == {
                "check_id": check_id, "listing_id": "l", "seller_id": "s", "product": "toy", "outcome": "review",
                "review_id": review.review_id, "decision": "genuine",
            }  # fmt: skip

    asyncio.run(work())


def test_only_a_change_of_the_answering_bundle_is_an_event_and_a_member_sees_its_own_products_of_it(
    place: Place,
) -> None:
    async def work() -> None:
        async with opened(place) as store:
            state = SlotState(
                configured_sha256="0" * 64, active=BundleName(candidate="b", version="2", sha256="1" * 64),
                previous=None, shadow=None, canary=None, canary_share=None,
            )  # fmt: skip
            change = NewBundleChange(
                name="tiny", action="shadow", changed_by=None, note="", state=state, products=("toy", "mug")
            )
            first = await store.deployment_rows.add_change(SERVER, change, NOW, after=0)
            activation = dataclasses.replace(change, action="activate")
            await store.deployment_rows.add_change(SERVER, activation, NOW, after=first)
            [event] = await events_of(store)
            assert (event.type, event.product) == ("bundle.activated", None)
            assert event.data["products"] == ["mug", "toy"]
            [seen] = await events_of(store, MUGS)
            assert seen.data == {**event.data, "products": ["mug"]}
            assert await events_of(store, dataclasses.replace(MUGS, products=frozenset({"hat"}))) == []

    asyncio.run(work())


def test_a_member_sees_events_of_its_products_and_its_own(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_check(store, "toy")
            await add_check(store, "mug")
            job = NewEvent(type="job.completed", data={"job_id": "j"}, member_id="m1")
            operators = NewEvent(type="job.completed", data={"job_id": "o"})
            for new in (job, operators):
                await store.event_rows._database.write(functools.partial(add_event, new=new))
            assert [event.sequence for event in await events_of(store)] == [1, 2, 3, 4]
            assert [event.sequence for event in await events_of(store, TOYS)] == [1, 3]
            assert [event.sequence for event in await events_of(store, MUGS)] == [2]
            assert [event.sequence for event in await events_of(store, TOYS, types=["job.completed"])] == [3]

    asyncio.run(work())


def test_pages_follow_each_other_and_pass_over_what_is_not_wanted(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_rows, "READ_AT_ONCE", 4)

    async def work() -> None:
        async with opened(place) as store:
            for product in ("toy", *["mug"] * 9, "toy", "toy", "toy"):
                await add_check(store, product)
                await store.event_rows.number()  # each by itself: ids of one millisecond have no order
            seen, after, pages = [], 0, 0
            while True:
                found = await store.event_rows.find_page(TOYS, after=after, limit=2)
                seen += [event.sequence for event in found.events]
                pages += 1
                after = found.after
                if after == found.last:
                    break
            assert (seen, pages) == ([1, 11, 12, 13], 4)
            with pytest.raises(CursorInvalid, match="next_cursor"):
                await store.event_rows.find_page(TOYS, after=14, limit=2)

    asyncio.run(work())


def test_reading_begins_at_a_time_and_events_before_one_are_deleted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for _ in range(2):
                await add_check(store)
            await asyncio.sleep(0.002)
            between = datetime.datetime.now(datetime.UTC)
            await asyncio.sleep(0.002)
            await add_check(store)
            await store.event_rows.number()
            rows = store.event_rows
            assert await rows.find_start(between) == 2
            assert await rows.find_start(NOW) == 0
            assert await rows.find_start(between + datetime.timedelta(days=1)) == 3
            assert await rows.delete_before(between) == 2
            assert [event.sequence for event in await events_of(store)] == [3]
            assert await rows.delete_before(between + datetime.timedelta(days=1)) == 1
            await add_check(store)
            assert [event.sequence for event in await events_of(store, after=3)] == [4], "numbers are not used again"

    asyncio.run(work())


def test_an_event_with_too_much_data_is_refused(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            large = NewEvent(type="job.completed", data={"name": "x" * 10_000})
            with pytest.raises(ValueError, match=r"job\.completed has 10011 bytes"):
                await store.event_rows._database.write(functools.partial(add_event, new=large))

    asyncio.run(work())


def test_an_event_that_commits_late_gets_a_later_number_and_no_reader_passes_over_it(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    """PostgreSQL runs transactions at once: the one that began first, with the smaller id, commits last."""

    async def work(database: str) -> None:
        place = Place(folder=tmp_path, database=database)
        async with opened(place) as store:
            engine = place.connect()
            with Session(engine) as late, Session(engine) as early:
                first = add_event(late, NewEvent(type="job.completed", data={"job_id": "late"}))
                late.flush()
                second = add_event(early, NewEvent(type="job.completed", data={"job_id": "early"}))
                early.commit()
                [seen] = await events_of(store)
                assert (seen.id, seen.sequence) == (second, 1)
                late.commit()
                [seen] = await events_of(store, after=seen.sequence)
                assert (seen.id, seen.sequence) == (first, 2)
                assert first < second, "by its id it would have come before what was read already"
            engine.dispose()

    with postgresql.store() as database:
        asyncio.run(work(database))


def test_several_servers_that_number_at_once_give_each_event_one_number(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for _ in range(5):
                await asyncio.gather(
                    *(add_check(store) for _ in range(8)), *(store.event_rows.number() for _ in range(4))
                )
            numbers = [event.sequence for event in await events_of(store)]
            assert numbers == list(range(1, 41))

    asyncio.run(work())
