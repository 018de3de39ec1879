"""A store whose photos are in an S3-compatible storage: what is kept, deleted and swept, and what its faults answer."""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from serving.store.deletion.cleanup import delete_expired
from serving.store.photos.location import PHOTO_FOLDER
from serving.store.photos.photo_files import photo_path
from serving.store.retention import Retention
from serving.store.store import open_store
from tests.serving.builders.new_checks import NOW, digest, new_check
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.object_storage import SECRET, Bucket
from tests.serving.servers.running import Running


@pytest.fixture
def server(start: Callable[..., Running], bucket: Bucket) -> Running:
    return start(photos=bucket.location, object_storage=bucket.settings)


def key(photo: bytes) -> str:
    return f"{PHOTO_FOLDER}/{photo_path(digest(photo))}"


def test_photos_and_renditions_are_in_the_bucket_alone_until_their_last_check_is_deleted(
    server: Running, bucket: Bucket, tmp_path: Path
) -> None:
    shared, own = jpeg(RED, seed=1), jpeg(RED, seed=2)
    first, second = server.answer(shared, own), server.answer(shared)
    assert bucket.keys() == {key(shared), key(own)}
    assert bucket.boto.get_object(Bucket=bucket.name, Key=f"store/{key(own)}")["Body"].read() == own
    assert not (tmp_path / "store" / PHOTO_FOLDER).exists()
    for side_px in (160, 1600):
        picture = f"/v1/checks/{first['check_id']}/photos/1/renditions/{side_px}"
        assert server.http.get(picture).status_code == 200
    assert len(bucket.keys()) == 4
    server.http.delete(f"/v1/checks/{first['check_id']}")
    assert bucket.keys() == {key(shared)}
    assert server.http.get(f"/v1/checks/{second['check_id']}/photos/0").status_code == 200
    server.http.delete(f"/v1/checks/{second['check_id']}")
    assert bucket.keys() == set()


def test_retention_and_the_sweep_remove_from_the_bucket_what_no_check_has(tmp_path: Path, bucket: Bucket) -> None:
    async def work() -> None:
        store = open_store(tmp_path, photos=bucket.location, object_storage=bucket.settings)
        try:
            old = new_check(b"old", b"both", created_at=NOW - datetime.timedelta(days=31))
            young = new_check(b"young", b"both", created_at=NOW)
            await store.keep(old, [b"old", b"both"])
            await store.keep(young, [b"young", b"both"])
            await store.keep_rendition(digest(b"old"), 160, b"small")
            assert await delete_expired(store, Retention(days=30), NOW) == 1
            assert bucket.keys() == {key(b"young"), key(b"both")}
            await store.photos.put([(digest(b"orphan"), b"orphan")])
            bucket.boto.put_object(
                Bucket=bucket.name, Key="store/renditions/1/ab/abcd-160", Body=b"of an older version"
            )
            assert await store.remove_orphans() == 1
            assert bucket.keys() == {key(b"young"), key(b"both")}
        finally:
            store.close()

    asyncio.run(work())


def test_a_damaged_photo_is_an_error_of_its_own_and_its_check_is_still_answered(
    server: Running, bucket: Bucket
) -> None:
    photo = jpeg(seed=3)
    answer = server.answer(photo)
    bucket.boto.put_object(Bucket=bucket.name, Key=f"store/{key(photo)}", Body=jpeg(seed=4))
    response = server.http.get(f"/v1/checks/{answer['check_id']}/photos/0")
    assert (response.status_code, response.json()["code"]) == (500, "photo_damaged")
    assert server.http.get(f"/v1/checks/{answer['check_id']}").json()["photos"] == answer["photos"]


def test_a_bucket_that_does_not_answer_is_503_and_no_check_is_kept(
    server: Running, bucket: Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    assert server.http.get("/readyz").status_code == 200
    bucket.boto.delete_object(Bucket=bucket.name, Key="store/probe")
    bucket.boto.delete_bucket(Bucket=bucket.name)
    response = server.check(jpeg(seed=5))
    assert (response.status_code, response.json()["code"]) == (503, "store_unavailable")
    assert int(response.headers["retry-after"]) >= 1
    assert server.http.get("/readyz").status_code == 503
    assert server.http.get("/healthz").status_code == 200
    assert server.http.get("/v1/checks").json()["checks"] == []
    assert "NoSuchBucket" in caplog.text
    assert SECRET not in caplog.text
    bucket.boto.create_bucket(Bucket=bucket.name)
    assert server.http.get("/readyz").status_code == 200
    assert server.check(jpeg(seed=5)).status_code == 200
