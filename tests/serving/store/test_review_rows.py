from __future__ import annotations

import asyncio
import datetime

import pytest

from serving.errors import CheckNotFound, IdempotencyKeyReused, ReviewNotFound
from serving.principal import SERVER
from serving.store.idempotency_rows import Claim
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened

DAY = datetime.timedelta(days=1)
CLAIM = Claim(key_sha256="k", fingerprint="f")


async def add_check(store: Store) -> str:
    new = new_check()
    await store.check_rows.add(new)
    return new.answer.check_id


def test_reviews_come_back_oldest_first(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check_id = await add_check(store)
            first = (await store.review_rows.add(SERVER, check_id, "cant_tell", "blurred", NOW)).review
            second = (await store.review_rows.add(SERVER, check_id, "genuine", "", NOW - DAY)).review
            assert (await store.check_rows.find(SERVER, check_id)).reviews == [first, second]
            assert first.created_at == "2026-05-01T12:00:00.000Z"
            with pytest.raises(CheckNotFound):
                await store.review_rows.add(SERVER, "nope", "genuine", "", NOW)

    asyncio.run(work())


def test_of_many_writes_with_one_key_at_once_one_is_recorded_and_all_are_given_it(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check_id = await add_check(store)
            given = await asyncio.gather(
                *(store.review_rows.add(SERVER, check_id, "genuine", "", NOW + i * DAY, CLAIM) for i in range(20))
            )
            assert (await store.check_rows.find(SERVER, check_id)).reviews == [given[0].review]
            assert {one.review for one in given} == {given[0].review}
            assert [one.replayed for one in given].count(False) == 1

    asyncio.run(work())


def test_a_key_is_known_a_year_later_and_refused_with_other_content(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            check_id = await add_check(store)
            first = await store.review_rows.add(SERVER, check_id, "genuine", "", NOW, CLAIM)
            await store.delete_old_keys(NOW + 365 * DAY)
            later = await store.review_rows.add(SERVER, check_id, "genuine", "", NOW + 365 * DAY, CLAIM)
            assert (later.review, later.replayed) == (first.review, True)
            other = Claim(key_sha256="k", fingerprint="g")
            with pytest.raises(IdempotencyKeyReused):
                await store.review_rows.add(SERVER, check_id, "counterfeit", "", NOW, other)
            assert len((await store.check_rows.find(SERVER, check_id)).reviews) == 1

    asyncio.run(work())


def test_a_withdrawn_review_stays_on_record_and_the_one_before_counts_again(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, check_id = store.review_rows, await add_check(store)
            first = (await rows.add(SERVER, check_id, "genuine", "", NOW)).review
            second = (await rows.add(SERVER, check_id, "counterfeit", "", NOW, CLAIM)).review
            withdrawn = await rows.withdraw(SERVER, check_id, NOW + DAY, key_sha256="k")
            assert withdrawn == second.model_copy(update={"withdrawn_at": "2026-05-02T12:00:00.000Z"})
            assert await rows.withdraw(SERVER, check_id, NOW + 2 * DAY, review_id=second.review_id) == withdrawn
            found = await store.check_rows.find(SERVER, check_id)
            assert (found.reviews, found.withdrawn_reviews) == ([first], [withdrawn])
            again = await rows.add(
                SERVER, check_id, "counterfeit", "", NOW, CLAIM
            )  # a copy of the request that came late
            assert (again.review, again.replayed) == (second, True)
            assert (await store.check_rows.find(SERVER, check_id)).reviews == [first]

    asyncio.run(work())


def test_only_a_review_of_the_check_can_be_withdrawn(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows, one, other = store.review_rows, await add_check(store), await add_check(store)
            review = (await rows.add(SERVER, one, "genuine", "", NOW, CLAIM)).review
            with pytest.raises(ReviewNotFound, match=f"the id {review.review_id}"):
                await rows.withdraw(SERVER, other, NOW, review_id=review.review_id)
            with pytest.raises(ReviewNotFound, match="this Idempotency-Key"):
                await rows.withdraw(SERVER, one, NOW, key_sha256="unknown")
            with pytest.raises(CheckNotFound):
                await rows.withdraw(SERVER, "nope", NOW, review_id=review.review_id)
            assert (await store.check_rows.find(SERVER, one)).reviews == [review]

    asyncio.run(work())
