"""The page on which bundles are changed, in a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.builders.robustness import robustness_summary
from tests.serving.builders.candidate_bundles import write_candidates, write_refused
from tests.serving.builders.measured import measured
from tests.serving.builders.sample_photos import BLUE, GREY, RED, jpeg
from tests.serving.pages.conftest import OpenPage, Start
from tests.serving.servers.running import Running, run_in_thread

pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Running]:
    write_tiny_bundle(tmp_path / "tiny", metrics=measured("test_set"))
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


def test_a_bundle_beyond_its_limits_is_marked_with_figures_and_so_is_a_candidate(
    tmp_path: Path, open_page: OpenPage
) -> None:
    write_tiny_bundle(tmp_path / "tiny", robustness=robustness_summary(changed=12))
    write_tiny_bundle(tmp_path / "candidates" / "v2", version="2", robustness=robustness_summary(fall=0.057))
    write_tiny_bundle(tmp_path / "candidates" / "v3", version="3")
    settings = ServeSettings(bundle=(tmp_path / "tiny",), store="none", bundles_folder=tmp_path / "candidates")
    with run_in_thread(settings) as site:
        page = open_page(site, "/bundles")
        active = role(page, "active")
        expect(active.locator(".bundle-mark")).to_have_text("Hangs on more than the product")
        for words in (
            "Crop changes 12 % of verdicts (12 of 100; 7 % to 19.8 %), 7 points more than the limit of 5 %",
            "Evidence inside the product: 97 % (95 % to 99 %), n = 100; an even map: 60 %",
            "AUROC before other backgrounds: 0.890 (0.870 to 0.910), lower by 0.010 (-0.010 to 0.030), n = 100",
            "AUROC with the product painted out: 0.510 (0.490 to 0.530), n = 100",
            "Verdicts changed by crop: 12 % (7 % to 19.8 %), n = 100",
        ):
            expect(active).to_contain_text(words)
        change(page, "Activate", candidate="v2, version 2: hangs on more than the product")
        expect(active).to_contain_text("the AUROC falls by 0.057")
        change(page, "Activate", candidate="v3, version 3")
        expect(active.locator(".bundle-mark")).to_have_count(0)
        expect(active).to_contain_text("was not measured")


def test_a_check_by_a_bundle_beyond_its_limits_names_it_so_and_one_before_it_does_not(
    tmp_path: Path, open_page: OpenPage
) -> None:
    write_tiny_bundle(tmp_path / "tiny", robustness=robustness_summary(changed=12))
    write_tiny_bundle(tmp_path / "candidates" / "v3", version="3", robustness=robustness_summary())
    settings = ServeSettings(
        bundle=(tmp_path / "tiny",), store=str(tmp_path / "store"), bundles_folder=tmp_path / "candidates"
    )
    with run_in_thread(settings) as site:
        answer = site.answer(jpeg(RED, seed=1))
        assert answer["bundle"]["robustness"] == "beyond"
        facts = open_page(site, f"/checks/{answer['check_id']}").locator(".facts").first
        expect(facts).to_contain_text("tiny 1, fp32: hangs on more than the product")
        page = open_page(site, "/bundles")
        change(page, "Activate", candidate="v3, version 3")
        expect(role(page, "active").locator(".bundle-mark")).to_have_count(0)
        answer = site.answer(jpeg(RED, seed=2))
        assert answer["bundle"]["robustness"] == "within"
        facts = open_page(site, f"/checks/{answer['check_id']}").locator(".facts").first
        expect(facts).to_contain_text("tiny 3, fp32")
        expect(facts).not_to_contain_text("hangs on more")


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
    expect(comparison).to_contain_text("Counted on the checks of this server that both judged")
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
    expect(page.locator(".bundle-status")).to_have_text("Activate: changed, version 1: refused, and nothing changed.")
    expect(page.locator(".bundle-rejected")).to_contain_text("changed")
    expect(role(page, "active")).to_contain_text("the settings")


def test_a_change_that_is_not_confirmed_is_none(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/bundles")
    page.get_by_role("button", name="Activate …").click()
    page.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Activate …").click()
    page.keyboard.press("Escape")
    expect(page.locator("#confirm")).to_be_hidden()
    assert site.http.get("/v1/bundles/tiny/changes").json()["changes"] == []


def test_the_shadow_is_activated_from_its_own_card(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/bundles")
    change(page, "Shadow", candidate="v3, version 3")
    status = page.locator(".bundle-status")
    expect(status).to_contain_text("Shadow: v3, version 3: done at")
    assert (status.get_attribute("role"), status.get_attribute("tabindex")) == ("status", "-1")
    page.get_by_label("Candidate").select_option(label="v2, version 2")
    role(page, "shadow").get_by_role("button", name="Activate this …").click()
    expect(page.locator("#confirm-title")).to_have_text("Activate: v3, version 3")
    page.locator("#confirm-do").click()
    expect(role(page, "active")).to_contain_text("v3")
    expect(status).to_contain_text("Activate: v3, version 3: done at")
    expect(status).to_be_focused()  # the button that was pressed is gone
    assert site.http.get("/v1/bundles").json()["bundles"][0]["version"] == "3"


def test_a_change_leaves_the_choice_the_focus_and_the_scroll_where_they_are(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/bundles", viewport={"width": 800, "height": 400})
    select = page.get_by_label("Candidate")
    select.select_option(label="v4, version 4")
    select.evaluate("node => (window.kept = node)")
    change(page, "Shadow")
    expect(role(page, "shadow")).to_contain_text("v4")
    select.focus()
    before = page.evaluate("scrollY")
    change(page, "Activate")  # adds a card and a choice
    expect(role(page, "active")).to_contain_text("v4")
    expect(select.locator("option").first).to_have_text("The bundle of the settings")
    assert select.evaluate("node => node === window.kept && node.selectedOptions[0].textContent") == "v4, version 4"
    assert before > 0
    assert select.is_visible()


def test_folders_that_cannot_be_brought_in_are_named_with_the_reason(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/bundles")
    rejected = page.get_by_role("list", name="Folders that cannot be brought in")
    expect(rejected.get_by_role("listitem")).to_have_count(5)
    expect(rejected).to_contain_text("nothing")
    expect(rejected).to_contain_text("has no bundle.json that can be read")
    expect(rejected).to_contain_text("another format version")


def test_a_card_shows_performance_apart_from_the_listings_that_set_the_thresholds(
    site: Running, open_page: OpenPage, start: Start, tmp_path: Path
) -> None:
    page = open_page(site, "/bundles")
    card = role(page, "active")
    expect(card).to_contain_text("Decided: 62.5 % (53.6 % to 70.7 %), n = 120")
    expect(card).to_contain_text("Genuine flagged: 8.3 % (3.6 % to 18.1 %), n = 60")
    expect(card).to_contain_text("Measured on 60 genuine and 60 counterfeit test listings (fold 0).")
    expect(card).to_contain_text("Set on 100 genuine listings")
    expect(card).to_contain_text("not a performance figure, since the thresholds were chosen on them")
    few = measured("out_of_fold")
    few["listing"] = {"genuine": 2, "counterfeit": 2, "auroc": {"value": 1.0, "low": 1.0, "high": 1.0}}
    write_tiny_bundle(tmp_path / "folds", metrics=few)
    card = role(open_page(start(bundle=(tmp_path / "folds",), store="none"), "/bundles"), "active")
    expect(card).to_contain_text("not measured, since the same listings set the thresholds")
    expect(card).to_contain_text("each by a network trained alike that had not seen it: an estimate")
    expect(card).to_contain_text("AUROC: 1.000 (no interval)")
    write_tiny_bundle(tmp_path / "bare")
    card = role(open_page(start(bundle=(tmp_path / "bare",), store="none"), "/bundles"), "active")
    expect(card).to_contain_text("Not measured: evaluate it on a test set before you trust it.")
