"""The pages of takedown cases: the list walked by key, moves of one and of several, a table, and what is refused."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from serving.evidence.config import EvidenceSettings
from tests.builders.accessibility import find_violations
from tests.serving.builders.sample_photos import BLUE, jpeg
from tests.serving.evidence.evidence_keys import write_key_pair
from tests.serving.pages.cases.steps import move, open_case
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser
TABLE = "country,listing_id,product\nDK,T-1,toy\nXX,T-2,toy\nDE,T-3,toy\n"


@pytest.fixture
def desk(start: Start, tmp_path: Path) -> Running:
    return start(evidence=EvidenceSettings(key=write_key_pair(tmp_path / "keys")))


def test_the_keyboard_alone_leads_from_the_list_to_a_decision_and_its_evidence_file(
    desk: Running, open_page: OpenPage
) -> None:
    opened = open_case(desk, 1, statement="Zu groß: das Wortzeichen\nhat ein anderes R")
    page = open_page(desk, "/cases")
    expect(page.locator("#list-count")).to_have_text("1 case; 1 waits for a decision, 0 of them late and 0 paused")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("toy")
    assert page.url.endswith(f"/cases/{opened['case_id']}")
    expect(page.locator(".clock")).to_contain_text("in Copenhagen")
    assert find_violations(page) == []
    page.get_by_role("button", name="Reject").press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert desk.http.get(f"/v1/cases/{opened['case_id']}").json()["state"] == "received"  # a reason is required
    page.get_by_label("Why: both sides read it").fill("The listing shows another brand")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".case-title")).to_contain_text("Rejected")
    expect(page.locator("h1")).to_be_focused()
    expect(page.locator(".clock")).to_contain_text("Decided in time")
    expect(page.locator(".case-history")).to_contain_text("The listing shows another brand")
    with page.expect_download() as download:
        page.get_by_role("button", name="Evidence file").press("Enter")
    assert download.value.suggested_filename.endswith(".zip")
    assert zipfile.is_zipfile(download.value.path())


def test_who_decides_second_learns_it_and_loses_no_word(desk: Running, open_page: OpenPage) -> None:
    opened = open_case(desk, 2)
    page = open_page(desk, f"/cases/{opened['case_id']}")
    page.get_by_role("button", name="Uphold").click()
    page.get_by_label("Why: both sides read it").fill("The grille has another pattern")
    move(desk, opened, "in_review")
    page.locator("#move-do").click()
    expect(page.locator("#move-problem")).to_contain_text("changed")
    assert page.get_by_label("Why: both sides read it").input_value() == "The grille has another pattern"


def test_several_are_moved_at_once_and_one_that_cannot_be_is_named(desk: Running, open_page: OpenPage) -> None:
    cases = [open_case(desk, seed) for seed in range(3, 6)]
    move(desk, cases[0], "withdrawn")
    page = open_page(desk, "/cases")
    page.get_by_role("button", name="Choose all shown").click()
    expect(page.locator("#bulk-count")).to_have_text("3 cases chosen")
    page.get_by_label("Move them to").select_option("upheld")
    page.get_by_role("button", name="Move …").click()
    page.locator("#bulk-reason").fill("One seller, one photo")
    page.get_by_role("button", name="Move them").click()
    expect(page.locator("#bulk-result")).to_contain_text("1 case not moved, 2 moved")
    page.get_by_label("State").select_option("upheld")
    expect(page.locator(".case-row")).to_have_count(2)
    assert page.url.endswith("?state=upheld")
    assert find_violations(page) == []


def test_a_table_is_examined_before_it_opens_cases_and_names_its_bad_row(
    desk: Running, open_page: OpenPage, tmp_path: Path
) -> None:
    table = tmp_path / "cases.csv"
    table.write_text(TABLE, encoding="utf-8")
    page = open_page(desk, "/cases")
    expect(page.get_by_text("No case yet")).to_be_visible()
    page.get_by_role("button", name="Open many from a table").click()
    page.locator("#table-file").set_input_files(table)
    page.get_by_role("button", name="Send the table").click()
    expect(page.locator("#table-result")).to_contain_text("3 rows: 2 would be opened, 0 opened before, 1 bad.")
    expect(page.locator("#table-result")).to_contain_text("Line 3, country")
    assert desk.http.get("/v1/cases").json()["cases"] == []
    page.get_by_role("button", name="Send the table").click()
    expect(page.locator("#table-result")).to_contain_text("2 opened")
    expect(page.locator(".case-row")).to_have_count(2)


def test_a_case_that_is_not_there_and_one_that_cannot_be_opened_say_why(desk: Running, open_page: OpenPage) -> None:
    page = open_page(desk, "/cases/nope")
    expect(page.locator("h1")).to_have_text("No such case")
    page.goto(f"{desk.url}/cases/cut%2")  # within an encoded slash
    expect(page.locator("h1")).to_have_text("No such case")
    page.goto(f"{desk.url}/cases?open=nope")
    page.get_by_label("Country two letters").fill("DK")
    page.get_by_role("button", name="Open the case").click()
    expect(page.locator("#new-case-problem")).to_contain_text("nope")


def test_a_seller_answers_its_notice_by_the_link_that_the_case_gave(desk: Running, open_page: OpenPage) -> None:
    upheld = move(desk, open_case(desk, 9), "upheld")
    page = open_page(desk, f"/cases/{upheld['case_id']}")
    page.get_by_role("button", name="Forward to the seller").click()
    page.locator("#move-do").click()
    link = page.get_by_label("The seller’s link", exact=True)
    expect(link).to_be_visible()
    seller = open_page(desk, link.input_value().removeprefix(desk.url), viewport={"width": 360, "height": 780})
    expect(seller.locator(".notice-letter")).to_contain_text("A copy of our logo")
    expect(seller.get_by_role("navigation")).to_have_count(0)
    seller.get_by_label("Why your listings infringe nothing").fill("Bought from the maker; the invoice is attached")
    seller.get_by_label("Photos").set_input_files(
        {"name": "invoice.txt", "mimeType": "image/jpeg", "buffer": b"no photo"}
    )
    seller.get_by_role("button", name="Send").click()
    expect(seller.locator("#evidence-problem")).to_be_visible()
    seller.get_by_label("Photos").set_input_files({"name": "i.jpg", "mimeType": "image/jpeg", "buffer": jpeg(BLUE)})
    seller.get_by_role("button", name="Send").click()
    expect(seller.locator("#sent-list")).to_contain_text("1 photo")
    seller.get_by_label("Why the decision is wrong").fill("The invoice names the maker")
    seller.get_by_role("button", name="Complain").click()
    expect(seller.locator("#complaint-list")).to_contain_text("A person will decide it.")
    expect(seller.locator("#complaints-title")).to_be_focused()
    expect(seller.locator("#complaint-form")).to_be_hidden()
    assert find_violations(seller) == []
    page.reload()
    expect(page.locator(".case-title")).to_contain_text("Counter-notice")
    expect(page.locator(".case-history")).to_contain_text("Bought from the maker")


def test_each_seller_of_a_case_has_a_link_which_a_new_one_replaces(desk: Running, open_page: OpenPage) -> None:
    listings = [{"listing_id": f"L-{name}", "seller_id": name} for name in ("one", "two")]
    opened = desk.http.post("/v1/cases", json={"country": "DE", "product": "toy", "listings": listings}).json()
    move(desk, opened, "upheld")
    page = open_page(desk, "/cases", viewport={"width": 1280, "height": 900})
    page.get_by_role("button", name="Choose all shown").click()
    page.get_by_label("Move them to").select_option("forwarded")
    page.get_by_role("button", name="Move …").click()
    page.get_by_role("button", name="Move them").click()
    first = page.get_by_label(f"Case {opened['case_id']}, seller one, 1 listing", exact=True).input_value()
    expect(page.locator("#seller-link-list li")).to_have_count(2)
    assert find_violations(page) == []
    page.goto(f"{desk.url}/cases/{opened['case_id']}")
    page.get_by_text("The notice to seller one, not opened so far").click()
    page.get_by_role("button", name="Make a new link …").click()
    page.locator("#duty-do").click()
    link = page.get_by_label("The seller’s link", exact=True).input_value()
    page.get_by_role("button", name="Hide them").click()
    expect(page.locator("#seller-links")).to_be_hidden()
    page.goto(first)
    expect(page.locator("h1")).to_have_text("This notice can’t be shown")
    page.goto(link)
    expect(page.locator(".notice-letter")).to_contain_text("L-one")
    expect(page.locator(".notice-letter")).not_to_contain_text("L-two")


def test_a_link_that_leads_nowhere_says_so(desk: Running, open_page: OpenPage) -> None:
    page = open_page(desk, "/notices/guess")
    expect(page.locator("h1")).to_have_text("This notice can’t be shown")
    expect(page.locator("#api-key")).to_be_hidden()
