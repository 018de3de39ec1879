"""The list of checks in a real browser: filters, pages, keys."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from serving.settings import ServeSettings
from tests.serving.builders.sample_photos import BLUE, GREY, RED, jpeg
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.servers.running import Running, run_in_thread

pytestmark = pytest.mark.browser
PAGE = 50  # checks in one page of the API's list


@pytest.fixture(scope="module")
def filled(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with 53 checks: L-0 to L-49 genuine toys, then M-1 to M-3, one of each other kind."""
    settings = ServeSettings(bundle=(bundle,), store=str(tmp_path_factory.mktemp("filled")), threads=1)
    with run_in_thread(settings) as site:
        for index in range(PAGE):
            photo = jpeg(RED, seed=index, size=(192, 192))
            site.answer(photo, listing={"product": "toy", "listing_id": f"L-{index}"})
        site.answer(jpeg(BLUE), listing={"product": "toy", "listing_id": "M-1"})
        site.answer(jpeg(GREY), listing={"product": "mug", "listing_id": "M-2"})
        site.answer(b"x", jpeg(RED), listing={"product": "mug", "listing_id": "M-3"})
        yield site


def open_list(open_page: OpenPage, site: Running, query: str = "") -> Page:
    page = open_page(site, "/checks" + query)
    page.wait_for_selector(".row")
    return page


def listings(page: Page) -> list[str]:
    return page.locator(".row-listing").all_inner_texts()


def test_the_list_shows_the_newest_first_with_words_number_and_photo(filled: Running, open_page: OpenPage) -> None:
    page = open_list(open_page, filled)
    assert listings(page)[:4] == ["M-3", "M-2", "M-1", "L-49"]
    row = page.locator(".row").nth(2)
    expect(row).to_contain_text("Looks counterfeit")
    expect(row).to_contain_text("%")
    expect(row.locator("img")).to_be_visible()
    expect(page.locator(".row").first.locator("img")).to_be_visible()


def test_older_checks_come_by_page(filled: Running, open_page: OpenPage) -> None:
    page = open_list(open_page, filled)
    expect(page.locator(".row")).to_have_count(PAGE)
    page.get_by_role("button", name="Show more checks").click()
    expect(page.locator(".row")).to_have_count(PAGE + 3)
    expect(page.locator("#older")).to_be_hidden()
    expect(page.locator(".row a").nth(PAGE)).to_be_focused()


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("outcome", "counterfeit", ["M-1"]),
        ("product", "mug", ["M-3", "M-2"]),
        ("listing_id", "L-7", ["L-7"]),
        ("since", "2099-01-01", []),
    ],
)
def test_a_filter_narrows_the_list_and_stays_in_the_address(
    filled: Running, open_page: OpenPage, field: str, value: str, expected: list[str]
) -> None:
    page = open_list(open_page, filled)
    control = page.locator(f"#filters [name={field}]")
    if field in {"outcome", "product"}:
        control.select_option(value)
    else:
        control.fill(value)
    expect(page.locator(".row")).to_have_count(len(expected))
    assert f"{field}={value}" in page.url
    page.reload()
    expect(page.locator("#rows")).to_have_attribute("aria-busy", "false")
    assert listings(page) == expected
    expect(page.locator("#empty")).to_be_visible(visible=not expected)
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator(".row")).to_have_count(PAGE)


def test_keys_walk_decide_and_open(filled: Running, open_page: OpenPage) -> None:
    page = open_list(open_page, filled)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    expect(page.locator(".row a").nth(1)).to_be_focused()
    page.keyboard.press("t")
    expect(page.locator(".row").nth(1).locator(".row-review")).to_contain_text("Decided: can’t tell")
    found = filled.http.get("/v1/checks", params={"listing_id": "M-2"}).json()["checks"]
    assert [review["decision"] for review in found[0]["reviews"]] == ["cant_tell"]
    page.locator("#filter-decision").select_option("decided")
    expect(page.locator(".row-listing")).to_have_text(["M-2"])
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("A person should look")


def test_a_check_opened_from_the_list_leads_to_its_neighbours_and_back(filled: Running, open_page: OpenPage) -> None:
    page = open_list(open_page, filled, "?product=mug")
    page.locator(".row a").first.click()
    expect(page.locator(".facts")).to_contain_text("M-3")
    expect(page.locator("#previous")).to_be_hidden()
    expect(page.locator("#next")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".facts")).to_contain_text("M-2")
    expect(page.locator("#next")).to_be_hidden()
    page.get_by_role("link", name="All checks").click()
    expect(page.locator(".row-listing")).to_have_text(["M-3", "M-2"])


def test_the_walk_goes_on_past_the_end_of_the_page(filled: Running, open_page: OpenPage) -> None:
    page = open_list(open_page, filled)
    page.locator(".row a").nth(PAGE - 1).click()
    expect(page.locator(".facts")).to_contain_text("L-3")
    expect(page.locator("#next")).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".facts")).to_contain_text("L-2")


def test_an_empty_list_has_a_link_to_the_first_check(start: Start, open_page: OpenPage) -> None:
    page = open_page(start(), "/checks")
    expect(page.locator("#empty")).to_contain_text("No checks yet")


@pytest.fixture(scope="module")
def sellers(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Four checks of two sellers; the newest but one is in no queue, since it is decided."""
    settings = ServeSettings(bundle=(bundle,), store=str(tmp_path_factory.mktemp("sellers")), threads=1)
    with run_in_thread(settings) as site:
        for name, colour, seller in (
            ("A", GREY, "zeta"),
            ("B", RED, "alpha"),
            ("C", GREY, "alpha"),
            ("D", BLUE, "=zeta"),
        ):
            check = site.answer(jpeg(colour), listing={"product": "mug", "listing_id": name, "seller_id": seller})
            if name == "C":
                site.http.post(f"/v1/checks/{check['check_id']}/review", json={"decision": "genuine"})
        yield site


def test_rows_have_listing_and_seller_and_choices_have_counts(sellers: Running, open_page: OpenPage) -> None:
    page = open_list(open_page, sellers)
    expect(page.locator(".row").nth(1)).to_contain_text("Seller alpha")
    whole = "name => { name.textContent = 'long-id-'.repeat(25); return name.scrollWidth <= name.clientWidth }"
    assert page.locator(".row-listing").first.evaluate(whole)  # an id is never cut: its end tells it from others
    expect(page.locator("#list-count")).to_have_text("4 checks")
    expect(page.locator("#filter-queue option")).to_have_text(["All checks", "Review queue (1)"])
    expect(page.locator("#filter-outcome option[value=review]")).to_have_text("A person should look (2)")
    expect(page.locator("#filter-decision option[value=decided]")).to_have_text("Decided (1)")
    assert page.locator("#sellers option").evaluate_all("all => all.map(({ value }) => value)") == [
        "alpha",
        "=zeta",
        "zeta",
    ]


def test_the_address_has_filters_and_order_and_back_returns_to_those_before(
    sellers: Running, open_page: OpenPage
) -> None:
    page = open_list(open_page, sellers)
    page.locator("h1").click()  # Back skips what a page adds to the history without any act of its user
    page.locator("#sort").select_option("seller_id")
    page.wait_for_url("**/checks?sort=seller_id")  # the rows don't tell: newest first they stand in the same order
    expect(page.locator(".row-listing")).to_have_text(["D", "C", "B", "A"])
    page.locator("#filter-seller").press_sequentially("alpha", delay=30)
    expect(page.locator(".row-listing")).to_have_text(["C", "B"])
    assert page.url.endswith("/checks?seller_id=alpha&sort=seller_id")
    page.locator("h1").click()
    page.locator("#filter-queue").select_option("true")
    expect(page.locator("#empty")).to_contain_text("No check matches")
    page.go_back()
    expect(page.locator(".row-listing")).to_have_text(["C", "B"])
    page.go_back()
    page.wait_for_url("**/checks?sort=seller_id")
    expect(page.locator(".row-listing")).to_have_text(["D", "C", "B", "A"])
    expect(page.locator("#filter-seller")).to_have_value("")
    page.go_forward()
    expect(page.locator("#filter-seller")).to_have_value("alpha")
    page.locator(".row a").first.click()
    expect(page.locator(".facts")).to_contain_text("C")
    page.keyboard.press("j")
    expect(page.locator(".facts")).to_contain_text("B")
    page.get_by_role("link", name="All checks").click()
    expect(page.locator("#sort")).to_have_value("seller_id")


def test_the_queue_and_the_most_uncertain_can_be_bookmarked(sellers: Running, open_page: OpenPage) -> None:
    page = open_list(open_page, sellers, "?queue=true&sort=uncertainty")
    expect(page.locator(".row-listing")).to_have_text(["A"])
    expect(page.locator("#rows")).to_have_attribute("aria-label", "Checks, most uncertain first")
    page = open_list(open_page, sellers, "?reviewed=true&nonesuch=1")  # a bookmark of an earlier version
    expect(page.locator(".row-listing")).to_have_text(["C"])
    expect(page.locator("#filter-decision")).to_have_value("decided")


def test_what_is_shown_can_be_downloaded_as_csv(sellers: Running, open_page: OpenPage) -> None:
    page = open_list(open_page, sellers, "?sort=seller_id&until=2999-01-01")
    with page.expect_download() as saving:
        page.get_by_role("button", name="Download CSV").click()
    assert saving.value.suggested_filename == "checks.csv"
    with saving.value.path().open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["listing_id"], row["seller_id"]) for row in rows] == [
        ("D", "'=zeta"), ("C", "alpha"), ("B", "alpha"), ("A", "zeta"),
    ]  # fmt: skip
