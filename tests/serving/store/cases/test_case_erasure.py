from __future__ import annotations

import asyncio
import hashlib

import pytest

from serving.cases.moving import WantedMove
from serving.cases.seller_side import SellerSide
from serving.cases.service import Cases, hash_link
from serving.clock import time_from
from serving.errors import CaseNoticeNotFound
from serving.principal import SERVER
from serving.store.cases.case_list import CaseFilter
from serving.store.cases.case_values import NewListing
from serving.store.deletion.erasure import finish_erasure, start_erasure
from serving.store.store import Store
from serving.transparency.complaints import contested_decision
from tests.serving.builders.cases.new_cases import new_case
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.sample_photos import jpeg
from tests.serving.builders.stores import Place, opened, photo_names

NAMED = "erased-seller-4711"


def test_an_erased_seller_is_in_no_case_and_its_case_still_says_what_was_decided(place: Place) -> None:
    own, other, photo = jpeg(seed=1), jpeg(seed=2), "other"

    async def work() -> None:
        async with opened(place) as store:
            cases, side = Cases(store.case_rows), SellerSide(store)
            for seller, sent in ((NAMED, own), (photo, other)):
                listing = NewListing(listing_id=f"l-{seller}", seller_id=seller, url=f"https://a.example/{seller}")
                with time_from(lambda: NOW):
                    new = new_case(listings=(listing,), statement=f"{seller} copies", country="US")
                    case_id = (await cases.open(SERVER, new)).case_id
                    await cases.move(SERVER, case_id, WantedMove(to="upheld", reason=f"{seller} again"), version=1)
                    moved = await cases.move(SERVER, case_id, WantedMove(to="forwarded"), version=2)
                    await side.answer(moved.seller_tokens[0].token, f"I am {seller}", [sent])
            erased = await finish_erasure(store, SERVER, await start_erasure(store, SERVER, NAMED))
            assert erased.receipt is not None
            assert NAMED not in place.dump()
            assert photo_names(place.folder) == {hashlib.sha256(other).hexdigest()}
            page = await store.case_rows.find_page(SERVER, CaseFilter(), 9, NOW, sort="oldest")
            first, second = [await store.case_rows.find(SERVER, one.case_id, NOW) for one in page.cases]
            erased_case = first if first.listings[0].seller_id is None else second
            assert [one.to_state for one in erased_case.moves] == ["received", "upheld", "forwarded", "counter_notice"]
            assert (erased_case.decided_in_time, erased_case.evidence, erased_case.statement) == (True, [], "")
            assert "other" in place.dump()

    asyncio.run(work())


def test_the_other_sellers_of_a_case_keep_their_links_and_what_they_sent(place: Place) -> None:
    photos = {name: jpeg(seed=number) for number, name in enumerate((NAMED, "other"))}

    async def work() -> None:
        async with opened(place) as store:
            cases, side = Cases(store.case_rows), SellerSide(store)
            listings = tuple(NewListing(listing_id=f"l-{name}", seller_id=name) for name in photos)
            with time_from(lambda: NOW):
                new = new_case(listings=listings, statement=f"{NAMED} and other copy", country="DE")
                case_id = (await cases.open(SERVER, new)).case_id
                await cases.move(SERVER, case_id, WantedMove(to="upheld"), version=1)
                moved = await cases.move(SERVER, case_id, WantedMove(to="forwarded", reason=NAMED), version=2)
                tokens = {str(one.share.seller_id): one.token for one in moved.seller_tokens}
                for name, photo in photos.items():
                    await side.answer(tokens[name], f"I am {name}", [photo])
                    await complain_by_link(store, tokens[name], f"{name} complains")
            await finish_erasure(store, SERVER, await start_erasure(store, SERVER, NAMED))
            assert NAMED not in place.dump()
            assert photo_names(place.folder) == {hashlib.sha256(photos["other"]).hexdigest()}
            with time_from(lambda: NOW):
                with pytest.raises(CaseNoticeNotFound):
                    await side.read(tokens[NAMED])
                left = await side.read(tokens["other"])
            assert ([one.text for one in left.sent], left.text) == (["I am other"], "")
            assert [one.text for one in left.complaints] == ["other complains"]
            complaints = await store.complaint_rows.find_of_case(SERVER, case_id)
            assert sorted(one.text for one in complaints) == ["", "other complains"]  # of one moment, in any order

    asyncio.run(work())


async def complain_by_link(store: Store, token: str, text: str) -> None:
    await store.complaint_rows.add_by_link(
        hash_link(token), text, lambda case: contested_decision(case, "seller", NOW), NOW
    )
