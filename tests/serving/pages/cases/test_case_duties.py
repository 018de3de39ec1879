"""What follows a decision on the page of a case: complaints decided by people, statements of reasons, and buyers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.builders.accessibility import find_violations
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.routes.accounts_steps import make_key
from tests.serving.routes.transparency.steps import decided

pytestmark = pytest.mark.browser
KEY = "the-key-of-the-settings"


def test_a_seller_complains_a_person_reverses_and_nobody_decides_without_a_name(
    start: Start, open_page: OpenPage
) -> None:
    site = start(api_key=KEY)
    listings = [{"listing_id": "l1", "seller_id": "Seller-77"}]
    case_id, second = decided(site, listings=listings), decided(site, listings=listings, ground="design")
    page = open_page(site, f"/cases/{case_id}", viewport={"width": 1280, "height": 900})
    give_key(page, KEY)
    expect(page.get_by_role("region", name="What it is about")).to_contain_text(case_id)
    reasons = page.get_by_role("region", name="Statements of reasons")
    expect(reasons).to_contain_text("Not sent yet")
    with page.expect_download() as download:
        reasons.get_by_role("button", name="Download as JSON lines").click()
    assert case_id in download.value.path().read_text(encoding="utf-8")
    reasons.get_by_role("button", name="Add facts …").click()
    page.get_by_label("Facts, in at most 3,000 characters").fill("Sold by seller-77.")
    page.locator("#duty-do").click()
    expect(page.locator("#duty-problem")).to_contain_text("a seller's id")
    page.locator("#duty-cancel").click()

    buyers = page.get_by_role("region", name="Inform the buyers")
    expect(buyers).to_contain_text("l1, seller Seller-77; also to be informed with another case")
    buyers.get_by_role("button", name="Record that they were informed …").click()
    page.get_by_label("How many buyers, where you know it").fill("41")
    page.locator("#duty-do").click()
    expect(buyers).to_contain_text("Individually, 41 buyers")
    expect(page.locator("#buyers-title")).to_be_focused()
    page.goto(f"{site.url}/cases/{second}")
    expect(buyers).to_contain_text("l1, seller Seller-77: informed with another case")
    expect(buyers).to_contain_text("Nobody is left to be informed")
    expect(buyers.get_by_role("button")).to_have_count(0)
    buyers.get_by_role("link", name="another case").click()
    expect(buyers).to_contain_text("Individually, 41 buyers")

    page.get_by_role("button", name="Complain …").click()
    page.get_by_label("Why the decision is wrong").fill("It is genuine.\nHere is why.")
    page.locator("#duty-do").click()
    complaints = page.get_by_role("region", name="Complaints")
    expect(complaints).to_contain_text("The seller complains that the listings were taken down")
    expect(page.locator("#complaints-title")).to_be_focused()
    expect(complaints.get_by_role("link")).to_have_attribute(
        "href", re.compile("^https://digital-strategy.ec.europa.eu/")
    )
    assert find_violations(page) == []
    complaints.get_by_role("button", name="Decide …").click()
    decide(page)
    expect(page.locator("#duty-problem")).to_contain_text("decided by a person")  # the server's key names nobody
    page.locator("#duty-cancel").click()
    page.get_by_role("button", name="Forget API key").click()
    give_key(page, make_key(site, "cases", "read", label="person")["key"])
    complaints.get_by_role("button", name="Decide …").click()
    decide(page)
    expect(complaints).to_contain_text("The invoice proves it.")
    expect(page.locator(".case-title")).to_contain_text("Reinstated")
    expect(page.get_by_role("region", name="Inform the buyers")).to_have_count(0)


def give_key(page: Page, key: str) -> None:
    page.get_by_label("API key", exact=True).fill(key)
    page.keyboard.press("Enter")


def decide(page: Page) -> None:
    page.get_by_label("Decision", exact=True).select_option("reversed")
    page.get_by_label("Why: who complained reads it").fill("The invoice proves it.")
    page.locator("#duty-do").click()
