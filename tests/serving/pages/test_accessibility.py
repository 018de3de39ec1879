"""axe-core finds nothing wrong with any page, in both themes, on a wide screen and on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from serving.monitoring.drift import DriftSettings
from serving.settings import ServeSettings
from tests.builders.accessibility import find_violations
from tests.builders.bundle import write_tiny_bundle
from tests.builders.drift_sample import add_tiny_sample, mixed_photo
from tests.serving.builders.candidate_bundles import write_candidates, write_refused
from tests.serving.builders.sample_photos import BLUE, GREY, RED, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.pages.upload_steps import blurred_jpeg, choose, photo_files, send
from tests.serving.servers.running import Running, run_in_thread
from tests.serving.servers.sent_jobs import ended, line_of, send_job

pytestmark = pytest.mark.browser
SAMPLED = 12  # one of so many sections of the API page
LISTING = {"listing_id": "L-1", "seller_id": "S-1", "attributes": {"url": "https://example.com/item", "price": 12}}


@pytest.fixture(scope="module")
def full_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with checks of four outcomes, candidates (one of them refused), a shadow, and windows of drift."""
    folder = tmp_path_factory.mktemp("full")
    write_tiny_bundle(folder / "tiny")
    add_tiny_sample(folder / "tiny")
    candidates = write_candidates(folder / "candidates")
    write_refused(candidates)
    settings = ServeSettings(
        bundle=(folder / "tiny",),
        store=str(folder / "store"),
        bundles_folder=candidates,
        threads=1,
        drift=DriftSettings(window_listings=50, window_s=0),
    )
    with run_in_thread(settings) as running:
        shadow = running.http.post("/v1/bundles/tiny/shadow", json={"candidate": "v2", "by": "Mara"})
        assert shadow.status_code == 200, shadow.text
        for seed in range(51):
            running.answer(mixed_photo(seed), listing={"listing_id": f"D-{seed}"})
        running.answer(jpeg(RED), blurred_jpeg(), b"no photo", listing=LISTING)
        running.answer(blurred_jpeg(), listing=LISTING)
        for colour in (RED, BLUE, GREY):
            running.answer(jpeg(colour, seed=1), listing=LISTING)
        lines = [line_of("R", jpeg(RED)), line_of("B", jpeg(BLUE)), line_of("G", jpeg(GREY)), "{no JSON"]
        ended(running.http, send_job(running.http, lines).headers["location"])
        yield running


def find_check(site: Running, outcome: str) -> str:
    """The id of the latest check with an outcome."""
    page = site.http.get("/v1/checks", params={"outcome": outcome, "limit": 1}).json()
    return str(page["checks"][0]["check_id"])


def show_key_help(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#key-help")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    ["/", "/checks", "/jobs", "/bundles", "/drift", "/keys", "/webhooks", "/audit-log", "/nothing-here"],
)
def test_a_page_has_no_violation(full_site: Running, open_page: OpenPage, path: str) -> None:
    page = open_page(full_site, path, viewport={"width": 1280, "height": 900})
    page.wait_for_load_state("networkidle")
    assert find_violations(page) == []


def test_the_api_page_has_no_violation_and_no_id_twice(full_site: Running, open_page: OpenPage) -> None:
    """Of its hundreds of sections, made by one template, axe gets a sample: on all of them it takes minutes."""
    page = open_page(full_site, "/docs", viewport={"width": 1280, "height": 900})
    ids = page.eval_on_selector_all("[id]", "elements => elements.map((element) => element.id)")
    assert len(ids) == len(set(ids)) > 500
    left = page.eval_on_selector_all(
        ".api-operation",
        """sections => sections.filter((section, index) => {
            const link = document.querySelector(`.api-index a[href="#${section.id}"]`);
            if (index % SAMPLED) [section, link?.closest("li")].forEach((element) => element?.remove());
            return index % SAMPLED === 0;
        }).length""".replace("SAMPLED", str(SAMPLED)),
    )
    assert left > 20
    assert find_violations(page) == []


@pytest.mark.parametrize("outcome", ["genuine", "counterfeit", "review", "insufficient"])
def test_a_check_has_no_violation(full_site: Running, open_page: OpenPage, outcome: str) -> None:
    page = open_page(full_site, f"/checks/{find_check(full_site, outcome)}", viewport={"width": 1280, "height": 900})
    expect(page.locator(".verdict h1")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert find_violations(page) == []


def test_a_job_with_failures_has_no_violation(full_site: Running, open_page: OpenPage) -> None:
    page = open_page(full_site, "/jobs", viewport={"width": 1280, "height": 900})
    page.get_by_text("1 listing could not be judged").click()
    expect(page.locator(".job-failures li")).to_have_count(1)
    assert find_violations(page) == []


def test_chosen_photos_and_their_verdict_have_no_violation(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/", viewport={"width": 1280, "height": 900})
    choose(page, photo_files(jpeg(RED), jpeg(BLUE)))
    expect(page.locator("#send")).to_be_enabled()
    assert find_violations(page) == []
    send(page)
    assert find_violations(page) == []


def test_what_is_shown_of_decisions_has_no_violation(full_site: Running, open_page: OpenPage) -> None:
    page = open_page(full_site, "/checks?listing_id=L-1", viewport={"width": 1280, "height": 900})
    page.locator(".row a").last.click()
    page.wait_for_selector(".review")
    page.route("**/review", lambda route: route.abort())
    page.keyboard.press("g")
    expect(page.locator("#unsent")).to_contain_text("Not saved yet")
    expect(page.locator("#queue-end")).to_be_visible()
    page.locator(".toast").hover()  # it stays while it is pointed at
    assert find_violations(page) == []
    page.unroute("**/review")
    expect(page.locator(".review-state")).to_contain_text("Saved: Genuine")
    check_id = full_site.answer(jpeg(RED), listing={"listing_id": "gone"})["check_id"]
    page.goto(f"{full_site.url}/checks/{check_id}")
    page.wait_for_selector(".review")
    full_site.http.delete(f"/v1/checks/{check_id}")
    page.keyboard.press("c")
    expect(page.locator("#unsent")).to_contain_text("No such check")
    assert find_violations(page) == []


def test_the_list_of_keys_has_no_violation(site: Running, open_page: OpenPage) -> None:
    page = open_page(site, "/checks", viewport={"width": 1280, "height": 900})
    page.wait_for_load_state("networkidle")
    show_key_help(page)
    assert find_violations(page) == []


def test_the_question_for_a_key_has_no_violation(bundle: Path, tmp_path: Path, open_page: OpenPage) -> None:
    settings = ServeSettings(bundle=(bundle,), store=str(tmp_path / "store"), threads=1, api_key="k" * 32)
    with run_in_thread(settings) as locked:
        page = open_page(locked, "/checks", viewport={"width": 1280, "height": 900})
        expect(page.locator("#api-key")).to_be_visible()
        assert find_violations(page) == []
