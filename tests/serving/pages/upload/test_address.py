"""The address of a verdict on the upload page: its check's own, with Back, Forward and Reload as people expect them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.serving.builders.sample_photos import BLUE, jpeg
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.pages.upload_steps import choose, photo_files, send, shown_check
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture
def verdict(site: Running, open_page: OpenPage) -> Page:
    page = open_page(site)
    choose(page, photo_files(jpeg(BLUE), jpeg(BLUE, seed=1)))
    page.fill("#listing-id", "L-5")
    send(page)
    return page


def test_a_verdict_has_the_address_of_its_check_which_can_be_reloaded(verdict: Page, site: Running) -> None:
    check_id = shown_check(verdict, site)["check_id"]
    assert verdict.url == f"{site.url}/checks/{check_id}"
    verdict.reload()
    expect(verdict.locator("h1")).to_have_text("Looks counterfeit")
    assert shown_check(verdict, site)["check_id"] == check_id


def test_back_leads_to_the_photos_and_forward_to_the_verdict(verdict: Page, site: Running) -> None:
    address = verdict.url
    verdict.keyboard.press("c")
    expect(verdict.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    verdict.go_back()
    expect(verdict.locator("#compose-title")).to_be_focused()
    expect(verdict.locator(".chosen")).to_have_count(2)
    expect(verdict.locator("#listing-id")).to_have_value("L-5")
    verdict.go_forward()
    expect(verdict.locator("h1:visible")).to_have_text("Looks counterfeit")
    expect(verdict.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    assert verdict.url == address
    verdict.get_by_role("button", name="Check another listing").click()
    expect(verdict.locator(".chosen")).to_have_count(0)
    assert verdict.url == f"{site.url}/"


def test_back_from_a_reloaded_verdict_leads_to_an_upload_page_that_works(verdict: Page, site: Running) -> None:
    first = shown_check(verdict, site)["check_id"]
    verdict.reload()
    expect(verdict.locator("h1")).to_have_text("Looks counterfeit")
    verdict.go_back()
    expect(verdict.locator("#compose-title")).to_be_visible()
    expect(verdict.locator(".verdict")).to_have_count(0)
    choose(verdict, photo_files(jpeg(BLUE, seed=2)))
    send(verdict)
    assert shown_check(verdict, site)["check_id"] != first


def test_two_checks_in_a_row_have_an_address_each(verdict: Page, site: Running) -> None:
    first = verdict.url
    verdict.go_back()
    choose(verdict, photo_files(jpeg(BLUE, seed=3)))
    send(verdict)
    assert verdict.url not in (first, f"{site.url}/")


def test_without_a_store_the_address_stays(start: Start, open_page: OpenPage) -> None:
    site = start(store="none")
    page = open_page(site)
    choose(page, photo_files(jpeg(BLUE)))
    send(page, product=None)
    assert page.url == f"{site.url}/"
    page.get_by_role("button", name="Change these photos").click()
    expect(page.locator(".chosen")).to_have_count(1)
