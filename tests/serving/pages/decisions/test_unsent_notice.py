"""The notice about decisions that are not saved yet moves nothing under the reviewer's pointer."""

from __future__ import annotations

import datetime

import pytest
from playwright.sync_api import Page, expect

from tests.serving.pages.conftest import OpenPage
from tests.serving.pages.decisions.checks import make_check
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser
EDGE_PX = 3  # from a row's lower edge: the pointer leaves the row if that moves at all


def press_on_a_row(page: Page) -> str:
    """Hold the pointer's button down on the first row; gives the address of its check."""
    row = page.locator(".row a").first
    box = row.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - EDGE_PX)
    page.mouse.down()
    return row.get_attribute("href") or ""


def test_a_row_that_is_clicked_opens_also_when_the_notice_comes_or_goes_meanwhile(
    site: Running, open_page: OpenPage
) -> None:
    for number in range(3):
        make_check(site, f"L-{number}")
    page = open_page(site, "/checks", locale="en-GB")  # the clock is that of the tab's context
    page.clock.install()
    page.route("**/review", lambda route: route.abort())
    page.reload()
    page.wait_for_selector(".row a")
    page.clock.pause_at(datetime.datetime.now() + datetime.timedelta(hours=1))
    address = press_on_a_row(page)
    page.keyboard.press("j")
    page.keyboard.press("g")
    expect(page.locator("#unsent")).to_contain_text("Not saved yet")
    page.mouse.up()
    page.wait_for_url("**" + address, wait_until="commit")
    page.go_back()
    page.wait_for_selector(".row a")
    expect(page.locator("#unsent")).to_contain_text("Not saved yet")
    address = press_on_a_row(page)
    page.unroute("**/review")
    page.locator("#unsent").get_by_role("button", name="Try again").dispatch_event("click")
    expect(page.locator("#unsent")).to_be_hidden()
    page.mouse.up()
    page.wait_for_url("**" + address, wait_until="commit")
