from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from serving.errors import StoreUnavailable
from serving.store.photos.location import open_photo_storage
from serving.store.photos.object_storage import ObjectStorage
from serving.store.photos.photo_files import photo_path
from serving.store.photos.photo_objects import PhotoObjects
from tests.serving.builders.new_checks import digest
from tests.serving.servers.object_storage import Answers, Bucket, reachable, run_answering
from tests.serving.store.photos.photo_store_contract import closing

A = digest(b"a")
PROGRAM = """
import asyncio, hashlib, sys
from serving.store.photos.location import open_photo_storage
from tests.serving.servers.object_storage import reachable

async def main(location, endpoint):
    storage = open_photo_storage(location, reachable(endpoint, retries=3))
    photos = [(hashlib.sha256(bytes([n])).hexdigest(), bytes([n])) for n in range(8)]
    await storage.photos.put(photos)
    assert await asyncio.gather(*(storage.photos.get(sha256) for sha256, _ in photos)) == [data for _, data in photos]
    storage.photos.close()

asyncio.run(main(*sys.argv[1:3]))
"""


def test_a_photo_that_is_there_is_not_uploaded_again(bucket: Bucket) -> None:
    async def work() -> None:
        async with closing(open_photo_storage(bucket.location, bucket.settings)) as storage:
            await storage.photos.put([(A, b"a")])
            written = bucket.boto.head_object(Bucket=bucket.name, Key=f"store/photos/{photo_path(A)}")
            bucket.boto.put_object(Bucket=bucket.name, Key=f"store/photos/{photo_path(A)}", Body=b"b")
            await storage.photos.put([(A, b"a")])
            now = bucket.boto.head_object(Bucket=bucket.name, Key=f"store/photos/{photo_path(A)}")
            assert (
                now["ETag"] != written["ETag"]
            )  # the other body of the same size, which a second upload would replace

    asyncio.run(work())


def test_after_a_failed_write_readiness_tries_one(aws_credentials: None) -> None:
    answers = Answers()

    async def work(endpoint: str) -> None:
        photos = PhotoObjects(ObjectStorage("s3://bucket/prefix", reachable(endpoint)), ThreadPoolExecutor(2))
        answers.status, answers.code = 503, "ServiceUnavailable"
        with pytest.raises(StoreUnavailable):
            await photos.put([(A, b"a")])
        with pytest.raises(StoreUnavailable):
            await photos.ping()
        answers.failures = 0
        answers.requests.clear()
        await photos.ping()
        await photos.ping()
        assert [method for method, _ in answers.requests] == ["PUT", "GET", "GET"]
        photos.close()

    with run_answering(answers) as endpoint:
        asyncio.run(work(endpoint))


def test_a_bucket_that_is_deleted_while_the_server_runs_makes_the_store_unavailable(bucket: Bucket) -> None:
    async def work() -> None:
        async with closing(open_photo_storage(bucket.location, bucket.settings)) as storage:
            photos = [(digest(bytes([number])), bytes([number])) for number in range(6)]
            await storage.photos.put(photos[:3])
            for entry in bucket.boto.list_objects_v2(Bucket=bucket.name)["Contents"]:
                bucket.boto.delete_object(Bucket=bucket.name, Key=entry["Key"])
            bucket.boto.delete_bucket(Bucket=bucket.name)
            with pytest.raises(StoreUnavailable, match="the log says why"):
                await storage.photos.put(photos)
            with pytest.raises(StoreUnavailable):
                await storage.photos.ping()
            with pytest.raises(StoreUnavailable):
                await storage.photos.get(A)

    asyncio.run(work())


def test_a_process_that_used_the_storage_ends_without_an_abort(bucket: Bucket) -> None:
    """obstore's asyncio functions abort the interpreter at its end, once in five; its blocking ones must not."""
    command = [sys.executable, "-c", PROGRAM, bucket.location, bucket.endpoint]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ)) for _ in range(4)]
    ended = [(process.communicate(timeout=120)[1], process.returncode) for process in running]
    assert ended == [("", 0)] * 4
