from __future__ import annotations

import asyncio
import dataclasses
import json
from pathlib import Path

import pytest

from serving.checks.request import CheckRequest
from serving.errors import JobEmpty
from serving.http.check_body import check_of_json
from serving.jobs.config import JobSettings
from serving.jobs.json_lines import JsonLines
from serving.jobs.lines import SentLine
from serving.jobs.reception import LineReader, Reception, line_of
from serving.store.job_rows import NewJob
from serving.store.job_store import ReadLine
from serving.store.sortable_id import new_id
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_jobs import OPERATOR
from tests.serving.builders.stores import opened

READER = LineReader(read_check=check_of_json, max_photos=12)
SETTINGS = JobSettings()


def reception(store: Store, settings: JobSettings = SETTINGS) -> Reception:
    new = NewJob(job_id=new_id(), caller=OPERATOR, kind="listings", name=None, created_at=NOW)
    return Reception(
        new=new, store=store.jobs, reader=READER, splitter=JsonLines(settings.max_line_bytes), settings=settings
    )


def test_lines_are_written_while_they_arrive_and_run_once_all_are_here(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            async with reception(store) as taking:
                for number in range(450):
                    await taking.take(json.dumps({"listing_id": str(number), "photos": []}).encode() + b"\n")
                (job,) = await store.job_rows.find_page(OPERATOR, 10, NOW)
                assert job.state == "receiving"
                assert job.counts.parked in (200, 400)  # no photo; the second 200 may be being written
                received = await taking.end(None)
            job = await store.job_rows.find(received.job_id, OPERATOR, NOW)
            assert (job.state, job.lines, job.counts.parked) == ("running", 450, 450)

    asyncio.run(work())


def test_a_large_line_is_written_without_waiting_for_others(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store, reception(store) as taking:
            await taking.take(b"x" * 2**20 + b"\n")
            while not any(job.counts.parked for job in await store.job_rows.find_page(OPERATOR, 10, NOW)):
                await asyncio.sleep(0.01)
            await taking.end(None)

    asyncio.run(work())


def test_a_failure_or_a_cancellation_leaves_no_job(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            with pytest.raises(JobEmpty):
                async with reception(store) as taking:
                    await taking.end(None)

            async def never_ends() -> None:
                async with reception(store) as taking:
                    await taking.take(b"{}\n" * 500)
                    await asyncio.Event().wait()

            task = asyncio.create_task(never_ends())
            while not any(job.counts.parked for job in await store.job_rows.find_page(OPERATOR, 10, NOW)):
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await store.job_rows.find_page(OPERATOR, 10, NOW) == []

    asyncio.run(work())


@pytest.mark.parametrize(
    ("content", "listing_id"),
    [
        ('{"listing_id": " a ", "photos": []}', "a"),
        ('{"listing": {"listing_id": "b"}, "photos": []}', "b"),
        ('{"listing_id": 7, "photos": []}', None),
        ('{"listing_id": "' + "x" * 201 + '", "photos": []}', None),
        ('{"listing_id": "a\\u0000", "photos": []}', None),
        ("[" * 100_000, None),
        ("7", None),
        ("{", None),
    ],
)
def test_a_line_that_is_refused_names_its_listing_where_it_can_be_read(content: str, listing_id: str | None) -> None:
    line = READER.examine(SentLine(number=1, content=content.encode()))
    assert line.fault is not None
    assert (line.listing_id, line.content) == (listing_id, content.encode())
    kept = READER.examine(dataclasses.replace(SentLine(number=1, content=content.encode()), fault=line.fault))
    assert kept == line


def test_a_check_as_a_line_is_the_same_check() -> None:
    sent = CheckRequest(
        photos=(b"a", b"\n"), listing_id="l\nx", seller_id=None, product="toy", views=("front", None),
        attributes={"b": 1, "a": [None, "ü"]},
    )  # fmt: skip
    line = line_of(sent)
    assert b"\n" not in line
    assert json.loads(line)["listing_id"] == "l\nx"
    assert check_of_json(line_of(CheckRequest(photos=(b"a",), listing_id="l"))).photos == (b"a",)


def test_photos_leave_the_line_for_the_store_and_are_the_same_when_it_is_judged() -> None:
    sent = CheckRequest(
        photos=(b"a", b"", b"", b"b"), urls=(None, "https://shop.example/1.jpg", None, None), listing_id="l",
        seller_id="s", product="toy", views=("front", None, None, None), attributes={"a": [1.5, None]},
    )  # fmt: skip
    line = READER.examine(SentLine(number=1, content=line_of(sent)))
    assert line.content is not None
    assert [(photo.position, photo.data) for photo in line.photos] == [(0, b"a"), (3, b"b")]
    assert b"YQ==" not in line.content
    stored = ReadLine(content=line.content, photos={photo.position: photo.data for photo in line.photos})
    assert READER.restore(stored) == sent
    by_url = json.dumps({"photos": [{"url": "https://shop.example/1.jpg"}], "listing_id": " l"}).encode()
    assert READER.examine(SentLine(number=1, content=by_url)).content == by_url
    whole = ReadLine(content=line_of(sent), photos={})  # a line that was parked as it arrived, or by an older version
    assert READER.restore(whole) == sent
