"""A check's page in a real browser: evidence, photos, and the reviewer's decision."""

from typing import Any, cast

import pytest
from playwright.sync_api import Page, expect

from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def check_id(site: Running) -> str:
    return make_check(site)


def make_check(site: Running) -> str:
    photos = (jpeg(BLUE), jpeg(BLUE, seed=1))
    return str(site.answer(*photos, listing={"product": "toy", "listing_id": "L-7"})["check_id"])


def open_check(open_page: OpenPage, site: Running, check_id: str) -> Page:
    page = open_page(site, f"/checks/{check_id}")
    page.wait_for_selector(".stage-photo .evidence")
    return page


def reviews_of(site: Running, check_id: str) -> list[dict[str, Any]]:
    return cast(list[dict[str, Any]], site.http.get(f"/v1/checks/{check_id}").json()["reviews"])


def test_a_check_read_back_shows_its_verdict(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_check(open_page, site, check_id)
    expect(page.locator("h1")).to_have_text("Looks counterfeit")
    answer = site.http.get(f"/v1/checks/{check_id}").json()
    assert float(page.locator(".authenticity-number").get_attribute("value") or "nan") == answer["authenticity"]
    expect(page.locator(".facts")).to_contain_text("L-7")
    expect(page.locator("main")).to_contain_text("never proof of what is in the box")


def test_the_map_lies_exactly_on_its_photo(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_check(open_page, site, check_id)
    photo, evidence = (page.locator(f".stage-photo .{part}").bounding_box() for part in ("photo", "evidence"))
    assert photo == evidence
    assert photo is not None
    assert photo["width"] / photo["height"] == pytest.approx(320 / 240, rel=0.01)


def test_the_slider_and_its_key_change_how_strong_the_map_is(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_check(open_page, site, check_id)
    evidence = page.locator(".stage-photo .evidence")
    page.locator("#evidence-opacity").fill("20")
    expect(evidence).to_have_css("opacity", "0.2")
    page.keyboard.press("e")
    expect(evidence).to_have_css("opacity", "0")
    page.keyboard.press("e")
    expect(evidence).to_have_css("opacity", "0.2")
    page.keyboard.press("ArrowUp")
    page.reload()
    expect(page.locator(".stage-photo .evidence")).to_have_css("opacity", "0.21")


def test_arrows_walk_through_the_photos(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_check(open_page, site, check_id)
    expect(page.locator(".stage-caption")).to_contain_text("Photo 1 of 2")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stage-caption")).to_contain_text("Photo 2 of 2")
    expect(page.locator(".evidence")).to_have_attribute(
        "alt", "Evidence map over photo 2: red areas speak for counterfeit, blue areas for genuine"
    )
    page.keyboard.press("ArrowRight")
    expect(page.locator(".strip button[aria-current]")).to_have_count(1)


def test_zoom_makes_the_photo_larger_than_its_frame(site: Running, check_id: str, open_page: OpenPage) -> None:
    page = open_check(open_page, site, check_id)
    before = page.locator(".stage-photo").bounding_box()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Zoom")).to_have_attribute("aria-pressed", "true")
    after = page.locator(".stage-photo").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] == pytest.approx(2.5 * before["width"], rel=0.01)


@pytest.mark.parametrize(("key", "decision"), [("g", "genuine"), ("c", "counterfeit"), ("t", "cant_tell")])
def test_a_key_records_a_decision(site: Running, key: str, decision: str, open_page: OpenPage) -> None:
    check_id = make_check(site)
    page = open_check(open_page, site, check_id)
    page.keyboard.press(key)
    expect(page.locator(f'[data-decision="{decision}"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".review-state")).to_contain_text("Saved: ")
    assert [review["decision"] for review in reviews_of(site, check_id)] == [decision]


def test_a_changed_decision_shows_what_it_was_and_keeps_the_note(site: Running, open_page: OpenPage) -> None:
    check_id = make_check(site)
    page = open_check(open_page, site, check_id)
    page.fill("#review-note", "the grille has 11 holes, not 12; gcu")
    expect(page.locator(".review-state")).to_contain_text("Not decided yet")
    page.get_by_role("button", name="Counterfeit", exact=True).click()
    expect(page.locator(".review-state")).to_contain_text("Saved: Counterfeit")
    page.get_by_role("button", name="Genuine", exact=True).click()
    expect(page.locator(".review-state")).to_contain_text("Changed from counterfeit")
    page.fill("#review-note", "sharper look: 12 holes")
    page.get_by_role("button", name="Save note").click()
    expect(page.get_by_role("button", name="Save note")).to_be_hidden()
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    page.reload()
    expect(page.locator("#review-note")).to_have_value("sharper look: 12 holes")
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    assert [review["decision"] for review in reviews_of(site, check_id)] == ["counterfeit", "genuine", "genuine"]


@pytest.mark.parametrize("check_id", ["00000000-0000-7000-8000-000000000000", "a%2", "%zz"])
def test_a_missing_check_has_a_page(site: Running, open_page: OpenPage, check_id: str) -> None:
    page = open_page(site, f"/checks/{check_id}")
    expect(page.locator("h1")).to_have_text("No such check")


def test_long_words_of_a_listing_leave_room_for_their_values_on_a_phone(site: Running, open_page: OpenPage) -> None:
    listing = {"product": "toy", "listing_id": "L" * 200, "attributes": {"k" * 100: "v" * 100, "a": "b"}}
    check_id = site.answer(jpeg(RED), listing=listing)["check_id"]
    page = open_page(site, f"/checks/{check_id}", viewport={"width": 390, "height": 844})
    page.wait_for_selector(".attributes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widths = page.locator(".facts dd").evaluate_all("(values) => values.map((value) => value.clientWidth)")
    assert min(widths) > 150


def test_a_listing_id_with_markup_is_only_text(site: Running, open_page: OpenPage) -> None:
    nasty = "<script>window.hit=1</script><img src=x onerror='window.hit=1'>"
    check_id = str(site.answer(jpeg(RED), listing={"product": "toy", "listing_id": nasty})["check_id"])
    page = open_check(open_page, site, check_id)
    expect(page.locator(".facts")).to_contain_text(nasty)
    page.goto(site.url + "/checks")
    expect(page.locator(".row-listing").first).to_have_text(nasty)
    assert page.evaluate("window.hit") is None
    assert page.locator("main script, main img[src='x']").count() == 0
