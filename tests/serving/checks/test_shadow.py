"""A shadow judges answered checks, is compared, and never costs an answer."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from serving.checks.request import CheckRequest
from serving.checks.shadow import MAX_WAITING
from serving.client import Client
from serving.compute.deadline import Deadline
from serving.deployments.comparison import wilson
from serving.principal import SERVER
from serving.schemas.bundles import CandidateSent
from serving.services import Services, open_services
from serving.settings import ServeSettings
from tests.serving.builders.candidate_bundles import write_candidates
from tests.serving.builders.sample_photos import BLUE, GREY, RED, jpeg
from tests.serving.servers.deploying import compared
from tests.serving.servers.running import Running

Start = Callable[..., Running]


def test_a_shadow_judges_the_same_checks_and_answers_none(site: Running, client: Client) -> None:
    client.bundle("tiny").shadow("v2")
    answers = [site.answer(jpeg(colour, seed=seed)) for seed, colour in enumerate((RED, RED, BLUE, GREY))]
    assert [answer["outcome"] for answer in answers] == ["genuine", "genuine", "counterfeit", "review"]
    assert {answer["bundle"]["version"] for answer in answers} == {"1"}
    found = compared(client, 4)
    (product,) = found.products
    assert {(count.active, count.shadow): count.checks for count in product.outcomes} == {
        ("genuine", "counterfeit"): 2, ("counterfeit", "genuine"): 1, ("review", "review"): 1,
    }  # fmt: skip
    assert (product.product, product.checks, product.changed, product.crossed) == ("toy", 4, 3, 3)
    assert product.share_changed == wilson(3, 4)
    assert {example.check_id for example in product.examples} == {answer["check_id"] for answer in answers[:3]}
    assert found.shadow_work.dropped == 0
    assert 'touchstone_shadow_checks_total{result="judged"} 4.0' in site.http.get("/metrics").text


def test_a_shadow_that_was_rolled_back_judges_no_more(site: Running, client: Client) -> None:
    client.bundle("tiny").shadow("v2")
    site.answer(jpeg(RED))
    compared(client, 1)
    client.bundle("tiny").roll_back("shadow")
    site.answer(jpeg(RED))
    work = client.bundle("tiny").comparison().shadow_work
    assert (work.judged, work.waiting) == (1, 0)


def test_the_active_bundle_cannot_shadow_itself(site: Running) -> None:
    response = site.http.post("/v1/bundles/tiny/shadow", json={"candidate": None})
    assert response.json()["code"] == "candidate_mismatch"


def run_with_shadow(tmp_path: Path, tiny_bundle: Path, scenario: Callable[[Services], Any]) -> None:
    """Run a scenario on the parts of a server with one compute thread and the shadow v2, without HTTP."""

    async def run() -> None:
        folder = write_candidates(tmp_path / "candidates")
        settings = ServeSettings(bundle=(tiny_bundle,), store=str(tmp_path / "s"), bundles_folder=folder, threads=1)
        services = open_services(settings)
        assert services.shadow is not None
        await services.switch.shadow(SERVER, "tiny", CandidateSent(candidate="v2"))
        working = asyncio.create_task(services.shadow.run())
        try:
            await scenario(services)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await asyncio.to_thread(services.close)

    asyncio.run(run())


@contextlib.asynccontextmanager
async def busy(services: Services, pieces: int) -> AsyncIterator[None]:
    """Keep the compute thread at work, with all but one of the pieces waiting for it."""
    free = threading.Event()
    running = asyncio.gather(*(services.compute.run(free.wait) for _ in range(pieces)))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        free.set()
        await running


def test_while_checks_wait_the_shadows_work_is_dropped_and_counted(tmp_path: Path, tiny_bundle: Path) -> None:
    async def scenario(services: Services) -> None:
        shadow = services.shadow
        assert shadow is not None
        request = CheckRequest(photos=(jpeg(RED),))
        answer = (await services.checks.check(SERVER, request, key=None, deadline=Deadline())).check
        async with busy(services, 2):
            shadow.offer(request, answer)
            assert shadow.describe(SERVER).dropped == 1

    run_with_shadow(tmp_path, tiny_bundle, scenario)


def test_the_shadow_starts_nothing_while_no_thread_is_idle_and_holds_a_bounded_number(
    tmp_path: Path, tiny_bundle: Path
) -> None:
    async def scenario(services: Services) -> None:
        shadow = services.shadow
        assert shadow is not None
        async with busy(services, 1):
            request = CheckRequest(photos=(jpeg(RED),))
            waiting = asyncio.create_task(services.checks.check(SERVER, request, key=None, deadline=Deadline()))
        answer = (await waiting).check
        async with busy(services, 1):
            for _ in range(MAX_WAITING + 20):
                shadow.offer(request, answer)
            assert shadow.describe(SERVER).dropped >= 18  # one or two are in hand rather than waiting
            judged = shadow.describe(SERVER).judged
            await asyncio.sleep(0.2)
            assert shadow.describe(SERVER).judged - judged <= 1  # the one that had begun
        while shadow.describe(SERVER).waiting:
            await asyncio.sleep(0.01)
        assert shadow.describe(SERVER).judged >= MAX_WAITING

    run_with_shadow(tmp_path, tiny_bundle, scenario)


def test_a_shadow_that_fails_is_counted_and_the_next_check_has_its_turn(
    tmp_path: Path, tiny_bundle: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(services: Services) -> None:
        shadow = services.shadow
        assert shadow is not None
        request = CheckRequest(photos=(jpeg(RED),))
        answer = (await services.checks.check(SERVER, request, key=None, deadline=Deadline())).check
        while shadow.describe(SERVER).judged < 1:
            await asyncio.sleep(0.01)
        shadow.offer(CheckRequest(photos=(b"no photo",)), answer)  # no photo that it could judge
        shadow.offer(request, answer)
        while shadow.describe(SERVER).judged < 2:
            await asyncio.sleep(0.01)
        assert shadow.describe(SERVER).failed == 1

    run_with_shadow(tmp_path, tiny_bundle, scenario)
