from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json

import pytest
from sqlalchemy.orm import Session

from serving.errors import CheckNotFound, IdempotencyKeyReused
from serving.principal import SERVER
from serving.store.idempotency_rows import Claim
from serving.store.lists.check_list import CheckFilter
from serving.store.retention import Rule
from serving.store.tables import CheckRow
from tests.serving.builders.new_checks import NOW, digest, new_check
from tests.serving.builders.stores import Place, opened

DAY = datetime.timedelta(days=1)


def test_a_check_is_found_as_it_was_answered(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            new = dataclasses.replace(new_check(b"a"), seller_id="s", views=("front",), attributes={"price": 1.5})
            await store.check_rows.add(new)
            found = await store.check_rows.find(SERVER, new.answer.check_id)
            assert {name: getattr(found, name) for name in type(new.answer).model_fields} == dict(new.answer)
            assert (found.seller_id, found.views, found.attributes) == ("s", ["front"], {"price": 1.5})
            with pytest.raises(CheckNotFound, match="'nope'"):
                await store.check_rows.find(SERVER, "nope")

    asyncio.run(work())


def test_a_check_that_was_stored_before_a_field_existed_is_read_without_it(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            old, new = new_check(b"a"), new_check(b"b")
            for check in (old, new):
                await store.check_rows.add(check)
            engine = place.connect()
            with Session(engine) as session, session.begin():
                row = session.get_one(CheckRow, old.answer.check_id)
                row.answer = json.dumps({k: v for k, v in json.loads(row.answer).items() if k != "thresholds"})
            engine.dispose()
            assert (await store.check_rows.find(SERVER, old.answer.check_id)).thresholds is None
            assert (await store.check_rows.find(SERVER, new.answer.check_id)).thresholds == new.answer.thresholds
            assert new.answer.thresholds is not None

    asyncio.run(work())


def test_a_list_knows_the_latest_decision_and_the_uncertainty_of_each_check(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.check_rows
            made = [new_check(), new_check(), new_check()]
            unsure, conformal = (new.answer.model_copy(update={"authenticity": 0.5}) for new in made[1:])
            conformal = conformal.model_copy(update={"authenticity_kind": "conformal"})
            await rows.add(made[0])
            await rows.add(dataclasses.replace(made[1], answer=unsure))
            await rows.add(dataclasses.replace(made[2], answer=conformal))
            await store.review_rows.add(SERVER, unsure.check_id, "genuine", "", NOW)
            later = (await store.review_rows.add(SERVER, unsure.check_id, "counterfeit", "", NOW)).review

            async def listed(**wanted: object) -> list[str]:
                page = await rows.find_page(SERVER, CheckFilter(**wanted), 9)  # type: ignore[arg-type]
                return [check.check_id for check in page.checks]

            assert await listed(decision="counterfeit") == await listed(reviewed=True) == [unsure.check_id]
            assert await listed(decision="genuine") == []
            assert set(await listed(min_uncertainty=0.0)) == {unsure.check_id, made[0].answer.check_id}
            assert await listed(min_uncertainty=1.0) == [unsure.check_id]
            assert (await rows.count(SERVER, CheckFilter(queue=True))).total == 2
            await store.review_rows.withdraw(SERVER, unsure.check_id, NOW, review_id=later.review_id)
            assert await listed(decision="genuine") == [unsure.check_id], "the one before it counts again"
            await store.review_rows.withdraw(SERVER, unsure.check_id, NOW, review_id=later.review_id - 1)
            assert await listed(decision="decided") == []
            assert (await rows.count(SERVER, CheckFilter(queue=True))).total == 3

    asyncio.run(work())


def test_a_photo_is_unused_when_no_check_keeps_it(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.check_rows
            one, two = new_check(b"a", b"b"), new_check(b"b", b"c", kept=(True, False))
            await rows.add(one)
            await rows.add(two)
            assert await rows.photo_sha256s(SERVER, [two.answer.check_id]) == {digest(b"b"), digest(b"c")}
            sha256s = [digest(photo) for photo in (b"a", b"b", b"c", b"d")]
            assert await rows.unused(sha256s) == sorted([digest(b"c"), digest(b"d")])
            recorded: list[str] = []
            named = [one.answer.check_id, "nope"]
            assert await rows.delete(SERVER, named, lambda _, deleted: recorded.extend(deleted)) == 1
            assert await rows.delete(SERVER, named, lambda _, deleted: recorded.extend(deleted)) == 0
            assert recorded == [one.answer.check_id]
            assert digest(b"a") in await rows.unused(sha256s)
            assert digest(b"b") not in await rows.unused(sha256s)
            photo = await rows.find_photo(SERVER, two.answer.check_id, 1)
            assert photo is not None
            assert (photo.sha256, photo.kept) == (digest(b"c"), False)
            assert await rows.find_photo(SERVER, two.answer.check_id, 2) is None

    asyncio.run(work())


def test_expired_checks_are_listed_oldest_first_up_to_the_limit_and_from_a_place_on(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            made = [new_check(created_at=NOW - days * DAY) for days in (1, 5, 3)]
            for new in made:
                await store.check_rows.add(new)
            ids = [new.answer.check_id for new in made]
            rule = Rule(outcome="review", days=2)
            found = await store.check_rows.find_expired(rule, NOW + 2 * DAY, 9)
            assert [check_id for _, check_id in found] == [ids[1], ids[2], ids[0]]
            assert await store.check_rows.find_expired(rule, NOW, 1) == found[:1]
            assert await store.check_rows.find_expired(rule, NOW, 9, found[0]) == found[1:2]
            assert await store.check_rows.find_expired(Rule(outcome="genuine", days=2), NOW + 2 * DAY, 9) == []

    asyncio.run(work())


def test_an_idempotency_key_is_valid_for_24_hours(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            claim = Claim(key_sha256="k", fingerprint="f")
            new = new_check(b"a", claim=claim)
            await store.keep(new, [b"a"])
            day = datetime.timedelta(hours=24)
            second = datetime.timedelta(seconds=1)
            assert await store.check_rows.find_answer(SERVER, claim, NOW + day) == new.answer
            assert await store.check_rows.find_answer(SERVER, claim, NOW + day + second) is None
            other = dataclasses.replace(claim, fingerprint="g")
            with pytest.raises(IdempotencyKeyReused):
                await store.check_rows.find_answer(SERVER, other, NOW + day)
            later = new_check(b"a", created_at=NOW + 2 * day, claim=other)
            await store.keep(later, [b"a"])  # the same key again, a day later, stands for the new check
            assert await store.check_rows.find_answer(SERVER, other, NOW + 2 * day) == later.answer
            await store.delete_old_keys(NOW + 4 * day)
            assert await store.check_rows.find_answer(SERVER, other, NOW + 2 * day) is None

    asyncio.run(work())
