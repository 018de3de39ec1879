from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from serving.principal import SERVER
from serving.schemas.check_lists import CheckSort
from serving.store.check_list import CheckFilter, Place, is_place, list_page
from serving.store.database.migrations import migrate
from serving.store.database.sqlite import connect
from serving.store.tables import CheckRow
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stored_checks import many_rows, write_rows

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


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with write_rows(tmp_path_factory.mktemp("lists") / "checks.sqlite", ROWS) as session:
        yield session


def walk(session: Session, wanted: CheckFilter, sort: CheckSort, size: int) -> list[str]:
    """The ids of a whole list, page by page."""
    ids: list[str] = []
    after: Place | None = None
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
def test_a_check_that_is_added_or_deleted_meanwhile_shifts_no_page(tmp_path: Path, sort: CheckSort) -> None:
    with write_rows(tmp_path / "checks.sqlite", ROWS) as session:
        first = list_page(session, SERVER, CheckFilter(), sort, None, 20)
        shown = [row.check_id for row in first.rows]
        expected = walk(session, CheckFilter(), sort, 200)[20:]
        session.delete(session.get_one(CheckRow, shown[-1]))  # the one that the next page follows
        session.commit()
        assert first.next_place is not None
        rest = list_page(session, SERVER, CheckFilter(), sort, first.next_place, 200)
        assert [row.check_id for row in rest.rows] == expected


def test_a_place_is_refused_where_no_check_of_that_order_can_be() -> None:
    assert is_place("newest", Place(key=None, check_id="c"))
    assert not is_place("newest", Place(key="s", check_id="c"))
    assert not is_place("product", Place(key=None, check_id="c")), "every check has a product"
    assert is_place("seller_id", Place(key=None, check_id="c"))
    assert not is_place("seller_id", Place(key=0.5, check_id="c"))
    assert not is_place("uncertainty", Place(key="s", check_id="c"))


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
def test_the_common_lists_are_read_in_order_from_an_index(
    session: Session, filters: dict[str, Any], sort: CheckSort
) -> None:
    """No page sorts the checks that match, neither the first nor a later one."""
    statements: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith("SELECT checks.check_id") and "LIMIT" in statement:
            statements.append((statement, parameters))

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    page = list_page(session, SERVER, CheckFilter(**filters), sort, None, 2)
    if page.next_place is not None:
        list_page(session, SERVER, CheckFilter(**filters), sort, page.next_place, 2)
    event.remove(bind, "before_cursor_execute", note)
    assert statements
    for statement, parameters in statements:
        plan = "; ".join(
            step.detail for step in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )
        assert "USING" in plan
        assert "TEMP B-TREE" not in plan, f"it would sort every match for each page: {plan}"


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
