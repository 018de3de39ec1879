"""The pages of test buys: from a proposal to a case by keyboard, wrong input, and what a member sees."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.builders.accessibility import find_violations
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.builders.sent_buys import POINTS, accepted_plan, move, received
from tests.serving.pages.admin.steps import open_with
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.routes.accounts_steps import add_member, make_key
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser
KEY = "the-operator-of-test-buys"
FAILED = [{"point_id": "seal", "result": "fail", "note": "no year"}]
PHOTO: FilePayload = {"name": "seal.jpg", "mimeType": "image/jpeg", "buffer": jpeg(BLUE, seed=9)}
NO_PHOTO: FilePayload = {"name": "seal.txt", "mimeType": "image/jpeg", "buffer": b"no photo"}


def check_two(site: Running) -> None:
    for seed, colour in enumerate((RED, BLUE)):
        site.answer(
            jpeg(colour, seed=seed), listing={"listing_id": f"L-{seed}", "seller_id": f"S-{seed}", "product": "toy"}
        )


def only_buy(site: Running, **wanted: Any) -> dict[str, Any]:
    (buy,) = site.http.get("/v1/test-buys", params=wanted).json()["buys"]
    found: dict[str, Any] = site.http.get(f"/v1/test-buys/{buy['buy_id']}").json()
    return found


def fill_plan(page: Page, **values: str) -> None:
    for name, value in {"currency": "eur", "price": "10", "shipping": "2,50", "country": "de", **values}.items():
        page.locator(f"#new-plan-{name}").fill(value)


def propose_and_accept(page: Page) -> None:
    """Propose a plan that buys both listings, look at it, and accept it, by keys alone."""
    page.get_by_role("button", name="Propose a plan").press("Enter")
    fill_plan(page, budget="1000", share="100")
    page.locator("#new-plan-share").press("Enter")
    expect(page.locator("#plan-title")).to_contain_text("Proposal for 20")
    expect(page.locator(".plan")).to_contain_text("2 purchases for 25 EUR of a budget of 1,000 EUR, from 2 listings")
    expect(page.locator(".buy-row")).to_have_count(2)
    expect(page.locator(".buy-row").first).to_contain_text("Drawn at random, chance 100 %")
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0  # 390 px
    page.get_by_role("button", name="Accept the plan").press("Enter")
    page.locator("#acceptance-form .primary").press("Enter")
    expect(page.locator("#plan-title")).to_contain_text("Plan for 20")
    expect(page.locator(".figure")).to_have_count(3)
    expect(page.locator(".figure").first).to_contain_text("0 examined, 2 still waiting. So few")


def test_the_keyboard_alone_leads_from_a_proposal_to_an_examined_counterfeit_and_its_case(
    start: Start, open_page: OpenPage
) -> None:
    desk = start()
    check_two(desk)
    page = open_page(desk, "/test-buys")
    expect(page.get_by_text("No estimate yet")).to_be_visible()
    expect(page.get_by_text("No plan yet")).to_be_visible()
    propose_and_accept(page)

    page.locator("#filter-seller").fill("S-1")
    expect(page.locator(".buy-row")).to_have_count(1)
    page.locator("#buys-title").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("toy")
    page.get_by_role("button", name="Make the checklist").press("Enter")
    page.keyboard.type("The seal shows the year")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("#checklist-form .primary").press("Enter")
    expect(page.locator(".point")).to_contain_text("Decisive")
    page.get_by_role("button", name="Record the order").press("Enter")
    page.keyboard.type("12,90")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()
    page.get_by_role("button", name="Record its arrival").press("Enter")
    page.locator("#move-do").press("Enter")
    page.get_by_label("Add photos: The seal shows the year").set_input_files(PHOTO)
    page.locator(".point .buy-photos li").scroll_into_view_if_needed()
    expect(page.locator(".point .buy-photos img")).to_have_count(1)
    page.get_by_role("button", name="Record the examination").press("Enter")
    assert only_buy(desk, seller_id="S-1")["state"] == "received"  # each point needs a finding
    page.get_by_role("radio", name="Pass").press("ArrowRight")
    page.keyboard.press("Tab")
    page.keyboard.type("No year at all")
    assert find_violations(page) == []
    page.get_by_role("button", name="Record the examination").press("Enter")
    page.get_by_role("button", name="Outcome: counterfeit").press("Enter")
    page.locator("#move-do").press("Enter")
    expect(page.locator(".case-title")).to_contain_text("The examination shows a counterfeit.")
    expect(page.locator(".case-history")).to_contain_text("Examined → Counterfeit by the operator")
    expect(page.locator("main")).not_to_contain_text("null")
    buy = only_buy(desk, state="counterfeit")
    assert (buy["cost"], buy["findings"]) == (
        12.9,
        [{"point_id": "the_seal_shows_the_year", "result": "fail", "note": "No year at all"}],
    )
    assert [photo["point_id"] for photo in buy["photos"]] == ["the_seal_shows_the_year"]
    page.get_by_role("link", name="The case that it opened").press("Enter")
    expect(page.locator("h1")).to_have_text("toy")
    assert page.url.endswith(f"/cases/{buy['case_id']}")


def test_wrong_input_is_named_where_it_is_and_what_was_typed_stays(start: Start, open_page: OpenPage) -> None:
    desk = start()
    check_two(desk)
    page = open_page(desk, "/test-buys")
    page.get_by_role("button", name="Propose a plan").click()
    problem = page.locator("#new-plan-problem")
    for budget, country, words in (("1,000", "de", "write it as 1000"), ("1", "de", "budget"), ("90", "xx", "country")):
        fill_plan(page, budget=budget, country=country)
        page.get_by_role("button", name="Propose", exact=True).click()
        expect(problem).to_contain_text(words)
        assert page.locator("#new-plan-budget").input_value() == budget
    assert desk.http.get("/v1/test-buys/plans").json()["plans"] == []

    plan = accepted_plan(desk.http, "toy")
    desk.http.put("/v1/test-buys/checklists/toy", json={"version": 0, "points": POINTS}).raise_for_status()
    buy = received(desk.http, plan["plan_id"], jpeg(RED, seed=7))
    page.goto(f"{desk.url}/test-buys/{buy['buy_id']}")
    page.get_by_label("Add photos: The seal").set_input_files([PHOTO, NO_PHOTO])
    expect(page.locator(".point .problem")).to_contain_text("seal.txt was not added")
    expect(page.locator(".point .problem")).to_contain_text("1 photo before it is kept.")
    page.get_by_role("radio", name="Fail").check()
    page.get_by_label("What was seen").fill("The year is printed")
    examined = move(desk.http, buy, "examined", findings=FAILED)
    move(desk.http, examined, "cant_tell")
    page.get_by_role("button", name="Record the examination").click()
    page.get_by_role("button", name="Show how it stands now").click()
    expect(page.locator(".case-title")).to_contain_text("Can’t tell")
    assert page.get_by_label("What was seen").input_value() == "The year is printed"
    page.get_by_label("Why the outcome is taken back").fill("Looked again")
    page.get_by_role("button", name="Take back and record again").click()
    page.get_by_role("button", name="Outcome: genuine").click()
    page.locator("#move-do").click()
    expect(page.locator("#move-problem")).to_contain_text("decisive point")
    assert only_buy(desk, state="examined")["findings"][0]["note"] == "The year is printed"
    page.goto(f"{desk.url}/test-buys/nope")
    expect(page.get_by_role("link", name="See the test buys")).to_be_visible()


def test_a_member_examines_purchases_of_its_products_and_sees_no_plan(start: Start, open_page: OpenPage) -> None:
    desk = start(api_key=KEY)
    check_two(desk)
    member = add_member(desk, "Korvelle", "toy")
    key = make_key(desk, "read", "cases", member_id=member)["key"]
    plan = accepted_plan(desk.http, "toy")
    bought = received(desk.http, plan["plan_id"], jpeg(RED, seed=7))
    page = open_with(key, desk, open_page, f"/test-buys?plan_id={plan['plan_id']}")
    expect(page.locator(".buy-row")).to_have_count(2)
    expect(page.locator(".figure")).to_have_count(3)
    expect(page.locator("#plans-part")).to_be_hidden()
    expect(page.get_by_role("button", name="Propose a plan")).to_be_hidden()
    expect(page.locator(".problem:visible")).to_have_count(0)
    page.locator(".buy-row", has_text="Received").get_by_role("link").click()
    expect(page.get_by_role("button", name="Make the checklist")).to_be_visible()
    assert page.url.endswith(bought["buy_id"])
