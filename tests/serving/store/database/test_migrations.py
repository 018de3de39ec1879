from __future__ import annotations

import asyncio
import base64
import concurrent.futures
import dataclasses
import json
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, MetaData, String, insert, select, text
from sqlalchemy.orm import Session

from serving.errors import CheckOfOthers
from serving.http.check_body import check_of_json
from serving.jobs.reception import LineReader
from serving.principal import SERVER
from serving.store.database.migrations import migrate
from serving.store.database.postgresql import connect, parse_address
from serving.store.tables import CheckRow, EventNumberRow, Table
from tests.serving.builders.new_checks import NOW, digest, new_check
from tests.serving.builders.stored_jobs import LATER, OPERATOR, lease, member
from tests.serving.builders.stores import Place, opened, photo_names
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.store.tables.conftest import check_row


def test_servers_that_start_at_once_migrate_once(postgresql: PostgresqlServer) -> None:
    with postgresql.database() as address:
        engines = [connect(parse_address(address)) for _ in range(4)]
        with concurrent.futures.ThreadPoolExecutor(len(engines)) as pool:
            list(pool.map(migrate, engines))
        with Session(engines[0]) as session:
            assert session.scalars(select(EventNumberRow.last)).all() == [0]
        for engine in engines:
            engine.dispose()


def test_a_role_without_the_right_to_change_tables_starts_where_nothing_is_to_be_changed(
    postgresql: PostgresqlServer,
) -> None:
    with postgresql.store() as address:
        postgresql.run("postgres", "CREATE ROLE reader LOGIN")
        database = address.rpartition("/")[2]
        postgresql.run(database, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        engine = connect(parse_address(address.replace("touchstone@", "reader@")))
        migrate(engine)
        engine.dispose()
        postgresql.run(database, "DROP OWNED BY reader")
        postgresql.run("postgres", "DROP ROLE reader")


def test_text_is_sorted_by_code_point_as_in_sqlite(postgresql: PostgresqlServer) -> None:
    """The cluster's own order, en, would give a, A, b; ids have both cases in base 62, and products are words."""
    with postgresql.store() as address:
        engine = connect(parse_address(address))
        with Session(engine) as session:
            session.add_all(check_row(name) for name in ("b", "A", "a-c", "ab", "B", "é", "Z"))
            session.flush()
            assert session.scalars(select(CheckRow.check_id).order_by(CheckRow.check_id)).all() == sorted(
                ("b", "A", "a-c", "ab", "B", "é", "Z")
            )
            assert session.execute(text("SELECT 'a' < 'B'")).scalar_one(), "the cluster's order must be another one"
            collations = session.execute(
                text("SELECT table_name, column_name, collation_name FROM information_schema.columns "
                     "WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')")
            ).all()  # fmt: skip
        engine.dispose()
    columns = {(table.name, column.name) for table in Table.metadata.sorted_tables for column in table.columns
               if isinstance(column.type, String)}  # fmt: skip
    assert {(table, column) for table, column, _ in collations} >= columns
    assert {collation for _, _, collation in collations} == {"C"}


@pytest.fixture
def place(place: Place, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A place without any table, where the tests of stores have one that was migrated."""
    if not place.database:
        yield place
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    with server.database() as database:
        yield Place(folder=place.folder, database=database)


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    engine = place.connect()
    yield engine
    engine.dispose()


def test_a_failed_migration_leaves_the_tables_as_they_were(place: Place, engine: Engine) -> None:
    """On either database all of it is one transaction."""
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))  # so that the next ones collide
        before = connection.execute(text("SELECT version_num FROM alembic_version")).all()
    with pytest.raises(Exception, match="already exists"):
        migrate(engine)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).all() == before


def test_checks_and_waiting_lines_of_before_senders_and_photos_of_lines_were_stored(
    place: Place, engine: Engine
) -> None:
    """Such a check is the operator's, and such a line has its photo in its JSON."""
    migrate(engine, "0014")
    old = new_check(b"old")
    sent = json.dumps({"photos": [{"base64": base64.b64encode(b"sent").decode()}], "seller_id": "s"}).encode()
    then = NOW.replace(tzinfo=None)
    of_job = {"job_id": "j", "line": 1}
    with engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for table, row in (
            ("checks", {
                "check_id": old.answer.check_id, "created_at": then, "product": "toy", "outcome": "review",
                "bundle_sha256": "0" * 64, "attributes": {}, "answer": old.answer.model_dump_json(),
            }),
            ("photos", {"check_id": old.answer.check_id, "position": 0, "sha256": digest(b"old"), "kept": True}),
            ("jobs", {
                "job_id": "j", "caller": "operator", "kind": "listings", "created_at": then, "state": "running",
                "lines": 1, "bytes": 100,
            }),
            ("job_lines", {**of_job, "state": "waiting", "attempts": 0}),
            ("job_line_contents", {**of_job, "content": sent}),
        ):  # fmt: skip
            connection.execute(insert(tables.tables[table]).values(**row))

    async def work() -> None:
        async with opened(place) as store:
            await store.photos.put([(digest(b"old"), b"old")])
            assert await store.remove_orphans() == 0
            with pytest.raises(CheckOfOthers):
                await store.delete_one(member("m"), old.answer.check_id)
            (line,) = await lease(store)
            stored = await store.jobs.read_line(line)
            assert stored is not None
            assert stored.photos == {}
            assert LineReader(read_check=check_of_json, max_photos=12).restore(stored).photos == (b"sent",)
            new = dataclasses.replace(new_check(b"sent"), line=line)
            await store.keep(new, [b"sent"])
            assert await store.jobs.complete_jobs(LATER) == ["j"]
            assert photo_names(place.folder) == {digest(b"old"), digest(b"sent")}
            assert (await store.check_rows.find(SERVER, old.answer.check_id)).check_id == old.answer.check_id
            await store.delete_one(OPERATOR, old.answer.check_id)
            assert photo_names(place.folder) == {digest(b"sent")}

    asyncio.run(work())


def test_notices_and_complaints_of_before_each_seller_had_its_own_stay(place: Place, engine: Engine) -> None:
    migrate(engine, "0024")
    then = NOW.replace(tzinfo=None)
    words = dict.fromkeys(("statement", "reason"), "")
    with engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        for table, row in (
            ("cases", {
                "case_id": "c", "created_at": then, "opened_by": "operator", "product": "toy", "ground": "trademark",
                "country": "DE", "jurisdiction": "EU", "state": "forwarded", "version": 1, "fast_track": False,
                "paused_s": 0.0, **words,
            }),
            ("case_moves", {
                "case_id": "c", "sequence": 1, "at": then, "to_state": "upheld", "actor": "operator",
                "actor_name": "server", "reason": "",
            }),
            ("case_notices", {
                "notice_id": "n", "case_id": "c", "recipient": "seller", "kind": "forwarded", "at": then,
                "body": {"text": "restricted"}, "token_sha256": "t",
            }),
            ("complaints", {
                "complaint_id": "k", "case_id": "c", "side": "seller", "decision_sequence": 1, "created_at": then,
                "text": "mine", "state": "open", "reason": "",
            }),
        ):  # fmt: skip
            connection.execute(insert(tables.tables[table]).values(**row))

    async def work() -> None:
        async with opened(place) as store:
            assert (await store.case_notice_rows.find_by_link("t", NOW)).text == "restricted"
            (complaint,) = await store.complaint_rows.find_of_case(SERVER, "c")
            assert (complaint.text, complaint.notice_id) == ("mine", None)

    asyncio.run(work())
