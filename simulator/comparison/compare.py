"""Compares everything that a store of a simulated year answers with the ledger of that year."""

from __future__ import annotations

from simulator.agenda import Agenda
from simulator.comparison.checks import compare_checks
from simulator.comparison.figures import Comparison
from simulator.server import serve_simulated
from simulator.truth.checks import true_checks
from simulator.truth.ledger import Ledger
from simulator.year_folder import YearFacts, YearFolder


async def compare_year(folder: YearFolder, facts: YearFacts, ledger: Ledger) -> Comparison:
    """Ask the API, at the end of the simulated year, for every figure that the ledger tells."""
    comparison = Comparison()
    agenda = Agenda(facts.settings.end)
    async with serve_simulated(folder.bundle, folder.store, facts.operator_key, agenda) as server:
        checks = true_checks(ledger)
        await compare_checks(comparison, server.api(facts.operator_key), checks, "the operator")
        for member in facts.members:
            own = [check for check in checks if check.made.member_id == member.member_id]
            await compare_checks(comparison, server.api(member.key), own, member.name)
    return comparison
