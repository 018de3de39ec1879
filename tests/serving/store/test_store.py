from __future__ import annotations

import asyncio
import datetime
import os
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from serving.errors import CheckNotFound, CheckOfOthers, EvidenceNotFound, PhotoNotFound, StoreUnavailable
from serving.principal import SERVER, Principal
from serving.store.audit_rows import AuditFilter
from serving.store.photos.location import PHOTO_FOLDER, RENDITION_FOLDER
from serving.store.photos.photo_files import photo_path
from serving.store.retention import Rule
from serving.store.store import open_store
from tests.serving.builders.new_checks import NOW, digest, new_check
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.builders.stores import Place, database_bytes, opened, photo_names
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.servers.running import Running
from vision.errors import ConfigError


def test_a_photo_is_stored_once_as_received_and_deleted_with_its_last_check(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    shared, own = jpeg(RED, seed=1), jpeg(RED, seed=2)
    first = server.answer(shared, own)["check_id"]
    second = server.answer(shared)["check_id"]
    stored = tmp_path / "store" / PHOTO_FOLDER / photo_path(digest(shared))
    assert stored.read_bytes() == shared
    assert photo_names(tmp_path / "store") == {digest(shared), digest(own)}
    assert server.http.delete(f"/v1/checks/{first}").status_code == 204
    assert photo_names(tmp_path / "store") == {digest(shared)}
    assert server.http.get(f"/v1/checks/{second}/photos/0").status_code == 200
    server.http.delete(f"/v1/checks/{second}")
    assert photo_names(tmp_path / "store") == set()
    for check_id in (first, second):
        assert server.http.get(f"/v1/checks/{check_id}").status_code == 404
        assert server.http.delete(f"/v1/checks/{check_id}").json()["code"] == "check_not_found"


def test_a_deleted_check_leaves_no_trace_in_the_database_file(start: Callable[..., Running], tmp_path: Path) -> None:
    server = start()
    secret = secrets.token_hex(16)
    check_id = server.answer(jpeg(), listing={"listing_id": "x", "attributes": {"name": secret}})["check_id"]
    server.http.post(f"/v1/checks/{check_id}/review", json={"decision": "genuine", "note": f"note {secret}"})
    assert secret.encode() in database_bytes(tmp_path / "store")
    server.http.delete(f"/v1/checks/{check_id}")
    assert secret.encode() not in database_bytes(tmp_path / "store")  # while the server goes on


def test_bytes_that_are_no_photo_are_not_stored(start: Callable[..., Running], tmp_path: Path) -> None:
    good = jpeg()
    start().answer(good, b"<script>no photo</script>")
    assert photo_names(tmp_path / "store") == {digest(good)}


def test_deleting_and_storing_the_same_photo_at_once_never_loses_it(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            photo = b"same bytes"
            for _ in range(25):
                old, new = new_check(photo), new_check(photo)
                await store.keep(old, [photo])
                await asyncio.gather(store.delete_one(SERVER, old.answer.check_id), store.keep(new, [photo]))
                found = await store.find_photo(SERVER, new.answer.check_id, 0)
                assert await store.photos.get(found.sha256) == photo
                await store.delete_one(SERVER, new.answer.check_id)
            assert photo_names(place.folder) == set()

    asyncio.run(work())


def test_no_server_removes_a_photo_that_another_is_storing(tmp_path: Path, postgresql: PostgresqlServer) -> None:
    """On one database and one folder: whoever deletes the last check with a photo, or sweeps, waits for the other."""

    async def work(shared: Place) -> None:
        async with opened(shared) as one, opened(shared) as two:
            photo = b"same bytes"
            for _ in range(15):
                old, new = new_check(photo), new_check(photo)
                await one.keep(old, [photo])
                await asyncio.gather(
                    one.delete_one(SERVER, old.answer.check_id), two.keep(new, [photo]), one.remove_orphans()
                )
                found = await two.find_photo(SERVER, new.answer.check_id, 0)
                assert await one.photos.get(found.sha256) == photo
                await two.delete_one(SERVER, new.answer.check_id)
            assert photo_names(tmp_path) == set()

    with postgresql.store() as database:
        asyncio.run(asyncio.wait_for(work(Place(folder=tmp_path, database=database)), 120))


def test_a_check_whose_caller_is_cancelled_is_stored_or_not_when_the_caller_ends(place: Place) -> None:
    """What is written later would be written without the hold of its photos."""

    async def work() -> None:
        found: dict[str, bool] = {}
        async with opened(place) as store:
            for number in range(40):
                photo = f"photo {number}".encode()
                keeping = asyncio.create_task(store.keep(new_check(photo), [photo]))
                await asyncio.sleep(number * 0.0004)
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)
                found[digest(photo)] = not await store.check_rows.unused([digest(photo)])
        async with opened(place) as store:
            unused = await store.check_rows.unused(list(found))
            assert unused == sorted(sha256 for sha256, is_stored in found.items() if not is_stored)
            await store.remove_orphans()
            assert photo_names(place.folder) == found.keys() - set(unused)

    asyncio.run(work())


def test_a_photo_that_could_not_be_removed_with_its_check_is_removed_later(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            new = new_check(b"photo")
            await store.keep(new, [b"photo"])
            await store.remove_orphans()
            assert not store.may_hold_orphans
            file = place.folder / PHOTO_FOLDER / photo_path(digest(b"photo"))
            file.unlink()
            file.mkdir()  # which no removal of a file removes
            with pytest.raises(StoreUnavailable):
                await store.delete_one(SERVER, new.answer.check_id)
            assert store.may_hold_orphans
            file.rmdir()
            file.write_bytes(b"photo")
            assert await store.remove_orphans() == 1
            assert photo_names(place.folder) == set()

    asyncio.run(work())


def test_removing_orphans_removes_the_photos_that_a_kill_left_and_no_others(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await store.keep(new_check(b"kept"), [b"kept"])
            await store.photos.put([(digest(b"orphan"), b"orphan")])
            (place.folder / PHOTO_FOLDER / "notes.txt").write_text("of the operator")
            assert await store.remove_orphans() == 1
            assert photo_names(place.folder) == {digest(b"kept"), "notes.txt"}
        half = place.folder / PHOTO_FOLDER / "ab" / f"{digest(b'half')}#1"
        half.parent.mkdir(exist_ok=True)
        half.write_bytes(b"ha")
        os.utime(half, (0, 0))  # so old that no other server can be writing it
        async with opened(place):
            assert not half.exists()

    asyncio.run(work())


def test_a_rendition_lives_as_long_as_its_photo(place: Place) -> None:
    def renditions() -> set[str]:
        return {file.name for file in (place.folder / RENDITION_FOLDER).rglob("*") if file.is_file()}

    async def work() -> None:
        async with opened(place) as store:
            first, second = new_check(b"shared", b"own"), new_check(b"shared")
            await store.keep(first, [b"shared", b"own"])
            await store.keep(second, [b"shared"])
            for photo in (b"shared", b"own"):
                await store.keep_rendition(digest(photo), 160, b"small")
            await store.delete_one(SERVER, first.answer.check_id)
            assert renditions() == {f"{digest(b'shared')}-160"}
            await store.delete_expired(Rule(outcome="review", days=1), NOW + datetime.timedelta(days=2))
            assert renditions() == set()
            await store.keep_rendition(digest(b"shared"), 160, b"small")  # as one that was still being made
            assert renditions() == set()
            await store.photos.put([(digest(b"orphan"), b"orphan")])
            await store.keep_rendition(digest(b"orphan"), 1600, b"large")
            assert await store.remove_orphans() == 1
            assert renditions() == set()

    asyncio.run(work())


@pytest.mark.parametrize(("index", "error"), [(1, PhotoNotFound), (7, PhotoNotFound)])
def test_a_photo_that_was_not_kept_or_does_not_exist_is_not_found(
    place: Place, index: int, error: type[PhotoNotFound]
) -> None:
    async def work() -> None:
        async with opened(place) as store:
            new = new_check(b"kept", b"unreadable", kept=(True, False))
            await store.keep(new, [b"kept", b"unreadable"])
            assert photo_names(place.folder) == {digest(b"kept")}
            with pytest.raises(error):
                await store.find_photo(SERVER, new.answer.check_id, index)

    asyncio.run(work())


def test_evidence_is_found_where_there_is_some(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            new, without = new_check(b"a"), new_check(b"b", evidence=None)
            await store.keep(new, [b"a"])
            await store.keep(without, [b"b"])
            photo, evidence = await store.find_evidence(SERVER, new.answer.check_id, 0)
            assert photo.sha256 == digest(b"a")
            assert evidence.values.shape == (2, 2)
            with pytest.raises(EvidenceNotFound):
                await store.find_evidence(SERVER, without.answer.check_id, 0)

    asyncio.run(work())


def test_deleting_a_check_that_does_not_exist_is_refused(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            with pytest.raises(CheckNotFound):
                await store.delete_one(SERVER, "nope")

    asyncio.run(work())


def test_a_member_deletes_what_it_sent_and_no_check_of_its_products_that_others_sent(place: Place) -> None:
    def member(name: str, product: str) -> Principal:
        return Principal(name=name, rate_key=name, member_id=name, products=frozenset({product}))

    async def work() -> None:
        async with opened(place) as store:
            own, operators = new_check(b"a", member_id="acme"), new_check(b"b")
            for new in (own, operators):
                await store.keep(new, [b"a" if new is own else b"b"])
            for principal, new in ((member("acme", "toy"), operators), (member("bolt", "toy"), own)):
                with pytest.raises(CheckOfOthers):
                    await store.delete_one(principal, new.answer.check_id)
                assert await store.check_rows.find(principal, new.answer.check_id)
            with pytest.raises(CheckNotFound):  # its product was moved away
                await store.delete_one(member("acme", "other"), own.answer.check_id)
            await store.delete_one(member("acme", "toy"), own.answer.check_id)
            await store.delete_one(SERVER, operators.answer.check_id)
            deleted = await store.audit_rows.find_before(SERVER, AuditFilter(action="check.deleted"), 10)
            assert len(deleted) == 2

    asyncio.run(work())


def test_a_store_serves_one_server_at_a_time(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    try:
        with pytest.raises(ConfigError, match="another server uses"):
            open_store(tmp_path)
    finally:
        store.close()
    open_store(tmp_path).close()


def test_a_store_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(ConfigError, match="file"):
        open_store(tmp_path / "file")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "checks.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(ConfigError, match="Restore it from a backup"):
        open_store(tmp_path / "broken")
