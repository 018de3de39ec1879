from __future__ import annotations

import dataclasses
from collections import Counter
from decimal import Decimal

import pytest

from serving.errors import BuyBudgetTooSmall, BuyFrameEmpty
from serving.test_buys.plan import Money, propose
from tests.serving.test_buys.listings import listing, made_frame

MONEY = Money(budget=Decimal(3000), default_price=Decimal(25), shipping=Decimal(5), random_share=0.6)


def test_a_plan_keeps_its_budget_and_spends_most_of_it() -> None:
    plan = propose(made_frame(), MONEY, {}, "seed")
    assert Decimal(2900) < plan.cost <= Decimal(3000)
    spent = Counter[str]()
    for buy in plan.buys:
        spent[buy.selection] += int(buy.cost)
    assert 1700 < spent["random"] <= 1800
    assert 1100 < spent["chosen"] <= 1200


def test_the_strata_are_the_frame_and_hold_their_purchases() -> None:
    plan = propose(made_frame(), MONEY, {}, "seed")
    assert sum(stratum.size for stratum in plan.strata) == plan.frame_size == 470
    bought = Counter(buy.stratum for buy in plan.buys)
    for place, stratum in enumerate(plan.strata):
        assert bought[place] == stratum.draws
        assert 0 < stratum.probability <= 1
        assert not stratum.chosen or stratum.size == stratum.draws
    for buy in plan.buys:
        assert buy.probability == plan.strata[buy.stratum].probability
        assert buy.listing.group == plan.strata[buy.stratum].group
        assert (buy.worth is None) == (buy.selection == "random")
    assert len({buy.listing.check_id for buy in plan.buys}) == len(plan.buys)


def test_a_seed_gives_the_same_plan_and_another_seed_another_draw_of_the_same_choice() -> None:
    frame = made_frame()
    first, again, other = (propose(frame, MONEY, {}, seed) for seed in ("a", "a", "b"))
    assert first == again
    assert first.frame_digest == other.frame_digest
    assert first.strata == other.strata

    def ids(plan_buys: object, selection: str) -> set[str]:
        assert isinstance(plan_buys, tuple)
        return {buy.listing.check_id for buy in plan_buys if buy.selection == selection}

    assert ids(first.buys, "chosen") == ids(other.buys, "chosen")
    assert ids(first.buys, "random") != ids(other.buys, "random")


def test_the_order_of_the_frame_changes_nothing() -> None:
    frame = made_frame()
    assert {buy.listing.check_id for buy in propose(frame, MONEY, {}, "s").buys} == {
        buy.listing.check_id for buy in propose(frame[::-1], MONEY, {}, "s").buys
    }


def test_dear_listings_never_break_the_budget_whatever_is_drawn() -> None:
    frame = [
        dataclasses.replace(one, price=Decimal(10 if number % 10 else 200)) for number, one in enumerate(made_frame())
    ]
    for seed in range(20):
        plan = propose(frame, MONEY, {}, str(seed))
        assert plan.cost <= MONEY.budget
        assert sum(buy.cost for buy in plan.buys if buy.selection == "random") <= Decimal(1800)


def test_a_budget_without_a_chosen_part_buys_at_random_alone() -> None:
    plan = propose(made_frame(), dataclasses.replace(MONEY, random_share=1.0), {}, "seed")
    assert {buy.selection for buy in plan.buys} == {"random"}
    assert len(plan.buys) == 100


def test_a_budget_for_the_whole_frame_buys_all_of_it() -> None:
    plan = propose(made_frame(), dataclasses.replace(MONEY, budget=Decimal(10**6)), {}, "seed")
    assert len(plan.buys) == 470
    assert {buy.probability for buy in plan.buys} == {1.0}


def test_a_budget_below_the_least_draw_is_refused_with_what_it_needs() -> None:
    with pytest.raises(BuyBudgetTooSmall, match="100 and its least draw may cost 180"):
        propose(made_frame(), dataclasses.replace(MONEY, budget=Decimal(100), random_share=1.0), {}, "seed")


def test_an_empty_frame_is_refused() -> None:
    with pytest.raises(BuyFrameEmpty, match="no listing"):
        propose([], MONEY, {}, "seed")


def test_a_listing_for_nothing_costs_a_cent() -> None:
    money = dataclasses.replace(MONEY, shipping=Decimal(0))
    assert money.cost_of(listing(1, price=Decimal(0))) == Decimal("0.01")
    assert money.cost_of(listing(1)) == Decimal(25)
