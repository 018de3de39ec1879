from __future__ import annotations

import asyncio
from pathlib import Path

from serving.store.store import Store
from serving.test_buys.results import estimate_all
from serving.transparency.report.period import quarter_of, year_of
from serving.transparency.report.production import NOTHING_EXAMINED, estimate_production
from tests.serving.builders.new_buys import DAY, OPERATOR, accepted, moved, new_buy, new_plan
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import opened


async def buy_and_examine(store: Store) -> None:
    """Examine two plans of the second quarter of 2026, of all products and of toys: 4 flagged, 4 passed."""
    for plan in (
        new_plan(),
        new_plan(*[new_buy(place) for place in (0, 0, 1, 1)], product="toy", since=NOW, until=NOW + DAY),
    ):
        flagged, other, *passed = await accepted(store, plan)
        await moved(store, flagged, "counterfeit")
        await moved(store, other, "genuine")
        for buy in passed:
            await moved(store, buy, "genuine")


def test_all_plans_of_a_period_are_estimated_together(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            assert await estimate_production(store.test_buys.plans, quarter_of("2026-Q2")) == (NOTHING_EXAMINED,) * 2
            await buy_and_examine(store)
            precision, recall = await estimate_production(store.test_buys.plans, quarter_of("2026-Q2"))
            assert (precision.value, precision.n) == (0.5, 8)  # 1 of 2 in both plans, which weigh the same
            assert (recall.value, recall.n) == (1.0, 8)  # none of those that passed was counterfeit
            found, examined = estimate_all(await store.test_buys.plans.find_findings(OPERATOR, "2026-Q2", None))
            assert (precision.low, precision.high, examined) == (found.precision.low, found.precision.high, 8)
            assert await estimate_production(store.test_buys.plans, year_of("2026")) == (precision, recall)
            for other in (quarter_of("2026-Q1"), year_of("2025")):
                assert await estimate_production(store.test_buys.plans, other) == (NOTHING_EXAMINED,) * 2

    asyncio.run(work())


def test_what_has_no_estimate_has_no_interval_either(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await accepted(store)
            for one in await estimate_production(store.test_buys.plans, quarter_of("2026-Q2")):
                assert one == NOTHING_EXAMINED  # bought, and not examined yet

    asyncio.run(work())
