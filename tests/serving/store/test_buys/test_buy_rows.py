from __future__ import annotations

import asyncio
import dataclasses

import pytest

from serving.errors import BuyChanged, BuyNotFound, IdempotencyKeyReused
from serving.store.idempotency_rows import Claim
from serving.store.test_buys.buy_rows import BuyFilter
from tests.serving.builders.cases.new_cases import MUGS, TOYS, new_case, opening
from tests.serving.builders.new_buys import (
    CHECKLIST,
    DAY,
    FAILED,
    OPERATOR,
    accepted,
    moved,
    moving_to,
    new_plan,
    no_moves,
)
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened

CLAIM = Claim(key_sha256="k" * 64, fingerprint="f" * 64)


def test_a_member_sees_purchases_of_its_products_once_their_plan_is_accepted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.test_buys.rows
            plan = (await store.test_buys.plans.add(OPERATOR, new_plan(), NOW)).plan
            assert len(await rows.find_page(OPERATOR, BuyFilter(), 10)) == 4
            assert len(await rows.find_page(OPERATOR, BuyFilter(plan_state="proposed"), 10)) == 4
            assert await rows.find_page(OPERATOR, BuyFilter(plan_state="accepted"), 10) == []
            assert await rows.find_page(TOYS, BuyFilter(), 10) == []
            await store.test_buys.plans.accept(OPERATOR, plan.plan_id, NOW)
            toys = await rows.find_page(TOYS, BuyFilter(), 10)
            (mug,) = await rows.find_page(MUGS, BuyFilter(), 10)
            assert ({one.product for one in toys}, len(toys), mug.product) == ({"toy"}, 3, "mug")
            with pytest.raises(BuyNotFound):
                await rows.find(TOYS, mug.buy_id, no_moves)
            with pytest.raises(BuyNotFound):
                await rows.move(TOYS, mug.buy_id, moving_to("received"), no_moves, version=1)

    asyncio.run(work())


def test_pages_follow_one_another_and_filters_hold(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, buys = store.test_buys.rows, await accepted(store)
            await moved(store, buys[1], "ordered")
            first = await rows.find_page(OPERATOR, BuyFilter(), 3)
            rest = await rows.find_page(OPERATOR, BuyFilter(), 3, after=first[-1].buy_id)
            assert [one.buy_id for one in first + rest] == sorted(buys, reverse=True)
            for wanted, number in (
                (BuyFilter(state="ordered"), 1),
                (BuyFilter(product="mug"), 1),
                (BuyFilter(seller_id="s"), 3),
                (BuyFilter(selection="chosen"), 0),
                (BuyFilter(check_id="c"), 4),
                (BuyFilter(plan_state="accepted"), 4),
                (BuyFilter(plan_state="proposed"), 0),
                (BuyFilter(plan_id=first[0].plan_id, state="planned"), 3),
            ):
                assert len(await rows.find_page(OPERATOR, wanted, 10)) == number, wanted

    asyncio.run(work())


def test_a_move_is_recorded_once_with_who_and_when_and_never_before_the_last(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, (buy_id, *_) = store.test_buys.rows, await accepted(store)
            decide = moving_to("ordered", at=NOW - DAY, cost=19.5, reason="by card")
            first = await rows.move(OPERATOR, buy_id, decide, no_moves, version=1, claim=CLAIM)
            assert first == await rows.move(OPERATOR, buy_id, decide, no_moves, version=1, claim=CLAIM)
            other = dataclasses.replace(CLAIM, fingerprint="g")
            with pytest.raises(IdempotencyKeyReused):
                await rows.move(OPERATOR, buy_id, decide, no_moves, version=1, claim=other)
            assert (first.state, first.version, first.cost) == ("ordered", 2, 19.5)
            planned, ordered = first.moves
            assert (planned.from_state, planned.to_state) == (None, "planned")
            assert (ordered.at, ordered.actor_name, ordered.reason) == (planned.at, "operator", "by card")
            with pytest.raises(BuyChanged, match="operator moved it to ordered"):
                await rows.move(OPERATOR, buy_id, moving_to("cancelled"), no_moves, version=1)

    asyncio.run(work())


def test_of_two_that_decide_at_once_one_is_refused(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, (buy_id, *_) = store.test_buys.rows, await accepted(store)
            moves = (
                rows.move(OPERATOR, buy_id, moving_to(state), no_moves, version=1) for state in ("ordered", "cancelled")
            )
            found = await asyncio.gather(*moves, return_exceptions=True)
            assert sum(isinstance(one, BuyChanged) for one in found) == 1

    asyncio.run(work())


def test_a_counterfeit_opens_its_case_in_the_same_transaction_and_once(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, (buy_id, *_) = store.test_buys.rows, await accepted(store)
            await store.test_buys.checklists.change(OPERATOR, "toy", CHECKLIST, NOW)
            version = await moved(store, buy_id, "ordered", "received")
            examined = moving_to("examined", findings=FAILED, checklist_version=1)
            version = (await rows.move(OPERATOR, buy_id, examined, no_moves, version=version)).version
            new = new_case(opened_by="test_buy", origin_key=f"test_buy:{buy_id}")
            opens = moving_to("counterfeit", opens=(new, opening()))
            first = await rows.move(OPERATOR, buy_id, opens, no_moves, version=version)
            assert first.findings == FAILED
            assert first.case_id is not None
            case = await store.case_rows.find(OPERATOR, first.case_id, NOW)
            assert (case.opened_by, case.product) == ("test_buy", "toy")
            version = await moved(store, buy_id, "examined")
            again = await rows.move(OPERATOR, buy_id, opens, no_moves, version=version)
            assert again.case_id == first.case_id

            def fails(_: object) -> object:
                raise BuyChanged("the case cannot be opened")

            before = await rows.find(OPERATOR, buy_id, no_moves)
            with pytest.raises(BuyChanged):
                await rows.move(OPERATOR, buy_id, fails, no_moves, version=again.version)  # type: ignore[arg-type]
            assert await rows.find(OPERATOR, buy_id, no_moves) == before

    asyncio.run(work())
