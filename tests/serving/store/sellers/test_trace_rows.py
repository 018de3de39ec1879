from __future__ import annotations

import asyncio

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.principal import SERVER
from serving.store.store import Store
from serving.store.tables import TraceBandRow, TraceRow, TraceSaltRow, TraceValueRow
from tests.serving.builders.stores import Place, opened
from tests.serving.store.sellers.selling import contact, picture, sell

RNG = np.random.default_rng(4)
BITS = RNG.integers(0, 256, 32, dtype=np.uint8)
OTHER = RNG.integers(0, 256, 32, dtype=np.uint8)


def flipped(bits: NDArray[np.uint8], *places: int) -> NDArray[np.uint8]:
    flips = np.zeros(256, np.uint8)
    flips[list(places)] = 1
    changed: NDArray[np.uint8] = bits ^ np.packbits(flips)
    return changed


async def values_of(store: Store) -> dict[str, set[int]]:
    """The values of each check."""

    def work(session: Session) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for check_id, value_id in session.execute(select(TraceRow.check_id, TraceRow.value_id)):
            found.setdefault(check_id, set()).add(value_id)
        return found

    return await store.event_rows._database.read(work)


async def count(store: Store, table: type) -> int:
    return await store.event_rows._database.read(lambda s: s.scalar(select(func.count()).select_from(table)) or 0)


def test_near_hashes_are_one_value_and_far_ones_another(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            first = await sell(store, "a", pictures=[picture(BITS)])
            near = await sell(store, "b", pictures=[picture(flipped(BITS, *range(31)))])
            far = await sell(store, "c", pictures=[picture(flipped(BITS, *range(32)))])
            other = await sell(store, "d", pictures=[picture(OTHER)])
            found = await values_of(store)
            assert found[near] == found[first]
            assert len(found[first]) == 1
            assert not found[far] & found[first]
            assert not found[other] & (found[far] | found[first])
            assert await count(store, TraceBandRow) == 16 * 3

    asyncio.run(work())


def test_a_photo_is_found_by_a_trimmed_copy_that_came_before_and_keeps_a_value_of_its_own(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            trimmed = await sell(store, "a", pictures=[picture(OTHER)])
            whole = await sell(store, "b", pictures=[picture(BITS, flipped(OTHER, *range(20)))])
            again = await sell(store, "c", pictures=[picture(flipped(BITS, 1), flipped(OTHER, *range(29)))])
            found = await values_of(store)
            assert found[trimmed] < found[whole]
            assert len(found[whole]) == 2
            assert found[again] == found[whole] - found[trimmed], "29 bits are too many for a trimmed copy"

    asyncio.run(work())


def test_equal_texts_are_one_value_kept_as_a_salted_hash_alone(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            one, two = [await sell(store, seller, contact("phone 123456789")) for seller in "ab"]
            found = await values_of(store)
            assert found[one] == found[two]
            assert "123456789" not in place.dump()
            assert await count(store, TraceSaltRow) == 1
        async with opened(place) as store:
            three = await sell(store, "c", contact("phone 123456789"))
            found = await values_of(store)
            assert found[three] == found[one], "the salt outlives the server"

    asyncio.run(work())


def test_a_check_is_searched_once_and_a_deleted_one_not_at_all(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check_id = await sell(store, "a", contact("1"), pictures=[picture(BITS)])
            assert await store.trace_rows.find_check(check_id) is None
            before = place.dump()
            new = await sell(store, "b", contact("2"))
            await store.delete_one(SERVER, new)
            assert await store.trace_rows.find_check(new) is None
            assert await count(store, TraceValueRow) == 2
            assert before.count("trace") == 0

    asyncio.run(work())


def test_what_a_check_is_searched_for_has_its_photos_and_attributes(place: Place) -> None:
    async def work() -> None:
        from tests.serving.builders.new_checks import new_check

        async with opened(place) as store:
            new = new_check(b"one", b"two", kept=[True, False])
            await store.keep(new, [b"one", b"two"])
            found = await store.trace_rows.find_check(new.answer.check_id)
            assert found is not None
            assert [photo.index for photo in found.photos] == [0]
            assert (found.product, found.listing_id, found.seller_id, found.attributes) == ("toy", "l", None, {})

    asyncio.run(work())
