from __future__ import annotations

import asyncio
import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from serving.audit_log.entry import FIRST_PREVIOUS, as_json, as_line, new_entry
from serving.audit_log.verify import Verified, verify_lines
from serving.principal import SERVER, Principal
from serving.store.audit_rows import AuditFilter, AuditRows, append_entry
from serving.store.database.named_store import DATABASE_FILE
from serving.store.database.postgresql import open_postgresql
from serving.store.database.sqlite import connect
from serving.store.store import Store
from tests.serving.builders.stores import Place, opened
from tests.serving.servers.postgresql import PostgresqlServer

ALL = AuditFilter()


@pytest.fixture
def address(postgresql: PostgresqlServer) -> Iterator[str]:
    with postgresql.store() as database:
        yield database


MARA = Principal(name="key-1", rate_key="key-1")
ACME = Principal(name="key-2", rate_key="key-2", member_id="acme", products=frozenset({"mug"}))


async def verified(store: Store, caller: Principal = SERVER, *, selected: bool = False) -> Verified:
    entries = await store.audit_rows.find_after(caller, 10_000)
    return verify_lines([json.dumps(as_json(entry)) for entry in entries], selected=selected)


def test_entries_of_many_writes_at_once_are_one_chain(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            assert (await store.audit_rows.find_head()).hash == FIRST_PREVIOUS
            rows = store.audit_rows
            await asyncio.gather(
                *(rows.append(new_entry(MARA, "review.recorded", "check", f"c-{n}")) for n in range(150))
            )
            found, head = await verified(store), await rows.find_head()
            assert (found.entries, found.broken) == (150, None)
            assert (found.sequence, found.head) == (head.sequence, head.hash)

    asyncio.run(work())


def test_several_entries_of_one_transaction_follow_each_other_and_vanish_with_it(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:

            def record(session: Session, *, fail: bool) -> None:
                for number in range(3):
                    append_entry(session, new_entry(MARA, "review.recorded", "check", f"c-{number}"))
                if fail:
                    raise ValueError("what is recorded did not happen")

            database = store.audit_rows._database
            await database.write(lambda session: record(session, fail=False))
            with pytest.raises(ValueError, match="did not happen"):
                await database.write(lambda session: record(session, fail=True))
            found = await verified(store)
            assert (found.entries, found.broken) == (3, None)

    asyncio.run(work())


def test_the_chain_goes_on_after_a_restart(place: Place) -> None:
    async def work() -> None:
        for _ in range(2):
            async with opened(place) as store:
                await store.audit_rows.append(new_entry(SERVER, "server.started", "server", "settings"))
        async with opened(place) as store:
            found = await verified(store)
            assert (found.entries, found.broken) == (2, None)

    asyncio.run(work())


def test_the_entries_of_two_servers_on_one_postgresql_are_one_chain(address: str) -> None:
    async def work() -> None:
        databases = [open_postgresql(address) for _ in range(2)]
        try:
            servers = [AuditRows(database) for database in databases]
            head = await servers[0].find_head()
            assert head.sequence == 0  # so the two also meet at the first entry
            entries = (new_entry(MARA, "review.recorded", "check", f"c-{number}") for number in range(60))
            await asyncio.gather(*(servers[number % 2].append(entry) for number, entry in enumerate(entries)))
            lines = [as_line(entry) for entry in await servers[1].find_after(SERVER, 100)]
            found, head = verify_lines(lines), await servers[0].find_head()
            assert (found.entries, found.broken, found.head) == (60, None, head.hash)
            assert len({json.loads(line)["object"]["id"] for line in lines}) == 60
        finally:
            for database in databases:
                database.close()

    asyncio.run(work())


def test_two_processes_on_one_sqlite_file_write_one_chain(tmp_path: Path) -> None:
    """Nothing but the file holds the two apart, as with a command beside the server."""

    async def work() -> None:
        async with opened(tmp_path) as store:
            engine = connect(tmp_path / DATABASE_FILE)

            def append_beside(number: int) -> None:
                with Session(engine) as session, session.begin():
                    append_entry(session, new_entry(SERVER, "checks.exported", "checks", f"beside-{number}"))

            beside = (asyncio.to_thread(append_beside, number) for number in range(30))
            own = (store.audit_rows.append(new_entry(MARA, "review.recorded", "check", str(n))) for n in range(30))
            await asyncio.gather(*beside, *own)
            engine.dispose()
            found = await verified(store)
            assert (found.entries, found.broken) == (60, None)

    asyncio.run(work())


def test_lists_are_filtered_and_go_on_from_a_number_in_both_directions(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.audit_rows
            for number in range(4):
                await rows.append(new_entry(MARA, "review.recorded", "check", f"c-{number % 2}"))
            await rows.append(new_entry(SERVER, "server.started", "server", "settings"))

            async def numbers(wanted: AuditFilter) -> list[int]:
                return [entry.sequence for entry in await rows.find_before(SERVER, wanted, 10)]

            assert await numbers(ALL) == [5, 4, 3, 2, 1]
            assert await numbers(AuditFilter(action="server.started")) == [5]
            assert await numbers(AuditFilter(actor="key-1")) == [4, 3, 2, 1]
            assert await numbers(AuditFilter(object_kind="check", object_id="c-1")) == [4, 2]
            now = datetime.datetime.now(datetime.UTC)
            assert await numbers(AuditFilter(since=now)) == []
            assert await numbers(AuditFilter(until=now)) == [5, 4, 3, 2, 1]
            assert [entry.sequence for entry in await rows.find_before(SERVER, ALL, 2, before=4)] == [3, 2]
            assert [entry.sequence for entry in await rows.find_after(SERVER, 2, after=2)] == [3, 4]

    asyncio.run(work())


def test_a_member_finds_its_own_entries_alone(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.audit_rows
            await rows.append(new_entry(MARA, "review.recorded", "check", "c-1"))
            await rows.append(new_entry(ACME, "review.recorded", "check", "c-2"))
            await rows.append(new_entry(MARA, "key.revoked", "key", "key-2", member_id="acme"))
            await rows.append(new_entry(MARA, "key.revoked", "key", "key-3", member_id="other"))
            assert [entry.sequence for entry in await rows.find_before(ACME, ALL, 10)] == [3, 2]
            found = await verified(store, ACME, selected=True)
            assert (found.entries, found.broken) == (2, None)

    asyncio.run(work())


def test_what_names_people_can_be_deleted_and_the_chain_still_holds(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            rows = store.audit_rows
            await rows.append(new_entry(MARA, "review.recorded", "check", "c-1", private={"user": "Mara"}))
            now = datetime.datetime.now(datetime.UTC)
            await rows.append(new_entry(MARA, "review.recorded", "check", "c-2", private={"user": "Mara"}))
            assert await rows.delete_private_before(now) == 1
            first, second, expired = await rows.find_after(SERVER, 10)
            assert (first.private, second.private is None) == (None, False)
            assert json.loads(expired.content)["details"]["entries"] == 1
            found = await verified(store)
            assert (found.entries, found.private_deleted, found.broken) == (3, 1, None)

    asyncio.run(work())
