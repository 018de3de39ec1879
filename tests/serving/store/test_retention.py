from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any, get_args

import pytest
from sqlalchemy import event, insert
from sqlalchemy.orm import Session

from serving.principal import SERVER
from serving.schemas.checks import Decision, Outcome
from serving.store.database.sqlite import SqliteDatabase
from serving.store.deletion.cleanup import delete_expired
from serving.store.lists.check_list import CheckFilter
from serving.store.retention import Retention, RetentionSettings, Rule
from serving.store.store import Store
from serving.store.tables import CheckRow
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened
from vision.errors import ConfigError

DAY = datetime.timedelta(days=1)


def rules(days: int | None, **settings: int | None) -> set[tuple[str, bool | None, int]]:
    retention = Retention(days=days, settings=RetentionSettings(**settings))
    return {(rule.outcome, rule.decided, rule.days) for rule in retention.rules()}


def test_without_any_days_nothing_expires() -> None:
    assert rules(None) == set()


def test_the_days_of_an_outcome_come_before_those_of_all() -> None:
    assert rules(90, counterfeit=365) == {
        ("genuine", None, 90), ("counterfeit", None, 365), ("review", None, 90), ("insufficient", None, 90),
        ("unsupported", None, 90),
    }  # fmt: skip
    assert rules(None, genuine=7) == {("genuine", None, 7)}


def test_zero_days_are_never() -> None:
    assert {outcome for outcome, _, _ in rules(90, counterfeit=0)} == set(get_args(Outcome)) - {"counterfeit"}


def test_a_decision_counterfeit_comes_before_the_outcome() -> None:
    found = rules(90, genuine=30, decided_counterfeit=1000)
    assert {("genuine", False, 30), ("genuine", True, 1000), ("review", False, 90), ("review", True, 1000)} < found
    assert {decided for _, decided, _ in rules(90, decided_counterfeit=0)} == {False}


@pytest.mark.parametrize("settings", [{"genuine": -1}, {"audit_private": 0}, {"review": 1_000_000}])
def test_days_that_mean_nothing_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=next(iter(settings))):
        RetentionSettings(**settings)


async def add(store: Store, outcome: Outcome, age_days: int, *decisions: Decision) -> str:
    new = new_check(b"shared", created_at=NOW - age_days * DAY)
    new = dataclasses.replace(new, answer=new.answer.model_copy(update={"outcome": outcome}))
    await store.keep(new, [b"shared"])
    for decision in decisions:
        await store.review_rows.add(SERVER, new.answer.check_id, decision, "", NOW)
    return new.answer.check_id


def test_each_check_is_kept_as_long_as_its_outcome_and_decision_say(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            retention = Retention(
                days=90, settings=RetentionSettings(genuine=30, unsupported=0, decided_counterfeit=365)
            )
            kept = {
                await add(store, "genuine", 29),
                await add(store, "unsupported", 5000),
                await add(store, "review", 89),
                await add(store, "review", 364, "counterfeit"),
                await add(store, "genuine", 100, "genuine", "counterfeit"),
            }
            await add(store, "genuine", 31)
            await add(store, "review", 91, "counterfeit", "genuine")
            await add(store, "counterfeit", 91)
            await add(store, "insufficient", 366, "counterfeit")
            assert await delete_expired(store, retention, NOW) == 4
            page = await store.check_rows.find_page(SERVER, CheckFilter(), 50)
            assert {check.check_id for check in page.checks} == kept
            assert await delete_expired(store, retention, NOW) == 0
            entries = [json.loads(entry.content) for entry in await store.audit_rows.find_after(SERVER, 50)]
            applied = [entry["details"] for entry in entries if entry["action"] == "retention.applied"]
            assert {"outcome": "review", "days": 90, "decided": False, "checks": 1} in applied
            assert sum(details["checks"] for details in applied) == 4

    asyncio.run(work())


def test_expired_checks_are_found_by_an_index_among_100_000_that_are_kept(tmp_path: Path) -> None:
    """Those that are kept for longer are passed once, and not once for every hundred that are deleted."""
    shared = {"product": "toy", "bundle_sha256": "0" * 64, "attributes": {}, "answer": "{}"}

    def old(number: int) -> dict[str, object]:
        held = number % 1000 != 0
        return {
            **shared, "check_id": f"{number:036}", "created_at": NOW - 100 * DAY + number * DAY / 2000,
            "outcome": "counterfeit" if held else "genuine", "decision": "counterfeit" if held else None,
        }  # fmt: skip

    async def work() -> None:
        async with opened(tmp_path) as store:
            database = store.check_rows._database
            assert isinstance(database, SqliteDatabase)
            engine = database._engine  # not those of other stores, which may be at work beside this one
            await database.write_rows([(insert(CheckRow), [old(number) for number in range(100_000)])])
            asked: list[tuple[str, Any]] = []

            def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
                asked.append((statement, parameters))

            event.listen(engine, "before_cursor_execute", note)
            try:
                first = await store.check_rows.find_expired(Rule(outcome="genuine", days=60), NOW, 50)
                await store.check_rows.find_expired(Rule(outcome="genuine", days=60), NOW, 50, first[-1])
                held = Rule(outcome="counterfeit", days=60, decided=False)
                assert await store.check_rows.find_expired(held, NOW, 50) == []
            finally:
                event.remove(engine, "before_cursor_execute", note)
            assert len(first) == 50

            def explain(session: Session) -> list[str]:
                plans = (
                    session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", found) for one, found in asked
                )
                return [" ".join(row[-1] for row in plan) for plan in plans]

            plans = await database.read(explain)
            assert len(plans) == 3
            for plan in plans:
                assert "ix_checks_outcome_created_at_check_id (outcome=? AND" in plan
                assert "TEMP B-TREE" not in plan

    asyncio.run(work())
