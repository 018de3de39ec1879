from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from serving.errors import StoreUnavailable
from serving.store.database.postgresql import connect, parse_address
from serving.store.database.transactions import Transactions
from serving.store.tables import CheckRow
from tests.serving.servers.cut_connections import Cut, relayed
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.store.tables.conftest import check_row

ROW = {name: value for name, value in vars(check_row("c")).items() if not name.startswith("_")}


@pytest.fixture
def address(postgresql: PostgresqlServer) -> Iterator[str]:
    with postgresql.store() as address:
        yield address


@pytest.fixture
def transactions(address: str) -> Iterator[Transactions]:
    engine = connect(parse_address(address), isolation_level="AUTOCOMMIT", pool_size=4)
    yield Transactions(engine)
    engine.dispose()


def ids(transactions: Transactions) -> list[str]:
    return transactions.read(lambda session: list(session.scalars(select(CheckRow.check_id).order_by("check_id"))))


def die(session: Session) -> None:
    session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_every_transaction_has_its_isolation_and_its_limits(transactions: Transactions) -> None:
    def settings(session: Session) -> list[str]:
        names = ("transaction_isolation", "transaction_read_only", "statement_timeout", "lock_timeout",
                 "idle_in_transaction_session_timeout")  # fmt: skip
        return [session.execute(text(f"SHOW {name}")).scalar_one() for name in names]

    assert transactions.read(settings) == ["repeatable read", "on", "30s", "10s", "1min"]
    assert transactions.write(settings) == ["serializable", "off", "30s", "10s", "1min"]
    held = transactions.hold([1], shared=True)
    assert transactions.read_held(held, settings) == ["read committed", "off", "30s", "10s", "1min"]
    transactions.release(held)
    left = transactions.read(lambda session: session.scalar(text("SELECT count(*) FROM pg_prepared_statements")))
    assert left == 0, "a pgbouncer that pools transactions would not find them again"


def test_a_transaction_that_finds_no_free_connection_is_unavailable(address: str) -> None:
    engine = connect(
        parse_address(address), isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=0, pool_timeout=0.01
    )
    transactions = Transactions(engine)
    held = transactions.hold([1], shared=True)
    with pytest.raises(StoreUnavailable):
        ids(transactions)
    transactions.release(held)
    assert ids(transactions) == []
    engine.dispose()


@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_connection_that_is_lost_before_the_commit_is_replaced_and_the_work_repeated(
    transactions: Transactions, kind: str
) -> None:
    attempts: list[int] = []

    def work(session: Session) -> str:
        attempts.append(1)
        if kind == "write":
            session.add(check_row("c"))
            session.flush()
        if len(attempts) == 1:
            die(session)
        return "done"

    assert getattr(transactions, kind)(work) == "done"
    assert len(attempts) == 2
    assert ids(transactions) == (["c"] if kind == "write" else [])


def test_idle_connections_that_were_lost_fail_no_request(address: str, transactions: Transactions) -> None:
    ids(transactions)
    transactions.write(lambda session: session.add(check_row("a")))
    transactions.read(
        lambda session: session.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                 "AND pid <> pg_backend_pid()")
        ).all()
    )  # fmt: skip
    transactions.write(lambda session: session.add(check_row("b")))
    assert ids(transactions) == ["a", "b"]


@pytest.mark.parametrize(("cut", "stored"), [("before", []), ("after", ["c"])])
@pytest.mark.parametrize("kind", ["write", "write_rows", "finish"])
def test_a_commit_whose_connection_is_lost_is_not_repeated_and_not_reported_as_made(
    postgresql: PostgresqlServer, address: str, transactions: Transactions, cut: Cut, stored: list[str], kind: str
) -> None:
    """Whether it was made can't be known: repeating it would write twice, and its answer may be about nothing."""
    attempts: list[int] = []

    def add(session: Session) -> None:
        attempts.append(1)
        session.execute(insert(CheckRow), [ROW])

    def finish(cutting: Transactions) -> None:
        held = cutting.hold([1], shared=True)
        try:
            cutting.finish(held, [(insert(CheckRow), ROW)])
        finally:
            cutting.release(held)

    kinds: dict[str, Callable[[Transactions], None]] = {
        "write": lambda cutting: cutting.write(add),
        "write_rows": lambda cutting: cutting.write_rows([(insert(CheckRow), ROW)]),
        "finish": finish,
    }
    with relayed(postgresql.port, b"COMMIT\0") as relay:
        through = address.replace(f":{postgresql.port}/", f":{relay.port}/")
        engine = connect(parse_address(through), isolation_level="AUTOCOMMIT", pool_size=2)
        cutting = Transactions(engine)
        ids(cutting)
        relay.cut = cut
        with pytest.raises(StoreUnavailable, match="which was made or not"):
            kinds[kind](cutting)
        assert len(attempts) == (1 if kind == "write" else 0)
        assert cutting.last_write_failed
        assert wait_for(transactions, stored) == stored
        cutting.write(lambda session: session.merge(check_row("c")))  # by its unique key, it is safe to send again
        assert ids(transactions) == ["c"]
        assert not cutting.last_write_failed
        engine.dispose()


def wait_for(transactions: Transactions, expected: list[str]) -> list[str]:
    """A server that never hears from its client again commits, or takes back, a moment later."""
    for _ in range(100):
        if ids(transactions) == expected:
            break
        threading.Event().wait(0.02)
    return ids(transactions)


def test_writes_that_lock_each_other_are_repeated(transactions: Transactions) -> None:
    for check_id in ("a", "b"):
        transactions.write_rows([(insert(CheckRow), {**ROW, "check_id": check_id})])
    both = threading.Barrier(2)
    results: list[Any] = []

    def update(order: tuple[str, str]) -> None:
        attempts: list[int] = []

        def work(session: Session) -> int:
            attempts.append(1)
            for place, check_id in enumerate(order):
                session.execute(text("UPDATE checks SET decision = 'genuine' WHERE check_id = :c"), {"c": check_id})
                if place == 0 and len(attempts) == 1:
                    both.wait(10)
            return len(attempts)

        results.append(transactions.write(work))

    threads = [threading.Thread(target=update, args=(order,)) for order in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(results) == 2
    assert max(results) > 1, "neither was repeated, so they did not lock each other"


def test_a_hold_that_is_lost_writes_nothing(transactions: Transactions) -> None:
    held = transactions.hold([5], shared=True)
    with pytest.raises(StoreUnavailable):
        transactions.read_held(held, die)
    other = transactions.hold([5], shared=False)  # its lock is gone with it
    with pytest.raises(StoreUnavailable):
        transactions.finish(held, [(insert(CheckRow), ROW)])
    transactions.release(held)
    transactions.release(other)
    assert ids(transactions) == []


def test_shared_holds_go_together_and_exclude_a_lone_one(transactions: Transactions) -> None:
    one, two = (transactions.hold([-7, 2**63 - 1], shared=True) for _ in range(2))
    locked = threading.Event()

    def hold_alone() -> None:
        alone = transactions.hold([2**63 - 1], shared=False)
        locked.set()
        transactions.release(alone)

    thread = threading.Thread(target=hold_alone)
    thread.start()
    assert not locked.wait(0.2)
    transactions.release(one)
    assert not locked.wait(0.2)
    transactions.release(two)
    assert locked.wait(30)
    thread.join()


def test_a_database_that_takes_no_connections_is_unavailable_until_it_does(
    postgresql: PostgresqlServer, address: str, transactions: Transactions
) -> None:
    name = address.rpartition("/")[2]
    assert ids(transactions) == []
    postgresql.run("postgres", f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    postgresql.run("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    for attempt in (ids, lambda transactions: transactions.write(lambda session: session.add(check_row("a")))):
        with pytest.raises(StoreUnavailable) as caught:
            attempt(transactions)
        assert caught.value.retry_after_s > 0
    postgresql.run("postgres", f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    transactions.write(lambda session: session.add(check_row("b")))
    assert ids(transactions) == ["b"]
