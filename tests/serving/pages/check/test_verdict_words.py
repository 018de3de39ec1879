"""What a check's page says beside its photos: thresholds, unread photos, and the listing as it was sent."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from serving.settings import ServeSettings
from serving.store.database.named_store import DATABASE_FILE
from tests.builders.accessibility import find_violations
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.sample_photos import BLUE, GREY, RED, flat_jpeg, jpeg, truncated_jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running, run_in_thread

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Path]]:
    """A server whose store a test may change, with its folder."""
    folder = tmp_path_factory.mktemp("own")
    write_tiny_bundle(folder / "bundle")
    with run_in_thread(ServeSettings(bundle=(folder / "bundle",), store=str(folder / "store"), threads=1)) as running:
        yield running, folder / "store"


def open_check(open_page: OpenPage, site: Running, *photos: bytes, **listing: Any) -> Page:
    answer = site.answer(*photos, listing={"product": "toy", **listing})
    page = open_page(site, f"/checks/{answer['check_id']}")
    expect(page.locator(".verdict h1")).to_be_visible()
    return page


def change_answer(store: Path, check_id: str, change: str) -> None:
    """Change the stored answer by an SQL expression over `answer`."""
    with sqlite3.connect(store / DATABASE_FILE) as database:
        changed = database.execute(f"UPDATE checks SET answer = {change} WHERE check_id = ?", (check_id,))
        assert changed.rowcount == 1
    database.close()


# --- thresholds


def test_the_zones_lie_where_the_thresholds_that_decided_are(site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, site, jpeg(GREY), jpeg(GREY, seed=1))
    bar = page.locator(".touchstone-bar").bounding_box()
    zones = {name: page.locator(f".bar-zone.zone-{name}").bounding_box() for name in ("counterfeit", "genuine")}
    assert bar is not None
    counterfeit, genuine = zones["counterfeit"], zones["genuine"]
    assert counterfeit is not None
    assert genuine is not None
    scale = bar["width"] / 400  # authenticity 0 lies 8 of 400 from the left end, 1 as far from the right one
    below, above = 0.268941, 0.731059  # sigmoid(-1) and sigmoid(1)
    assert counterfeit["x"] == pytest.approx(bar["x"], abs=1)
    assert counterfeit["width"] == pytest.approx((8 + below * 384) * scale, abs=1)
    assert genuine["x"] == pytest.approx(bar["x"] + (8 + above * 384) * scale, abs=1)
    assert genuine["x"] + genuine["width"] == pytest.approx(bar["x"] + bar["width"], abs=1)
    zone_list = page.get_by_role("list", name="What decides, at these thresholds")
    expect(zone_list.get_by_role("listitem")).to_have_text(
        ["counterfeit below 26.9 %", "review 26.9 % to 73.1 %", "genuine above 73.1 %"]
    )


@pytest.mark.parametrize(
    ("photo", "zone"), [(jpeg(BLUE), "counterfeit"), (jpeg(GREY), "review"), (jpeg(RED), "genuine")]
)
def test_the_streak_lies_in_the_zone_of_the_outcome(
    site: Running, open_page: OpenPage, photo: bytes, zone: str
) -> None:
    page = open_check(open_page, site, photo)
    streak = page.locator(".bar-streak").bounding_box()
    low, high = (page.locator(f".bar-zone.zone-{name}").bounding_box() for name in ("counterfeit", "genuine"))
    assert streak is not None
    assert low is not None
    assert high is not None
    middle = streak["x"] + streak["width"] / 2
    found = "counterfeit" if middle < low["x"] + low["width"] else "genuine" if middle > high["x"] else "review"
    assert found == zone


def test_a_zone_that_the_bundle_never_gives_is_named_and_not_drawn(
    own_site: tuple[Running, Path], open_page: OpenPage
) -> None:
    site, store = own_site
    check_id = site.answer(jpeg(GREY))["check_id"]
    change_answer(store, check_id, "json_set(answer, '$.thresholds.genuine_above', json('null'))")
    page = open_page(site, f"/checks/{check_id}")
    expect(page.locator(".zones")).to_contain_text("genuine never given by this bundle")
    expect(page.locator(".zones")).to_contain_text("review from 26.9 %")
    expect(page.locator(".bar-zone.zone-genuine")).to_have_count(0)
    expect(page.locator(".bar-zone.zone-counterfeit")).to_have_count(1)


def test_a_bundle_that_knows_no_counterfeits_names_its_low_zone_unlike_genuine(
    own_site: tuple[Running, Path], open_page: OpenPage
) -> None:
    site, store = own_site
    check_id = site.answer(jpeg(GREY, seed=6))["check_id"]
    conformal = "json_set(answer, '$.authenticity_kind', 'conformal', '$.thresholds.genuine_above', json('null'))"
    change_answer(store, check_id, conformal)
    page = open_page(site, f"/checks/{check_id}")
    zone_list = page.get_by_role("list", name="What decides, at these thresholds")
    expect(zone_list.get_by_role("listitem")).to_have_text(
        ["unlike genuine below 26.9 %", "review from 26.9 %", "genuine never given by this bundle"]
    )
    expect(page.get_by_role("img", name="on a scale from unlike genuine to genuine")).to_be_visible()
    expect(page.locator(".bar-ends")).to_have_text("unlike genuinegenuine")


def test_an_unsupported_listing_is_worded_as_what_it_is_and_has_no_violation(
    own_site: tuple[Running, Path], open_page: OpenPage
) -> None:
    site, store = own_site
    check_id = site.answer(jpeg(GREY, seed=7))["check_id"]
    unsupported = (
        "json_set(answer, '$.outcome', 'unsupported', '$.authenticity', json('null'), '$.thresholds', json('null'), "
        "'$.photos[0].outcome', 'unsupported', '$.photos[0].authenticity', json('null'))"
    )
    change_answer(store, check_id, unsupported)
    page = open_page(site, f"/checks/{check_id}", viewport={"width": 1280, "height": 900})
    expect(page.locator(".verdict h1")).to_have_text("Not a product that this bundle knows")
    expect(page.locator(".meaning")).to_contain_text("It waits in the review queue")
    expect(page.locator(".authenticity")).to_contain_text("No number: the bundle was not trained on")
    assert page.locator(".touchstone-bar").count() == 0
    page.wait_for_load_state("networkidle")
    assert find_violations(page) == []


def test_a_check_that_was_stored_without_thresholds_is_drawn_without_zones(
    own_site: tuple[Running, Path], open_page: OpenPage
) -> None:
    site, store = own_site
    check_id = site.answer(jpeg(GREY, seed=5))["check_id"]
    change_answer(store, check_id, "json_remove(answer, '$.thresholds')")
    page = open_page(site, f"/checks/{check_id}")
    expect(page.locator(".bar-streak")).to_be_visible()
    expect(page.locator(".bar-middle")).to_have_count(1)
    assert page.locator(".bar-zone, .zones").count() == 0


# --- photos that could not be read


def test_how_many_photos_could_not_be_read_stands_under_the_headline_and_each_is_listed(
    site: Running, open_page: OpenPage
) -> None:
    page = open_check(open_page, site, jpeg(RED), *[truncated_jpeg()] * 4, b"text", b"", jpeg(RED, seed=1))
    line = page.locator(".unread")
    expect(line).to_have_text("6 of 8 photos could not be read. Judged on 2 photos.")
    assert page.locator(".outcome + .unread").count() == 1
    listed = page.get_by_role("region", name="Photos that could not be read").get_by_role("listitem")
    expect(listed).to_have_count(6)
    expect(listed.last).to_contain_text("The photo has no bytes")
    listed.last.get_by_role("button", name="Photo 7").click()
    expect(page.locator(".stage-note")).to_contain_text("The photo has no bytes")
    expect(page.locator(".crops")).to_be_hidden()


def test_an_insufficient_listing_says_what_could_be_read(site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, site, flat_jpeg(), b"text")
    expect(page.locator(".unread")).to_have_text("1 of 2 photos could not be read. The other one doesn’t show enough.")


def test_a_listing_whose_photos_were_all_read_has_no_such_line(site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, site, jpeg(RED))
    assert page.locator(".unread").count() == 0


# --- the listing


def test_listing_and_seller_head_the_page_and_its_title(site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, site, jpeg(RED), listing_id="A-4711", seller_id="S-12")
    expect(page.locator(".listing-line")).to_have_text("Listing A-4711, seller S-12")
    expect(page).to_have_title("A-4711 · S-12 · Consistent with genuine · Touchstone")
    assert page.locator(".listing-line bdi").count() == 2, "a name in Arabic must not turn the line around"


def test_a_check_without_ids_has_no_line_for_them(site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, site, jpeg(RED))
    expect(page).to_have_title("Consistent with genuine · Touchstone")
    assert page.locator(".listing-line, .attributes").count() == 0


def test_attributes_are_shown_as_text_and_a_web_address_as_a_link_that_gives_nothing_away(
    site: Running, open_page: OpenPage
) -> None:
    attributes: dict[str, Any] = {
        "url": "https://shop.example/item/4711?a=1&b=2#top",
        "price": 12.5,
        "sold": None,
        "markup": "<img src=x onerror='window.hit=1'><b>bold</b>",
        "nested": {"a": [1, "</script>"]},
        "long": "word " * 200,
    }
    page = open_check(open_page, site, jpeg(RED), attributes=attributes)
    values = page.locator(".attributes dd")
    expect(page.locator(".attributes dt")).to_have_text(list(attributes))
    link = page.locator(".attributes a")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", attributes["url"])
    expect(link).to_have_text(attributes["url"])
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(values.nth(1)).to_have_text("12.5")
    expect(values.nth(2)).to_have_text("null")
    expect(values.nth(3)).to_have_text(attributes["markup"])
    expect(values.nth(4)).to_have_text(json.dumps(attributes["nested"], separators=(",", ":")))
    assert values.nth(5).locator("summary").inner_text().endswith("…")
    assert page.locator(".attributes img, .attributes b").count() == 0
    assert page.evaluate("window.hit") is None


def test_what_is_no_plain_web_address_is_no_link(site: Running, open_page: OpenPage) -> None:
    addresses = [
        "javascript:alert(1)",
        "JavaScript:alert(1)//http://x",
        "data:text/html,<script>alert(1)</script>",
        "ftp://shop.example/x",
        "//shop.example/x",
        "/checks",
        "http://",
        "https:shop.example",
        "https://shop.example@other.example/",
        "https://user:pass@shop.example/",
        "https://shop.example/a b",
        "https://shop.example\\@other.example",
        " https://shop.example",
        ["https://shop.example"],
    ]
    attributes = {f"url{number}": address for number, address in enumerate(addresses)} | {"url": "HTTP://shop.example"}
    page = open_check(open_page, site, jpeg(RED), attributes=attributes)
    expect(page.locator(".attributes dd")).to_have_count(len(attributes))
    expect(page.locator(".attributes a")).to_have_text(["HTTP://shop.example"])
