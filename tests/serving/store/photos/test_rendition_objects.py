from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from serving.errors import StoreUnavailable
from serving.store.photos.object_storage import ObjectStorage
from serving.store.photos.rendition_objects import RenditionObjects
from tests.serving.builders.new_checks import digest
from tests.serving.servers.object_storage import Answers, reachable, run_answering


def test_a_storage_that_does_not_answer_fails_no_picture_but_a_deletion(
    aws_credentials: None, caplog: pytest.LogCaptureFixture
) -> None:
    async def work(endpoint: str) -> None:
        with ThreadPoolExecutor(2) as threads:
            storage = ObjectStorage("s3://bucket/prefix", reachable(endpoint))
            renditions = RenditionObjects(storage, threads, 1)
            sha256 = digest(b"a")
            await renditions.put(sha256, 160, b"small")
            assert await renditions.get(sha256, 160) is None
            with pytest.raises(StoreUnavailable):
                await renditions.remove([sha256])

    with run_answering(Answers(status=403, code="AccessDenied")) as endpoint:
        asyncio.run(work(endpoint))
    assert "a rendition was not kept" in caplog.text
    assert "a rendition could not be read" in caplog.text
    assert "AccessDenied" in caplog.text
