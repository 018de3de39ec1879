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
def test_an_error_that_is_planted_in_an_area_is_a_difference_of_the_figures_that_it_changes(year: YearFolder) -> None:
    ledger = read_ledger(year.ledger)
    errors = Errors(ledger)
    found = differences(year, errors.plant())
    for beginning in (
        "checks: counts of the operator, decision[none]",
        "checks: CSV of",
        f"statements: {errors.statement.puid}[category_specification]",
        f"complaints: list[{errors.complaint.complaint_id}]",
        f"complaints: CSV[{errors.complaint.complaint_id}]",
        "events: numbers",
        "events: ids",
        f"events: all, types[{errors.read_twice.events[-1].type}]",
        f"events: all[('{errors.read_twice.events[-1].type}', ",
    ):
        assert any(line.startswith(beginning) for line in found), (beginning, found)
    assert any(line.startswith("clusters: ") and f"listings[{errors.in_ring.seller_id}]" in line for line in found)
    photos = [line for line in found if line.startswith("evidence files: ") and ", photos of check" in line]
    assert len(photos) >= SETTINGS.evidence_files


class Errors:
    """Errors to plant in a ledger, so that the server is right and the truth is not."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        checks = {check.check_id: check for check in ledger.all(CheckMade)}
        ring = {account.seller_id for account in ledger.all(AccountOpened) if account.in_ring}
        self.in_ring = next(check for check in checks.values() if check.seller_id in ring)
        self.statement = true_statements(true_cases(ledger), checks)[0]
        self.complaint = next(ledger.all(ComplaintDecided))
        self.read_twice = [read for read in ledger.all(EventsRead) if read.events][-1]

    def plant(self) -> Ledger:
        """Give the ledger with a review that nobody made, and with what `_changed` changes."""
        genuine = next(check for check in self._ledger.all(CheckMade) if check.outcome == "genuine")
        review = ReviewMade(at=SETTINGS.end, check_id=genuine.check_id, decision="counterfeit")
        return Ledger([*map(self._changed, self._ledger.events), review])

    def _changed(self, event: Event) -> Event:
        if isinstance(event, CheckMade):
            seller_id = "another account" if event.check_id == self.in_ring.check_id else event.seller_id
            return dataclasses.replace(event, seller_id=seller_id, photo_sha256s=("0" * 64,))
        if isinstance(event, CaseOpened) and event.case_id == self.statement.case.opened.case_id:
            return dataclasses.replace(event, ground="patent")
        if event is self.complaint:
            return dataclasses.replace(self.complaint, at=self.complaint.at + datetime.timedelta(seconds=1))
        if event is self.read_twice:
            return dataclasses.replace(self.read_twice, events=(*self.read_twice.events, self.read_twice.events[-1]))
        return event
