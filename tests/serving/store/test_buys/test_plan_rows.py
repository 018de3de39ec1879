from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from serving.errors import BuyPeriodTaken, BuyPlanNotFound, BuyPlanSettled, IdempotencyKeyReused
from serving.store.idempotency_rows import Claim
from tests.serving.builders.cases.new_cases import TOYS
from tests.serving.builders.new_buys import DAY, OPERATOR, STRATA, accepted, moved, new_plan
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened

CLAIM = Claim(key_sha256="k" * 64, fingerprint="f" * 64)


def test_a_plan_comes_back_as_it_was_proposed_and_once_for_each_key(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            plans = store.test_buys.plans
            first = await plans.add(OPERATOR, new_plan(), NOW, CLAIM)
            again = await plans.add(OPERATOR, new_plan(), NOW + DAY, CLAIM)
            assert (first.replayed, again.replayed) == (False, True)
            assert first.plan == again.plan == await plans.find(OPERATOR, first.plan.plan_id)
            with pytest.raises(IdempotencyKeyReused):
                await plans.add(OPERATOR, new_plan(), NOW, dataclasses.replace(CLAIM, fingerprint="g"))
            plan = first.plan
            assert (plan.state, plan.quarter, plan.seed, plan.counts) == ("proposed", "2026-Q2", "5eed", {"planned": 4})
            assert [one.size for one in plan.strata] == [40, 900]
            assert plan.strata[0].probability == 2 / 40
            assert await plans.find_page(OPERATOR, 10) == [plan]

    asyncio.run(work())


def test_a_plan_is_accepted_once_and_is_the_operators(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            plans = store.test_buys.plans
            plan = (await plans.add(OPERATOR, new_plan(), NOW)).plan
            with pytest.raises(BuyPlanNotFound):
                await plans.accept(TOYS, plan.plan_id, NOW)
            with pytest.raises(BuyPlanNotFound):
                await plans.find(TOYS, plan.plan_id)
            assert await plans.find_page(TOYS, 10) == []
            # a clock that was set back gives no time before the proposal
            after = await plans.accept(OPERATOR, plan.plan_id, NOW - DAY)
            assert (after.state, after.accepted_at) == ("accepted", plan.created_at)
            with pytest.raises(BuyPlanSettled):
                await plans.accept(OPERATOR, plan.plan_id, NOW)

    asyncio.run(work())


OVERLAPPING: list[dict[str, Any]] = [
    {},
    {"since": NOW - DAY, "until": NOW + DAY},
    {"product": "toy"},
    {"min_price": 99},
    {"min_price": 100, "currency": "USD"},
    {"min_price": 100, "default_price": 200},
]
APART: list[dict[str, Any]] = [{"since": NOW, "until": NOW + DAY}, {"min_price": 100}]


def test_a_listing_may_be_in_the_frame_of_one_accepted_plan_alone(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(Place(folder=tmp_path)) as store:
            plans = store.test_buys.plans
            await accepted(store, new_plan(max_price=100))
            for other in OVERLAPPING:
                plan = (await plans.add(OPERATOR, new_plan(**other), NOW)).plan
                with pytest.raises(BuyPeriodTaken, match="count twice"):
                    await plans.accept(OPERATOR, plan.plan_id, NOW)
            for other in APART:
                await accepted(store, new_plan(**other))

    asyncio.run(work())


def test_findings_are_counted_by_stratum_for_who_sees_the_whole_plan(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            buys = await accepted(store)
            await moved(store, buys[0], "counterfeit")
            await moved(store, buys[3], "not_delivered")
            (found,) = await store.test_buys.plans.find_findings(OPERATOR, "2026-Q2", None)
            assert found.counts == {0: {"counterfeit": 1, "planned": 1}, 1: {"not_delivered": 1, "planned": 1}}
            assert list(found.strata) == STRATA
            assert await store.test_buys.plans.find_findings(OPERATOR, "2026-Q1", None) == []
            assert await store.test_buys.plans.find_findings(TOYS, None, None) == []  # it is of all products
            await accepted(store, new_plan(product="toy", since=NOW, until=NOW + DAY))
            (own,) = await store.test_buys.plans.find_findings(TOYS, None, None)
            assert own.product == "toy"

    asyncio.run(work())
