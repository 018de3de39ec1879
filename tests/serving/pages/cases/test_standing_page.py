"""The page of standings: records and their changes, steps against misuse, and trusted flaggers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.builders.accessibility import find_violations
from tests.serving.builders.cases.standing_site import OPERATOR_KEY, Standing, standing_site
from tests.serving.pages.admin.steps import open_with
from tests.serving.pages.conftest import OpenPage

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with standing_site(tmp_path_factory.mktemp("standing")) as made:
        yield made


def test_a_record_says_why_somebody_is_fast_and_the_list_is_walked_by_keys(
    standing: Standing, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_with(OPERATOR_KEY, standing.site, open_page, "/standing")
    page.get_by_role("button", name="Evaluate now").click()
    expect(page.locator("#evaluated")).to_have_text("2 records evaluated, 0 standings changed.")
    expect(page.get_by_role("button", name="Evaluate now")).to_be_focused()  # it was disabled meanwhile
    expect(page.locator("#fast-terms")).to_contain_text(
        "at least 35 were decided, at least 90 % of them upheld, and counter-notices won are at most 5 %"
    )
    page.locator("body").press("j")
    page.keyboard.press("Enter")
    toys = page.locator("#fast-rows .row").first
    expect(toys).to_contain_text("40 of 40 decided were upheld (100 %), 0 counter-notices won (0 %)")
    expect(toys.locator(".case-history")).to_contain_text("Standard to fast track.")
    expect(toys.locator(".case-history")).to_contain_text("40 cases were decided, 40 of them upheld")
    assert find_violations(page) == []
    page.get_by_label("Standing", exact=True).select_option("standard")
    expect(page.locator("#fast-count")).to_have_text("1 standing")
    assert page.url.endswith("?standing=standard")
    with page.expect_download() as download:
        page.locator("#fast-download").click()
    assert "Mugs" in download.value.path().read_text(encoding="utf-8")


def test_misuse_leads_to_a_warning_then_to_a_suspension_with_an_end_which_the_member_reads(
    standing: Standing, open_page: OpenPage
) -> None:
    page = open_with(OPERATOR_KEY, standing.site, open_page, "/standing")
    card = page.locator("#misuse-members .card")
    expect(card).to_contain_text("6 of 6 decided notices were manifestly unfounded (100 %)")
    expect(card).to_contain_text("The figures speak for a warning")
    expect(card.get_by_role("button", name="Suspend …")).to_have_count(0)
    card.get_by_role("button", name="Warn …").click()
    send_step(page, "These were genuine")
    expect(page.locator("#steps-rows summary").first).to_be_focused()
    card.get_by_role("button", name="Suspend …").click()
    send_step(page, "It went on")  # without its days
    expect(page.locator("#duty")).to_be_visible()
    page.get_by_label("For how many days").fill("181")
    page.locator("#duty-do").click()
    expect(page.locator("#duty-problem")).to_contain_text("180")
    page.get_by_label("For how many days").fill("7")
    page.locator("#duty-do").click()
    expect(card).to_contain_text("Suspended until")
    expect(page.locator("#steps-count")).to_have_text("2 steps")

    key = standing.mugs["Authorization"].removeprefix("Bearer ")
    own = open_with(key, standing.site, open_page, "/standing")
    expect(own.locator("#misuse-members .card")).to_contain_text("Suspended until")
    expect(own.locator("main").get_by_role("button", name="…")).to_have_count(0)
    own.locator("#steps-rows summary").last.click()
    expect(own.locator("#steps-rows")).to_contain_text("These were genuine")
    card.get_by_role("button", name="Lift the suspension …").click()
    send_step(page, "They changed")
    expect(page.locator("#steps-count")).to_have_text("3 steps")
    expect(card).not_to_contain_text("Suspended until")

    sent = {"country": "DE", "product": "mug", "listings": [{"listing_id": "l"}]}
    opened = standing.site.http.post("/v1/cases", json=sent, headers=standing.mugs).json()
    page.goto(f"{standing.site.url}/cases/{opened['case_id']}")
    page.get_by_role("button", name="Reject").click()
    page.get_by_label("Manifestly unfounded").check()
    page.get_by_label("Why: both sides read it").fill("It is our own retailer")
    page.locator("#move-do").click()
    expect(page.locator(".case-title")).to_contain_text("Rejected")
    page.goto(f"{standing.site.url}/standing")
    expect(card).to_contain_text(
        "7 of 7 decided notices were manifestly unfounded (100 %), 1 of them after the warning"
    )


def test_a_trusted_flagger_is_recorded_changed_and_removed(standing: Standing, open_page: OpenPage) -> None:
    page = open_with(OPERATOR_KEY, standing.site, open_page, "/standing")
    expect(page.get_by_text("No member is recorded as one.")).to_be_visible()
    page.get_by_role("button", name="Record one …").click()
    page.get_by_label("Member", exact=True).select_option(label="Toys")
    page.get_by_label("Authority that gave it").fill("Bundesnetzagentur")
    page.get_by_label("Its member state").fill("de")
    page.get_by_label("From", exact=True).fill("2026-03-01")
    page.get_by_label("Last day").fill("2026-02-01")
    page.get_by_role("button", name="Record it").click()
    expect(page.locator("#flagger-problem")).to_contain_text("before since")
    page.get_by_label("Last day").fill("")
    page.get_by_role("button", name="Record it").click()
    card = page.locator("#flaggers .card")
    with page.expect_download() as flaggers:
        page.locator("#download-flaggers").click()
    assert flaggers.value.suggested_filename == "trusted-flaggers.csv"
    expect(card).to_contain_text("Germany")
    expect(card).to_contain_text("1 March 2026")
    card.get_by_role("button", name="Remove …").click()
    page.locator("#duty-do").click()
    expect(page.get_by_text("No member is recorded as one.")).to_be_visible()


def send_step(page: Page, reason: str) -> None:
    page.get_by_label("Why: the member reads it").fill(reason)
    page.locator("#duty-do").click()
