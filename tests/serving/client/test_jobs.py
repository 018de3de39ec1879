from __future__ import annotations

import asyncio
import base64
import io
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serving.client import AsyncClient, Client, RequestRefused, Retries
from serving.client.jobs import has_ended, write_lines
from serving.schemas.jobs import Job
from tests.serving.builders.sample_photos import BLUE, RED, jpeg, truncated_jpeg
from tests.serving.client.test_client import Flaky
from tests.serving.servers.running import Running

QUICK = Retries(attempts=4, first_wait_s=0.001)


def listings(*colours: tuple[int, int, int], name: str = "l") -> Iterator[dict[str, Any]]:
    for i, colour in enumerate(colours):
        yield {"listing_id": f"{name}{i}", "product": "toy", "photos": [jpeg(colour, seed=i)]}


def broken(name: str) -> dict[str, Any]:
    return {"listing_id": name, "photos": [truncated_jpeg()]}


def test_a_job_is_sent_followed_and_read(server: Running, tmp_path: Path) -> None:
    file = tmp_path / "red.jpg"
    file.write_bytes(jpeg(RED))
    seen: list[Job] = []
    with Client(server.url) as client:
        sent = [{"listing_id": "path", "photos": [file]}, *listings(BLUE), broken("broken")]
        job = client.submit_job(sent, name="mine")
        assert (job.name, job.lines, job.kind) == ("mine", 3, "listings")
        done = client.wait_for_job(job.job_id, progress=seen.append, every_s=0.05, within_s=60)
        assert (done.state, done.left, done.counts.judged, done.counts.parked) == ("completed", 0, 2, 1)
        assert seen[-1] == done
        results = {result.listing_id: result for result in client.results(job.job_id)}
        outcomes = {name: result.check and result.check.outcome for name, result in results.items()}
        assert outcomes == {"path": "genuine", "l0": "counterfeit", "broken": None}
        assert results["broken"].error is not None
        assert results["broken"].error.code == "photo_truncated"
        assert next(found.job_id for found in client.jobs()) == job.job_id


def test_the_async_client_does_the_same(server: Running) -> None:
    async def work() -> tuple[Job, list[str | None]]:
        async with AsyncClient(server.url) as client:
            job = await client.submit_job(listings(RED, BLUE))
            read = [result async for result in client.results(job.job_id, follow=True, every_s=0.05)]
            assert job.job_id in [found.job_id async for found in client.jobs()]
            return await client.wait_for_job(job.job_id), [result.listing_id for result in read]

    job, read = asyncio.run(work())
    assert job.counts.outcomes.genuine == job.counts.outcomes.counterfeit == 1
    assert sorted(map(str, read)) == ["l0", "l1"]


def test_results_go_on_after_the_last_one_handled(server: Running) -> None:
    with Client(server.url) as client:
        job = client.submit_job(listings(*[RED] * 5))
        first = next(client.results(job.job_id, follow=True, every_s=0.05))
    with Client(server.url) as another:
        rest = list(another.results(job.job_id, after=first.cursor, follow=True, every_s=0.05))
        assert len(rest) == 4
        assert first.line not in {result.line for result in rest}
        assert list(another.results(job.job_id, after=rest[-1].cursor)) == []


def test_a_job_whose_answer_was_lost_is_one_job(server: Running) -> None:
    flaky = Flaky(server.url, "answer_lost", "503")
    with Client(server.url, retries=QUICK, transport=flaky) as client:
        job = client.submit_job(listings(RED), idempotency_key="once")
        assert client.submit_job(listings(RED), idempotency_key="once").job_id == job.job_id
        with pytest.raises(RequestRefused, match="idempotency_key_reused"):
            client.submit_job(listings(BLUE), idempotency_key="once")
    assert len({request.headers["idempotency-key"] for request in flaky.sent[:3]}) == 1


def test_a_check_may_be_judged_later(server: Running) -> None:
    with Client(server.url) as client:
        job = client.check_later([jpeg(BLUE)], listing_id="later", product="toy")
        assert job.kind == "check"
        (result,) = client.results(job.job_id, follow=True, every_s=0.05)
        assert result.check is not None
        assert (result.check.outcome, result.check.listing_id) == ("counterfeit", "later")


def test_parked_lines_are_replayed_and_a_job_is_cancelled(server: Running) -> None:
    with Client(server.url) as client:
        job = client.submit_job([broken("a"), broken("b")])
        client.wait_for_job(job.job_id, every_s=0.05, within_s=60)
        assert client.replay_job(job.job_id, [2]).left == 1
        again = client.wait_for_job(job.job_id, every_s=0.05, within_s=60)
        assert (again.counts.parked, again.left) == (2, 0)
        long = client.submit_job(listings(*[RED] * 60))
        assert client.cancel_job(long.job_id).state == "cancelled"
        ended = client.wait_for_job(long.job_id, every_s=0.05, within_s=60)
        assert ended.counts.judged + ended.counts.cancelled == 60


def test_waiting_ends_with_the_time_for_it(server: Running) -> None:
    with Client(server.url) as client:
        job = client.submit_job(listings(*[RED] * 40))
        with pytest.raises(TimeoutError, match=rf"job {job.job_id} has \d+ of 40 lines left after 0.01 s"):
            client.wait_for_job(job.job_id, within_s=0.01)
        client.cancel_job(job.job_id)


def test_files_are_sent_as_they_are(server: Running, tmp_path: Path) -> None:
    lines = tmp_path / "listings.jsonl"
    with lines.open("wb") as file:
        write_lines(listings(RED, BLUE), file)
    manifest = tmp_path / "listings.csv"
    manifest.write_text("photo,listing\nhttp://127.0.0.1:9/a.jpg,a\n", encoding="utf-8")
    with Client(server.url) as client:
        assert client.submit_job_file(lines).lines == 2
        job = client.submit_job_file(str(manifest))
        (result,) = client.results(job.job_id, follow=True, every_s=0.05)
        assert (result.listing_id, result.state) == ("a", "parked")
        with pytest.raises(FileNotFoundError):
            client.submit_job_file(tmp_path / "absent.jsonl")


def test_a_line_holds_what_a_check_does(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"file")
    url = "https://shop.example/1.jpg"
    photos = [b"bytes", tmp_path / "a.jpg", url, {"url": url}]
    stream = io.BytesIO()
    write_lines([{"listing_id": "ä", "photos": photos}, {"photos": []}], stream)
    first, second = map(json.loads, stream.getvalue().splitlines())
    encoded = [{"base64": base64.b64encode(data).decode()} for data in (b"bytes", b"file")]
    assert first == {"listing_id": "ä", "photos": [*encoded, {"url": url}, {"url": url}]}
    assert second == {"photos": []}


def test_listings_are_taken_one_by_one_whatever_their_number(tmp_path: Path) -> None:
    many = ({"listing_id": str(i), "photos": [bytes(1000)]} for i in range(20_000))  # 27 MB of lines
    with (tmp_path / "lines").open("wb") as file:
        tracemalloc.start()
        write_lines(many, file)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert file.tell() > 20 * 2**20
    assert peak < 2**20


def test_a_job_has_ended_when_no_line_is_left(server: Running) -> None:
    job = Job.model_construct(state="running", left=0)
    assert not has_ended(job)
    assert has_ended(job.model_copy(update={"state": "completed"}))
    assert has_ended(job.model_copy(update={"state": "cancelled"}))
    assert not has_ended(job.model_copy(update={"state": "cancelled", "left": 1}))
