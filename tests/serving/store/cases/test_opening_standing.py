from __future__ import annotations

import asyncio
import datetime
from typing import Any

import pytest

from serving.errors import NotifierSuspended
from serving.principal import SERVER
from serving.schemas.enforcement.standing import TrustedFlaggerSent
from serving.store.cases.standing_values import Record, StandingChange, Status, Subject
from serving.store.store import Store
from tests.serving.builders.cases.decided_cases import add_cases
from tests.serving.builders.cases.new_cases import TOYS, new_case, opening
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import Place, opened
from tests.serving.store.cases.test_misuse_rows import DAY, step

OF_MEMBER = {"opened_by": "member", "member_id": "m"}
OF_RULE = {"opened_by": "rule", "member_id": "m", "rule_id": "r"}
FAST = StandingChange(status=Status(standing="fast"), reason_code="earned", reason="")


async def is_fast(store: Store, values: dict[str, Any], jurisdiction: str = "EU", at: datetime.datetime = NOW) -> bool:
    made = await store.case_rows.add(SERVER, new_case(**values), opening(jurisdiction=jurisdiction, at=at))
    return (await store.case_rows.find(SERVER, made.case_id, NOW)).fast_track


def test_a_case_is_fast_where_its_member_or_its_rule_earned_it_or_by_law(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_cases(store, [])
            assert not await is_fast(store, OF_MEMBER)
            rule = (Subject(kind="rule", subject_id="r", member_id="m"), Record())
            await store.fast_track_rows.evaluate(SERVER, [rule], lambda *_: FAST, NOW)
            assert await is_fast(store, OF_RULE)
            assert not await is_fast(store, OF_MEMBER)
            assert not await is_fast(store, {"opened_by": "operator"})
            assert not await is_fast(store, {"opened_by": "test_buy", "member_id": "m"})
            day = NOW.date()
            status = TrustedFlaggerSent(authority="DSC", country="DE", since=day, until=day)
            await store.trusted_flagger_rows.put(SERVER, "m", status, NOW)
            assert await is_fast(store, OF_MEMBER)
            assert not await is_fast(store, OF_MEMBER, "other")
            for at in (NOW - DAY, NOW + DAY):
                assert not await is_fast(store, OF_MEMBER, at=at)
            member = (Subject(kind="member", subject_id="m", member_id="m"), Record())
            await store.fast_track_rows.evaluate(SERVER, [member], lambda *_: FAST, NOW)
            assert await is_fast(store, OF_MEMBER, "other")

    asyncio.run(work())


def test_a_suspended_members_notices_are_refused_and_what_others_find_is_not(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_cases(store, [])
            before = await store.case_rows.add(TOYS, new_case(**OF_MEMBER, origin_key="o"), opening())
            await step(store, "suspension", NOW, until=NOW + DAY)
            for values in (OF_MEMBER, OF_RULE, {**OF_MEMBER, "opened_by": "cluster"}):
                with pytest.raises(NotifierSuspended, match="not processed until 2026-05-02"):
                    await store.case_rows.add(TOYS, new_case(**values), opening())
            again = await store.case_rows.add(TOYS, new_case(**OF_MEMBER, origin_key="o"), opening())
            assert (again.case_id, again.replayed) == (before.case_id, True)
            await store.case_rows.add(SERVER, new_case(opened_by="test_buy", member_id="m"), opening())
            await store.case_rows.add(TOYS, new_case(**OF_MEMBER), opening(at=NOW + DAY))

    asyncio.run(work())
