from __future__ import annotations

import asyncio
import concurrent.futures
import datetime

from serving.client import AsyncClient, Client
from serving.schemas.events import Event
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running


def test_events_are_read_in_order_and_go_on_after_the_last_one_handled(server: Running) -> None:
    with Client(server.url) as client:
        before = max([event.sequence for event in client.events()], default=0)
        checks = [client.check([jpeg(seed=seed)], listing_id=f"e{seed}") for seed in range(3)]
        client.review(checks[0].check_id, "genuine")
        events = list(client.events(after=before))
        assert [event.type for event in events] == ["check.completed"] * 3 + ["review.decided"]
        assert [event.data["check_id"] for event in events[:3]] == [check.check_id for check in checks]
        assert [event.sequence for event in events] == sorted(event.sequence for event in events)
        assert list(client.events(after=events[1].sequence)) == events[2:]
        assert list(client.events(after=before, types=["review.decided"])) == events[3:]
        start = datetime.datetime.fromisoformat(events[0].timestamp)
        assert events[0] in list(client.events(since=start))
        assert list(client.events(since=start + datetime.timedelta(days=1))) == []


def test_an_iteration_that_follows_waits_for_what_happens(server: Running) -> None:
    async def follow(after: int) -> Event:
        async with AsyncClient(server.url) as client:
            async for event in client.events(after=after, follow=True):
                return event
        raise AssertionError

    async def work() -> tuple[Event, str]:
        async with AsyncClient(server.url) as client:
            last = [event.sequence async for event in client.events()]
            following = asyncio.create_task(follow(max(last, default=0)))
            await asyncio.sleep(0.2)
            assert not following.done()
            check = await client.check([jpeg(seed=9)])
            return await asyncio.wait_for(following, 30), check.check_id

    event, check_id = asyncio.run(work())
    assert (event.type, event.data["check_id"]) == ("check.completed", check_id)


def test_more_events_than_a_page_holds_come_once_each(server: Running) -> None:
    with Client(server.url) as client:
        check_id = client.check([jpeg(seed=11)]).check_id
        before = max(event.sequence for event in client.events())
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            reviews = list(threads.map(lambda n: client.review(check_id, "genuine", str(n)), range(205)))
        assert len(reviews) == 205
        found = [event.sequence for event in client.events(after=before)]
    assert len(found) == len(set(found)) == 205
