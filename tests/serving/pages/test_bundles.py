"""The page on which bundles are changed, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.candidate_bundles import write_candidates, write_refused
from tests.serving.builders.sample_photos import BLUE, GREY, RED, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running, run_in_thread

pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Running]:
    write_tiny_bundle(tmp_path / "tiny")
    candidates = write_candidates(tmp_path / "candidates")
    write_refused(candidates)
    settings = ServeSettings(
        bundle=(tmp_path / "tiny",), store=str(tmp_path / "store"), bundles_folder=candidates, threads=1
    )
    with run_in_thread(settings) as running:
        yield running


def role(page: Page, name: str) -> Locator:
    return page.locator(f".role-{name}")


def change(page: Page, button: str, *, candidate: str | None = None, note: str = "") -> None:
    """Press a button that changes what serves, and confirm."""
    if candidate is not None:
        page.get_by_label("Candidate").select_option(label=candidate)
    page.get_by_role("button", name=f"{button} …").click()
    dialog = page.locator("#confirm")
    expect(dialog).to_be_visible()
    dialog.get_by_label("Your name").fill("Mara")
    dialog.get_by_label("Reason").fill(note)
    dialog.locator("#confirm-do").click()
    expect(dialog).to_be_hidden()


def test_a_bundle_is_shadowed_compared_activated_and_rolled_back(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/bundles")
    expect(role(page, "active")).to_contain_text("the settings")
    change(page, "Shadow", candidate="v2, version 2")
    expect(role(page, "shadow")).to_contain_text("v2")
    for seed, colour in enumerate((RED, BLUE, GREY)):
        site.answer(jpeg(colour, seed=seed), listing={"listing_id": f"L-{seed}"})
    page.wait_for_function(
        "() => fetch('/v1/bundles/tiny/comparison').then((a) => a.json()).then((c) => c.shadow_work.judged === 3)"
    )
    page.reload()
    comparison = page.locator(".comparison")
    expect(comparison).to_contain_text("2 of 3 verdicts differ: 66.7 %")
    expect(comparison).to_contain_text("2 crossed between genuine and counterfeit")
    expect(comparison.locator("td.differs")).to_have_text(["1", "1"])
    expect(comparison.locator(".examples li")).to_have_count(2)
    comparison.locator(".examples").scroll_into_view_if_needed()
    expect(comparison.locator(".examples img").first).to_be_visible()
    change(page, "Activate", candidate="v2, version 2", note="better on labels")
    expect(role(page, "active")).to_contain_text("v2")
    expect(role(page, "previous")).to_contain_text("the settings")
    assert site.answer(jpeg(RED))["outcome"] == "counterfeit"
    change(page, "Roll back")
    expect(role(page, "active")).to_contain_text("the settings")
    expect(role(page, "previous")).to_have_count(0)
    assert site.answer(jpeg(RED))["outcome"] == "genuine"
    page.get_by_text("Changes", exact=True).click()
    history = page.locator(".bundle-history li")
    expect(history).to_have_count(3)
    expect(history.nth(0)).to_contain_text("activation rolled back: version 1, by Mara")
    expect(history.nth(1)).to_contain_text("better on labels")


def test_a_canary_gets_the_share_that_was_typed_and_is_ended(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/bundles")
    page.get_by_label("Candidate").select_option(label="v3, version 3")
    page.get_by_role("button", name="Start canary …").click()
    page.get_by_label("Share of listings, in %").fill("12.5")
    page.locator("#confirm-do").click()
    expect(role(page, "canary")).to_contain_text("12.5 %")
    change(page, "End canary")
    expect(role(page, "canary")).to_have_count(0)


def test_a_refusal_is_shown_and_the_active_bundle_stays(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/bundles")
    change(page, "Activate", candidate="changed, version 1")
    expect(page.locator(".bundle-slot .problem")).to_contain_text("changed after it was sealed")
    expect(role(page, "active")).to_contain_text("the settings")


def test_a_change_that_is_not_confirmed_is_none(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/bundles")
    page.get_by_role("button", name="Activate …").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Activate …").click()
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_hidden()
    assert site.http.get("/v1/bundles/tiny/changes").json()["changes"] == []
