from __future__ import annotations

import asyncio
from pathlib import Path

from serving.audit_log.entry import new_entry
from serving.principal import SERVER, Principal
from serving.store.evidence.evidence_rows import MadeEvidence
from tests.serving.builders.stores import opened

MEMBER = Principal(name="m", rate_key="m", member_id="m-1", products=frozenset({"mug"}))


def test_the_part_has_the_entries_of_the_objects_and_the_hashes_up_to_the_end(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            for number in range(6):
                entry = new_entry(SERVER, "review.recorded", "check", f"c-{number % 3}", private={"user": "Mara"})
                await store.audit_rows.append(entry)
            part = await store.evidence_rows.audit_part(SERVER, [("check", "c-1"), ("case", "none")], 100)
            assert part is not None
            assert [entry.sequence for entry in part.entries] == [2, 5]
            assert [entry.private for entry in part.entries] == [None, None]
            assert (part.first, len(part.hashes), part.head, part.hashes[-1]) == (2, 5, 6, part.head_hash)
            cut = await store.evidence_rows.audit_part(SERVER, [("check", "c-1")], 2)
            assert cut is not None
            assert (cut.first, len(cut.hashes)) == (5, 2)
            assert await store.evidence_rows.audit_part(SERVER, [("check", "none")], 2) is None

    asyncio.run(work())


def test_a_member_gets_its_own_entries_alone(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            await store.audit_rows.append(new_entry(SERVER, "review.recorded", "check", "c-1"))
            assert await store.evidence_rows.audit_part(MEMBER, [("check", "c-1")], 10) is None
            await store.audit_rows.append(new_entry(MEMBER, "review.recorded", "check", "c-1"))
            part = await store.evidence_rows.audit_part(MEMBER, [("check", "c-1")], 10)
            assert part is not None
            assert [entry.sequence for entry in part.entries] == [2]

    asyncio.run(work())


def test_a_file_that_was_made_is_an_entry_and_an_event(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            made = MadeEvidence(kind="case", id="k-1", format="zip", sha256="0" * 64, product="mug", check_id=None)
            await store.evidence_rows.record(MEMBER, made)
            part = await store.evidence_rows.audit_part(MEMBER, [("case", "k-1")], 10)
            assert part is not None
            assert '"sha256":"' + "0" * 64 in part.entries[0].content
            await store.event_rows.number()
            (event,) = (await store.event_rows.find_page(MEMBER, after=0, limit=9)).events
            assert (event.type, event.data["id"]) == ("evidence.exported", "k-1")

    asyncio.run(work())
