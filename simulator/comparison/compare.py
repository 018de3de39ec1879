"""Compares everything that a store of a simulated year answers with the ledger of that year."""

from __future__ import annotations

from simulator.agenda import Agenda
from simulator.comparison.cases import compare_cases, compare_each_case
from simulator.comparison.checks import compare_checks
from simulator.comparison.figures import Comparison
from simulator.comparison.service_level import compare_service_level
from simulator.server import serve_simulated
from simulator.truth.cases import true_cases
from simulator.truth.checks import true_checks
from simulator.truth.events import MemberJoined
from simulator.truth.ledger import Ledger
from simulator.year_folder import YearFacts, YearFolder


async def compare_year(folder: YearFolder, facts: YearFacts, ledger: Ledger) -> Comparison:
    """Ask the API, at the end of the simulated year, for every figure that the ledger tells."""
    comparison = Comparison()
    agenda = Agenda(facts.settings.end)
    async with serve_simulated(folder.bundle, folder.store, facts.operator_key, agenda) as server:
        operator, end = server.api(facts.operator_key), facts.settings.end
        checks, cases = true_checks(ledger), true_cases(ledger)
        joined = {member.member_id: member for member in ledger.all(MemberJoined)}
        await compare_checks(comparison, operator, checks, "the operator")
        await compare_cases(comparison, operator, cases, "the operator", end)
        await compare_each_case(comparison, operator, cases, end)
        await compare_service_level(comparison, operator, cases, joined, "the operator", end)
        for member in facts.members:
            api = server.api(member.key)
            own = [check for check in checks if check.made.member_id == member.member_id]
            await compare_checks(comparison, api, own, member.name)
            notified = [case for case in cases if case.opened.member_id == member.member_id]
            await compare_cases(comparison, api, notified, member.name, end)
            await compare_service_level(comparison, api, notified, joined, member.name, end)
    return comparison
