from __future__ import annotations

import asyncio

import httpx
import pytest

from serving.client import AsyncClient, Client, ProblemAnswered, Retries, Unreachable
from tests.serving.servers.deploying import versions
from tests.serving.servers.running import Running


def test_the_async_client_changes_bundles(site: Running) -> None:
    async def work() -> list[list[str | None]]:
        async with AsyncClient(site.url) as client:
            bundle = client.bundle("tiny")
            (v2, *_) = await bundle.candidates()
            seen = [versions(await bundle.activate(v2.candidate, sha256=v2.sha256, by="ole"))]
            seen.append(versions(await bundle.shadow("v3")))
            seen.append(versions(await bundle.canary("v4", 0.1)))
            seen.append(versions(await bundle.roll_back("shadow")))
            assert versions(await bundle.state()) == seen[-1]
            assert [change.action for change in await bundle.changes()][-1] == "activate"
            assert (await bundle.comparison()).shadow_sha256 is None
            return seen

    assert asyncio.run(work()) == [
        ["2", "1", None, None], ["2", "1", "3", None], ["2", "1", "3", "4"], ["2", "1", None, "4"],
    ]  # fmt: skip


def test_a_clients_calls_are_those_of_the_contract(site: Running) -> None:
    with Client(site.url) as client:
        bundle = client.bundle("tiny")
        (v2, *_) = bundle.candidates()
        assert versions(bundle.activate("v2", sha256=v2.sha256, by="mara", note="why")) == ["2", "1", None, None]
        assert versions(bundle.shadow("v3")) == ["2", "1", "3", None]
        assert versions(bundle.canary("v4", 0.1)) == ["2", "1", "3", "4"]
        assert bundle.comparison().shadow_sha256 == bundle.state().state.shadow.sha256  # type: ignore[union-attr]
        assert versions(bundle.roll_back("canary")) == ["2", "1", "3", None]
        assert (bundle.changes()[-1].changed_by, bundle.changes()[-1].note) == ("mara", "why")


def test_a_name_is_quoted_in_addresses(server: Running) -> None:
    with Client(server.url) as client, pytest.raises(ProblemAnswered, match="bundle_not_found"):
        client.bundle("dryers 2/3?").state()


def test_a_deployment_is_sent_again_after_a_lost_answer_and_a_rollback_is_not() -> None:
    sent: list[str] = []

    def lose(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        raise httpx.ReadError("reset")

    with Client("http://x", retries=Retries(attempts=2, first_wait_s=0), transport=httpx.MockTransport(lose)) as client:
        with pytest.raises(Unreachable, match="2 attempts"):
            client.bundle("tiny").activate("v2")
        with pytest.raises(Unreachable, match="1 attempt "):
            client.bundle("tiny").roll_back("activation")
    assert sent == ["/v1/bundles/tiny/activate"] * 2 + ["/v1/bundles/tiny/rollback"]
