"""Every page behind a proxy that shows the server under a path of its own, in a real browser."""

import dataclasses
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from serving.pages.static_files import STATIC
from serving.settings import ServeSettings
from tests.serving.builders.candidate_bundles import write_candidates
from tests.serving.builders.crops import write_stocked_bundle
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.pages.conftest import OpenPage
from tests.serving.pages.upload_steps import choose, photo_files, send
from tests.serving.servers.proxy import shown_under
from tests.serving.servers.running import Running, run_in_thread

ROOT = "/touchstone"
LEFT = "net::ERR_ABORTED"  # the page was left before the answer came


@pytest.fixture(scope="module")
def rooted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("rooted")
    settings = ServeSettings(
        bundle=(write_stocked_bundle(folder / "bundle")[0],),
        bundles_folder=write_candidates(folder / "candidates"),
        store=str(folder / "store"),
        threads=1,
        root_path=ROOT,
    )
    with run_in_thread(settings) as running:
        yield running


@pytest.mark.browser
@pytest.mark.parametrize("strips", [True, False])
def test_every_page_works_behind_a_proxy_with_a_path(rooted: Running, open_page: OpenPage, strips: bool) -> None:
    rooted.answer(jpeg(RED), listing={"product": "toy", "listing_id": "L-1"})
    with shown_under(ROOT, rooted.url, strips=strips) as address:
        site = dataclasses.replace(rooted, url=address)  # of which open_page accepts nothing outside the path
        page = open_page(site)
        failed = note_failures(page)
        choose(page, photo_files(jpeg(BLUE)))
        send(page, product=None)
        expect(page.locator(".stage-photo .evidence")).to_be_visible()
        expect(page.locator(".crop-list figure img").first).to_be_visible()
        page.keyboard.press("c")
        expect(page.locator(".review-state")).to_contain_text("Saved: Counterfeit")
        page.locator(".facts a").click()
        expect(page.locator(".stage-photo .evidence")).to_be_visible()
        page.get_by_role("link", name="All checks").click()
        expect(page.locator(".row img").first).to_be_visible()
        page.locator(".row a").first.click()
        expect(page.locator("#next")).to_be_visible()
        page.keyboard.press("j")
        expect(page.locator("#previous")).to_be_visible()
        page.locator("#more-pages summary").click()
        page.get_by_role("link", name="Bundles").click()
        expect(page.locator(".role-active")).to_be_visible()
        page.locator("#more-pages summary").click()
        page.get_by_role("link", name="Drift").click()
        expect(page.locator("#drift")).to_have_attribute("aria-busy", "false")
        page.get_by_role("link", name="API", exact=True).click()
        health = page.locator(".api-operation").filter(has=page.get_by_text(re.compile("^GET /healthz$")))
        health.get_by_text("Try it").click()
        health.get_by_role("button", name="Send").click()
        expect(health.locator(".api-result")).to_contain_text("200")
        assert failed == []
        page.goto(f"{address}/checks/nowhere/at/all")
        page.get_by_role("link", name="Check photos").click()
        expect(page.locator("#compose-title")).to_be_visible()


def note_failures(page: Page) -> list[str]:
    """The requests of a page that were answered with an error, or not at all; filled while it runs."""
    failed: list[str] = []
    page.on("response", lambda answer: failed.append(answer.url) if answer.status >= 400 else None)
    page.on("requestfailed", lambda request: failed.append(request.url) if request.failure != LEFT else None)
    return failed


SCRIPT_ADDRESS = re.compile(
    r"""\b(?:href|src|location|action|open|assign|pushState|replaceState)\b[^;]{0,30}?[`"']/\w.*"""
)
TEMPLATE_ADDRESS = re.compile(r"""(?:href|src|action|srcset)=["']/.*""")
ROOTED = re.compile(r"addressOf\(|\{ (?:[^{}]*, )?href: ")


def unrooted(line: str, address: re.Pattern[str]) -> str | None:
    """The address in a line that lacks the root path; `element` adds it to a `href`, and `addressOf` to any."""
    found = address.search(line)
    return found.group() if found and not ROOTED.search(line) else None


@pytest.mark.parametrize(
    ("line", "is_unrooted"),
    [
        ('link.href = "/checks";', True),
        ('history.pushState(null, "", `/checks/${id}`);', True),
        ('request.open("POST", "/v1/checks");', True),
        ('link.href = addressOf("/checks");', False),
        ('element("a", { class: "button", href: "/checks" }, "See the checks")', False),
        ('location.pathname.split("/").at(-1)', False),
    ],
)
def test_an_address_without_the_root_path_is_found(line: str, is_unrooted: bool) -> None:
    assert (unrooted(line, SCRIPT_ADDRESS) is not None) is is_unrooted


def test_no_script_or_template_has_an_address_without_the_root_path() -> None:
    found = [
        f"{file.name}: {address}"
        for pattern, kind in (("*.js", SCRIPT_ADDRESS), ("*.html", TEMPLATE_ADDRESS))
        for file in STATIC.parent.rglob(pattern)
        for line in file.read_text(encoding="utf-8").splitlines()
        if (address := unrooted(line, kind))
    ]
    assert found == []
