"""Public figures: the operator publishes a quarter, and a visitor reads it without a key."""

from __future__ import annotations

import csv
import datetime

import pytest
from playwright.sync_api import expect

from serving.clock import time_from
from tests.builders.accessibility import find_violations
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.routes.transparency.steps import decided

pytestmark = pytest.mark.browser
KEY = "the-key-of-the-settings"
AUGUST = datetime.datetime(2026, 8, 4, 9, tzinfo=datetime.UTC)


def test_a_quarter_is_public_once_the_operator_published_it_and_no_visitor_is_asked_for_a_key(
    start: Start, open_page: OpenPage
) -> None:
    site = start(api_key=KEY)
    with time_from(lambda: AUGUST):
        for state in ("upheld", "upheld", "upheld", "upheld", "upheld", "upheld", "rejected"):
            decided(site, state)
    visitor = open_page(site, "/transparency/2026-Q3", viewport={"width": 360, "height": 780})
    expect(visitor.get_by_text("No figures of this quarter are published.")).to_be_visible()
    page = open_page(site, "/transparency", viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name="Enter API key").click()
    page.get_by_label("API key", exact=True).fill(KEY)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="July to September 2026").click()
    expect(page.locator(".report-draft")).to_contain_text("Draft: not published")
    page.get_by_role("button", name="Publish …").click()
    expect(page.locator("#publish-list")).to_contain_text("Anyone may read these figures")
    page.locator("#publish-do").click()
    expect(page.get_by_text("Version 1, published")).to_be_visible()
    assert find_violations(page) == []

    visitor.reload()
    source = visitor.get_by_role("table", name="Requests by source")
    expect(source.get_by_role("row", name="The marketplace’s own findings")).to_contain_text("7")
    outcome = visitor.get_by_role("table", name="Requests by first decision")
    expect(outcome.get_by_role("row", name="Rejected")).to_contain_text("hidden")
    expect(visitor.locator(".share-list > li").first).to_contain_text("100 % 95 % interval 64.6 % to 100 %, of 7: few")
    expect(visitor.locator(".report-rule")).to_contain_text("“Hidden” never means zero")
    expect(visitor.get_by_role("button", name="Withdraw …")).to_have_count(0)
    expect(visitor.get_by_role("navigation")).to_have_count(0)
    expect(visitor.locator("#api-key")).to_be_hidden()
    with visitor.expect_download() as download:
        visitor.get_by_role("link", name="CSV").click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8").splitlines()))
    assert {row["quarter"] for row in rows} == {"2026-Q3"}
    visitor.emulate_media(media="print")
    expect(visitor.locator(".masthead")).to_be_hidden()

    page.get_by_role("button", name="Withdraw …").click()
    page.locator("#publish-do").click()
    expect(page.get_by_role("heading", name="Nothing is published yet")).to_be_visible()
    assert find_violations(page) == []
