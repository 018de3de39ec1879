"""The outline of the product over a photo, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from serving.settings import ServeSettings
from tests.builders.accessibility import find_violations
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running, run_in_thread

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def finder_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose bundle finds what is red or blue."""
    folder: Path = tmp_path_factory.mktemp("finder")
    write_tiny_bundle(folder / "bundle", foreground=True)
    with run_in_thread(ServeSettings(bundle=(folder / "bundle",), store=str(folder / "store"), threads=1)) as running:
        yield running


def open_check(open_page: OpenPage, site: Running, **options: object) -> Page:
    page = open_page(site, f"/checks/{site.answer(jpeg(BLUE), jpeg(RED))['check_id']}", **options)
    page.wait_for_selector(".stage-photo .product-outline", state="attached")
    return page


def test_the_outline_lies_exactly_on_its_photo_and_says_how_much_the_product_fills(
    finder_site: Running, open_page: OpenPage
) -> None:
    page = open_check(open_page, finder_site)
    photo, outline = (page.locator(f".stage-photo .{part}").bounding_box() for part in ("photo", "product-outline"))
    assert photo == outline
    alt = "Outline of the product in photo 1, which fills 100\N{NO-BREAK SPACE}% of it"
    expect(page.locator(".product-outline")).to_have_attribute("alt", alt)


def test_the_outline_is_switched_by_button_and_key_and_stays_so(finder_site: Running, open_page: OpenPage) -> None:
    page = open_check(open_page, finder_site, viewport={"width": 1280, "height": 900})
    outline, switch = page.locator(".product-outline"), page.get_by_role("button", name="Product outline")
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    expect(outline).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".stage-caption")).to_contain_text("Photo 2 of 2")
    page.reload()
    page.wait_for_selector(".stage-photo .product-outline", state="attached")
    expect(outline).to_be_hidden()
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("o")
    expect(outline).to_be_visible()


def test_a_page_with_an_outline_has_no_fault_in_either_theme_wide_or_narrow(
    finder_site: Running, open_page: OpenPage
) -> None:
    page = open_check(open_page, finder_site, viewport={"width": 390, "height": 844})
    assert find_violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_bundle_that_does_not_find_the_product_offers_no_outline(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, f"/checks/{site.answer(jpeg(BLUE), listing={'product': 'toy'})['check_id']}")
    page.wait_for_selector(".stage-photo .evidence")
    expect(page.get_by_role("button", name="Product outline")).to_have_count(0)
