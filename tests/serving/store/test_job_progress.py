from __future__ import annotations

import asyncio
import datetime

from serving.schemas.jobs import JobCounts
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_jobs import OPERATOR, add_job, judge, lease
from tests.serving.builders.stores import Place, opened


def test_a_rate_is_of_the_last_minute_and_of_the_life_of_a_younger_job(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            now = datetime.datetime.now(datetime.UTC)
            young = (await add_job(store, 5, created_at=now - datetime.timedelta(seconds=10))).job_id
            for line in await lease(store, 2):
                await judge(store, line)
            later = datetime.datetime.now(datetime.UTC)
            job = await store.job_rows.find(young, OPERATOR, later)
            assert job.lines_per_s is not None
            assert 2 / 12 < job.lines_per_s <= 2 / 10
            assert job.seconds_left is not None
            assert 15 <= job.seconds_left < 18
            job = await store.job_rows.find(young, OPERATOR, later + datetime.timedelta(seconds=61))
            assert (job.lines_per_s, job.seconds_left) == (None, None)

    asyncio.run(work())


def test_many_jobs_are_counted_each_for_itself_and_an_empty_one_has_nothing(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            ids = [(await add_job(store, lines)).job_id for lines in (1, 2, 0)]
            found = {job.job_id: job.counts for job in await store.job_rows.find_page(OPERATOR, 10, NOW)}
            assert [found[job_id] for job_id in ids] == [JobCounts(waiting=1), JobCounts(waiting=2), JobCounts()]

    asyncio.run(work())
