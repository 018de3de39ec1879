from __future__ import annotations

import asyncio
import datetime

from serving.principal import SERVER
from serving.store.audit_rows import AuditFilter
from serving.store.cases.standing_values import Record, StandingChange, Status, Subject
from tests.serving.builders.cases.decided_cases import FIRST, add_cases, case_rows
from tests.serving.builders.cases.new_cases import MUGS, TOYS
from tests.serving.builders.stores import Place, opened

LATER = FIRST + datetime.timedelta(days=2)
UNTIL = FIRST + datetime.timedelta(days=90)
FAST = StandingChange(status=Status(standing="fast"), reason_code="earned", reason="well done")
OUT = StandingChange(status=Status(standing="out", until=UNTIL), reason_code="upheld_too_few", reason="too few")


def test_records_are_those_of_members_and_rules_that_are_there(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            cases = [
                case_rows(1, ("upheld",)),
                case_rows(2, ("rejected",), rule_id="r", opened_by="rule"),
                case_rows(3, ("upheld",), member_id="removed", rule_id="deleted"),
            ]
            await add_cases(store, cases)
            found = await store.fast_track_rows.find_records(FIRST, LATER)
            member = Subject(kind="member", subject_id="m", member_id="m")
            rule = Subject(kind="rule", subject_id="r", member_id="m")
            assert found == [(member, Record(decided=2, upheld=1)), (rule, Record(decided=1, upheld=0))]
            # Who stands somewhere is evaluated also when nothing was decided any more.
            await store.fast_track_rows.evaluate(SERVER, found[:1], lambda *_: FAST, LATER)
            assert await store.fast_track_rows.find_records(UNTIL, UNTIL) == [(member, Record())]

    asyncio.run(work())


def test_a_change_is_stored_with_its_record_event_and_entry_and_seen_by_its_member_alone(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add_cases(store, [])
            rows = store.fast_track_rows
            toys = (Subject(kind="member", subject_id="m", member_id="m"), Record(decided=50, upheld=48))
            rule = (Subject(kind="rule", subject_id="r", member_id="m"), Record(decided=5, upheld=1))
            mugs = (Subject(kind="member", subject_id="n", member_id="n"), Record(decided=1, upheld=1))
            seen: list[Status] = []
            assert await rows.evaluate(SERVER, [toys, mugs, rule], lambda *_: None, FIRST) == 0
            assert await rows.evaluate(SERVER, [toys], lambda *_: FAST, FIRST) == 1
            assert await rows.evaluate(SERVER, [toys], lambda status, _: seen.append(status) or OUT, LATER) == 1  # type: ignore[func-returns-value]
            assert seen == [Status(standing="fast")]
            standing = {one.subject_id: one for one in await rows.find_page(SERVER, 9)}
            assert (standing["m"].standing, standing["m"].name, standing["m"].decided) == ("out", "Toys", 50)
            assert standing["m"].until == "2026-06-30T12:00:00.000Z"
            assert (standing["r"].standing, standing["r"].upheld_share) == ("standard", 0.2)
            assert [one.subject_id for one in await rows.find_page(TOYS, 9)] == ["m", "r"]
            assert [one.subject_id for one in await rows.find_page(MUGS, 9)] == ["n"]
            assert [one.subject_id for one in await rows.find_page(SERVER, 9, standing="out")] == ["m"]
            assert [one.subject_id for one in await rows.find_page(SERVER, 1, after=("member", "m"))] == ["n"]
            assert [one.subject_id for one in await rows.find_page(SERVER, 1, after=("member", "n"))] == ["r"]
            changes = await rows.find_changes(TOYS, 9)
            assert [(one.from_standing, one.to_standing, one.reason) for one in changes] == [
                ("fast", "out", "too few"),
                ("standard", "fast", "well done"),
            ]
            assert await rows.find_changes(SERVER, 9, before=changes[0].change_id) == changes[1:]
            assert await rows.find_changes(MUGS, 9) == []
            assert await rows.find_changes(SERVER, 9, subject_id="r") == []
            await store.event_rows.number()
            events = (await store.event_rows.find_page(TOYS, after=0, limit=9)).events
            assert [(event.type, event.data["to"], event.data["reason"]) for event in events] == [
                ("fast_track.changed", "fast", "well done"),
                ("fast_track.changed", "out", "too few"),
            ]
            assert not (await store.event_rows.find_page(MUGS, after=0, limit=9)).events
            assert len(await store.audit_rows.find_before(TOYS, AuditFilter(action="fast_track.changed"), 9)) == 2

    asyncio.run(work())
