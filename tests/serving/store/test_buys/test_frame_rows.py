from __future__ import annotations

import asyncio
import dataclasses
import datetime
from typing import Any

from serving.store.check_rows import NewCheck
from serving.store.test_buys.frame_rows import LabelCount
from tests.serving.builders.new_buys import DAY, OPERATOR, accepted, moved
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened


def check_of(listing: str | None, at: datetime.datetime, product: str = "toy", **answer: Any) -> NewCheck:
    new = new_check(created_at=at)
    values = {"listing_id": listing, "product": product, **answer}
    return dataclasses.replace(new, answer=new.answer.model_copy(update=values), attributes={"price": 3})


def test_a_frame_has_each_listing_and_product_once_by_its_latest_check_of_the_period(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for new in (
                check_of("a", NOW - 2 * DAY, outcome="genuine"),
                check_of("a", NOW - DAY, outcome="counterfeit"),
                check_of("a", NOW, outcome="review"),  # behind the period
                check_of("a", NOW - DAY, product="mug"),
                check_of(None, NOW - DAY),
                check_of(None, NOW - 7 * DAY),
                check_of("old", NOW - 8 * DAY),
            ):
                await store.check_rows.add(new)
            frames = store.test_buys.frames
            found = await frames.read(NOW - 7 * DAY, NOW, None, 10)
            assert found is not None
            assert sorted((one.listing_id or "", one.product, one.outcome) for one in found) == [
                ("", "toy", "review"),
                ("", "toy", "review"),
                ("a", "mug", "review"),
                ("a", "toy", "counterfeit"),
            ]
            assert found[0].attributes == {"price": 3}
            only = await frames.read(NOW - 7 * DAY, NOW, "mug", 10)
            assert only is not None
            assert [one.product for one in only] == ["mug"]
            assert await frames.read(NOW - 7 * DAY, NOW, None, 3) is None

    asyncio.run(work())


def test_labels_are_decisions_and_outcomes_by_part_of_the_authenticity(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for authenticity in (0.19, 0.2, None, 1.0):
                new = check_of(None, NOW, authenticity=authenticity)
                await store.check_rows.add(new)
                await store.review_rows.add(OPERATOR, new.answer.check_id, "genuine", "", NOW)
            unsure = check_of(None, NOW, authenticity=0.5)
            await store.check_rows.add(unsure)
            await store.review_rows.add(OPERATOR, unsure.answer.check_id, "cant_tell", "", NOW)
            buy_id, *_ = await accepted(store)  # at 0.1
            await moved(store, buy_id, "counterfeit")
            assert sorted(await store.test_buys.frames.count_labels(5)) == [
                LabelCount("toy", 0, 2),
                LabelCount("toy", 1, 1),
                LabelCount("toy", 4, 1),
                LabelCount("toy", 5, 1),
            ]

    asyncio.run(work())
