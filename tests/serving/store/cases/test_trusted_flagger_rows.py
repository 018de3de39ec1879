from __future__ import annotations

import asyncio
import datetime

import pytest

from serving.errors import MemberNotFound, TrustedFlaggerNotFound
from serving.principal import SERVER
from serving.schemas.enforcement.standing import TrustedFlaggerSent
from serving.store.audit_rows import AuditFilter
from serving.store.cases.standing_values import Record, StandingChange, Status, Subject
from tests.serving.builders.cases.decided_cases import FIRST, add_cases
from tests.serving.builders.cases.new_cases import MUGS, TOYS
from tests.serving.builders.stores import Place, opened
from tests.serving.store.cases.test_misuse_rows import step


def test_a_status_is_recorded_replaced_removed_and_seen_by_its_member_alone(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_cases(store, [])
            rows = store.trusted_flagger_rows
            sent = TrustedFlaggerSent(authority="DSC", country="DE", since=datetime.date(2026, 3, 1))
            await rows.put(SERVER, "m", sent, FIRST)
            again = sent.model_copy(update={"until": datetime.date(2026, 12, 31)})
            assert (await rows.put(SERVER, "m", again, FIRST)).until == datetime.date(2026, 12, 31)
            assert [one.member_id for one in await rows.find_all(TOYS)] == ["m"]
            assert await rows.find_all(MUGS) == []
            with pytest.raises(MemberNotFound):
                await rows.put(SERVER, "nobody", sent, FIRST)
            await rows.delete(SERVER, "m")
            with pytest.raises(TrustedFlaggerNotFound):
                await rows.delete(SERVER, "m")
            entries = await store.audit_rows.find_before(TOYS, AuditFilter(object_id="m"), 9)
            assert [entry.content.count("trusted_flagger.re") for entry in entries] == [1, 1, 1]

    asyncio.run(work())


def test_a_removed_member_stands_nowhere_and_what_was_decided_of_it_stays(place: Place) -> None:
    fast = StandingChange(status=Status(standing="fast"), reason_code="earned", reason="")

    async def work() -> None:
        async with opened(place) as store:
            await add_cases(store, [])
            sent = TrustedFlaggerSent(authority="DSC", country="DE", since=datetime.date(2026, 3, 1))
            await store.trusted_flagger_rows.put(SERVER, "m", sent, FIRST)
            both = [(Subject(kind="member", subject_id=one, member_id=one), Record()) for one in ("m", "n")]
            await store.fast_track_rows.evaluate(SERVER, both, lambda *_: fast, FIRST)
            await step(store, "warning", FIRST)
            await store.remove_member(SERVER, "m", FIRST)
            assert await store.trusted_flagger_rows.find_all(SERVER) == []
            assert [one.subject_id for one in await store.fast_track_rows.find_page(SERVER, 9)] == ["n"]
            assert len(await store.fast_track_rows.find_changes(SERVER, 9)) == 2
            assert [one.member_id for one in await store.misuse_rows.find_steps(SERVER, 9)] == ["m"]

    asyncio.run(work())
