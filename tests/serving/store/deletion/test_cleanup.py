from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json
from pathlib import Path

import pytest

from serving.audit_log.entry import new_entry
from serving.errors import CheckNotFound, StoreUnavailable
from serving.principal import SERVER
from serving.store.deletion.cleanup import clean_periodically, delete_expired, delete_old_events
from serving.store.retention import Retention, RetentionSettings
from tests.serving.builders.new_checks import NOW, digest, new_check
from tests.serving.builders.stores import Place, opened, photo_names
from tests.serving.servers.postgresql import PostgresqlServer

MONTH = Retention(days=30)


def test_retention_deletes_old_checks_with_their_photos_and_keeps_young_ones(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            old = new_check(b"old", b"both", created_at=NOW - datetime.timedelta(days=31))
            young = new_check(b"young", b"both", created_at=NOW - datetime.timedelta(days=29))
            await store.keep(old, [b"old", b"both"])
            await store.keep(young, [b"young", b"both"])
            assert await delete_expired(store, MONTH, NOW) == 1
            assert photo_names(place.folder) == {digest(b"young"), digest(b"both")}
            assert (await store.check_rows.find(SERVER, young.answer.check_id)).check_id == young.answer.check_id
            with pytest.raises(CheckNotFound):
                await store.check_rows.find(SERVER, old.answer.check_id)
            assert await delete_expired(store, Retention(), NOW + datetime.timedelta(days=999)) == 0

    asyncio.run(work())


def test_the_store_is_cleaned_at_start_without_waiting_for_the_period(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await store.keep(new_check(b"old", created_at=NOW - datetime.timedelta(days=9000)), [b"old"])
            cleaning = asyncio.create_task(clean_periodically(store, MONTH))
            for _ in range(200):
                await asyncio.sleep(0.01)
                if not photo_names(place.folder):
                    break
            cleaning.cancel()
            assert photo_names(place.folder) == set()

    asyncio.run(work())


def test_photos_of_checks_that_could_not_be_stored_are_removed_while_the_server_runs(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            cleaning = asyncio.create_task(clean_periodically(store, Retention(), period_s=0.01))
            await store.keep(new_check(b"kept"), [b"kept"])
            while store.may_hold_orphans:
                await asyncio.sleep(0.01)
            again = new_check(b"kept")
            await store.keep(again, [b"kept"])
            twice = dataclasses.replace(new_check(b"lost"), answer=again.answer)  # its check_id is taken
            with pytest.raises(StoreUnavailable):
                await store.keep(twice, [b"lost"])
            for _ in range(500):
                if not store.may_hold_orphans and photo_names(place.folder) == {digest(b"kept")}:
                    break
                await asyncio.sleep(0.01)
            cleaning.cancel()
            assert photo_names(place.folder) == {digest(b"kept")}

    asyncio.run(work())


def test_a_store_that_is_unavailable_is_cleaned_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.keep(new_check(b"old", created_at=NOW - datetime.timedelta(days=9000)), [b"old"])
            (tmp_path / "checks.sqlite").rename(tmp_path / "away")
            cleaning = asyncio.create_task(clean_periodically(store, MONTH, period_s=0.01))
            while "cleanup of the store failed" not in caplog.text:
                await asyncio.sleep(0.01)
            assert photo_names(tmp_path) == {digest(b"old")}
            (tmp_path / "away").rename(tmp_path / "checks.sqlite")
            while photo_names(tmp_path):
                await asyncio.sleep(0.01)
            cleaning.cancel()

    asyncio.run(asyncio.wait_for(work(), 60))


def test_an_unforeseen_error_ends_no_later_cleanup(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            before_every_date = Retention(days=10**6)
            cleaning = asyncio.create_task(clean_periodically(store, before_every_date, period_s=0.01))
            while caplog.text.count("OverflowError") < 2:
                await asyncio.sleep(0.01)
            cleaning.cancel()

    asyncio.run(asyncio.wait_for(work(), 60))


def test_of_two_servers_one_cleans_and_the_next_period_another_may(
    tmp_path: Path, postgresql: PostgresqlServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="touchstone.serving")

    async def work(place: Place) -> None:
        async with opened(place) as one, opened(place) as two:
            for number in range(3):
                old = new_check(b"%d" % number, created_at=NOW - datetime.timedelta(days=9000))
                await one.keep(old, [b"%d" % number])
            cleaning = [asyncio.create_task(clean_periodically(store, MONTH)) for store in (one, two)]
            while photo_names(place.folder):
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.5)  # in which the other would have begun
            for task in cleaning:
                task.cancel()
            assert [line.getMessage() for line in caplog.records].count(
                "deleted 3 checks with outcome review older than 30 days"
            ) == 1
            now = datetime.datetime.now(datetime.UTC)
            assert not await two.periodic_task_rows.claim("delete_expired", datetime.timedelta(minutes=50), now)

    with postgresql.store() as address:
        asyncio.run(asyncio.wait_for(work(Place(folder=tmp_path, database=address)), 60))


def test_old_events_are_deleted_and_newer_ones_stay(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await store.check_rows.add(new_check(b"a"))
            now = datetime.datetime.now(datetime.UTC)
            for days, left in ((29, 1), (31, 0)):
                await delete_old_events(store, 30, now + datetime.timedelta(days=days))
                await store.event_rows.number()
                assert len((await store.event_rows.find_page(SERVER, after=0, limit=9)).events) == left

    asyncio.run(work())


def test_the_end_of_the_audit_log_is_logged_at_start_and_when_it_moved(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "touchstone.serving")

    async def work() -> None:
        async with opened(tmp_path) as store:
            cleaning = asyncio.create_task(clean_periodically(store, Retention(), period_s=0.01))
            while "audit log head: 0 " not in caplog.text:
                await asyncio.sleep(0.01)
            sealed = await store.audit_rows.append(new_entry(SERVER, "server.started", "server", "settings"))
            while f"audit log head: 1 {sealed.hash}" not in caplog.text:
                await asyncio.sleep(0.01)
            cleaning.cancel()
            assert caplog.text.count("audit log head: ") == 2

    asyncio.run(asyncio.wait_for(work(), 60))


def test_names_of_people_in_the_audit_log_expire_and_the_entry_of_it_says_how_many(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.audit_rows.append(new_entry(SERVER, "server.started", "server", "x", private={"by": "Mara"}))
            retention = Retention(settings=RetentionSettings(audit_private=30))
            now = datetime.datetime.now(datetime.UTC)
            await delete_expired(store, retention, now + datetime.timedelta(days=29))
            await delete_expired(store, retention, now + datetime.timedelta(days=31))
            await delete_expired(store, retention, now + datetime.timedelta(days=31))
            started, expired = await store.audit_rows.find_after(SERVER, 10)
            assert started.private is None
            content = json.loads(expired.content)
            assert (content["action"], content["details"]["entries"]) == ("private.expired", 1)

    asyncio.run(work())
