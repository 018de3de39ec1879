from __future__ import annotations

import asyncio
import datetime

import pytest

from serving.accounts.key_format import hash_token, make_secret
from serving.errors import IdempotencyKeyReused, JobNotFound, JobNotRunning
from serving.principal import SERVER, Principal
from serving.schemas.jobs import JobCounts, JobOutcomes
from serving.store.idempotency_rows import Claim
from serving.store.job_line_rows import Fault
from serving.store.job_rows import NewJob
from serving.store.key_rows import Replacement
from tests.serving.builders.keys import add_key
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_jobs import OPERATOR, add_job, judge, lease, member, new_line
from tests.serving.builders.stores import Place, opened

FAULT = Fault(code="json_malformed", message="no JSON")
A_DAY = datetime.timedelta(days=1)


def test_a_job_is_counted_by_states_and_outcomes_while_it_runs(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, [new_line(1), new_line(2), new_line(3, FAULT), new_line(4)])).job_id
            await judge(store, *await lease(store))
            await lease(store)
            job = await store.job_rows.find(job_id, OPERATOR, datetime.datetime.now(datetime.UTC))
            assert (job.state, job.lines, job.left) == ("running", 4, 2)
            assert job.counts == JobCounts(waiting=1, running=1, judged=1, parked=1, outcomes=JobOutcomes(review=1))
            assert job.lines_per_s is not None  # of the line that was judged, not of the one parked as it arrived
            assert job.seconds_left == pytest.approx(2 / job.lines_per_s, rel=0.1)

    asyncio.run(work())


def test_the_same_key_and_content_give_the_first_job_and_other_content_is_refused(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            first = await add_job(store, claim=Claim(key_sha256="k", fingerprint="content"))
            again = await add_job(store, claim=Claim(key_sha256="k", fingerprint="content"))
            assert (first.replayed, again.replayed, again.job_id) == (False, True, first.job_id)
            with pytest.raises(IdempotencyKeyReused):
                await add_job(store, claim=Claim(key_sha256="k", fingerprint="other"))
            states = [job.state for job in await store.job_rows.find_page(OPERATOR, 10, NOW)]
            assert states == ["receiving", "running"]  # the refused one is its caller's to discard
            await store.job_rows.delete(first.job_id, OPERATOR)
            assert not (await add_job(store, claim=Claim(key_sha256="k", fingerprint="other"))).replayed

    asyncio.run(work())


def test_nothing_runs_before_every_line_is_here_and_a_discarded_job_is_gone(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            new = NewJob(job_id="j", caller=OPERATOR, kind="listings", name="n", created_at=NOW)
            await store.job_rows.begin(new)
            await store.job_rows.add_lines("j", [new_line(1)], NOW)
            assert await lease(store) == []
            for change in (store.job_rows.cancel("j", OPERATOR, NOW), store.job_rows.replay("j", OPERATOR, NOW)):
                with pytest.raises(JobNotRunning, match="receiving"):
                    await change
            with pytest.raises(JobNotRunning):
                await store.job_rows.delete("j", OPERATOR)
            await store.job_rows.discard("j")
            with pytest.raises(JobNotFound):
                await store.job_rows.find("j", OPERATOR, NOW)
            running = (await add_job(store)).job_id
            await store.job_rows.discard(running)  # of a job that runs nothing is discarded
            assert (await store.job_rows.find(running, OPERATOR, NOW)).left == 3

    asyncio.run(work())


def test_a_member_sees_and_changes_its_own_jobs_alone_and_the_operator_sees_all(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, lines = store.job_rows, store.job_line_rows
            own, other = member("m"), member("n")
            ids = [(await add_job(store, caller=caller)).job_id for caller in (own, other, OPERATOR)]
            assert [job.job_id for job in await rows.find_page(own, 10, NOW)] == ids[:1]
            assert [job.job_id for job in await rows.find_page(OPERATOR, 10, NOW)] == ids[::-1]
            for hidden in ids[1:]:
                for refused in (
                    rows.find(hidden, own, NOW), rows.cancel(hidden, own, NOW), rows.replay(hidden, own, NOW),
                    rows.delete(hidden, own), lines.find_results(hidden, own, 10), lines.find_line(hidden, 1, own),
                ):  # fmt: skip
                    with pytest.raises(JobNotFound):
                        await refused
            assert [(await rows.find(job_id, OPERATOR, NOW)).left for job_id in ids] == [3, 3, 3]

    asyncio.run(work())


def test_jobs_are_paged_newest_first(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            ids = [(await add_job(store, 1)).job_id for _ in range(5)]
            first = await store.job_rows.find_page(OPERATOR, 2, NOW)
            rest = await store.job_rows.find_page(OPERATOR, 10, NOW, after=first[-1].job_id)
            assert [job.job_id for job in (*first, *rest)] == ids[::-1]

    asyncio.run(work())


def test_a_cancelled_job_ends_with_what_was_in_hand(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            job_id = (await add_job(store, 4)).job_id
            kept, given_back = await lease(store, 2)
            for _ in range(2):  # again changes nothing
                job = await store.job_rows.cancel(job_id, OPERATOR, NOW)
                assert (job.state, job.left, job.counts.cancelled, job.completed_at) == ("cancelled", 2, 2, None)
            assert await store.jobs.complete_jobs(NOW) == []
            await judge(store, kept)
            await store.job_line_rows.give_back([given_back])
            assert await lease(store) == []
            assert await store.jobs.complete_jobs(NOW) == [job_id]
            job = await store.job_rows.find(job_id, OPERATOR, NOW)
            assert (job.state, job.left, job.counts.judged, job.counts.cancelled) == ("cancelled", 0, 1, 3)
            with pytest.raises(JobNotRunning, match="new job"):
                await store.job_rows.replay(job_id, OPERATOR, NOW)

    asyncio.run(work())


def test_a_replay_lets_parked_lines_wait_again_all_or_those_named(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            lines = [new_line(number, FAULT) for number in (1, 2, 3)]
            job_id = (await add_job(store, lines)).job_id
            assert await store.jobs.complete_jobs(NOW) == [job_id]
            job = await store.job_rows.replay(job_id, OPERATOR, NOW, lines=[2, 99])
            assert (job.state, job.completed_at, job.counts.waiting, job.counts.parked) == ("running", None, 1, 2)
            (line,) = await lease(store, 5)
            assert (line.line, line.attempts) == (2, 1)
            await judge(store, line)
            await store.jobs.complete_jobs(NOW)
            with pytest.raises(JobNotRunning, match="completed"):
                await store.job_rows.cancel(job_id, OPERATOR, NOW)
            assert (await store.job_rows.replay(job_id, OPERATOR, NOW)).counts.waiting == 2
            unchanged = await store.job_rows.replay(job_id, OPERATOR, NOW, lines=[2])  # judged lines stay judged
            assert (unchanged.counts.waiting, unchanged.counts.judged) == (2, 1)

    asyncio.run(work())


def test_old_jobs_and_those_whose_lines_stopped_arriving_are_deleted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            ended, runs = (await add_job(store, [new_line(1, FAULT)])).job_id, (await add_job(store)).job_id
            await store.jobs.complete_jobs(NOW)
            for name, created_at in (("broken", NOW), ("arrives", NOW + A_DAY)):
                new = NewJob(job_id=name, caller=OPERATOR, kind="listings", name=None, created_at=created_at)
                await store.job_rows.begin(new)
            deleted = await store.jobs.delete_old(ended_before=NOW + A_DAY, receiving_before=NOW + A_DAY)
            left = {job.job_id for job in await store.job_rows.find_page(OPERATOR, 10, NOW)}
            assert (deleted, left, ended in left) == (2, {"arrives", runs}, False)

    asyncio.run(work())


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


def test_a_job_of_a_revoked_key_is_held_until_another_key_takes_it_over(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            sender, other = await add_key(store.key_rows, NOW), await add_key(store.key_rows, NOW)
            caller = Principal(name=sender.key_id, rate_key="k")
            job_id = (await add_job(store, 3, caller=caller)).job_id
            assert not (await store.job_rows.find(job_id, OPERATOR, NOW)).held
            assert len(await lease(store)) == 1
            await store.key_rows.revoke(SERVER, sender.key_id, NOW, keep_admin=False)
            assert (await store.job_rows.find(job_id, OPERATOR, NOW)).held
            assert await lease(store) == []
            assert await store.jobs.complete_jobs(NOW) == []
            job = await store.job_rows.replay(job_id, Principal(name=other.key_id, rate_key="o"), NOW)
            assert (job.held, job.created_by) == (False, other.key_id)
            assert len(await lease(store)) == 1
            assert not (await store.jobs.cancel(job_id, OPERATOR, NOW)).held

    asyncio.run(work())


def test_a_job_goes_on_with_the_key_that_a_rotation_made(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            sender = await add_key(store.key_rows, NOW)
            await add_job(store, 3, caller=Principal(name=sender.key_id, rate_key="k"))
            new, soon = make_secret(), NOW + datetime.timedelta(hours=1)
            renewed = Replacement(key_id=new.key_id, sha256=hash_token(new.token), expires_at=None, old_ends_at=soon)
            await store.key_rows.replace(SERVER, sender.key_id, renewed, NOW)
            await store.key_rows.revoke(SERVER, sender.key_id, NOW, keep_admin=False)
            assert len(await lease(store)) == 1
            await store.key_rows.revoke(SERVER, new.key_id, NOW, keep_admin=False)
            assert await lease(store) == []

    asyncio.run(work())
