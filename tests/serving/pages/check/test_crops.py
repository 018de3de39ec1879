"""The crops of a photo, and the references beside them, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.builders.references import add_tiny_references
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running, run_in_thread

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def stocked_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("stocked")
    add_tiny_references(write_tiny_bundle(folder / "bundle"), [("genuine", RED), ("counterfeit", BLUE)])
    settings = ServeSettings(bundle=(Path(folder / "bundle"),), store=str(folder / "store"), threads=1)
    with run_in_thread(settings) as running:
        yield running


def open_check(open_page: OpenPage, site: Running, *photos: bytes, **options: object) -> Page:
    listing = {"product": "toy"}
    page = open_page(site, f"/checks/{site.answer(*photos, listing=listing)['check_id']}", **options)
    page.wait_for_selector(".crop-list li")
    return page


def test_each_crop_stands_beside_its_nearest_references(stocked_site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, stocked_site, jpeg(BLUE))
    first = page.locator(".crop-list li").first
    expect(first.locator("button")).to_contain_text("speaks for counterfeit")
    expect(first.locator("img")).to_have_count(2)
    alt = re.compile(r"^Nearest genuine reference to part 1, listing L0, likeness 0\.(79|80)$")  # red to blue: 0.794
    expect(first.locator("img").nth(0)).to_have_attribute("alt", alt)
    for n in range(2):
        assert (
            first.locator("img").nth(n).evaluate("picture => picture.decode().then(() => picture.naturalWidth)") == 64
        )
    expect(first.locator("figcaption").nth(1)).to_contain_text("counterfeit likeness")


def test_the_strongest_crop_is_outlined_on_each_photo_until_its_key_takes_the_outline_away(
    stocked_site: Running, open_page: OpenPage
) -> None:
    page = open_check(open_page, stocked_site, jpeg(BLUE), jpeg(BLUE, seed=1))
    button = page.locator(".crop-list button").first
    expect(button).to_have_attribute("aria-pressed", "true")
    frame, outline = page.locator(".stage-photo").bounding_box(), page.locator(".crop-outline").bounding_box()
    assert frame is not None
    assert outline is not None
    assert outline["x"] >= frame["x"] - 1
    assert outline["x"] + outline["width"] <= frame["x"] + frame["width"] + 1
    assert outline["width"] == pytest.approx(frame["width"] / 4, rel=0.02)  # two of the map's eight places
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".crop-outline")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stage-caption")).to_contain_text("Photo 2 of 2")
    expect(page.locator(".crop-outline")).to_have_count(1)
    expect(page.locator(".crop-list button").first).to_have_attribute("aria-pressed", "true")


def test_without_references_the_page_names_none(site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, site, jpeg(RED))
    expect(page.locator(".crop-list button").first).to_contain_text("speaks for genuine")
    expect(page.locator(".crops img")).to_have_count(0)
    expect(page.locator(".crops")).not_to_contain_text("references")


def test_on_a_phone_crops_fit_the_screen(stocked_site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, stocked_site, jpeg(BLUE), viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator(".crop-list button").first.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["width"] >= 44
