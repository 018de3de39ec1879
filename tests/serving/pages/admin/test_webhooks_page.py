"""The page of webhooks: endpoints, their log, replay, and what ends something only after it was confirmed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from serving.client import read_webhook
from serving.settings import ServeSettings
from tests.builders.accessibility import find_violations
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.builders.webhooks import loopback_settings
from tests.serving.pages.admin.steps import open_with
from tests.serving.pages.conftest import OpenPage
from tests.serving.routes.accounts_steps import add_member, make_key
from tests.serving.servers.receiver import Receiver, receiver
from tests.serving.servers.running import Running, run_in_thread

pytestmark = pytest.mark.browser
KEY = "the-key-of-the-settings"


@pytest.fixture(scope="module")
def hooks() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


@pytest.fixture(scope="module")
def keyed(bundle: Path, hooks: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    settings = ServeSettings(
        bundle=(bundle,),
        store=str(tmp_path_factory.mktemp("webhooks")),
        threads=1,
        api_key=KEY,
        webhooks=loopback_settings([hooks.port]),
    )
    with run_in_thread(settings) as running:
        yield running


@pytest.fixture(autouse=True)
def _without_endpoints(keyed: Running) -> Iterator[None]:
    yield
    for webhook in keyed.http.get("/v1/webhooks").json()["webhooks"]:
        keyed.http.delete(f"/v1/webhooks/{webhook['webhook_id']}")


def opened(keyed: Running, open_page: OpenPage) -> Page:
    return open_with(KEY, keyed, open_page, "/webhooks")


def add(keyed: Running, url: str, **sent: object) -> str:
    made = keyed.http.post("/v1/webhooks", json={"url": url, **sent})
    assert made.status_code == 201, made.text
    return str(made.json()["webhook_id"])


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def test_an_endpoint_is_made_tested_changed_paused_rotated_and_deleted(
    keyed: Running, hooks: Receiver, open_page: OpenPage
) -> None:
    page = opened(keyed, open_page)
    expect(page.get_by_text("No webhook yet")).to_be_visible()
    press(page, "New webhook")
    page.get_by_label("Address").fill(hooks.url("/204"))
    page.get_by_label("What it is for").fill("shop")
    page.get_by_label("Events", exact=True).select_option("some")
    page.get_by_label("check.completed").check()
    page.get_by_label("Products").fill("toy\nmug\n")
    press(page, "Make the webhook")
    shown = page.get_by_label("The new secret")
    expect(shown).to_be_visible()
    secret = shown.input_value()
    card = page.get_by_role("region", name="shop")
    expect(card).to_contain_text("check.completed")
    expect(card).to_contain_text("mug, toy")
    expect(card).not_to_contain_text("whsec_")

    press(page, "Send test event: shop")
    expect(card.locator(".deliveries")).to_contain_text("delivered, 204")
    expect(card).to_contain_text("Last delivery")
    expect(card.locator(".facts-row").last).to_contain_text("webhook.test")
    received = hooks.at("/204")[-1]
    assert read_webhook([secret], received.headers, received.body).type == "webhook.test"
    press(page, "Hide it")
    assert shown.input_value() == ""

    press(page, "Edit: shop")
    expect(page.get_by_label("check.completed")).to_be_checked()
    page.get_by_label("Products").fill("")
    page.get_by_label("What it is for").fill("warehouse")
    press(page, "Save")
    card = page.get_by_role("region", name="warehouse")
    expect(card).not_to_contain_text("toy")
    press(page, "Pause: warehouse")
    expect(card).to_contain_text("paused, since")
    press(page, "Resume: warehouse")
    expect(card.get_by_role("button", name="Pause: warehouse")).to_be_focused()

    press(page, "Rotate secret: warehouse")
    page.get_by_label("The old secret signs too for").select_option("1")
    page.locator("#confirm-do").click()
    expect(shown).to_be_visible()
    assert shown.input_value().startswith("whsec_")
    assert shown.input_value() != secret
    expect(card).to_contain_text("The old secret signs until")

    press(page, "Delete: warehouse")
    assert len(keyed.http.get("/v1/webhooks").json()["webhooks"]) == 1  # not before it is confirmed
    page.locator("#confirm-do").click()
    expect(page.get_by_text("No webhook yet")).to_be_visible()
    assert keyed.http.get("/v1/webhooks").json()["webhooks"] == []


def test_one_delivery_and_those_of_a_time_are_sent_again(keyed: Running, hooks: Receiver, open_page: OpenPage) -> None:
    add(keyed, hooks.url("/200"), description="pipeline")
    keyed.answer(jpeg(RED), listing={"product": "toy"})
    page = opened(keyed, open_page)
    card = page.get_by_role("region", name="pipeline")
    card.get_by_text("Delivery log").click()
    again = card.get_by_role("button", name="Deliver check.completed")
    expect(again).to_be_visible()
    again.click()
    expect(card.get_by_text("2 attempts")).to_be_visible()
    first, second = hooks.at("/200")
    assert first.headers["webhook-id"] == second.headers["webhook-id"]

    press(page, "Deliver again: pipeline")
    page.get_by_label("From").fill("2026-01-01T00:00")
    press(page, "Deliver again")
    expect(card).to_contain_text("No event of this time")  # all are delivered
    press(page, "Deliver again: pipeline")
    page.get_by_label("Only those not delivered yet").uncheck()
    press(page, "Deliver again")
    expect(card).to_contain_text("1 event will be delivered again")
    card.get_by_label("Show").select_option("failed")
    expect(card).to_contain_text("No delivery is in this state")


def test_failures_and_refusals_are_shown_where_they_belong(
    keyed: Running, hooks: Receiver, open_page: OpenPage
) -> None:
    add(keyed, hooks.url("/410"), description="gone")
    page = opened(keyed, open_page)
    press(page, "Send test event: gone")
    card = page.get_by_role("region", name="gone")
    expect(card).to_contain_text("switched off: it answered 410")
    expect(card.locator(".deliveries")).to_contain_text("gone, 410")
    expect(card.get_by_role("button", name="Send test event")).to_have_count(0)
    press(page, "New webhook")
    page.get_by_label("Address").fill("https://10.0.0.1/hook")
    press(page, "Make the webhook")
    expect(page.locator("#endpoint-problem")).to_contain_text("Url:")
    assert find_violations(page) == []
    press(page, "Cancel")
    card.get_by_text("1 attempt").click()
    assert find_violations(page) == []
    press(page, "Rotate secret: gone")
    assert find_violations(page) == []


def test_a_member_sees_its_own_and_a_key_without_the_scope_an_error(
    keyed: Running, hooks: Receiver, open_page: OpenPage
) -> None:
    member = add_member(keyed, "Korvelle", "toy")
    add(keyed, hooks.url("/200"), description="the operator's")
    own = make_key(keyed, "admin", member_id=member)["key"]
    page = open_with(own, keyed, open_page, "/webhooks")
    expect(page.get_by_text("No webhook yet")).to_be_visible()
    expect(page.locator(".card")).to_have_count(0)
    page.locator("#more-pages summary").click()
    expect(page.get_by_role("link", name="Webhooks")).to_be_visible()
    expect(page.get_by_role("link", name="Checks")).to_be_hidden()
    reader = open_with(make_key(keyed, "read")["key"], keyed, open_page, "/webhooks")
    expect(reader.locator("#webhooks-problem")).to_contain_text("lacks the scope admin")
    expect(reader.get_by_role("button", name="New webhook")).to_be_hidden()
    reader.locator("#more-pages summary").click()
    for width in (1280, 390):
        reader.set_viewport_size({"width": width, "height": 900})
        expect(reader.get_by_role("link", name="Bundles")).to_be_visible()
        expect(reader.get_by_role("link", name="API keys")).to_be_hidden()
        expect(reader.get_by_role("link", name="Checks")).to_be_visible()
    assert json.loads(
        reader.evaluate("Object.entries(sessionStorage).find(([name]) => name.includes('scopes'))[1]")
    ) == ["read"]
