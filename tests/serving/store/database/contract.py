"""What every database of the store must do, whichever it is: tests that the tests of each inherit."""

from __future__ import annotations

import asyncio
import datetime
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.orm import Session

from serving.audit_log.source import current_source
from serving.errors import StoreUnavailable
from serving.store.database.database import Database
from serving.store.database.migrations import SchemaUnknown, migrate
from serving.store.tables import IdempotencyRow, ReviewRow, Table
from tests.serving.builders.new_checks import NOW
from tests.serving.store.tables.conftest import check_row

Work = Callable[[Database], Awaitable[Any]]


class DatabaseContract:
    """Each subclass names a new database in `place`, opens it, and connects to it."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> Any:
        raise NotImplementedError

    def open(self, place: Any) -> Database:
        raise NotImplementedError

    def connect(self, place: Any) -> Engine:
        raise NotImplementedError

    def run(self, place: Any, work: Work) -> Any:
        async def opened() -> Any:
            database = self.open(place)
            try:
                return await work(database)
            finally:
                database.close()

        return asyncio.run(asyncio.wait_for(opened(), 60))

    @pytest.fixture
    def engine(self, place: Any) -> Iterator[Engine]:
        engine = self.connect(place)
        yield engine
        engine.dispose()

    def test_the_migrations_make_exactly_the_tables_of_the_code(self, engine: Engine) -> None:
        migrate(engine)
        with engine.connect() as connection:
            assert self.differences(connection) == []

    def differences(self, connection: Connection, *ignored: str | None) -> list[Any]:
        """Compare the tables with the code's, but for the indexes that are ignored."""
        options = {"compare_type": True, "include_name": lambda name, *_: name not in ignored}
        options["include_object"] = lambda _, name, *__: name not in ignored
        found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), Table.metadata)
        return found

    def test_a_write_runs_in_the_context_of_its_caller(self, place: Any) -> None:
        async def work(database: Database) -> list[object]:
            async def write_as(caller: str) -> object:
                current_source.set((caller, "request"))
                return await database.write(lambda _: current_source.get())

            return await asyncio.gather(*(write_as(f"caller {number}") for number in range(20)))

        assert self.run(place, work) == [(f"caller {number}", "request") for number in range(20)]

    def test_migrating_twice_changes_nothing(self, place: Any) -> None:
        for _ in range(2):
            self.open(place).close()

    def test_tables_of_a_newer_version_are_refused_and_left_alone(self, place: Any, engine: Engine) -> None:
        self.open(place).close()
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(SchemaUnknown, match="schema 9999, and this version of Touchstone") as caught:
            self.open(place)
        assert caught.value.code == "schema_unknown"
        with engine.begin() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"

    def test_work_never_runs_on_the_event_loops_thread(self, place: Any) -> None:
        async def work(database: Database) -> set[str]:
            names = {threading.current_thread().name}
            names.add(await database.write(lambda _: threading.current_thread().name))
            names.add(await database.read(lambda _: threading.current_thread().name))
            return names

        assert len(self.run(place, work)) == 3

    def test_an_error_is_store_unavailable_and_quotes_no_value(self, place: Any) -> None:
        async def work(database: Database) -> None:
            add = insert(IdempotencyRow).values(key_hash="k", fingerprint="quoted", check_id="nope", created_at=NOW)
            for attempt in (
                database.write(lambda session: session.execute(text("INSERT INTO nowhere VALUES (1)"))),
                database.read(lambda session: session.execute(text("SELECT * FROM nowhere"))),
                database.write_rows([(add, {})]),
            ):
                with pytest.raises(StoreUnavailable) as caught:
                    await attempt
                assert "nowhere" not in str(caught.value)
                assert caught.value.retry_after_s > 0
                assert caught.value.__cause__ is not None
                assert "quoted" not in str(caught.value.__cause__)

        self.run(place, work)

    def test_the_time_is_utc_and_that_of_now(self, place: Any) -> None:
        before = datetime.datetime.now(datetime.UTC)
        now = self.run(place, lambda database: database.now())
        assert before <= now <= datetime.datetime.now(datetime.UTC)
        assert now.utcoffset() == datetime.timedelta()

    def test_text_with_nul_is_kept_and_searched_like_any_other(self, place: Any) -> None:
        """Callers' text gets into messages; PostgreSQL has no NUL, which stands there as U+FFFD."""

        async def work(database: Database) -> list[str]:
            await database.write(lambda session: session.add(check_row("c")))
            review = ReviewRow(check_id="c", decision="genuine", note="a\0b", created_at=NOW)
            await database.write(lambda session: session.add(review))
            assert await database.read(lambda session: session.get(IdempotencyRow, "no\0key")) is None
            return await database.read(lambda session: list(session.scalars(select(ReviewRow.note))))

        [note] = self.run(place, work)
        assert note.replace("\0", "\ufffd") == "a\ufffdb"

    def test_a_failed_write_leaves_nothing_behind(self, place: Any) -> None:
        async def work(database: Database) -> list[str]:
            def add_and_fail(session: Session) -> None:
                session.add(check_row("c"))
                session.flush()
                raise KeyError("of the work itself")

            with pytest.raises(KeyError, match="of the work itself"):
                await database.write(add_and_fail)
            return await database.read(lambda session: list(session.scalars(text("SELECT check_id FROM checks"))))

        assert self.run(place, work) == []

    def test_writes_at_once_are_as_if_one_ran_after_the_other(self, place: Any) -> None:
        """Each reads the count and adds a row with it: two that overlapped would add the same number."""

        async def work(database: Database) -> list[str]:
            def add_next(session: Session) -> int:
                count = len(session.scalars(select(ReviewRow.review_id)).all())
                session.add(ReviewRow(check_id="c", decision="genuine", note=str(count), created_at=NOW))
                return count

            await database.write(lambda session: session.add(check_row("c")))
            given = await asyncio.gather(*(database.write(add_next) for _ in range(12)))
            assert sorted(given) == list(range(12))
            return await database.read(lambda session: list(session.scalars(select(ReviewRow.note))))

        assert sorted(map(int, self.run(place, work))) == list(range(12))

    def test_of_two_holds_of_one_name_the_second_waits(self, place: Any) -> None:
        async def work(database: Database) -> None:
            order: list[str] = []
            other_in = asyncio.Event()

            async def hold(name: str, *held: str) -> None:
                async with database.hold([letter * 64 for letter in held]):
                    order.append(f"{name} in")
                    if name == "other":
                        other_in.set()
                    await other_in.wait()  # for ever, if it waited for the others
                    await asyncio.sleep(0.05)  # time for a second holder to come in, if it may
                    order.append(f"{name} out")

            await asyncio.gather(hold("first", "a", "b"), hold("second", "b", "a"), hold("other", "c"))
            outs = [order.index(f"{name} out") for name in ("first", "second")]
            ins = [order.index(f"{name} in") for name in ("first", "second")]
            assert min(outs) < max(ins)
            assert order.index("other in") < min(outs)

        self.run(place, work)

    def test_what_is_held_reads_and_writes(self, place: Any) -> None:
        async def work(database: Database) -> None:
            await database.write(lambda session: session.add(check_row("c")))
            add = insert(IdempotencyRow).values(key_hash="k", fingerprint="f", check_id="c", created_at=NOW)
            async with database.hold(["a" * 64], shared=True) as held:
                found = await held.read(lambda session: list(session.scalars(text("SELECT check_id FROM checks"))))
                assert found == ["c"]
                await held.write_rows([(add, {})])
            assert await database.read(lambda session: session.get(IdempotencyRow, "k")) is not None

        self.run(place, work)

    def test_a_database_that_answers_is_pinged_also_after_a_failed_write(self, place: Any) -> None:
        async def work(database: Database) -> None:
            await database.ping()
            with pytest.raises(StoreUnavailable):
                await database.write(lambda session: session.execute(text("INSERT INTO nowhere VALUES (1)")))
            await database.ping()
            await database.checkpoint()

        self.run(place, work)
