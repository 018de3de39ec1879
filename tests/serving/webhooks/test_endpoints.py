from __future__ import annotations

import asyncio
import datetime
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from serving.errors import RequestInvalid, WebhookUrlRefused
from serving.principal import SERVER, Principal
from serving.schemas.webhooks import WebhookChange, WebhookRotationSent, WebhookSent
from serving.webhook_signature import SECRET_PREFIX
from serving.webhooks.config import WebhookSettings
from serving.webhooks.endpoints import Endpoints
from tests.serving.builders.stores import opened
from tests.serving.builders.webhooks import add_member

URL = "https://hooks.example/touchstone"


def with_endpoints(folder: Path, work: Callable[[Endpoints], Awaitable[None]]) -> None:
    async def opened_work() -> None:
        async with opened(folder) as store:
            await work(Endpoints(store.endpoint_rows, WebhookSettings()))

    asyncio.run(opened_work())


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/", "https://hooks.example:22/", "https://127.0.0.1/", "https://[::1]/",
        "https://169.254.169.254/latest", "https://10.0.0.8/", "https://a@hooks.example/", "ftp://hooks.example/",
        "https://2130706433/", "https://[::ffff:127.0.0.1]/", "hooks.example", "https://hooks.example/ a",
    ],
)  # fmt: skip
def test_an_address_that_nothing_may_be_delivered_to_is_refused_when_it_is_made_or_changed(
    tmp_path: Path, url: str
) -> None:
    async def work(endpoints: Endpoints) -> None:
        with pytest.raises(WebhookUrlRefused, match="url: "):
            await endpoints.add(SERVER, WebhookSent(url=url))
        made = await endpoints.add(SERVER, WebhookSent(url=URL))
        with pytest.raises(WebhookUrlRefused, match="url: "):
            await endpoints.change(SERVER, made.webhook_id, WebhookChange(url=url))

    with_endpoints(tmp_path, work)


def test_a_network_opened_to_the_operator_is_not_a_members_whoever_changes_the_endpoint(tmp_path: Path) -> None:
    inside = "https://10.20.0.7/"
    member = Principal(name="acme", rate_key="acme", member_id="acme", products=frozenset({"toy"}))

    async def work() -> None:
        async with opened(tmp_path) as store:
            endpoints = Endpoints(store.endpoint_rows, WebhookSettings(allow_networks=("10.20.0.0/16",)))
            await add_member(store, "acme", {"toy"})
            assert (await endpoints.add(SERVER, WebhookSent(url=inside))).url == inside
            with pytest.raises(WebhookUrlRefused):
                await endpoints.add(member, WebhookSent(url=inside))
            made = await endpoints.add(member, WebhookSent(url=URL))
            for principal in (member, SERVER):
                with pytest.raises(WebhookUrlRefused):
                    await endpoints.change(principal, made.webhook_id, WebhookChange(url=inside))

    asyncio.run(work())


def test_what_is_not_sent_stays_and_null_stands_for_all(tmp_path: Path) -> None:
    async def work(endpoints: Endpoints) -> None:
        made = await endpoints.add(SERVER, WebhookSent(url=URL, types=["job.completed"], products=["toy"]))
        changed = await endpoints.change(SERVER, made.webhook_id, WebhookChange.model_validate({"types": None}))
        assert (changed.types, changed.products, changed.url) == (None, ["toy"], URL)
        for name in ("url", "ordered", "enabled", "description"):
            with pytest.raises(RequestInvalid, match=f"{name}: may not be null"):
                await endpoints.change(SERVER, made.webhook_id, WebhookChange.model_validate({name: None}))

    with_endpoints(tmp_path, work)


def test_a_member_may_name_its_own_products_alone(tmp_path: Path) -> None:
    async def work(endpoints: Endpoints) -> None:
        member = Principal(name="m", rate_key="m", member_id="m", products=frozenset({"toy"}))
        with pytest.raises(RequestInvalid, match="'mug' is none of your products"):
            await endpoints.add(member, WebhookSent(url=URL, products=["toy", "mug"]))

    with_endpoints(tmp_path, work)


def test_a_rotation_gives_new_keys_and_says_until_when_the_previous_ones_sign(tmp_path: Path) -> None:
    async def work(endpoints: Endpoints) -> None:
        made = await endpoints.add(SERVER, WebhookSent(url=URL))
        rotated = await endpoints.rotate(SERVER, made.webhook_id, WebhookRotationSent(keep_previous_h=2))
        assert made.secret.startswith(SECRET_PREFIX)
        assert len({made.secret, rotated.secret, made.public_key, rotated.public_key}) == 4
        assert rotated.previous_keys_until is not None
        until = datetime.datetime.fromisoformat(rotated.previous_keys_until)
        assert abs(until - datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=2)).total_seconds() < 60

    with_endpoints(tmp_path, work)


@pytest.mark.parametrize(
    ("url", "setting"),
    [("https://hooks.example:22/", r"webhooks\.ports"), ("https://other.example/", r"webhooks\.allow_hosts"),
     ("http://hooks.example/", r"webhooks\.allow_http")],
)  # fmt: skip
def test_a_refusal_names_the_setting_of_webhooks(tmp_path: Path, url: str, setting: str) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            endpoints = Endpoints(store.endpoint_rows, WebhookSettings(allow_hosts=("hooks.example",)))
            with pytest.raises(WebhookUrlRefused, match=setting):
                await endpoints.add(SERVER, WebhookSent(url=url))

    asyncio.run(work())
