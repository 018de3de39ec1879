"""Which photo a check's page opens, and how few bytes that takes, in a real browser."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Request, Route, expect

from tests.builders.photos import exif_with_orientation, photo_bytes
from tests.serving.builders.large_photos import large_photo
from tests.serving.builders.sample_photos import BLUE, GREY, RED, flat_jpeg, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running

pytestmark = pytest.mark.browser
MAX_BYTES = 1_500_000
RENDITION = re.compile(r"/photos/\d+/renditions/1600$")
SMALL = re.compile(r"/photos/\d+/renditions/160$")
ORIGINAL = re.compile(r"/photos/\d+$")


def open_check(open_page: OpenPage, site: Running, *photos: bytes, **options: object) -> Page:
    answer = site.answer(*photos, listing={"product": "toy"})
    return open_page(site, f"/checks/{answer['check_id']}", **options)


def expect_judgeable(page: Page, photos: int) -> None:
    """Wait until every photo is in the strip and the opened one has its map and its crops."""
    expect(page.locator(".stage-photo .evidence")).to_be_visible()
    expect(page.locator(".strip .thumb img")).to_have_count(photos)
    expect(page.locator(".crop-list canvas").first).to_be_visible()


def count_bytes(page: Page) -> Callable[[], int]:
    """Give what counts the bytes that came over the network, headers included, from now on; the cache is empty."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.clearBrowserCache")
    local: set[str] = set()
    received: dict[str, float] = {}

    def note_request(event: dict[str, dict[str, str]] | dict[str, str]) -> None:
        if not event["request"]["url"].startswith("http"):  # type: ignore[index]
            local.add(str(event["requestId"]))

    def note_end(event: dict[str, object]) -> None:
        received[str(event["requestId"])] = float(str(event["encodedDataLength"]))

    session.on("Network.requestWillBeSent", note_request)
    session.on("Network.loadingFinished", note_end)
    return lambda: round(sum(size for request, size in received.items() if request not in local))


def test_twelve_large_photos_can_be_judged_after_one_and_a_half_megabytes(
    site: Running, open_page: OpenPage, record_property: Callable[[str, object], None]
) -> None:
    photos = [large_photo(index) for index in range(12)]
    assert sum(map(len, photos)) > 12 * 2_500_000
    check_id = site.answer(*photos, listing={"product": "toy"})["check_id"]
    page = open_page(site, "/favicon.ico", viewport={"width": 1280, "height": 900})
    bytes_so_far = count_bytes(page)
    page.goto(f"{site.url}/checks/{check_id}")
    expect_judgeable(page, 12)
    opened = bytes_so_far()
    for number in range(1, 13):
        page.locator(".strip button").nth(number - 1).click()
        expect(page.locator(".stage-photo .photo")).to_have_attribute("alt", f"Photo {number} of 12")
        expect(page.locator(".crop-list canvas").first).to_be_visible()
    walked = bytes_so_far()
    record_property("bytes_until_opened", opened)
    record_property("bytes_with_every_photo_seen_large", walked)
    print(f"\n{opened} bytes until all are in the strip and one is open, {walked} with each seen at 1,600 px")
    assert 200_000 < opened < MAX_BYTES, "under 200 kB the photos can't have been there"
    assert 12 * 40_000 < walked <= MAX_BYTES


def test_the_photo_that_the_reason_names_is_opened_with_its_strongest_crop_outlined(
    site: Running, open_page: OpenPage
) -> None:
    page = open_check(open_page, site, jpeg(GREY), jpeg(BLUE, seed=1), jpeg(GREY, seed=2), jpeg(BLUE, seed=3))
    expect(page.locator(".reasons")).to_contain_text("most of all this photo")
    named = page.locator(".reasons button").first.inner_text()
    expect(page.locator(".stage-caption")).to_contain_text(f"{named} of 4")
    expect(page.locator(".crop-list button").first).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".crop-outline")).to_have_count(1)


@pytest.mark.parametrize(
    ("photos", "opened"),
    [
        ((jpeg(GREY), jpeg(RED), jpeg(GREY, seed=1)), 2),  # genuine: the one most like it
        ((jpeg(GREY), jpeg((90, 40, 180), seed=2), jpeg(GREY, seed=1)), 2),  # review: most like a counterfeit
        ((b"no photo", flat_jpeg()), 2),  # insufficient: the one that a reason names
    ],
)
def test_where_no_photo_decided_the_most_telling_one_is_opened(
    site: Running, open_page: OpenPage, photos: tuple[bytes, ...], opened: int
) -> None:
    page = open_check(open_page, site, *photos)
    expect(page.locator(".stage-caption")).to_contain_text(f"Photo {opened} of {len(photos)}")


def test_a_photo_that_lies_on_its_side_has_its_outline_where_its_colour_is(site: Running, open_page: OpenPage) -> None:
    upright = np.full((320, 240, 3), GREY, np.int64)
    upright[200:300, 20:90] = BLUE  # below on the left
    upright += np.random.default_rng(0).integers(-40, 40, (320, 240, 1))
    lying = Image.fromarray(np.rot90(np.clip(upright, 0, 255).astype(np.uint8)).copy())
    stream = io.BytesIO()
    lying.save(stream, "JPEG", quality=95, exif=exif_with_orientation(6))
    page = open_check(open_page, site, stream.getvalue(), viewport={"width": 1280, "height": 900})
    crop = page.locator(".crop-list .tone-counterfeit button").first
    expect(crop).to_be_visible()
    if crop.get_attribute("aria-pressed") == "false":  # another one is stronger
        crop.click()
    frame, outline = page.locator(".stage-photo").bounding_box(), page.locator(".crop-outline").bounding_box()
    assert frame is not None
    assert outline is not None
    assert frame["width"] / frame["height"] == pytest.approx(240 / 320, rel=0.01)
    across = (outline["x"] + outline["width"] / 2 - frame["x"]) / frame["width"]
    down = (outline["y"] + outline["height"] / 2 - frame["y"]) / frame["height"]
    assert 20 / 240 < across < 90 / 240
    assert 200 / 320 < down < 300 / 320


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_a_photo_whose_format_a_browser_may_not_know_is_shown(site: Running, open_page: OpenPage, kind: str) -> None:
    page = open_check(open_page, site, photo_bytes(kind))
    expect(page.locator(".stage-photo .photo")).to_be_visible()
    assert page.locator(".stage-photo .photo").evaluate("picture => picture.naturalWidth") == 160


def test_the_original_is_asked_for_when_the_photo_is_shown_larger_than_its_copy(
    site: Running, open_page: OpenPage
) -> None:
    page = open_check(open_page, site, jpeg(BLUE, size=(2000, 1500)), viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.locator(".stage-photo .evidence")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert not any(ORIGINAL.search(url) for url in asked)
    strip = page.locator(".stage-caption").bounding_box()
    page.keyboard.press("z")
    expect(page.locator(".stage-pixels")).to_have_text("2000 × 1500 px, as uploaded")
    assert page.locator(".stage-photo .photo").evaluate("picture => picture.naturalWidth") == 2000
    assert sum(bool(ORIGINAL.search(url)) for url in asked) == 1
    frame, photo = page.locator(".stage-photo").bounding_box(), page.locator(".stage-photo .photo").bounding_box()
    assert frame == photo
    assert page.locator(".stage-caption").bounding_box() == strip, "the words about the pixels moved the page"


def test_zooming_goes_to_the_crop_that_is_outlined(site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, site, jpeg(BLUE, size=(1200, 900)), viewport={"width": 1280, "height": 900})
    expect(page.locator(".crop-outline")).to_be_visible()
    page.keyboard.press("z")
    view, crop = page.locator(".stage-view").bounding_box(), page.locator(".crop-outline").bounding_box()
    assert view is not None
    assert crop is not None
    across, down = crop["x"] + crop["width"] / 2 - view["x"], crop["y"] + crop["height"] / 2 - view["y"]
    assert 0 < across < view["width"]
    assert 0 < down < view["height"]


def test_while_pictures_come_there_are_skeletons_and_nothing_moves_when_they_are_there(
    site: Running, open_page: OpenPage
) -> None:
    check_id = site.answer(jpeg(BLUE), jpeg(BLUE, seed=1), listing={"product": "toy"})["check_id"]
    page = open_page(site, "/favicon.ico", viewport={"width": 1280, "height": 900})
    held: list[Route] = []
    for address in (RENDITION, SMALL):
        page.route(address, lambda route: held.append(route))
    page.goto(f"{site.url}/checks/{check_id}")
    expect(page.locator(".stage-view > .skeleton")).to_be_visible()
    expect(page.locator(".strip .thumb.skeleton")).to_have_count(2)
    expect(page.locator(".strip .thumb svg")).to_have_count(0)
    expect(page.locator(".crops .skeleton").first).to_be_visible()
    expect(page.locator(".stage-note")).to_have_count(0)
    page.wait_for_timeout(100)
    shapes = ".stage-view, .stage-tools, .stage-caption, .strip"
    boxes = "all => all.map(one => JSON.stringify(one.getBoundingClientRect()))"
    before = page.locator(shapes).evaluate_all(boxes)
    for route in held:
        route.continue_()
    page.unroute_all()
    expect_judgeable(page, 2)
    assert page.locator(".skeleton").count() == 0
    assert page.locator(shapes).evaluate_all(boxes) == before


def test_only_a_picture_that_really_fails_is_shown_as_missing(site: Running, open_page: OpenPage) -> None:
    check_id = site.answer(jpeg(BLUE), jpeg(BLUE, seed=1), listing={"product": "toy"})["check_id"]
    page = open_page(site, "/favicon.ico")
    page.route(SMALL, lambda route: route.abort())
    page.route(RENDITION, lambda route: route.abort())
    page.goto(f"{site.url}/checks/{check_id}")
    expect(page.locator(".stage-note")).to_contain_text("It is not on the server, or the server can’t be reached.")
    expect(page.locator(".strip .thumb svg")).to_have_count(2)
    page.unroute_all()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".stage-photo .photo")).to_be_visible()


def test_a_server_that_is_busy_with_checks_is_asked_for_the_picture_again(site: Running, open_page: OpenPage) -> None:
    check_id = site.answer(jpeg(BLUE), listing={"product": "toy"})["check_id"]
    page = open_page(site, "/favicon.ico")
    refused: list[Request] = []

    def refuse_once(route: Route, request: Request) -> None:
        if refused:
            return route.continue_()
        refused.append(request)
        problem = {"code": "overloaded", "title": "The queue is full", "detail": "later"}
        return route.fulfill(status=503, headers={"Retry-After": "1"}, json=problem)

    page.route(RENDITION, refuse_once)
    page.goto(f"{site.url}/checks/{check_id}")
    expect(page.locator(".stage-photo .photo")).to_be_visible()
    assert len(refused) == 1
    page.unroute_all()


def test_the_picture_that_the_next_listing_opens_with_is_there_before_its_page(
    site: Running, open_page: OpenPage
) -> None:
    listing = {"product": "toy", "listing_id": "ahead"}
    following = site.answer(jpeg(RED, seed=40), jpeg(BLUE, seed=41), jpeg(BLUE, seed=42), listing=listing)["check_id"]
    site.answer(jpeg(BLUE, seed=43), listing=listing)
    page = open_page(site, "/checks?listing_id=ahead", viewport={"width": 1280, "height": 900})
    with page.expect_response(lambda response: following in response.url and bool(RENDITION.search(response.url))):
        page.locator(".rows a").first.click()
    expect(page.locator(".stage-photo .photo")).to_be_visible()
    picture = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    (ahead,) = [url for url in picture if following in url and RENDITION.search(url)]
    page.keyboard.press("j")
    page.wait_for_url(f"**/checks/{following}")
    expect(page.locator(".stage-photo .photo")).to_be_visible()
    sizes = page.evaluate(
        "url => performance.getEntriesByName(url).map(entry => [entry.transferSize, entry.decodedBodySize])", ahead
    )
    assert [transferred for transferred, _ in sizes] == [0], "it came from the browser's cache"
    assert sizes[0][1] > 0
