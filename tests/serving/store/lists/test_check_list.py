from __future__ import annotations

import contextlib
import datetime
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from serving.principal import SERVER
from serving.schemas.check_lists import CheckSort
from serving.store.database.migrations import migrate
from serving.store.database.sqlite import connect
from serving.store.lists import check_list
from serving.store.lists.check_list import CheckFilter, is_place, list_page
from serving.store.tables import CheckRow
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.query_plans import explain
from tests.serving.builders.stored_checks import many_rows, write_rows
from tests.serving.builders.stores import Place
from tests.serving.servers.postgresql import PostgresqlServer

DAY = datetime.timedelta(days=1)
ROWS = many_rows(60, random.Random(3))
SORTS: dict[CheckSort, Callable[[dict[str, Any]], Any]] = {
    "newest": lambda row: (),
    "oldest": lambda row: (),
    "uncertainty": lambda row: (row["uncertainty"] is None, -(row["uncertainty"] or 0)),
    "seller_id": lambda row: (row["seller_id"] is None, row["seller_id"] or ""),
    "product": lambda row: row["product"],
    "outcome": lambda row: row["outcome"],
    "decision": lambda row: (row["decision"] is not None, row["decision"] or ""),
}
FILTERS: list[tuple[dict[str, Any], Callable[[dict[str, Any]], bool]]] = [
    ({}, lambda row: True),
    ({"seller_id": "s1"}, lambda row: row["seller_id"] == "s1"),
    ({"listing_id": "l2"}, lambda row: row["listing_id"] == "l2"),
    ({"product": "mug"}, lambda row: row["product"] == "mug"),
    ({"outcome": "unsupported"}, lambda row: row["outcome"] == "unsupported"),
    ({"decision": "counterfeit"}, lambda row: row["decision"] == "counterfeit"),
    ({"decision": "none"}, lambda row: row["decision"] is None),
    ({"decision": "decided", "product": "toy"}, lambda row: row["decision"] is not None and row["product"] == "toy"),
    ({"reviewed": False, "outcome": "review"}, lambda row: row["decision"] is None and row["outcome"] == "review"),
    ({"min_uncertainty": 0.5}, lambda row: (row["uncertainty"] or 0) >= 0.5),
    ({"since": NOW + 6 * DAY}, lambda row: row["created_at"] >= NOW + 6 * DAY),
    ({"since": NOW, "until": NOW + 6 * DAY}, lambda row: NOW <= row["created_at"] < NOW + 6 * DAY),
    ({"queue": True}, lambda row: row["outcome"] in ("review", "unsupported") and row["decision"] is None),
]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with contextlib.ExitStack() as opened:
        database = ""
        if request.param == "postgresql":
            database = opened.enter_context(request.getfixturevalue("postgresql").database())
        yield opened.enter_context(write_rows(Place(folder=tmp_path_factory.mktemp("lists"), database=database), ROWS))


@pytest.fixture(scope="module")
def full(postgresql: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """PostgreSQL chooses by how much there is to read, so its plans are those of 100,000 checks."""
    with (
        postgresql.database() as database,
        write_rows(Place(folder=tmp_path_factory.mktemp("full"), database=database), ROWS) as session,
    ):
        session.execute(COPIES, {"copies": 100_000 // len(ROWS)})
        session.commit()
        session.execute(text("ANALYZE checks"))
        session.commit()
        yield session


COPIES = text(
    "INSERT INTO checks SELECT substr(check_id, 1, 10) || to_char(copy, 'FM0000') || substr(check_id, 15), "
    "created_at + copy * interval '20 days', listing_id, seller_id, product, outcome, authenticity, bundle_sha256, "
    "views, attributes, repeat(answer, 500), uncertainty, decision FROM checks, generate_series(1, :copies) AS copy"
)


def walk(session: Session, wanted: CheckFilter, sort: CheckSort, size: int) -> list[str]:
    """The ids of a whole list, page by page."""
    ids: list[str] = []
    after: check_list.Place | None = None
    for _ in range(len(ROWS)):
        page = list_page(session, SERVER, wanted, sort, after, size)
        assert len(page.rows) == size or page.next_place is None
        ids += [row.check_id for row in page.rows]
        after = page.next_place
        if after is None:
            return ids
        assert is_place(sort, after)
    raise AssertionError("the list does not end")


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(("filters", "matches"), FILTERS, ids=[str(filters)[:40] for filters, _ in FILTERS])
def test_pages_of_any_size_give_every_check_once_and_in_order(
    session: Session, sort: CheckSort, filters: dict[str, Any], matches: Callable[[dict[str, Any]], bool]
) -> None:
    newest_first = sorted(filter(matches, ROWS), key=lambda row: row["check_id"], reverse=sort != "oldest")
    expected = [row["check_id"] for row in sorted(newest_first, key=SORTS[sort])]  # a stable sort: ties stay by time
    assert len(expected) > 0, "a filter that nothing matches tests nothing"
    for size in (3, len(expected), 200):
        assert walk(session, CheckFilter(**filters), sort, size) == expected


@pytest.mark.parametrize("sort", SORTS)
def test_a_check_that_is_added_or_deleted_meanwhile_shifts_no_page(place: Place, sort: CheckSort) -> None:
    with write_rows(place, ROWS) as session:
        first = list_page(session, SERVER, CheckFilter(), sort, None, 20)
        shown = [row.check_id for row in first.rows]
        expected = walk(session, CheckFilter(), sort, 200)[20:]
        session.delete(session.get_one(CheckRow, shown[-1]))  # the one that the next page follows
        session.commit()
        assert first.next_place is not None
        rest = list_page(session, SERVER, CheckFilter(), sort, first.next_place, 200)
        assert [row.check_id for row in rest.rows] == expected


def test_a_place_is_refused_where_no_check_of_that_order_can_be() -> None:
    assert is_place("newest", check_list.Place(key=None, check_id="c"))
    assert not is_place("newest", check_list.Place(key="s", check_id="c"))
    assert not is_place("product", check_list.Place(key=None, check_id="c")), "every check has a product"
    assert is_place("seller_id", check_list.Place(key=None, check_id="c"))
    assert not is_place("seller_id", check_list.Place(key=0.5, check_id="c"))
    assert not is_place("uncertainty", check_list.Place(key="s", check_id="c"))


COMMON: list[tuple[dict[str, Any], CheckSort]] = [
    *(({}, sort) for sort in SORTS),
    *(({"queue": True}, sort) for sort in ("newest", "oldest", "uncertainty")),
    *(
        (one, "newest")
        for one in ({"outcome": "review"}, {"product": "mug"}, {"seller_id": "s1"}, {"decision": "none"},
                    {"listing_id": "l2"}, {"outcome": "review", "decision": "none"})
    ),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "sort"), COMMON, ids=str)
@pytest.mark.parametrize("many", [False, True], ids=["sqlite", "postgresql"])
def test_the_common_lists_are_read_in_order_from_an_index(
    request: pytest.FixtureRequest, tmp_path: Path, filters: dict[str, Any], sort: CheckSort, many: bool
) -> None:
    """No page sorts the checks that match, neither the first nor a later one."""
    with contextlib.ExitStack() as opened:
        if many:
            session: Session = request.getfixturevalue("full")
        else:
            session = opened.enter_context(write_rows(Place(folder=tmp_path), ROWS))
        for statement, parameters in _statements_of(session, CheckFilter(**filters), sort):
            plan = explain(session, statement, parameters)
            assert "USING" in plan
            assert "TEMP B-TREE" not in plan, f"it would sort every match for each page: {plan}"


def _statements_of(session: Session, wanted: CheckFilter, sort: CheckSort) -> list[tuple[str, Any]]:
    """The statements that find the ids of a first and of a second page."""
    statements: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith("SELECT checks.check_id") and "LIMIT" in statement:
            statements.append((statement, parameters))

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    page = list_page(session, SERVER, wanted, sort, None, 2)
    if page.next_place is not None:
        list_page(session, SERVER, wanted, sort, page.next_place, 2)
    event.remove(bind, "before_cursor_execute", note)
    assert statements
    return statements


def test_a_store_of_before_gets_decisions_uncertainties_and_ids_without_spaces(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    from serving.store.database import sqlite as database

    engine = connect(tmp_path / "checks.sqlite")
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parents[1] / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        answer = '{"listing_id":"\\"authenticity_kind\\":\\"calibrated\\"","authenticity_kind":"%s"}'
        for check_id, kind, authenticity in (
            ("a", "calibrated", 0.75),
            ("b", "conformal", 0.75),
            ("c", "calibrated", None),
        ):
            connection.exec_driver_sql(
                "INSERT INTO checks VALUES (?, '2026-05-01', 'A1 ', '\u3000', 'toy', 'review', ?, '0', NULL, '{}', ?)",
                (check_id, authenticity, answer % kind),
            )
        for decision, withdrawn in (("genuine", None), ("counterfeit", None), ("cant_tell", "2026-05-02")):
            connection.exec_driver_sql(
                "INSERT INTO reviews (check_id, decision, note, created_at, withdrawn_at) "
                "VALUES ('a', ?, '', '2026-05-01', ?)",
                (decision, withdrawn),
            )
    migrate(engine)
    with Session(engine) as session:
        found = {row.check_id: (row.uncertainty, row.decision) for row in session.query(CheckRow)}
        ids = {(row.listing_id, row.seller_id) for row in session.query(CheckRow)}
    engine.dispose()
    assert found == {"a": (0.5, "counterfeit"), "b": (None, None), "c": (None, None)}
    assert ids == {("A1", None)}, "spaces around an id are removed"
