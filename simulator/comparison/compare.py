"""Compares everything that a store of a simulated year answers with the ledger of that year."""

from __future__ import annotations

import datetime

from simulator.agenda import Agenda
from simulator.api import Api
from simulator.comparison.cases import compare_cases, compare_each_case
from simulator.comparison.checks import compare_checks
from simulator.comparison.clusters import compare_clusters
from simulator.comparison.complaints import compare_complaints, compare_complaints_of_cases
from simulator.comparison.events import compare_all_events, compare_events_of
from simulator.comparison.evidence_files import compare_evidence_files
from simulator.comparison.fast_track import compare_fast_track
from simulator.comparison.figures import Comparison
from simulator.comparison.groups import compare_groups
from simulator.comparison.service_level import compare_service_level
from simulator.comparison.statements import compare_statements
from simulator.comparison.test_buys import compare_plans, compare_test_buys
from simulator.comparison.transparency import compare_published, compare_quarter
from simulator.server import serve_simulated
from simulator.truth.cases import TrueCase, true_cases
from simulator.truth.checks import true_checks
from simulator.truth.complaints import true_complaints
from simulator.truth.events import MemberJoined, ReportPublished, StandingsEvaluated
from simulator.truth.ledger import Ledger
from simulator.truth.quarters import quarters_between, true_quarter
from simulator.truth.rings import true_rings
from simulator.truth.server_events import true_events
from simulator.truth.statements import true_statements
from simulator.truth.test_buys import true_buys
from simulator.year_folder import MemberAccess, YearFacts, YearFolder


async def compare_year(folder: YearFolder, facts: YearFacts, ledger: Ledger) -> Comparison:
    """Ask the API, at the end of the simulated year, for every figure that the ledger tells."""
    comparison, truth = Comparison(), _Truth(ledger)
    end, key = facts.settings.end, facts.operator_key
    async with serve_simulated(folder.bundle, folder.store, key, Agenda(end), Ledger()) as server:
        operator = server.api(key)
        await _compare_as_operator(comparison, operator, truth, end)
        published = [event.quarter for event in ledger.all(ReportPublished)]
        await compare_published(comparison, server.api_without_key(), published)
        for member in facts.members:
            await _compare_as_member(comparison, server.api(member.key), truth, member, end)
        await compare_evidence_files(comparison, operator, folder, facts, truth.cases, truth.checks)
    return comparison


class _Truth:
    """What the ledger tells, worked out once."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.checks = true_checks(ledger)
        self.cases = true_cases(ledger)
        self.buys = true_buys(ledger)
        self.members = {member.member_id: member for member in ledger.all(MemberJoined)}
        self.evaluated_at = [event.at for event in ledger.all(StandingsEvaluated)]
        self.statements = true_statements(self.cases, {check.made.check_id: check.made for check in self.checks})
        self.complaints = true_complaints(ledger, self.cases)
        self.events = true_events(ledger, self.cases)
        self.product_of = {check.made.check_id: check.made.product for check in self.checks}

    def notified_by(self, member_id: str) -> list[TrueCase]:
        """Give the cases that a member opened."""
        return [case for case in self.cases if case.opened.member_id == member_id]


async def _compare_as_operator(comparison: Comparison, operator: Api, truth: _Truth, end: datetime.datetime) -> None:
    who = "the operator"
    await compare_checks(comparison, operator, truth.checks, who)
    await compare_cases(comparison, operator, truth.cases, who, end)
    await compare_each_case(comparison, operator, truth.cases, end)
    await compare_service_level(comparison, operator, truth.cases, truth.members, who, end)
    by_member = {member_id: truth.notified_by(member_id) for member_id in truth.members}
    await compare_fast_track(comparison, operator, by_member, truth.evaluated_at, who)
    await compare_test_buys(comparison, operator, truth.buys, who)
    await compare_plans(comparison, operator, truth.buys)
    await compare_clusters(comparison, operator, true_rings(truth.ledger), who)
    await compare_groups(comparison, operator, truth.ledger, truth.members)
    await compare_statements(comparison, operator, truth.statements, truth.cases, truth.members)
    await compare_complaints(comparison, operator, truth.complaints)
    await compare_complaints_of_cases(comparison, operator, truth.complaints, who)
    await compare_all_events(comparison, operator, truth.ledger, truth.events, end)
    for quarter in quarters_between(truth.cases[0].opened.at if truth.cases else end, end):
        counts = true_quarter(quarter, truth.ledger, truth.cases, truth.checks, truth.members, end)
        await compare_quarter(comparison, operator, quarter, counts)


async def _compare_as_member(
    comparison: Comparison, api: Api, truth: _Truth, member: MemberAccess, end: datetime.datetime
) -> None:
    who, product = member.name, truth.members[member.member_id].product
    await compare_checks(comparison, api, [check for check in truth.checks if check.made.product == product], who)
    await compare_cases(comparison, api, [case for case in truth.cases if case.opened.product == product], who, end)
    notified = truth.notified_by(member.member_id)
    await compare_service_level(comparison, api, notified, truth.members, who, end)
    await compare_fast_track(comparison, api, {member.member_id: notified}, truth.evaluated_at, who)
    bought = [buy for buy in truth.buys if truth.product_of[buy.planned.check_id] == product]
    await compare_test_buys(comparison, api, bought, who)
    await compare_clusters(comparison, api, true_rings(truth.ledger, {product}), who)
    complained = [one for one in truth.complaints if one.case.opened.member_id == member.member_id]
    await compare_complaints_of_cases(comparison, api, complained, who)
    seen = [one for one in truth.events if one.product == product or one.member_id == member.member_id]
    await compare_events_of(comparison, api, seen, who, end)
