from __future__ import annotations

import asyncio
import dataclasses
import datetime
from pathlib import Path

import pytest

from serving.errors import BuyFrameEmpty, CalendarUnknown
from serving.schemas.checks import utc_text
from serving.store.idempotency_rows import Claim
from serving.store.test_buys.buy_rows import BuyFilter
from serving.store.test_buys.buy_values import CheckedListing
from serving.test_buys.service import BuyService, plan_from
from tests.serving.builders.new_buys import OPERATOR, plan_sent
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened

CLAIM = Claim(key_sha256="k" * 64, fingerprint="f" * 64)


def checked(number: int, price: float, outcome: str = "genuine") -> CheckedListing:
    return CheckedListing(
        check_id=f"c{number:03}",
        listing_id=None,
        seller_id=None,
        product="toy",
        outcome=outcome,
        authenticity=0.8,
        attributes={"price": price, "currency": "EUR"},
    )


def test_a_plan_has_the_listings_of_its_range_of_prices_and_no_others() -> None:
    listings = [checked(number, price=number) for number in range(100)]
    plan = plan_from(listings, plan_sent(min_price=10, max_price=30, default_price=50), {}, "seed")
    assert plan.frame_size == 20
    assert {int(buy.check_id[1:]) for buy in plan.buys} <= set(range(10, 30))
    everything = plan_from(listings, plan_sent(budget=10**6, random_share=1), {}, "seed")
    assert everything.frame_size == len(everything.buys) == 100
    assert everything.expected_cost == pytest.approx(sum(range(1, 100)) + 0.01)
    with pytest.raises(BuyFrameEmpty):
        plan_from(listings, plan_sent(min_price=200), {}, "seed")


def test_a_plan_is_proposed_from_the_checks_of_a_store_once_for_each_key(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(Place(folder=tmp_path)) as store:
            for number in range(12):
                new = new_check(created_at=NOW)
                answer = new.answer.model_copy(update={"listing_id": f"l{number}", "outcome": "counterfeit"})
                await store.check_rows.add(dataclasses.replace(new, answer=answer, seller_id=f"s{number % 3}"))
            service = BuyService(store.test_buys)
            sent = plan_sent(until=NOW.replace(hour=13), budget=160)
            first = await service.propose(OPERATOR, sent, sent.until, CLAIM)
            again = await service.propose(OPERATOR, sent, sent.until, CLAIM)
            other = await service.propose(OPERATOR, sent, sent.until, None)
            assert (first.replayed, again.replayed) == (False, True)
            assert first.plan == again.plan
            assert first.plan.seed != other.plan.seed
            assert first.plan.frame_sha256 == other.plan.frame_sha256
            assert first.plan.frame_size == 12
            assert first.plan.expected_cost <= 160
            buys = await store.test_buys.rows.find_page(OPERATOR, BuyFilter(plan_id=first.plan.plan_id), 50)
            assert {one.selection for one in buys} == {"random", "chosen"}
            assert all((one.worth is not None) == (one.selection == "chosen") for one in buys)
            assert {one.seller_id for one in buys} <= {"s0", "s1", "s2"}
            assert (await service.estimate(OPERATOR, None, None)).estimates == []  # nothing is accepted

    asyncio.run(work())


def test_a_plan_of_a_period_that_is_not_over_ends_now_so_that_the_next_one_has_what_is_checked_later(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with opened(Place(folder=tmp_path)) as store:
            service, hour = BuyService(store.test_buys), datetime.timedelta(hours=1)
            later = NOW + hour
            for number in range(8):
                new = new_check(created_at=NOW if number < 4 else later)
                answer = new.answer.model_copy(update={"listing_id": f"l{number}"})
                await store.check_rows.add(dataclasses.replace(new, answer=answer))
            sent = plan_sent(until=later + hour, budget=160)
            with pytest.raises(BuyFrameEmpty):
                await service.propose(OPERATOR, sent, NOW, None)
            first = (await service.propose(OPERATOR, sent, later, None)).plan
            assert (first.frame_size, first.until) == (4, utc_text(later))
            rest = sent.model_copy(update={"since": later})
            second = (await service.propose(OPERATOR, rest, later + hour, None)).plan
            assert second.frame_size == 4
            for plan in (first, second):
                await store.test_buys.plans.accept(OPERATOR, plan.plan_id, later + hour)

    asyncio.run(work())


def test_a_country_without_a_calendar_is_refused_before_anything_is_bought(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(Place(folder=tmp_path)) as store:
            service = BuyService(store.test_buys)
            with pytest.raises(CalendarUnknown):
                await service.propose(OPERATOR, plan_sent(country="BV"), NOW, None)

    asyncio.run(work())
