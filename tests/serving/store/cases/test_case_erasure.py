from __future__ import annotations

import asyncio
import hashlib

from serving.cases.moving import WantedMove
from serving.cases.seller_side import SellerSide
from serving.cases.service import Cases
from serving.clock import time_from
from serving.principal import SERVER
from serving.store.cases.case_list import CaseFilter
from serving.store.cases.case_values import NewListing
from serving.store.deletion.erasure import finish_erasure, start_erasure
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
                    await side.answer(str(moved.seller_token), f"I am {seller}", [sent])
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
