"""The way back from a decision, and the keys around the note."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.serving.pages.conftest import OpenPage
from tests.serving.pages.decisions.checks import make_check, open_check, reviews_of
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser


def test_undo_takes_back_one_decision_after_another(site: Running, open_page: OpenPage) -> None:
    check_id = make_check(site)
    page = open_check(open_page, site, check_id)
    page.keyboard.press("c")
    expect(page.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    page.keyboard.press("g")
    expect(page.locator(".review-state")).to_contain_text("Changed from counterfeit")
    page.keyboard.press("u")
    expect(page.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    expect(page.locator(".toast")).to_contain_text("Undone: genuine on listing L-7.")
    page.keyboard.press("u")
    expect(page.locator(".review-state")).to_contain_text("Not decided yet")
    expect(page.locator("[data-decision][aria-pressed=true]")).to_have_count(0)
    page.keyboard.press("u")
    expect(page.locator("#announcer")).to_have_text("There is no decision of this tab to undo.")
    assert reviews_of(site, check_id) == []
    assert reviews_of(site, check_id, "withdrawn_reviews") == ["counterfeit", "genuine"]
    page.reload()
    expect(page.locator(".review-state")).to_contain_text("Not decided yet")


def test_a_toast_offers_undo_on_the_next_page_too_and_names_what_was_undone(site: Running, open_page: OpenPage) -> None:
    first, second = make_check(site, "L-1"), make_check(site, "L-2")
    page = open_check(open_page, site, first)
    page.keyboard.press("g")
    page.goto(f"{site.url}/checks/{second}")
    expect(page.locator(".toast")).to_contain_text("Genuine: listing L-1.")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".toast")).to_contain_text("Undone: genuine on listing L-1.")
    page.get_by_role("link", name="Open it").click()
    expect(page.locator(".facts")).to_contain_text("L-1")
    expect(page.locator(".review-state")).to_contain_text("Not decided yet")
    assert (reviews_of(site, first), reviews_of(site, second)) == ([], [])


def test_undo_of_a_decision_that_the_server_refused_discards_it(site: Running, open_page: OpenPage) -> None:
    check_id = make_check(site)
    page = open_check(open_page, site, check_id)
    site.http.delete(f"/v1/checks/{check_id}")
    page.keyboard.press("g")
    expect(page.locator("#unsent")).to_contain_text("No such check")
    page.keyboard.press("u")
    expect(page.locator("#unsent")).to_be_hidden()


def test_any_decision_can_be_withdrawn_on_its_own_page(site: Running, open_page: OpenPage) -> None:
    check_id = make_check(site)
    site.http.post(f"/v1/checks/{check_id}/review", json={"decision": "genuine"})
    page = open_check(open_page, site, check_id)
    page.get_by_role("button", name="Withdraw decision").click()
    expect(page.locator(".review-state")).to_contain_text("Not decided yet")
    expect(page.get_by_role("button", name="Withdraw decision")).to_be_hidden()
    assert reviews_of(site, check_id) == []


def test_undo_works_in_the_list(site: Running, open_page: OpenPage) -> None:
    check_id = make_check(site, "L-9")
    page = open_page(site, "/checks?listing_id=L-9")
    page.wait_for_selector(".row")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.locator(".row-review")).to_have_text("Decided: counterfeit")
    page.keyboard.press("u")
    expect(page.locator(".row-review")).to_have_text("Not decided")
    assert reviews_of(site, check_id) == []


def test_a_key_leads_to_the_note_where_keys_are_letters_until_escape(site: Running, open_page: OpenPage) -> None:
    check_id = make_check(site)
    page = open_check(open_page, site, check_id)
    page.keyboard.press("n")
    expect(page.locator("#review-note")).to_be_focused()
    page.keyboard.type("gctunjk")
    expect(page.locator("#review-note")).to_have_value("gctunjk")
    page.keyboard.press("Escape")
    expect(page.locator("#review-note")).not_to_be_focused()
    page.keyboard.press("g")
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    record = site.http.get(f"/v1/checks/{check_id}").json()
    assert [(one["decision"], one["note"]) for one in record["reviews"]] == [("genuine", "gctunjk")]


def test_a_note_that_was_not_sent_is_still_there_when_the_reviewer_comes_back(
    site: Running, open_page: OpenPage
) -> None:
    check_id = make_check(site)
    page = open_check(open_page, site, check_id)
    page.fill("#review-note", "the seam")
    page.goto(site.url + "/checks")
    page.go_back()
    expect(page.locator("#review-note")).to_have_value("the seam")
    page.keyboard.press("c")
    expect(page.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    site.http.post(f"/v1/checks/{check_id}/review", json={"decision": "genuine", "note": "another's"})
    page.reload()
    expect(page.locator("#review-note")).to_have_value("another's")
