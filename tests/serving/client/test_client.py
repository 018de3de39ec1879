from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from PIL import Image

from serving.client import AsyncClient, Client, ProblemAnswered, Retries, Unreachable
from serving.http.rate_limit import RateLimitSettings
from serving.store.store import open_store
from tests.builders.bundle import write_tiny_bundle
from tests.builders.references import BLUE as BLUE_CROP
from tests.builders.references import RED as RED_CROP
from tests.builders.references import add_tiny_references
from tests.serving.builders.new_checks import new_check
from tests.serving.builders.sample_photos import BLUE, RED, jpeg, truncated_jpeg
from tests.serving.servers.occupied import occupied
from tests.serving.servers.running import Running
from vision.bundle.references import Reference

QUICK = Retries(attempts=4, first_wait_s=0.001)


class Flaky(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Passes requests on to a real server, but first fails in the given ways, before or after the server had them."""

    def __init__(self, url: str, *failures: str) -> None:
        self.failures = list(failures)
        self.sent: list[httpx.Request] = []
        self._url = httpx.URL(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.sent.append(request)
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "unreachable":
            raise httpx.ConnectError("refused")
        if failure.isdigit():
            return httpx.Response(int(failure), headers={"Retry-After": "0"}, json={})
        headers = {k: v for k, v in request.headers.items() if k not in ("host", "content-length")}
        with httpx.Client(base_url=self._url) as http:
            answer = http.request(
                request.method, request.url.raw_path.decode(), content=request.content, headers=headers
            )
        if failure == "answer_lost":
            raise httpx.ReadError("reset")
        decoded = {k: v for k, v in answer.headers.items() if k not in ("content-encoding", "content-length")}
        return httpx.Response(answer.status_code, headers=decoded, content=answer.content)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return await asyncio.to_thread(self.handle_request, request)


def test_a_client_checks_reads_reviews_lists_and_deletes(start: Callable[..., Running], tmp_path: Path) -> None:
    file = tmp_path / "red.jpg"
    file.write_bytes(jpeg(RED))
    with Client(start(api_key="k").url, api_key="k") as client:
        check = client.check([file, str(file), jpeg(RED, seed=2)], listing_id="a", views=["whole", None, None])
        assert check.outcome == "genuine"
        assert client.review(check.check_id, "genuine", "sure").note == "sure"
        record = client.get(check.check_id)
        assert record.authenticity == check.authenticity
        assert record.views == ["whole", None, None]
        assert [review.decision for review in record.reviews] == ["genuine"]
        assert client.photo(check.check_id, 0).startswith(b"\xff\xd8")
        assert client.evidence(check.check_id, 0).startswith(b"\x89PNG")
        assert client.bundles().bundles[0].products == ["toy"]
        assert [found.check_id for found in client.checks(listing_id="a", reviewed=True)] == [check.check_id]
        client.export_checks(tmp_path / "checks.csv", listing_id="a")
        assert (tmp_path / "checks.csv").read_text(encoding="utf-8").count(check.check_id) == 1
        client.delete(check.check_id)
        with pytest.raises(ProblemAnswered) as caught:
            client.get(check.check_id)
        assert (caught.value.status, caught.value.code) == (404, "check_not_found")
        assert caught.value.request_id


def test_an_async_client_does_the_same(server: Running) -> None:
    async def work() -> None:
        async with AsyncClient(server.url) as client:
            checks = await asyncio.gather(*(client.check([jpeg(BLUE, seed=i)], listing_id="async") for i in range(3)))
            assert {check.outcome for check in checks} == {"counterfeit"}
            listed = [found.check_id async for found in client.checks(listing_id="async")]
            assert sorted(listed) == sorted(check.check_id for check in checks)
            review = await client.review(checks[0].check_id, "cant_tell")
            assert (await client.get(checks[0].check_id)).reviews == [review]
            withdrawn = await client.withdraw(checks[0].check_id, review.review_id)
            assert (await client.get(checks[0].check_id)).withdrawn_reviews == [withdrawn]
            assert (await client.evidence(checks[0].check_id, 0)).startswith(b"\x89PNG")
            assert (await client.photo(checks[0].check_id, 0)).startswith(b"\xff\xd8")
            await client.delete(checks[1].check_id)
            assert len((await client.bundles()).bundles) == 1

    asyncio.run(work())


def test_a_list_fetches_page_after_page(start: Callable[..., Running], tmp_path: Path) -> None:
    async def fill() -> set[str]:
        store = open_store(tmp_path / "store")
        made = [new_check() for _ in range(103)]  # a page holds 50
        await asyncio.gather(*(store.keep(check, []) for check in made))
        store.close()
        return {check.answer.check_id for check in made}

    made = asyncio.run(fill())
    with Client(start().url) as client:
        listed = [check.check_id for check in client.list()]
    assert len(listed) == 103
    assert set(listed) == made


@pytest.mark.parametrize("failures", [["unreachable"], ["503", "429"], ["answer_lost"], ["502", "answer_lost", "504"]])
def test_a_check_is_retried_with_one_key_and_made_once(start: Callable[..., Running], failures: list[str]) -> None:
    server = start()
    flaky = Flaky(server.url, *failures)
    with Client(server.url, retries=QUICK, transport=flaky) as client:
        assert client.check([jpeg()]).outcome == "genuine"
    assert len(flaky.sent) == len(failures) + 1
    assert len({request.headers["idempotency-key"] for request in flaky.sent}) == 1
    assert len(server.http.get("/v1/checks").json()["checks"]) == 1


def test_the_async_client_retries_too(start: Callable[..., Running]) -> None:
    server = start()

    async def work() -> None:
        flaky = Flaky(server.url, "503", "answer_lost")
        async with AsyncClient(server.url, retries=QUICK, transport=flaky) as client:
            assert (await client.check([jpeg()])).outcome == "genuine"
        with pytest.raises(Unreachable):
            async with AsyncClient(server.url, retries=QUICK, transport=Flaky(server.url, *["unreachable"] * 9)) as one:
                await one.bundles()

    asyncio.run(work())
    assert len(server.http.get("/v1/checks").json()["checks"]) == 1


def test_two_checks_have_two_keys(server: Running) -> None:
    flaky = Flaky(server.url)
    with Client(server.url, transport=flaky) as client:
        client.check([jpeg()])
        client.check([jpeg()])
    assert len({request.headers["idempotency-key"] for request in flaky.sent}) == 2


def test_a_refusal_is_not_retried_and_has_each_photos_fault(server: Running) -> None:
    flaky = Flaky(server.url)
    with Client(server.url, transport=flaky) as client, pytest.raises(ProblemAnswered) as caught:
        client.check([truncated_jpeg(), b""])
    assert caught.value.code == "no_readable_photo"
    assert [(fault.photo, fault.code) for fault in caught.value.errors] == [(0, "photo_truncated"), (1, "photo_empty")]
    assert len(flaky.sent) == 1


def test_a_review_whose_answer_was_lost_is_sent_again_and_recorded_once(server: Running) -> None:
    check_id = server.answer(jpeg())["check_id"]
    flaky = Flaky(server.url, "answer_lost", "503")
    with Client(server.url, retries=QUICK, transport=flaky) as client:
        review = client.review(check_id, "genuine")
        assert client.get(check_id).reviews == [review]
        assert client.review(check_id, "genuine", idempotency_key=flaky.sent[0].headers["idempotency-key"]) == review
        other = client.review(check_id, "counterfeit")
        assert client.withdraw(check_id, other.review_id).withdrawn_at is not None
        assert client.get(check_id).reviews == [review]
    assert len({request.headers["idempotency-key"] for request in flaky.sent[:3]}) == 1


def test_the_last_attempts_problem_is_raised(server: Running) -> None:
    flaky = Flaky(server.url, *["503"] * 9)
    with Client(server.url, retries=QUICK, transport=flaky) as client, pytest.raises(ProblemAnswered) as caught:
        client.bundles()
    assert (caught.value.status, caught.value.code) == (503, "http_503")
    assert len(flaky.sent) == QUICK.attempts


def test_a_client_sends_its_timeout_and_a_check_past_that_is_dropped(start: Callable[..., Running]) -> None:
    server = start(threads=1, store="none")
    with (
        occupied(server),
        Client(server.url, timeout_s=0.4, retries=Retries(attempts=1)) as client,
        pytest.raises((ProblemAnswered, Unreachable)),  # whichever of both notices first
    ):
        client.check([jpeg()])
    flaky = Flaky(server.url)
    with Client(server.url, timeout_s=7.5, transport=flaky) as client:
        client.check([jpeg()])
    assert flaky.sent[0].headers["request-timeout"] == "7.5"


def test_a_client_over_its_rate_waits_for_retry_after(start: Callable[..., Running]) -> None:
    server = start(store="none", limits=RateLimitSettings(checks_per_s=2.0, burst=1))
    with Client(server.url, retries=Retries(attempts=3)) as client:
        client.check([jpeg()])
        client.check([jpeg()])
    assert 'touchstone_problems_total{code="rate_limited"}' in server.http.get("/metrics").text


Stocked = tuple[Path, tuple[Reference, ...]]


@pytest.fixture
def stocked(tmp_path: Path) -> Stocked:
    """A bundle whose name needs quoting, with a red and a blue reference."""
    bundle = write_tiny_bundle(tmp_path / "stocked", name="dryers 2/3")
    sealed, written = add_tiny_references(bundle, [("genuine", RED_CROP), ("counterfeit", BLUE_CROP)])
    return sealed.folder, written


def test_a_client_reads_crops_and_their_references(start: Callable[..., Running], stocked: Stocked) -> None:
    site = start(bundle=(stocked[0],))
    with Client(site.url) as client:
        crops = client.crops(client.check([jpeg(BLUE)]).check_id, 0).crops
        assert crops[0].nearest_genuine is not None
        assert Image.open(io.BytesIO(client.reference(crops[0].nearest_genuine))).size == (64, 64)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "", "ftp://127.0.0.1"])
def test_an_address_without_http_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="write it with http:// or https://"):
        Client(url)


@pytest.mark.parametrize("key", ["", "  ", "s3cr3t\n", "s3cr3t-ü"])
def test_a_key_that_no_header_can_carry_is_refused_without_naming_it(key: str) -> None:
    with pytest.raises(ValueError, match="api_key is empty, or has a character") as caught:
        AsyncClient(api_key=key)
    assert "s3cr3t" not in str(caught.value)
