from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from serving.errors import CheckNotFound, PhotoNotFound, StoreUnavailable
from serving.store.check_rows import Claim
from serving.store.cleanup import clean_periodically, delete_expired
from serving.store.photo_files import photo_path
from serving.store.store import PHOTO_FOLDER, Store, open_store
from tests.serving.builders.new_checks import NOW, digest, new_check
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.running import Running
from vision.errors import ConfigError


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Store]:
    store = open_store(folder)
    try:
        yield store
    finally:
        store.close()


def files(folder: Path) -> set[str]:
    return {file.name for file in (folder / PHOTO_FOLDER).rglob("*") if file.is_file()}


def stored_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.glob("checks.sqlite*"))


def test_a_photo_is_stored_once_as_received_and_goes_with_its_last_check(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    shared, own = jpeg(RED, seed=1), jpeg(RED, seed=2)
    first = server.answer(shared, own)["check_id"]
    second = server.answer(shared)["check_id"]
    stored = tmp_path / "store" / PHOTO_FOLDER / photo_path(digest(shared))
    assert stored.read_bytes() == shared
    assert files(tmp_path / "store") == {digest(shared), digest(own)}
    assert server.http.delete(f"/v1/checks/{first}").status_code == 204
    assert files(tmp_path / "store") == {digest(shared)}
    assert server.http.get(f"/v1/checks/{second}/photos/0").status_code == 200
    server.http.delete(f"/v1/checks/{second}")
    assert files(tmp_path / "store") == set()
    for check_id in (first, second):
        assert server.http.get(f"/v1/checks/{check_id}").status_code == 404
        assert server.http.delete(f"/v1/checks/{check_id}").json()["code"] == "check_not_found"


def test_a_deleted_check_leaves_no_trace_in_the_database_file(start: Callable[..., Running], tmp_path: Path) -> None:
    server = start()
    secret = secrets.token_hex(16)
    check_id = server.answer(jpeg(), listing={"listing_id": "x", "attributes": {"name": secret}})["check_id"]
    server.http.post(f"/v1/checks/{check_id}/review", json={"decision": "genuine", "note": f"note {secret}"})
    assert secret.encode() in stored_bytes(tmp_path / "store")
    server.http.delete(f"/v1/checks/{check_id}")
    assert secret.encode() not in stored_bytes(tmp_path / "store")  # while the server goes on


def test_bytes_that_are_no_photo_are_not_stored(start: Callable[..., Running], tmp_path: Path) -> None:
    good = jpeg()
    start().answer(good, b"<script>no photo</script>")
    assert files(tmp_path / "store") == {digest(good)}


def test_deleting_and_storing_the_same_photo_at_once_never_loses_it(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            photo = b"same bytes"
            for _ in range(25):
                old, new = new_check(photo), new_check(photo)
                await store.keep(old, [photo])
                await asyncio.gather(store.delete_one(old.answer.check_id), store.keep(new, [photo]))
                assert (await store.find_photo(new.answer.check_id, 0)).data == photo
                await store.delete_one(new.answer.check_id)
            assert files(tmp_path) == set()

    asyncio.run(work())


def test_a_sweep_removes_what_a_kill_left_and_nothing_else(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.keep(new_check(b"kept"), [b"kept"])
            await store.photo_files.put([(digest(b"orphan"), b"orphan")])
            assert await store.sweep() == 1
            assert files(tmp_path) == {digest(b"kept")}
        half = tmp_path / PHOTO_FOLDER / "ab" / f"{digest(b'half')}#1"
        half.parent.mkdir(exist_ok=True)
        half.write_bytes(b"ha")
        async with opened(tmp_path):
            assert not half.exists()

    asyncio.run(work())


def test_retention_deletes_old_checks_with_their_photos_and_keeps_young_ones(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            old = new_check(b"old", b"both", created_at=NOW - datetime.timedelta(days=31))
            young = new_check(b"young", b"both", created_at=NOW - datetime.timedelta(days=29))
            await store.keep(old, [b"old", b"both"])
            await store.keep(young, [b"young", b"both"])
            assert await delete_expired(store, 30, NOW) == 1
            assert files(tmp_path) == {digest(b"young"), digest(b"both")}
            assert (await store.check_rows.find(young.answer.check_id)).check_id == young.answer.check_id
            with pytest.raises(CheckNotFound):
                await store.check_rows.find(old.answer.check_id)
            assert await delete_expired(store, None, NOW + datetime.timedelta(days=999)) == 0

    asyncio.run(work())


def test_the_house_is_kept_at_start_without_waiting_for_the_hour(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.keep(new_check(b"old", created_at=NOW - datetime.timedelta(days=9000)), [b"old"])
            cleaning = asyncio.create_task(clean_periodically(store, 30))
            for _ in range(200):
                await asyncio.sleep(0.01)
                if not files(tmp_path):
                    break
            cleaning.cancel()
            assert files(tmp_path) == set()

    asyncio.run(work())


def test_photos_of_checks_that_could_not_be_recorded_are_swept_while_the_server_runs(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            cleaning = asyncio.create_task(clean_periodically(store, None, period_s=0.01))
            await store.keep(new_check(b"kept"), [b"kept"])
            while store.may_hold_orphans:
                await asyncio.sleep(0.01)
            again = new_check(b"kept")
            await store.keep(again, [b"kept"])
            twice = dataclasses.replace(new_check(b"lost"), answer=again.answer)  # its check_id is taken
            with pytest.raises(StoreUnavailable):
                await store.keep(twice, [b"lost"])
            for _ in range(500):
                if not store.may_hold_orphans and files(tmp_path) == {digest(b"kept")}:
                    break
                await asyncio.sleep(0.01)
            cleaning.cancel()
            assert files(tmp_path) == {digest(b"kept")}

    asyncio.run(work())


def test_an_idempotency_key_counts_for_24_hours(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            claim = Claim(key_hash="k", fingerprint="f")
            new = new_check(b"a", claim=claim)
            await store.keep(new, [b"a"])
            day = datetime.timedelta(hours=24)
            assert await store.check_rows.find_claimed("k", NOW + day) == ("f", new.answer)
            assert await store.check_rows.find_claimed("k", NOW + day + datetime.timedelta(seconds=1)) is None
            later = new_check(b"a", created_at=NOW + 2 * day, claim=dataclasses.replace(claim, fingerprint="g"))
            await store.keep(later, [b"a"])  # the same key again, a day later, stands for the new check
            found = await store.check_rows.find_claimed("k", NOW + 2 * day)
            assert found is not None
            assert found[0] == "g"
            await store.forget_old_keys(NOW + 4 * day)
            assert await store.check_rows.find_claimed("k", NOW + 2 * day) is None

    asyncio.run(work())


def test_a_photo_that_the_folder_lost_is_a_problem_and_not_a_crash(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    photo = jpeg(seed=3)
    answer = server.answer(photo)
    (tmp_path / "store" / PHOTO_FOLDER / photo_path(digest(photo))).unlink()
    response = server.http.get(f"/v1/checks/{answer['check_id']}/photos/0")
    assert (response.status_code, response.json()["code"]) == (404, "photo_not_found")
    assert server.http.get(f"/v1/checks/{answer['check_id']}").json()["photos"] == answer["photos"]


def test_when_photos_cannot_be_written_the_check_is_answered_503_and_not_recorded(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    photo = jpeg(seed=4)
    blocked = tmp_path / "store" / PHOTO_FOLDER / digest(photo)[:2]
    blocked.write_bytes(b"a file where a folder must be")
    response = server.check(photo)
    assert (response.status_code, response.json()["code"]) == (503, "store_unavailable")
    assert int(response.headers["retry-after"]) >= 1
    assert str(tmp_path) not in response.text
    assert server.http.get("/v1/checks").json()["checks"] == []
    blocked.unlink()
    assert server.check(photo).status_code == 200


def test_a_photo_folder_that_was_deleted_is_made_again(start: Callable[..., Running], tmp_path: Path) -> None:
    server = start()
    lost = server.answer(jpeg(seed=5))
    shutil.rmtree(tmp_path / "store" / PHOTO_FOLDER)
    answer = server.answer(jpeg(seed=6))
    assert server.http.get(answer["photos"][0]["evidence_url"]).status_code == 200
    assert server.http.get(lost["photos"][0]["evidence_url"]).json()["code"] == "photo_not_found"
    assert server.http.delete(f"/v1/checks/{lost['check_id']}").status_code == 204


def test_a_photo_that_a_power_cut_left_empty_is_written_again(start: Callable[..., Running], tmp_path: Path) -> None:
    photo = jpeg(seed=7)
    stored = tmp_path / "store" / PHOTO_FOLDER / photo_path(digest(photo))
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"")
    start().answer(photo)
    assert stored.read_bytes() == photo


def test_readiness_tells_when_the_store_is_gone(start: Callable[..., Running], tmp_path: Path) -> None:
    server = start()
    folder = tmp_path / "store" / PHOTO_FOLDER
    folder.rename(tmp_path / "moved")
    response = server.http.get("/readyz")
    assert (response.status_code, response.json()["status"]) == (503, "not_ready")
    assert server.http.get("/healthz").status_code == 200
    assert server.http.get("/readyz").status_code == 200  # by itself: it would be sent no photo that makes the folder
    (tmp_path / "moved").rename(folder)
    assert server.http.get("/readyz").status_code == 200


def test_a_store_serves_one_server_at_a_time(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    try:
        with pytest.raises(ConfigError, match="another server uses"):
            open_store(tmp_path)
    finally:
        store.close()
    open_store(tmp_path).close()


def test_a_store_that_cannot_be_opened_says_which(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConfigError, match="file"):
        open_store(tmp_path / "file")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "checks.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(ConfigError, match="Restore it from a backup"):
        open_store(tmp_path / "broken")


def test_reading_a_photo_that_was_never_there_is_not_found(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            with pytest.raises(PhotoNotFound):
                await store.photo_files.get("0" * 64)
            (tmp_path / PHOTO_FOLDER).rename(tmp_path / "away")
            with pytest.raises(StoreUnavailable):
                await store.photo_files.ping()

    asyncio.run(work())
