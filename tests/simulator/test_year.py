"""A short simulated year: every figure that the API gives of it equals what its ledger has."""

from __future__ import annotations

import asyncio
import datetime

import pytest

from simulator.comparison.compare import compare_year
from simulator.comparison.figures import Comparison
from simulator.settings import YearSettings
from simulator.truth.events import AccountOpened, CheckMade, Event, ReviewMade
from simulator.truth.ledger import Ledger, read_ledger
from simulator.world.members import make_members
from simulator.year import run_year
from simulator.year_folder import YearFolder
from tests.builders.bundle import write_tiny_bundle

SETTINGS = YearSettings(
    seed=3,
    days=21,
    members=14,  # of which two share a category
    listings_per_day=3.0,
    honest_sellers=4,
    counterfeit_sellers=2,
    rings=2,
    max_photos=1,
    end=datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC),
)
AREAS = {
    "checks",
    "cases",
    "service level",
    "fast track",
    "test buys",
    "clusters",
    "groups",
    "public figures",
}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> YearFolder:
    folder = YearFolder(path=tmp_path_factory.mktemp("year"))
    write_tiny_bundle(folder.bundle, products=[member.product for member in make_members(SETTINGS.members)])
    asyncio.run(run_year(SETTINGS, folder, lambda _: None))
    return folder


def compared(year: YearFolder, ledger: Ledger) -> Comparison:
    comparison = asyncio.run(compare_year(year, year.read_facts(), ledger))
    assert set(comparison.compared) == AREAS
    return comparison


def differences(year: YearFolder, ledger: Ledger) -> list[str]:
    return [str(difference) for difference in compared(year, ledger).differences]


@pytest.mark.slow
def test_every_figure_equals_the_truth_and_the_rings_are_found(year: YearFolder) -> None:
    comparison = compared(year, read_ledger(year.ledger))
    assert [str(difference) for difference in comparison.differences] == []
    found, planted = comparison.accounts["the operator"]
    assert found == planted > 2


@pytest.mark.slow
def test_an_event_that_the_server_does_not_know_is_a_difference_in_each_figure_that_it_changes(
    year: YearFolder,
) -> None:
    events: list[Event] = list(read_ledger(year.ledger).events)
    check = next(event for event in events if isinstance(event, CheckMade) and event.outcome == "genuine")
    events.append(ReviewMade(at=SETTINGS.end, check_id=check.check_id, decision="counterfeit"))
    found = differences(year, Ledger(events))
    assert any(line.startswith("checks: counts of the operator, decision[none]") for line in found), found
    assert any(line.startswith("checks: CSV of") for line in found), found


@pytest.mark.slow
def test_a_listing_that_a_cluster_has_too_many_is_a_difference_of_that_cluster(year: YearFolder) -> None:
    events = list(read_ledger(year.ledger).events)
    ring = {event.seller_id for event in events if isinstance(event, AccountOpened) and event.in_ring}
    check = next(event for event in events if isinstance(event, CheckMade) and event.seller_id in ring)
    found = differences(year, Ledger([event for event in events if event is not check]))
    assert any(line.startswith("clusters: ") and f"listings[{check.seller_id}]" in line for line in found), found
