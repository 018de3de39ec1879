from __future__ import annotations

import asyncio
import datetime

import pytest

from serving.errors import JobLineNotFound, StoreUnavailable
from serving.store.job_line_rows import Fault
from serving.store.lists.check_list import CheckFilter
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_jobs import LATER, OPERATOR, add_job, judge, lease, member, new_line
from tests.serving.builders.stores import Place, opened

FAULT = Fault(code="store_unavailable", message="later")


async def checks_in(store: Store) -> int:
    return (await store.check_rows.count(OPERATOR, CheckFilter())).total


def test_lines_are_leased_in_order_each_to_one_server(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_job(store, 5)
            await add_job(store, 2)
            first, second = await lease(store, 2, by="a"), await lease(store, 4, by="b")
            assert [line.line for line in first] == [1, 2]
            assert [line.line for line in second] == [3, 4, 5, 1]  # goes on with the next job
            assert [line.line for line in await lease(store, 9)] == [2]
            assert await store.job_line_rows.running_jobs(NOW) == []

    asyncio.run(work())


def test_a_line_judged_by_two_servers_is_stored_once(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, 1)).job_id
            (slow,) = await lease(store, by="slow")
            assert await store.job_line_rows.take_back(LATER + datetime.timedelta(seconds=1), max_attempts=9) == 1
            (quick,) = await lease(store, by="quick")
            with pytest.raises(StoreUnavailable):  # before the other one has ended
                await judge(store, slow)
            check_id = await judge(store, quick)
            for again in (slow, quick):
                with pytest.raises(StoreUnavailable):
                    await judge(store, again)
            assert await checks_in(store) == 1
            for late in (slow, quick):  # what a failed store makes a server do next changes nothing
                await store.job_line_rows.retry(late, FAULT, NOW)
                await store.job_line_rows.park(late, FAULT, NOW)
                await store.job_line_rows.give_back([late])
                await store.job_line_rows.renew([late], LATER)
            result = await store.job_line_rows.find_line(job_id, 1, OPERATOR)
            assert (result.state, result.attempts, result.check and result.check.check_id) == ("judged", 2, check_id)

    asyncio.run(work())


def test_other_writes_of_the_same_commit_are_kept_when_a_line_is_taken(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_job(store, 3)
            lines = await lease(store, 3)
            await store.job_line_rows.give_back(lines[1:2])
            results = await asyncio.gather(*(judge(store, line) for line in lines), return_exceptions=True)
            assert [isinstance(result, StoreUnavailable) for result in results] == [False, True, False]
            assert await checks_in(store) == 2
            await store.ping()

    asyncio.run(work())


def test_a_check_is_kept_where_its_job_was_deleted_meanwhile(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, 1)).job_id
            (line,) = await lease(store)
            await store.job_rows.delete(job_id, OPERATOR)
            assert await store.job_line_rows.read_content(line) is None
            await judge(store, line)
            assert await checks_in(store) == 1

    asyncio.run(work())


def test_a_line_given_back_waits_as_if_it_had_not_been_taken(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, 1)).job_id
            await store.job_line_rows.give_back(await lease(store))
            result = await store.job_line_rows.find_line(job_id, 1, OPERATOR)
            assert (result.state, result.attempts, result.cursor) == ("waiting", 0, None)
            assert len(await lease(store)) == 1

    asyncio.run(work())


def test_a_renewed_lease_is_not_taken_back_and_one_that_ended_is(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_job(store, 2)
            renewed, ended = await lease(store, 2)
            after = LATER + datetime.timedelta(seconds=1)
            await store.job_line_rows.renew([renewed], after + datetime.timedelta(seconds=15))
            assert await store.job_line_rows.take_back(after, max_attempts=9) == 1
            assert [line.line for line in await lease(store, 2, by="b")] == [ended.line]
            assert await store.job_line_rows.take_back(NOW, max_attempts=9, alone=True, own="b") == 1
            assert await store.job_line_rows.take_back(NOW, max_attempts=9, alone=True) == 1  # all that are leased

    asyncio.run(work())


def test_a_line_that_servers_end_on_is_parked_so_that_it_ends_no_more(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, 1)).job_id
            for _ in range(3):
                assert len(await lease(store)) == 1
                await store.job_line_rows.take_back(NOW, max_attempts=3, alone=True)
            assert await lease(store) == []
            result = await store.job_line_rows.find_line(job_id, 1, OPERATOR)
            assert result.error is not None
            assert (result.state, result.error.code) == ("parked", "line_abandoned")

    asyncio.run(work())


def test_a_failed_line_waits_until_its_time_with_its_reason(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, 1)).job_id
            (line,) = await lease(store)
            await store.job_line_rows.retry(line, FAULT, LATER)
            assert await lease(store) == []
            assert await store.jobs.complete_jobs(NOW) == []
            result = await store.job_line_rows.find_line(job_id, 1, OPERATOR)
            assert result.error is not None
            assert (result.state, result.error.code) == ("waiting", "store_unavailable")
            (line,) = await lease(store, now=LATER, until=LATER)
            assert line.attempts == 2
            await judge(store, line)
            assert (await store.job_line_rows.find_line(job_id, 1, OPERATOR)).error is None

    asyncio.run(work())


def test_results_come_in_the_order_of_their_ends_and_after_a_cursor_only_what_ended_since(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, [new_line(1), new_line(2), new_line(3, FAULT)])).job_id
            rows = store.job_line_rows
            first = await rows.find_results(job_id, OPERATOR, 10)
            assert [(one.result.line, one.place, one.result.cursor) for one in first] == [(3, 1, "1")]
            one, two = await lease(store, 2)
            await judge(store, two)
            await judge(store, one)
            assert [found.result.line for found in await rows.find_results(job_id, OPERATOR, 10, after=1)] == [2, 1]
            assert [found.result.line for found in await rows.find_results(job_id, OPERATOR, 2)] == [3, 2]
            parked = await rows.find_results(job_id, OPERATOR, 10, state="parked")
            assert [found.result.line for found in parked] == [3]
            await store.job_rows.replay(job_id, OPERATOR, NOW)
            assert [found.place for found in await rows.find_results(job_id, OPERATOR, 10)] == [2, 3]
            await judge(store, *await lease(store))
            last = await rows.find_results(job_id, OPERATOR, 10, after=3)
            assert [(found.result.line, found.place) for found in last] == [(3, 4)]

    asyncio.run(work())


def test_a_member_sees_no_check_of_a_product_that_is_not_its_own_and_no_check_that_was_deleted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            caller, without = member("m", "toy"), member("m", "mug")
            job_id = (await add_job(store, 1, caller=caller)).job_id
            check_id = await judge(store, *await lease(store))
            for who, sees in ((caller, True), (without, False), (OPERATOR, True)):
                result = await store.job_line_rows.find_line(job_id, 1, who)
                assert (result.state, result.check is not None) == ("judged", sees)
            await store.delete_one(OPERATOR, check_id)
            (found,) = await store.job_line_rows.find_results(job_id, caller, 10)
            assert (found.result.state, found.result.check) == ("judged", None)
            assert await lease(store) == []  # judged once, though its check is gone
            with pytest.raises(JobLineNotFound):
                await store.job_line_rows.find_line(job_id, 2, caller)

    asyncio.run(work())


def test_a_job_ends_once_with_its_event(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, 1, caller=member("m"))).job_id
            await judge(store, *await lease(store))
            assert await store.jobs.complete_jobs(NOW) == [job_id]
            assert await store.jobs.complete_jobs(NOW) == []
            await store.event_rows.number()
            found = await store.event_rows.find_page(member("m"), after=0, limit=10, types=["job.completed"])
            (event,) = found.events
            assert (event.data["job_id"], event.data["state"], event.data["left"]) == (job_id, "completed", 0)
            other = await store.event_rows.find_page(member("n"), after=0, limit=10, types=["job.completed"])
            assert other.events == []

    asyncio.run(work())
