"""The page of the rules by which checks open cases."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.builders.accessibility import find_violations
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.routes.accounts_steps import add_member

pytestmark = pytest.mark.browser


def test_a_rule_is_made_switched_and_deleted_and_a_wrong_one_is_named(start: Start, open_page: OpenPage) -> None:
    site = start()
    member_id = add_member(site, "Acme شركة", "toy")
    page = open_page(site, "/cases")
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_text("No rule yet")).to_be_visible()
    page.get_by_role("button", name="Make a rule").click()
    page.get_by_label("With an authenticity of at most").fill("200")
    page.get_by_label("Only these products").fill("toy")
    page.get_by_label("Whose cases they are").select_option(label="Acme شركة")
    page.get_by_label("Country").fill("de")
    page.get_by_role("button", name="Make the rule").click()
    expect(page.locator("#rule-problem")).to_contain_text("max_authenticity")
    page.get_by_label("With an authenticity of at most").fill("2,5")
    page.get_by_role("button", name="Make the rule").click()
    card = page.locator("#rules .card")
    expect(card).to_be_focused()
    expect(card).to_contain_text("A check of toy looks counterfeit, with an authenticity of at most 2.5 %")
    expect(card).to_contain_text("Trademark, Germany")
    (rule,) = site.http.get("/v1/case-rules").json()["rules"]
    assert (rule["settings"]["max_authenticity"], rule["member_id"]) == (0.025, member_id)

    page.get_by_role("button", name="Make a rule").click()
    page.get_by_label("A case is opened for a check").select_option("repeat_seller")
    expect(page.get_by_label("With an authenticity of at most")).to_be_hidden()
    page.get_by_label("Only these products").fill("")
    page.get_by_label("Whose cases they are").select_option("")
    page.get_by_role("button", name="Make the rule").click()
    expect(page.locator("#rules-count")).to_have_text("2 rules, 2 switched on")
    with page.expect_download() as rules:
        page.locator("#download").click()
    assert rules.value.suggested_filename == "case-rules.csv"
    expect(card.last).to_contain_text("3 cases of its seller or more were upheld within 180 days")
    assert find_violations(page) == []
    card.first.get_by_role("button", name="Switch off").press("Enter")
    expect(card.first.get_by_role("button", name="Switch on")).to_be_focused()
    assert [rule["enabled"] for rule in site.http.get("/v1/case-rules").json()["rules"]] == [False, True]
    card.last.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator("#rules-count")).to_have_text("1 rule, 0 switched on")
