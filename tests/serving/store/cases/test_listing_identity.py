from __future__ import annotations

import asyncio
import dataclasses

import pytest

from serving.cases.service import Cases
from serving.cases.states import END_STATES
from serving.errors import RequestInvalid
from serving.principal import SERVER
from serving.store.cases.case_values import NewCase, NewListing, Opening
from serving.store.cases.listing_identity import identity_of
from tests.serving.builders.cases.new_cases import TOYS, new_case, opening, to_review
from tests.serving.builders.new_checks import new_check
from tests.serving.builders.stores import Place, opened


def listings(*ids: str) -> tuple[NewListing, ...]:
    return tuple(NewListing(listing_id=one) for one in ids)


def test_a_listing_is_known_by_its_id_else_its_address_else_its_check() -> None:
    address = "https://m.example/l"
    assert identity_of(NewListing(listing_id="l", url=address, check_id="c")) == ("listing_id", "l")
    assert identity_of(NewListing(url=address, check_id="c")) == ("url", address)
    assert identity_of(NewListing(check_id="c")) == ("check_id", "c")
    assert identity_of(NewListing()) is None


def test_a_listing_twice_in_one_case_is_refused_also_where_its_check_names_it(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check = new_check()  # of the listing l
            await store.check_rows.add(check)
            for twice in (
                [NewListing(listing_id="l"), NewListing(listing_id="m"), NewListing(listing_id="l", seller_id="s")],
                [
                    NewListing(listing_id="l"),
                    NewListing(url="https://m.example/l"),
                    NewListing(check_id=check.answer.check_id),
                ],
            ):
                with pytest.raises(
                    RequestInvalid, match=r"listings\.2: is the listing of listings\.0 again"
                ) as refused:
                    await Cases(store.case_rows).open(SERVER, new_case(listings=tuple(twice)))
                assert refused.value.errors[0][0] == "listings.2"

    asyncio.run(work())


def test_the_rest_leaves_out_what_has_a_case_of_the_product_that_has_not_ended(place: Place) -> None:
    def rest(new: NewCase) -> Opening:
        return opening()

    async def work() -> None:
        async with opened(place) as store:
            rows = store.case_rows
            await rows.add(SERVER, new_case(listings=listings("open", "both")), opening())
            over = await rows.add(SERVER, new_case(listings=listings("over", "both")), opening())
            await rows.change(
                SERVER, over.case_id, lambda case: dataclasses.replace(to_review(case), to_state="withdrawn")
            )
            await rows.add(SERVER, new_case(listings=listings("kite"), product="kite"), opening())
            address = NewListing(url="https://m.example/l")
            await rows.add(SERVER, new_case(listings=(address,)), opening())
            wanted = (*listings("open", "over", "both", "kite", "new"), address)
            new = new_case(listings=wanted, opened_by="cluster", origin_key="first")
            made = [await rows.add_rest(TOYS, new, rest, END_STATES) for _ in range(2)]
            assert [one.left_out for one in made] == [3, 3]
            assert made[0].case is not None
            assert made[1].case is not None
            assert (made[0].case.case_id, made[1].case.replayed) == (made[1].case.case_id, True)
            found = await Cases(rows).find(SERVER, made[0].case.case_id)
            assert [one.listing_id for one in found.listings] == ["over", "kite", "new"]
            none = await rows.add_rest(TOYS, dataclasses.replace(new, origin_key="second"), rest, END_STATES)
            assert (none.case, none.left_out) == (None, 6)

    asyncio.run(work())
