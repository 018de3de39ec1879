"""A short simulated year: every figure that the API gives of it equals what its ledger has."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime

import pytest

from simulator.comparison.compare import compare_year
from simulator.comparison.figures import Comparison
from simulator.settings import YearSettings
from simulator.truth.cases import true_cases
from simulator.truth.events import (
    AccountOpened,
    CaseOpened,
    CheckMade,
    ComplaintDecided,
    Event,
    EventsRead,
    ReviewMade,
)
from simulator.truth.ledger import Ledger, read_ledger
from simulator.truth.statements import true_statements
from simulator.world.members import make_members
from simulator.year import run_year
from simulator.year_folder import YearFolder
from tests.builders.bundle import write_tiny_bundle

SETTINGS = YearSettings(
    seed=9,
    days=21,
    members=14,  # of which two share a category
    listings_per_day=3.0,
    honest_sellers=4,
    counterfeit_sellers=2,
    rings=2,
    max_photos=1,
    wrong_refusal_rate=0.3,  # so that some notifiers complain
    evidence_files=2,
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
    "statements",
    "complaints",
    "events",
    "evidence files",
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
    ledger = read_ledger(year.ledger)
    assert [*ledger.all(ComplaintDecided)], "no complaint is compared"
    comparison = compared(year, ledger)
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
    elsewhere = dataclasses.replace(check, seller_id="another account")
    found = differences(year, Ledger([elsewhere if event is check else event for event in events]))
    assert any(line.startswith("clusters: ") and f"listings[{check.seller_id}]" in line for line in found), found


def planted(event: Event, case_id: str, duplicated: EventsRead) -> Event:
    """Give an event of the ledger with a fact changed, where one of the errors below is planted in it."""
    if isinstance(event, CaseOpened) and event.case_id == case_id:
        return dataclasses.replace(event, ground="patent")
    if isinstance(event, ComplaintDecided):
        return dataclasses.replace(event, at=event.at + datetime.timedelta(seconds=1))
    if isinstance(event, CheckMade):
        return dataclasses.replace(event, photo_sha256s=("0" * 64,))
    if event is duplicated:
        return dataclasses.replace(duplicated, events=(*duplicated.events, duplicated.events[-1]))
    return event


@pytest.mark.slow
def test_an_error_in_statements_complaints_events_or_evidence_is_a_difference_of_that_figure(year: YearFolder) -> None:
    ledger = read_ledger(year.ledger)
    checks = {check.check_id: check for check in ledger.all(CheckMade)}
    statement = true_statements(true_cases(ledger), checks)[0]
    twice = [read for read in ledger.all(EventsRead) if read.events][-1]
    complaint = next(ledger.all(ComplaintDecided))
    case_id = statement.case.opened.case_id
    found = differences(year, Ledger([planted(event, case_id, twice) for event in ledger.events]))
    last = twice.events[-1]
    for line in (
        f"statements: {statement.puid}[category_specification]",
        f"complaints: list[{complaint.complaint_id}]",
        f"complaints: CSV[{complaint.complaint_id}]",
        "events: numbers",
        "events: ids",
        f"events: all, types[{last.type}]",
        f"events: all[('{last.type}', ",
    ):
        assert any(difference.startswith(line) for difference in found), (line, found)
    photos = [line for line in found if line.startswith("evidence files: ") and ", photos of check" in line]
    assert len(photos) >= SETTINGS.evidence_files
