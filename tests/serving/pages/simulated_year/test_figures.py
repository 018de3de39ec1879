"""The figures that the pages show of a short simulated year equal the simulator's own truth."""

from __future__ import annotations

import asyncio
import datetime
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from serving.clock import time_from
from serving.settings import ServeSettings
from simulator.settings import YearSettings
from simulator.truth.cases import TrueCase, true_cases
from simulator.truth.checks import TrueCheck, true_checks
from simulator.truth.events import MemberJoined
from simulator.truth.ledger import Ledger, read_ledger
from simulator.truth.quarters import true_quarter
from simulator.truth.rings import true_rings
from simulator.truth.service_level import TrueShare, shares_by, true_share
from simulator.truth.test_buys import TrueBuy, true_buys
from simulator.world.members import make_members
from simulator.year import run_year
from simulator.year_folder import YearFolder
from tests.builders.bundle import write_tiny_bundle
from tests.serving.pages.conftest import OpenPage
from tests.serving.servers.running import Running, run_in_thread

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SETTINGS = YearSettings(
    seed=3,
    days=21,
    members=5,
    listings_per_day=3.0,
    honest_sellers=4,
    counterfeit_sellers=2,
    rings=2,
    max_photos=1,
    end=datetime.datetime(2026, 4, 4, tzinfo=datetime.UTC),
)
END = SETTINGS.end
QUARTER = "2026-Q1"
OUTCOMES = {"open": "not decided yet"}  # in words that are not its own
SMALL = 5  # smaller counts are hidden in public figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A served year, and what is true of it."""

    site: Running
    key: str
    ledger: Ledger
    checks: list[TrueCheck]
    cases: list[TrueCase]
    buys: list[TrueBuy]

    @property
    def members(self) -> dict[str, MemberJoined]:
        return {member.member_id: member for member in self.ledger.all(MemberJoined)}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    folder = YearFolder(path=tmp_path_factory.mktemp("year"))
    write_tiny_bundle(folder.bundle, products=[member.product for member in make_members(SETTINGS.members)])
    with ThreadPoolExecutor(1) as other_thread:  # Playwright keeps an event loop running in this one
        other_thread.submit(asyncio.run, run_year(SETTINGS, folder, lambda _: None)).result()
    ledger, key = read_ledger(folder.ledger), folder.read_facts().operator_key
    settings = ServeSettings(bundle=(folder.bundle,), store=str(folder.store), api_key=key, threads=1)
    with time_from(lambda: END), run_in_thread(settings) as site:
        yield Year(
            site=site,
            key=key,
            ledger=ledger,
            checks=list(true_checks(ledger)),
            cases=list(true_cases(ledger)),
            buys=list(true_buys(ledger)),
        )


@pytest.fixture
def page(year: Year, open_page: OpenPage) -> Page:
    """The operator's tab."""
    page = open_page(year.site, "/dashboard")
    page.get_by_label("API key", exact=True).fill(year.key)
    page.keyboard.press("Enter")
    expect(page.locator(".level-share")).to_be_visible()
    return page


def read_options(select: Locator) -> dict[str, int]:
    """The counts behind the choices of a filter, by value; choices without a count, or with 0, are left out."""
    expect(select.locator("option", has_text="(").first).to_be_attached()
    counted = {}
    for option in select.locator("option").all():
        found = re.search(r"\(([\d,]+)\)$", option.inner_text())
        if found:
            counted[option.get_attribute("value") or ""] = number(found[1])
    return {value: count for value, count in counted.items() if count}


def number(words: str) -> int:
    return int(words.replace(",", ""))


def share_words(share: float) -> str:
    """A share as pages show it: one decimal where it has one."""
    return f"{round(100 * share, 1):g}\N{NO-BREAK SPACE}%"


def row_of(share: TrueShare) -> list[str]:
    assert share.share is not None
    assert share.interval is not None
    low, high = share.interval
    shown = [share_words(share.share), f"{share_words(low)} to {share_words(high)}"]
    return [*shown, *(f"{count:,}" for count in (share.due, share.late, share.overdue))]


def test_the_dashboard_shows_the_true_service_level_of_all_and_of_each_group(year: Year, page: Page) -> None:
    total = true_share(year.cases, END)
    assert total.share is not None
    assert total.due > 20
    expect(page.locator(".level-share")).to_have_text(share_words(total.share))
    names = ("Received", "In time", "Late", "Overdue now", "Waiting", "Withdrawn")
    counts = (total.cases, total.in_time, total.late, total.overdue, total.pending, total.withdrawn)
    shown = dict(zip(names, page.locator(".level-counts dd").all_inner_texts(), strict=True))
    assert shown == {name: f"{count:,}" for name, count in zip(names, counts, strict=True)}
    members = year.members
    by_member = shares_by(year.cases, lambda case: case.opened.member_id, END)
    by_category = shares_by(year.cases, lambda case: members[str(case.opened.member_id)].category, END)
    for title, groups in (
        ("By member", {members[str(value)].name: share for value, share in by_member.items()}),
        ("By category", {str(value).replace("_", " "): share for value, share in by_category.items()}),
    ):
        rows = page.get_by_role("region", name=title).locator("tbody tr").all()
        assert {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows} == {
            name: row_of(share) for name, share in groups.items()
        }
    expect(page.locator(".late-row")).to_have_count(sum(case.is_late(END) for case in year.cases))


def test_the_list_of_cases_counts_them_truly(year: Year, page: Page) -> None:
    page.goto(f"{year.site.url}/cases")
    assert read_options(page.get_by_label("State", exact=True)) == Counter(case.state for case in year.cases)
    products = Counter(case.opened.product for case in year.cases)
    assert read_options(page.get_by_label("Product", exact=True)) == products
    countries = Counter(case.opened.country for case in year.cases)
    assert read_options(page.get_by_label("Country", exact=True)) == countries
    undecided = [case for case in year.cases if case.is_undecided]
    late, paused = (
        sum(case.is_late(END) for case in undecided),
        sum(case.paused_since is not None for case in undecided),
    )
    wait = f"{len(undecided)} wait{'s' if len(undecided) == 1 else ''}" if undecided else "none waits"
    states = f", {late} of them late and {paused} paused" if undecided else ""
    expect(page.locator("#list-count")).to_have_text(f"{len(year.cases)} cases; {wait} for a decision{states}")


def test_the_list_of_checks_counts_them_truly(year: Year, page: Page) -> None:
    page.goto(f"{year.site.url}/checks")
    assert read_options(page.get_by_label("Outcome", exact=True)) == Counter(one.made.outcome for one in year.checks)
    assert read_options(page.get_by_label("Product", exact=True)) == Counter(one.made.product for one in year.checks)
    decided = Counter(one.decision or "none" for one in year.checks)
    decided["decided"] = sum(one.decision is not None for one in year.checks)
    assert read_options(page.get_by_label("Decision", exact=True)) == decided
    queued = sum(one.is_queued for one in year.checks)
    expect(page.get_by_text(f"Review queue ({queued})")).to_be_attached()


def test_the_clusters_are_the_planted_rings(year: Year, page: Page) -> None:
    page.goto(f"{year.site.url}/clusters")
    rings = true_rings(year.ledger)
    assert rings, "the simulated year has rings"
    for ring in rings:
        words = f"{len(ring)} sellers, {sum(ring.values())} listings"
        expect(page.get_by_role("link", name=words).or_(page.get_by_text(words)).first).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"{len(rings)} clusters")


def test_the_test_buys_of_the_plan_are_counted_truly(year: Year, page: Page) -> None:
    page.goto(f"{year.site.url}/test-buys")
    counts = Counter(buy.state for buy in year.buys)
    plan = page.locator("main")
    expect(plan).to_contain_text(f"{len(year.buys)} test buys")
    for state, count in counts.items():
        expect(plan).to_contain_text(f"{count} {state.replace('_', ' ')}")


def test_the_public_figures_are_the_true_ones_or_hidden(year: Year, page: Page) -> None:
    truth = true_quarter(QUARTER, year.ledger, year.cases, year.checks, year.members, END)
    page.goto(f"{year.site.url}/transparency/{QUARTER}?draft=true")
    require_shown_or_hidden(page, "Requests by right", truth.tables["requests_by_ground"])
    require_shown_or_hidden(page, "Requests by first decision", truth.tables["requests_by_outcome"])


def require_shown_or_hidden(page: Page, title: str, counts: Mapping[str, int]) -> None:
    rows = page.get_by_role("table", name=title).locator("tr:has(td)")
    expect(rows.first).to_be_visible()
    shown = {row.locator("th").inner_text().strip(): row.locator("td").inner_text() for row in rows.all()}
    assert shown.pop("In all") in (f"{sum(counts.values()):,}", "hidden")
    assert {*shown} == {OUTCOMES.get(name, name).capitalize() for name in counts}
    for name, count in counts.items():
        words = shown[OUTCOMES.get(name, name).capitalize()]
        assert words == "hidden" if 0 < count < SMALL else words in (f"{count:,}", "hidden"), (
            f"{title}, {name}: {count}"
        )
        assert count > 0 or words == "0", f"{title}, {name}: a hidden count is above 0"
