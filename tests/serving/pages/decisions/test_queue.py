"""Walking through a list of checks: on to the next after a decision, and what there is to do at its end."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.pages.decisions.checks import make_check, reviews_of
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser


def open_queue(open_page: OpenPage, site: Running) -> tuple[Page, list[str]]:
    """The first of three checks, opened from the list of those without a decision; and their ids, newest first."""
    check_ids = [make_check(site, f"L-{number}") for number in range(3)][::-1]
    page = open_page(site, "/checks?reviewed=false", locale="en-GB")  # a browser that remembers nothing
    page.locator(".row a").first.click()
    expect(page.locator(".facts")).to_contain_text("L-2")
    return page, check_ids


def test_a_decision_leads_to_the_next_check_where_that_is_asked_for(start: Start, open_page: OpenPage) -> None:
    site = start()
    page, check_ids = open_queue(open_page, site)
    page.keyboard.press("g")
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    page.get_by_label("Next check after a decision").check()
    page.keyboard.press("c")
    expect(page.locator(".facts")).to_contain_text("L-1")
    expect(page.get_by_label("Next check after a decision")).to_be_checked()
    page.keyboard.press("g")
    expect(page.locator(".facts")).to_contain_text("L-0")
    page.keyboard.press("t")
    expect(page.get_by_role("heading", name="Queue done")).to_be_focused()
    expect(page.locator("#queue-end")).to_contain_text("every one has a decision")
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#empty")).to_contain_text("No check matches")
    assert [reviews_of(site, check_id) for check_id in check_ids] == [
        ["genuine", "counterfeit"],
        ["genuine"],
        ["cant_tell"],
    ]


def test_the_end_of_the_list_leads_to_the_checks_that_were_skipped(start: Start, open_page: OpenPage) -> None:
    page, _ = open_queue(open_page, start())
    page.keyboard.press("g")
    page.keyboard.press("j")
    expect(page.locator(".facts")).to_contain_text("L-1")
    page.keyboard.press("j")
    expect(page.locator(".facts")).to_contain_text("L-0")
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name="End of the list")).to_be_focused()
    expect(page.locator("#queue-end")).to_contain_text("2 checks of it have no decision yet")
    page.get_by_role("link", name="Show those").click()
    expect(page.locator(".row-listing")).to_have_text(["L-1", "L-0"])
