from __future__ import annotations

import asyncio
import functools

import pytest

from serving.store.events import following
from serving.store.events.followers import Taken
from serving.store.events.following import catch_up, follow
from tests.serving.builders.stores import Place, opened
from tests.serving.store.events.test_followers import TYPES, add_checks, do, noted


def test_the_loop_does_all_events_goes_on_after_a_failure_and_gives_its_lease_back(
    place: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(following, "LONGEST_PAUSE_S", 0.01)
    failures = iter([True, False, True])

    async def work() -> None:
        async with opened(place) as store:
            ids = await add_checks(store, 5)

            async def note_some(taken: Taken) -> None:
                if next(failures, False):
                    raise RuntimeError("one that the next round does not have")
                await do(store, taken)

            loop = asyncio.create_task(follow(store.follower_rows, "a", note_some, types=TYPES, limit=2, poll_s=0.005))
            while len(await noted(store)) < 5:
                await asyncio.sleep(0.005)
            ids += await add_checks(store, 1)
            while len(await noted(store)) < 6:
                await asyncio.sleep(0.005)
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
            assert await noted(store) == sorted(ids)
            assert caplog.text.count("a failed and is tried again") == 2

        async with opened(place) as another:
            await add_checks(another, 1)
            assert await another.follower_rows.take("a", 9, TYPES) is not None, "the lease ended with the loop"

    asyncio.run(asyncio.wait_for(work(), 60))


def test_catching_up_does_what_there_is_gives_the_lease_back_and_raises_what_fails(place: Place) -> None:
    async def fail(taken: Taken) -> None:
        raise RuntimeError("in the work")

    async def work() -> None:
        async with opened(place) as store:
            ids = await add_checks(store, 5)
            with pytest.raises(RuntimeError, match="in the work"):
                await catch_up(store.follower_rows, "a", fail, types=TYPES, limit=2)
            await catch_up(store.follower_rows, "a", functools.partial(do, store), types=TYPES, limit=2)
            assert await noted(store) == sorted(ids)
            await catch_up(store.follower_rows, "a", fail, types=TYPES, limit=2)  # nothing is left

        async with opened(place) as another:
            await add_checks(another, 1)
            assert await another.follower_rows.take("a", 9, TYPES) is not None, "the lease ended"

    asyncio.run(asyncio.wait_for(work(), 60))
