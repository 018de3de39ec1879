"""Precision and recall in production of a quarter or a year, from the test buys of all products."""

from __future__ import annotations

import asyncio
from typing import Final

from serving.principal import SERVER
from serving.store.test_buys.buy_values import PlanFindings
from serving.store.test_buys.plan_rows import PlanRows
from serving.store.transparency.period_counts import Estimate
from serving.test_buys import estimates
from serving.test_buys.results import estimate_all
from serving.transparency.report.period import Period

NOTHING_EXAMINED: Final = Estimate(value=None, low=None, high=None, n=0)


async def estimate_production(plans: PlanRows, period: Period) -> tuple[Estimate, Estimate]:
    """Give precision and recall of all accepted plans of a period, as far as their purchases are examined."""
    accepted = await plans.find_findings(SERVER, None, None)
    chosen = [plan for plan in accepted if plan.quarter in period.quarters]
    return await asyncio.to_thread(_estimate, chosen)


def _estimate(plans: list[PlanFindings]) -> tuple[Estimate, Estimate]:
    if not plans:
        return NOTHING_EXAMINED, NOTHING_EXAMINED
    found, examined = estimate_all(plans)
    return _shown(found.precision, examined), _shown(found.recall, examined)


def _shown(found: estimates.Estimate, examined: int) -> Estimate:
    if found.share is None:  # its interval, 0 to 1, would look like a finding
        return Estimate(value=None, low=None, high=None, n=examined)
    return Estimate(value=found.share, low=found.low, high=found.high, n=examined)
