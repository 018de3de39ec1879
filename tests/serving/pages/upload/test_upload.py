"""The first page in a real browser: photos in, the API's own verdict out."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.serving.builders.sample_photos import BLUE, GREY, RED, jpeg, text_file
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.pages.upload_steps import blurred_jpeg, choose, drop, paste, photo_files, send, shown_check
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser
TEXT_FILE: FilePayload = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": text_file()}


def test_chosen_photos_get_the_words_and_the_number_of_the_api(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    choose(page, photo_files(jpeg(BLUE), jpeg(BLUE, seed=1)))
    expect(page.locator("#send")).to_have_text("Check 2 photos")
    page.fill("#listing-id", "L-1")
    send(page)
    check = shown_check(page, site)
    assert (check["outcome"], check["listing_id"], check["product"]) == ("counterfeit", "L-1", "toy")
    expect(page.locator("h1:visible")).to_have_text("Looks counterfeit")
    number = page.locator(".authenticity-number")
    assert float(number.get_attribute("value") or "nan") == check["authenticity"]
    expect(number).to_have_text(
        f"{check['authenticity'] * 100:.1f} %" if check["authenticity"] >= 0.001 else "under 0.1 %"
    )
    expect(page.locator(".reasons")).to_contain_text(check["reasons"][0]["message"])
    assert page.title() == "L-1 · Looks counterfeit · Touchstone"


def test_dropped_photos_are_judged(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    drop(page, photo_files(jpeg(RED)))
    send(page)
    expect(page.locator("h1:visible")).to_have_text("Consistent with genuine")
    assert shown_check(page, site)["outcome"] == "genuine"


def test_a_pasted_photo_joins_those_already_chosen(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    choose(page, photo_files(jpeg(RED)))
    paste(page, photo_files(jpeg(RED, seed=1), name="pasted"))
    expect(page.locator(".chosen-name")).to_have_text(["photo0.jpg", "pasted0.jpg"])


def test_undecided_photos_are_passed_to_a_person(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    choose(page, photo_files(jpeg(GREY)))
    send(page)
    expect(page.locator("h1:visible")).to_have_text("A person should look")


def test_photos_that_show_too_little_get_no_number_and_advice(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    choose(page, photo_files(blurred_jpeg()))
    send(page)
    expect(page.locator("h1:visible")).to_have_text("The photos don’t show enough")
    expect(page.locator(".authenticity-number")).to_have_count(0)
    expect(page.locator(".authenticity-meaning")).to_contain_text("No number")
    expect(page.locator(".stage-caption .hint")).to_contain_text("blurred")


def test_a_bad_file_is_shown_with_its_fault_and_the_good_photo_is_judged(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    choose(page, [*photo_files(jpeg(RED)), TEXT_FILE])
    send(page)
    expect(page.locator("h1:visible")).to_have_text("Consistent with genuine")
    fault = shown_check(page, site)["photos"][1]["error"]["message"]
    page.get_by_role("button", name=re.compile("^Photo 2,")).click()
    expect(page.locator(".stage-caption")).to_contain_text(fault, ignore_case=True)


def test_when_no_photo_can_be_read_each_says_why_and_can_be_replaced(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    choose(page, [TEXT_FILE])
    page.select_option("#product", "toy")
    page.click("#send")
    expect(page.locator("#compose-problem")).to_contain_text("No photo could be read")
    expect(page.locator(".chosen-error")).to_have_count(1)
    page.get_by_role("button", name="Remove notes.jpg").click()
    choose(page, photo_files(jpeg(RED)))
    send(page)
    expect(page.locator("h1:visible")).to_have_text("Consistent with genuine")


def test_a_thirteenth_photo_is_left_out_by_name(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    photo = jpeg(RED, size=(64, 64))
    choose(page, photo_files(*[photo] * 13))
    expect(page.locator(".chosen")).to_have_count(12)
    expect(page.locator("#tray-count")).to_contain_text("photo12.jpg")


def test_a_product_that_was_not_chosen_is_asked_for(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    choose(page, photo_files(jpeg(RED)))
    page.click("#send")
    expect(page.locator("#compose-problem")).to_contain_text("product")
    expect(page.locator("#product")).to_be_focused()


def test_a_single_product_is_not_asked_for(start: Start, open_page: OpenPage) -> None:
    site = start()
    page = open_page(site)
    choose(page, photo_files(jpeg(RED)))
    send(page, product=None)
    expect(page.locator("#product")).to_be_hidden()
    assert shown_check(page, site)["product"] == "toy"


def test_sending_without_photos_is_refused_in_words(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    page.click("#send")
    expect(page.locator("#compose-problem")).to_contain_text("There is no photo yet")


def test_a_retry_after_a_lost_answer_makes_one_check(start: Start, open_page: OpenPage) -> None:
    site = start()
    page = open_page(site)
    choose(page, photo_files(jpeg(RED)))
    lose_first_answer(page)
    page.click("#send")
    expect(page.locator("#compose-problem")).to_contain_text("can’t be reached")
    expect(page.locator(".chosen")).to_have_count(1)
    send(page, product=None)
    assert len(site.http.get("/v1/checks").json()["checks"]) == 1


def lose_first_answer(page: Page) -> None:
    """Let the server judge the first check, and cut the connection before its answer arrives."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/v1/checks", lose, times=1)


def test_the_photos_stay_for_another_try_and_go_for_another_listing(site: Running, open_page: OpenPage) -> None:
    page = open_page(site)
    choose(page, photo_files(jpeg(RED)))
    send(page)
    page.get_by_role("button", name="Change these photos").click()
    expect(page.locator(".chosen")).to_have_count(1)
    expect(page.locator("#compose-title")).to_be_focused()
    send(page)
    page.get_by_role("button", name="Check another listing").click()
    expect(page.locator(".chosen")).to_have_count(0)


def test_observe_mode_marks_the_verdict_as_advice(start: Start, open_page: OpenPage) -> None:
    page = open_page(start(mode="observe"))
    choose(page, photo_files(jpeg(BLUE)))
    send(page, product=None)
    expect(page.locator(".advisory")).to_contain_text("observe mode")


def test_a_server_without_store_shows_the_verdict_with_the_local_photo(start: Start, open_page: OpenPage) -> None:
    site = start(store="none")
    page = open_page(site)
    choose(page, photo_files(jpeg(BLUE)))
    send(page, product=None)
    expect(page.locator("h1:visible")).to_have_text("Looks counterfeit")
    expect(page.locator(".stage-photo .photo")).to_be_visible()
    expect(page.locator(".review")).to_have_count(0)
    page.goto(site.url + "/checks")
    expect(page.locator("#list-problem")).to_contain_text("has no store")
