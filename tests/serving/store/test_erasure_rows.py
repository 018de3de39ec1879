from __future__ import annotations

import asyncio
import datetime

from serving.audit_log.entry import new_entry
from serving.principal import SERVER
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened


def test_open_erasures_come_oldest_first_and_a_finished_one_is_none_of_them(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, later = store.erasure_rows, NOW + datetime.timedelta(seconds=1)
            entry = new_entry(SERVER, "erasure.requested", "erasure", "")
            first = await rows.start("s-1", entry, NOW)
            await asyncio.sleep(0.002)  # ids sort by time, to the millisecond
            second = await rows.start("s-2", entry, NOW)
            assert await rows.find_open(later) == [first, second]
            done, is_first = await rows.finish(
                first.erasure_id, new_entry(SERVER, "seller.erased", "erasure", "e"), later
            )
            assert (done.seller_id, done.completed_at, is_first) == (None, later, True)
            assert await rows.finish(first.erasure_id, entry, NOW) == (done, False)
            assert await rows.find_open(later) == [second]
            assert await rows.find_open(NOW) == []

    asyncio.run(work())


def test_of_no_lines_there_is_no_place(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            erasure = await store.erasure_rows.start("s", new_entry(SERVER, "erasure.requested", "erasure", ""), NOW)
            dropped = await store.erasure_rows.drop_lines(erasure.erasure_id, "s", NOW, None)
            assert (dropped.last, dropped.photo_sha256s) == (None, [])
            assert await store.erasure_rows.find_checks("s", 5) == []

    asyncio.run(work())
