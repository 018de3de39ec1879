from __future__ import annotations

import asyncio
import datetime
import functools
from typing import Any

import pytest

from serving.errors import IdempotencyKeyReused, MemberNotFound, WarningMissing
from serving.principal import SERVER
from serving.store.audit_rows import AuditFilter
from serving.store.cases.misuse_rows import suspended_until
from serving.store.cases.standing_values import MemberMisuse, MisuseFigures
from serving.store.idempotency_rows import Claim
from serving.store.store import Store
from tests.serving.builders.cases.decided_cases import FIRST, add_cases, case_rows
from tests.serving.builders.cases.new_cases import MUGS, TOYS
from tests.serving.builders.stores import Place, opened

DAY = datetime.timedelta(days=1)
SINCE = FIRST - 30 * DAY
WARNED = FIRST + DAY


async def step(store: Store, kind: Any, now: datetime.datetime, **values: Any) -> Any:
    until = values.pop("until", None)
    known = {"unfounded": "manifestly_unfounded", "since": SINCE, "now": now, "require": lambda member: None}
    return await store.misuse_rows.add_step(
        SERVER, values.pop("member_id", "m"), kind, "why", until, **{**known, **values}
    )


def test_unfounded_notices_are_counted_also_after_the_warning_in_force(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            unfounded = ("rejected:manifestly_unfounded",)
            cases = [
                case_rows(1, unfounded),
                case_rows(2, unfounded, at=FIRST + 2 * DAY),
                case_rows(3, unfounded, at=SINCE - DAY),  # long ago
                case_rows(4, ("rejected:other",)),
                case_rows(5, ("upheld",)),
                case_rows(6, ("upheld",), member_id="n"),
                case_rows(7, unfounded, member_id=None),
            ]
            await add_cases(store, cases)
            now = FIRST + 3 * DAY
            find = functools.partial(store.misuse_rows.find_members, unfounded="manifestly_unfounded")
            figures = MisuseFigures(decided=4, unfounded=2)
            known = {"member_id": "m", "name": "Toys", "suspended_until": None}
            assert await find(SERVER, since=SINCE, now=now) == [
                MemberMisuse(figures=figures, warned_at=None, **known)  # type: ignore[arg-type]
            ]
            await step(store, "warning", WARNED)
            figures = MisuseFigures(decided=4, unfounded=2, unfounded_since_warning=1)
            assert await find(TOYS, since=SINCE, now=now) == [
                MemberMisuse(figures=figures, warned_at=WARNED, **known)  # type: ignore[arg-type]
            ]
            assert await find(MUGS, since=SINCE, now=now) == []

    asyncio.run(work())


def test_a_step_is_taken_once_by_its_key_and_seen_by_its_member_alone(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_cases(store, [])
            claim = Claim(key_sha256="k", fingerprint="f")
            made = await asyncio.gather(*(step(store, "warning", WARNED, claim=claim) for _ in range(4)))
            assert len({one.step_id for one in made}) == 1
            with pytest.raises(IdempotencyKeyReused):
                await step(store, "warning", WARNED, claim=Claim(key_sha256="k", fingerprint="g"))
            with pytest.raises(MemberNotFound):
                await step(store, "warning", WARNED, member_id="nobody")

            def refuse(member: MemberMisuse) -> None:
                assert (member.member_id, member.warned_at) == ("m", WARNED)
                raise WarningMissing("x")

            with pytest.raises(WarningMissing):
                await step(store, "suspension", WARNED, require=refuse)
            assert [one.kind for one in await store.misuse_rows.find_steps(TOYS, 9)] == ["warning"]
            assert await store.misuse_rows.find_steps(MUGS, 9) == []
            assert await store.misuse_rows.find_steps(SERVER, 9, member_id="n") == []
            assert await store.misuse_rows.find_steps(SERVER, 9, before=made[0].step_id) == []
            await store.event_rows.number()
            events = (await store.event_rows.find_page(TOYS, after=0, limit=9)).events
            assert [(event.type, event.data["reason"]) for event in events] == [("misuse.warned", "why")]
            assert len(await store.audit_rows.find_before(TOYS, AuditFilter(action="misuse.warned"), 9)) == 1

    asyncio.run(work())


def test_a_suspension_runs_until_its_end_or_until_it_is_lifted(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_cases(store, [])
            end = FIRST + 10 * DAY
            await step(store, "suspension", FIRST, until=end)

            async def until(now: datetime.datetime) -> datetime.datetime | None:
                return await store._database.read(lambda session: suspended_until(session, "m", now))

            assert await until(FIRST) == end
            assert await until(end - datetime.timedelta(seconds=1)) == end
            assert await until(end) is None
            await step(store, "lifting", FIRST + DAY)
            assert await until(FIRST + DAY) is None
            newest, first = await store.misuse_rows.find_steps(SERVER, 9)
            assert (newest.kind, first.lifted_at) == ("lifting", "2026-04-02T12:00:00.000Z")

    asyncio.run(work())
