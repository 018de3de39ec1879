from __future__ import annotations

import asyncio

import pytest

from serving.errors import CaseNotFound
from serving.principal import SERVER
from serving.store.audit_rows import AuditFilter
from serving.store.cases.case_values import NewListing
from tests.serving.builders.cases.new_cases import HOUR, MUGS
from tests.serving.builders.cases.upheld_cases import decided_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened

LATER = NOW + 2 * HOUR
SOLD = (NewListing(listing_id="l-7", seller_id="Seller-77"), NewListing(url="https://shop.example/8"))


def test_that_buyers_were_informed_is_recorded_once(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            case_id = await decided_case(store)
            rows = store.buyers_notice_rows
            first = await rows.record(SERVER, case_id, "individually", 41, LATER)
            again = await rows.record(SERVER, case_id, "publicly", None, LATER + HOUR)
            found = await rows.find(SERVER, case_id)
            assert (first, first, ()) == (again, found.recorded, found.others)
            assert len(await store.audit_rows.find_before(SERVER, AuditFilter(action="buyers.informed"), 9)) == 1
            with pytest.raises(CaseNotFound):
                await rows.find(MUGS, case_id)

    asyncio.run(work())


def test_the_same_listing_is_found_in_other_cases_that_restrict_it_for_the_same_product(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            informed = await decided_case(store, sold=SOLD, country="FR", ground="design")
            await store.buyers_notice_rows.record(SERVER, informed, "publicly", None, LATER)
            due = await decided_case(store, sold=SOLD[1:], at=NOW + HOUR)
            await decided_case(store, sold=SOLD, product="kite")
            await decided_case(store, sold=SOLD, state="rejected")
            await decided_case(store, sold=SOLD, country="CN", jurisdiction="CN")
            await decided_case(store, sold=[NewListing(listing_id="l-9", url="https://shop.example/8")])
            case_id = await decided_case(store, sold=(*SOLD, NewListing(listing_id="l-9")), at=NOW + 9 * HOUR)
            others = (await store.buyers_notice_rows.find(SERVER, case_id)).others
            assert [(one.case_id, one.position, one.country, one.recorded_at) for one in others[:2]] == [
                (informed, 0, "FR", LATER),
                (informed, 1, "FR", LATER),
            ]
            assert [(one.position, one.decided_at) for one in others[2:]] == [(2, NOW + HOUR), (1, NOW + 2 * HOUR)]
            assert others[3].case_id == due

    asyncio.run(work())
