"""The page of drift in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from serving.monitoring.drift import DriftSettings
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.builders.drift_sample import add_tiny_sample, mixed_photo
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running, run_in_thread

pytestmark = pytest.mark.browser
WINDOW = 50


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("drift") / "bundle"
    write_tiny_bundle(folder)
    add_tiny_sample(folder)
    settings = ServeSettings(
        bundle=(folder,), store="none", threads=1, drift=DriftSettings(window_listings=WINDOW, window_s=0)
    )
    with run_in_thread(settings) as site:
        yield site


def test_a_bundle_without_a_sample_is_named(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/drift")
    expect(page.locator(".drift-bundle")).to_contain_text("no validation sample")
    expect(page.locator("[aria-current=page]")).to_have_text("Drift")


def test_a_window_that_fills_is_shown_measure_by_measure(watched: Running, open_page: OpenPage) -> None:
    page = open_page(watched, "/drift")
    expect(page.locator(".drift-state")).to_contain_text("nothing was tested")
    for seed in range(5000, 5000 + WINDOW):
        watched.answer(mixed_photo(seed))
    page.reload()
    expect(page.locator(".drift-verdict")).to_have_text("No drift detected")
    for seed in range(6000, 6000 + WINDOW):
        watched.answer(mixed_photo(seed, light=0.6))
    watched.answer(mixed_photo(7000))
    page.reload()
    expect(page.locator(".drift-verdict")).to_contain_text("Drift detected")
    expect(page.locator("#drift")).to_contain_text(f"The open window has 1 of {WINDOW} listings")
    row = page.locator("tr", has_text="Brightness").first
    expect(row).to_contain_text("shifted")
    expect(row).to_contain_text("much")
    expect(row.get_by_role("img")).to_be_visible()
    page.locator("#drift summary").click()
    expect(page.locator(".drift-earlier li")).to_have_count(2)
    expect(page.locator(".drift-earlier li").last).to_contain_text("no drift")
