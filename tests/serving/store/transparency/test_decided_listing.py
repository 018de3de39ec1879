from __future__ import annotations

import asyncio
import datetime
from pathlib import Path
from typing import Any

import pytest

from serving.cases.decision_policy import DecisionPolicy
from serving.principal import SERVER
from serving.store.cases.case_values import CaseChange, NewListing
from serving.store.store import Store
from serving.store.transparency.decided_listing import DecidedListing
from serving.store.transparency.statement_rows import MadeStatement
from serving.transparency.statements.stored import maker_of
from tests.serving.builders.cases.new_cases import CLOCK, HOUR
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import opened

MAKE = maker_of(DecisionPolicy())


async def found_in(store: Store) -> list[DecidedListing]:
    found: list[DecidedListing] = []

    def make(listing: DecidedListing, _: str) -> MadeStatement:
        found.append(listing)
        return MadeStatement(puid=f"{listing.case_id}-{listing.position}", body="{}")

    await store.statement_rows.prepare(make, NOW, 100)
    return found


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"opened_by": "operator"}, (False, False, "none")),
        ({"opened_by": "member", "member_id": "m"}, (True, False, "none")),
        ({"opened_by": "rule", "member_id": "m"}, (True, True, "none")),
        ({"opened_by": "cluster"}, (False, True, "none")),
        ({"opened_by": "test_buy"}, (False, False, "none")),
    ],
)
def test_source_and_automated_means_come_from_what_opened_the_case(
    tmp_path: Path, values: dict[str, Any], expected: tuple[bool, bool, str]
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            case_id = await decided_case(store, **values)
            (one,) = await found_in(store)
            assert (one.by_member, one.found_by_automation, one.automated_decision) == expected
            assert one.personal == {"Seller-77": "a seller's id", f"l0-{case_id}": "a listing's id"}

    asyncio.run(work())


def test_a_listing_with_a_check_was_decided_with_its_result_at_hand_and_was_seen_when_it_was_checked(
    tmp_path: Path,
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            check = new_check()
            await store.check_rows.add(check)
            day = datetime.timedelta(days=1)
            await decided_case(store, sold=[NewListing(check_id=check.answer.check_id)], at=NOW + day)
            (one,) = await found_in(store)
            assert one.automated_decision == "partly"
            assert not one.found_by_automation  # its check did not flag it
            assert one.content_at < one.decided_at - day

    asyncio.run(work())


@pytest.mark.parametrize(
    ("second", "by_country", "explained"),
    [
        ({}, False, 1),  # it is down already
        ({"country": "FR"}, False, 1),
        ({"country": "FR"}, True, 2),
        ({"sold": [NewListing(listing_id="other")]}, False, 2),
        ({"sold": [NewListing(url="https://market.example/l")]}, False, 2),
    ],
)
def test_a_listing_that_is_down_already_is_explained_once(
    tmp_path: Path, second: dict[str, Any], by_country: bool, explained: int
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            sold = [NewListing(listing_id="l")]
            await decided_case(store, sold=sold)
            await decided_case(store, **{"sold": sold, "at": NOW + HOUR, **second})
            assert await store.statement_rows.prepare(MAKE, NOW, 9, by_country=by_country) == explained

    asyncio.run(work())


@pytest.mark.parametrize(("back_after_h", "explained"), [(2, 2), (30, 1)])
def test_a_listing_that_was_put_back_before_is_restricted_and_explained_again(
    tmp_path: Path, back_after_h: int, explained: int
) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            for sold in ([NewListing(listing_id="l")], [NewListing(url="https://market.example/l")]):
                case_id = await decided_case(store, sold=sold)
                back = CaseChange(
                    to_state="reinstated", at=NOW + back_after_h * HOUR, actor="operator", clock=CLOCK, takes_down=False
                )
                await store.case_rows.change(SERVER, case_id, lambda _, back=back: back)  # type: ignore[misc]
                await decided_case(store, sold=sold, at=NOW + 24 * HOUR)
            assert await store.statement_rows.prepare(MAKE, NOW, 9) == 2 * explained

    asyncio.run(work())
