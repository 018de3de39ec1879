from __future__ import annotations

import asyncio

from serving.principal import SERVER
from serving.schemas.enforcement.cases import CaseSort
from serving.store.cases.case_list import CaseFilter, CasePlace
from serving.store.cases.case_values import CaseClock, NewListing
from serving.store.store import Store
from tests.serving.builders.cases.decided_cases import add_cases, case_rows
from tests.serving.builders.cases.new_cases import HOUR, TOYS, new_case, opening
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened


def test_each_filter_keeps_its_cases_and_due_ones_come_in_order_page_by_page(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, ids = store.case_rows, []
            for number in range(4):
                clock = CaseClock(due_at=NOW + (number % 2) * HOUR, due_calendar="c")  # with ties
                listing = NewListing(listing_id=f"l{number}", seller_id="s", check_id=None)
                new = new_case(listings=(listing, NewListing(url="https://a.example")), ground="design")
                ids.append((await rows.add(SERVER, new, opening(clock=clock, fast_track=number == 0))).case_id)
            await rows.add(SERVER, new_case(listings=(NewListing(listing_id="x"),), product="mug"), opening())

            async def found(**values: object) -> list[str]:
                page = await rows.find_page(SERVER, CaseFilter(**values), 9, NOW, sort="oldest")  # type: ignore[arg-type]
                return [case.case_id for case in page.cases]

            assert sorted(await found(seller_id="s")) == sorted(ids)
            assert await found(listing_id="l2") == [ids[2]]
            assert await found(fast_track=True) == [ids[0]]
            assert sorted(await found(ground="design", undecided=True)) == sorted(ids)
            assert await found(state="upheld") == await found(check_id="c") == await found(until=NOW) == []
            paged: list[str] = []
            after = None
            for _ in range(4):
                page = await rows.find_page(TOYS, CaseFilter(), 1, NOW, sort="due", after=after)
                paged += [case.case_id for case in page.cases]
                after = page.next_place
                assert all(case.listing_count == 2 for case in page.cases)
            assert after is None
            early, late = sorted((ids[0], ids[2])), sorted((ids[1], ids[3]))
            assert paged == [*early, *late]

    asyncio.run(work())


# number of the case: whether it is fast, and in how many hours it is due
WAITING = {1: (False, 1), 2: (True, 5), 3: (True, 3), 4: (False, 2), 5: (True, 3), 6: (False, 1)}


async def walk(store: Store, sort: CaseSort, limit: int) -> list[int]:
    numbers: list[int] = []
    after: CasePlace | None = None
    while True:
        page = await store.case_rows.find_page(SERVER, CaseFilter(), limit, NOW, sort=sort, after=after)
        numbers += [int(case.case_id[-12:]) for case in page.cases]
        if page.next_place is None:
            return numbers
        after = page.next_place


def test_the_queue_has_fast_cases_first_and_each_group_by_due_time_on_pages_of_any_size(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            cases = [
                case_rows(number, (), fast_track=fast, due_at=NOW + hours * HOUR)
                for number, (fast, hours) in WAITING.items()
            ]
            paused, decided = case_rows(7, (), due_at=None, fast_track=True), case_rows(8, ("upheld",), fast_track=True)
            await add_cases(store, [*cases, paused, decided])
            for limit in (1, 2, 3, 9):
                assert await walk(store, "queue", limit) == [3, 5, 2, 1, 6, 4], limit
                assert await walk(store, "due", limit) == [1, 6, 4, 3, 5, 2], limit

    asyncio.run(work())
