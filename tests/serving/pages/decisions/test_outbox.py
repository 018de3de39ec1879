"""A decision is kept by the browser until the server has it, and stored once."""

from __future__ import annotations

import datetime
import re

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.serving.builders.sample_photos import BLUE, jpeg
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.pages.decisions.checks import make_check, open_check, reviews_of
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser
REVIEWS = "**/review"


@pytest.fixture
def check_id(site: Running) -> str:
    return make_check(site)


def cut_off(page: Page) -> None:
    """Let no decision of this tab reach the server."""
    page.route(REVIEWS, lambda route: route.abort())
    page.reload()  # a page that was loaded before the route let a request through once in three busy runs
    page.wait_for_selector(".review")


def test_a_decision_that_cannot_be_sent_is_kept_over_reload_and_shown_on_every_page(
    site: Running, check_id: str, open_page: OpenPage
) -> None:
    page = open_check(open_page, site, check_id)
    cut_off(page)
    page.keyboard.press("g")
    for _ in range(2):
        expect(page.locator(".review-state")).to_have_text("Not saved yet: Genuine.")
        expect(page.locator('[data-decision="genuine"]')).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#unsent")).to_contain_text("Not saved yet: 1 decision. The server can’t be reached.")
        page.reload()
    page.goto(site.url + "/checks")
    expect(page.locator(".row-review").first).to_have_text("Not saved yet: genuine")
    page.goto(site.url + "/drift")
    expect(page.locator("#unsent")).to_contain_text("kept in this browser")
    assert reviews_of(site, check_id) == []
    page.unroute(REVIEWS)  # it is tried again by itself
    expect(page.locator("#unsent")).to_be_hidden()
    expect(page.locator("#announcer")).to_have_text("Saved: genuine on listing L-7.")
    assert reviews_of(site, check_id) == ["genuine"]
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.includes('outbox'))") == []


def test_a_decision_is_sent_at_once_where_the_reviewer_asks_for_it(
    site: Running, check_id: str, open_page: OpenPage
) -> None:
    page = open_page(site, f"/checks/{check_id}", locale="en-GB")  # the clock is that of the tab's context
    page.clock.install()
    cut_off(page)
    page.clock.pause_at(datetime.datetime.now() + datetime.timedelta(hours=1))  # no timer ends from here on
    page.keyboard.press("g")
    expect(page.locator(".review-state")).to_have_text("Not saved yet: Genuine.")
    page.unroute(REVIEWS)
    page.locator(".review").get_by_role("button", name="Try again").click()
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    assert reviews_of(site, check_id) == ["genuine"]


def test_a_decision_is_sent_when_the_browser_is_online_again(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_page(site, f"/checks/{check_id}", locale="en-GB")  # a context of its own
    page.wait_for_selector(".review")
    page.context.set_offline(True)
    page.keyboard.press("c")
    expect(page.locator("#unsent")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    assert reviews_of(site, check_id) == ["counterfeit"]


def test_a_decision_of_a_closed_tab_is_sent_by_the_next_page(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_check(open_page, site, check_id)
    cut_off(page)
    page.keyboard.press("g")
    page.close()
    later = open_page(site, "/bundles")
    expect(later.locator("#announcer")).to_have_text("Saved: genuine on listing L-7.")
    assert reviews_of(site, check_id) == ["genuine"]


def test_a_decision_whose_answer_was_lost_is_stored_once(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_check(open_page, site, check_id)
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route(REVIEWS, lose, times=1)
    page.keyboard.press("g")
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    assert lost == [201]
    assert reviews_of(site, check_id) == ["genuine"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, "<!doctype html><title>Sign in to this network</title>"),
        (200, '{"review_id": 1'),
        (200, '{"portal": "open"}'),
        (403, '{"error": "blocked by a firewall"}'),
        (418, "null"),
    ],
)
def test_a_decision_is_sent_again_where_the_answer_is_not_this_servers_or_broke_off(
    site: Running, check_id: str, open_page: OpenPage, status: int, body: str
) -> None:
    page = open_check(open_page, site, check_id)
    page.route(REVIEWS, lambda route: route.fulfill(status=status, body=body), times=1)
    page.keyboard.press("g")
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    assert reviews_of(site, check_id) == ["genuine"]


def test_decisions_on_one_check_are_stored_in_their_order(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_check(open_page, site, check_id)
    cut_off(page)
    for key in ("g", "c", "t", "u", "g", "c"):  # `u` takes the third back
        page.keyboard.press(key)
    expect(page.locator(".review-state")).to_have_text("Not saved yet: Counterfeit.")
    page.unroute(REVIEWS)
    page.reload()
    expect(page.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    assert reviews_of(site, check_id) == ["genuine", "counterfeit", "genuine", "counterfeit"]
    assert reviews_of(site, check_id, "withdrawn_reviews") == ["cant_tell"]


def test_a_refused_decision_stays_with_its_reason_until_it_is_discarded(
    site: Running, check_id: str, open_page: OpenPage
) -> None:
    page = open_check(open_page, site, check_id)
    site.http.delete(f"/v1/checks/{check_id}")
    page.keyboard.press("g")
    expect(page.locator("#unsent")).to_contain_text("Not saved: genuine on listing L-7. No such check: ")
    expect(page.locator('[data-decision="genuine"]')).to_have_attribute("aria-pressed", "false")
    page.goto(site.url + "/bundles")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#unsent")).to_contain_text("No such check")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#unsent")).to_be_hidden()
    page.reload()
    expect(page.locator("#unsent")).to_be_hidden()


def test_a_decision_without_an_api_key_waits_for_it(start: Start, open_page: OpenPage) -> None:
    site = start(api_key="open-sesame-42")
    check_id = make_check(site)
    page = open_page(site, f"/checks/{check_id}")
    type_key(page)
    page.wait_for_selector(".review")
    page.evaluate("sessionStorage.clear()")
    page.locator("[data-decision=genuine]").dispatch_event("click")  # a picture may have opened the dialog over it
    expect(page.locator("#unsent")).to_contain_text("Not saved yet: 1 decision.")
    assert reviews_of(site, check_id) == []
    page.locator("#unsent button", has_text="Type the API key").dispatch_event("click")
    type_key(page)
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    assert reviews_of(site, check_id) == ["genuine"]


def type_key(page: Page) -> None:
    page.get_by_label("API key", exact=True).fill("open-sesame-42")
    page.keyboard.press("Enter")


def test_another_tab_shows_what_was_decided_in_this_one(site: Running, check_id: str, open_page: OpenPage) -> None:
    one, other = (open_check(open_page, site, check_id) for _ in range(2))
    one.keyboard.press("g")
    expect(other.locator(".review-state")).to_contain_text("Saved: Genuine")
    other.keyboard.press("c")
    expect(one.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    assert reviews_of(site, check_id) == ["genuine", "counterfeit"]


def test_a_key_held_down_decides_once(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_check(open_page, site, check_id)
    page.keyboard.down("g")
    page.keyboard.down("g")  # Playwright marks it as a repeat
    page.keyboard.up("g")
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    assert reviews_of(site, check_id) == ["genuine"]


FILL_LOCAL_STORAGE = """() => {
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (...item) {
    if (this === localStorage) throw new DOMException("full", "QuotaExceededError");
    setItem.apply(this, item);
  };
}"""


def test_where_the_browser_cannot_store_a_decision_it_is_sent_and_leaving_the_page_is_asked_about(
    site: Running, check_id: str, open_page: OpenPage
) -> None:
    page = open_check(open_page, site, check_id)
    cut_off(page)
    page.evaluate(FILL_LOCAL_STORAGE)
    page.keyboard.press("g")
    expect(page.locator("#unsent")).to_contain_text("stay on this page")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    page.unroute(REVIEWS)
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    assert asked == ["beforeunload"]
    assert reviews_of(site, check_id) == ["genuine"]


def test_a_refusal_that_the_browser_cannot_store_ends_the_sending(
    site: Running, check_id: str, open_page: OpenPage
) -> None:
    page = open_check(open_page, site, check_id)
    cut_off(page)
    page.keyboard.press("g")
    expect(page.locator("#unsent")).to_contain_text("Not saved yet")
    page.evaluate(FILL_LOCAL_STORAGE)
    site.http.delete(f"/v1/checks/{check_id}")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/review") else None)
    page.unroute(REVIEWS)
    page.locator(".review").get_by_role("button", name="Try again").click()
    expect(page.locator("#unsent")).to_contain_text("Not saved: genuine on listing L-7. No such check: ")
    page.get_by_role("button", name="Discard").click()
    expect(page.locator("#unsent")).to_be_hidden()
    assert len(sent) <= 2, "by the button, and by the timer that ran"


def test_pictures_leave_connections_free_for_a_decision(site: Running, open_page: OpenPage) -> None:
    photos = [jpeg(BLUE, seed=seed) for seed in range(12)]
    check_id = str(site.answer(*photos, listing={"product": "toy"})["check_id"])
    page = open_page(site, "/drift")
    coming: list[Route] = []
    page.route(re.compile(r"/photos/\d+(?!.*/crops)"), lambda route: coming.append(route))  # none of them ends
    page.goto(f"{site.url}/checks/{check_id}")
    page.wait_for_selector(".review")
    page.keyboard.press("g")
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    assert len(coming) == 4  # browsers open six connections to a server
    with page.expect_request(re.compile(r"/photos/\d+")):
        coming[0].continue_()
