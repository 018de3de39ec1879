from __future__ import annotations

import asyncio
import dataclasses
import datetime
from pathlib import Path
from typing import Any

import pytest

from serving.cases.moving import WantedMove
from serving.cases.rules import (
    CHECKS,
    FOLLOWER,
    case_of_rule,
    catch_up_with_checks,
    make_rule,
    matches,
    open_by_rules,
)
from serving.cases.service import Cases
from serving.clock import time_from
from serving.errors import CalendarUnknown, CaseRuleNotFound
from serving.principal import SERVER
from serving.schemas.accounts import MemberSent
from serving.schemas.enforcement.case_rules import CaseRule, CaseRuleSent, RuleKind, RuleSettings
from serving.store.cases.case_list import CaseFilter
from serving.store.cases.case_rule_rows import CheckSeen
from serving.store.check_rows import NewCheck
from serving.store.events.followers import FollowedElsewhere
from serving.store.store import Store
from tests.serving.builders.cases.new_cases import HOUR, new_case
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import opened
from tests.serving.store.cases.test_misuse_rows import step

DAY = datetime.timedelta(days=1)


def rule(kind: RuleKind, **settings: Any) -> CaseRule:
    return CaseRule(
        rule_id="r", created_at="2026-05-01T00:00:00.000Z", kind=kind, member_id=None, enabled=True,
        settings=RuleSettings(**{"country": "DE", **settings}),
    )  # fmt: skip


def seen(outcome: str, authenticity: float | None = 0.01, upheld: tuple[int, ...] = ()) -> CheckSeen:
    """A check, and how many days before it cases of its seller were upheld."""
    return CheckSeen(
        check_id="c", created_at=NOW, product="toy", outcome=outcome, authenticity=authenticity,
        upheld_at=tuple(NOW - days * DAY for days in upheld),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "check", "opens"),
    [
        (rule("counterfeit", max_authenticity=0.02), seen("counterfeit", 0.02), True),
        (rule("counterfeit", max_authenticity=0.02), seen("counterfeit", 0.021), False),
        (rule("counterfeit", max_authenticity=0.02), seen("review", 0.01), False),
        (rule("counterfeit", max_authenticity=1.0), seen("counterfeit", None), False),
        (rule("counterfeit", products=["mug"]), seen("counterfeit"), False),
        (rule("counterfeit", products=["mug", "toy"]), seen("counterfeit"), True),
        (rule("repeat_seller", upheld_cases=2, days=30), seen("review", 0.5, (1, 30)), True),
        (rule("repeat_seller", upheld_cases=2, days=30), seen("review", 0.5, (1, 31)), False),
        (rule("repeat_seller", upheld_cases=2, days=30), seen("genuine", 0.9, (1, 2)), False),
        (rule("repeat_seller", upheld_cases=2, days=30), seen("counterfeit", None, (1, 2)), True),
    ],
)
def test_a_check_opens_a_case_by_a_rule_or_not(found: CaseRule, check: CheckSeen, opens: bool) -> None:
    assert matches(found, check) == opens
    assert (case_of_rule(found, check, NOW) is not None) == opens


def test_a_rule_opens_cases_where_the_days_off_are_not_published_yet() -> None:
    found = case_of_rule(rule("counterfeit", country="CN"), seen("counterfeit"), NOW.replace(year=2040))
    assert found is not None
    assert str(found[1].clock.due_calendar).endswith("estimated")


def test_a_rule_of_a_country_without_a_calendar_is_refused_before_it_sees_a_check(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            for country in ("BV", "HM"):
                sent = CaseRuleSent(kind="counterfeit", settings=RuleSettings(country=country))
                with pytest.raises(CalendarUnknown):
                    await make_rule(store.case_rule_rows, SERVER, sent, NOW)
            assert await store.case_rule_rows.find_all(SERVER) == []

    asyncio.run(work())


def counterfeit(**values: Any) -> NewCheck:
    new = new_check()
    answer = new.answer.model_copy(update={"outcome": "counterfeit", "authenticity": 0.01})
    return dataclasses.replace(new, answer=answer, seller_id="s", **values)


async def cases_of(store: Store) -> int:
    return (await store.case_rows.count(SERVER, CaseFilter(opened_by="rule"), NOW)).total


def test_each_check_opens_one_case_a_rule_however_often_the_work_is_done(tmp_path: Path) -> None:
    sent = CaseRuleSent(kind="counterfeit", settings=RuleSettings(country="DE"))

    async def work() -> None:
        async with opened(tmp_path) as store:
            rows = store.case_rule_rows
            await store.check_rows.add(counterfeit(created_at=NOW - DAY))  # before the rule
            made = await rows.add(SERVER, sent, NOW)
            for _ in range(2):
                await store.check_rows.add(counterfeit())
            deleted = counterfeit()
            await store.check_rows.add(deleted)
            await store.delete(SERVER, [deleted.answer.check_id], lambda *_: None)
            with time_from(lambda: NOW):
                taken = await store.follower_rows.take(FOLLOWER, 50, CHECKS)
                assert taken is not None
                await open_by_rules(rows, taken)
                assert await cases_of(store) == 2
                with pytest.raises(FollowedElsewhere):  # another server that worked on the same events
                    await open_by_rules(rows, taken)
                await catch_up_with_checks(store.follower_rows, rows)
                assert await cases_of(store) == 2
                await rows.set_enabled(SERVER, made.rule_id, enabled=False)
                await store.check_rows.add(counterfeit())
                await catch_up_with_checks(store.follower_rows, rows)
                assert await cases_of(store) == 2
            await rows.delete(SERVER, made.rule_id)
            with pytest.raises(CaseRuleNotFound):
                await rows.delete(SERVER, made.rule_id)

    asyncio.run(work())


def test_a_seller_of_upheld_cases_is_known_until_they_are_taken_back(tmp_path: Path) -> None:
    settings = RuleSettings(country="US", upheld_cases=2, days=30)

    async def work() -> None:
        async with opened(tmp_path) as store:
            cases, rows = Cases(store.case_rows), store.case_rule_rows
            await rows.add(SERVER, CaseRuleSent(kind="repeat_seller", settings=settings), NOW)
            with time_from(lambda: NOW):
                ids = [(await cases.open(SERVER, new_case())).case_id for _ in range(2)]
                for case_id in ids:
                    await cases.move(SERVER, case_id, WantedMove(to="upheld"), version=1)
                await cases.move(SERVER, ids[0], WantedMove(to="reinstated", reason="mistake"), version=2)
            for hours, expected in ((1, 0), (2, 1)):
                await store.check_rows.add(counterfeit(created_at=NOW + hours * HOUR))
                with time_from(lambda: NOW + 3 * HOUR):
                    await catch_up_with_checks(store.follower_rows, rows)
                    assert await cases_of(store) == expected
                    third = await cases.open(SERVER, new_case())
                    await cases.move(SERVER, third.case_id, WantedMove(to="upheld"), version=1)

    asyncio.run(work())


def test_a_members_rule_opens_cases_on_its_own_products_alone(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            rows, settings = store.case_rule_rows, RuleSettings(country="DE")
            owner = await store.member_rows.add(
                SERVER, MemberSent(name="Toys", category="toys", country="DE", products=["toy"]), NOW
            )
            other = await store.member_rows.add(
                SERVER, MemberSent(name="Mugs", category="toys", country="DE", products=["mug"]), NOW
            )
            for member in (owner, other):
                sent = CaseRuleSent(kind="counterfeit", member_id=member.member_id, settings=settings)
                await rows.add(SERVER, sent, NOW)
            await store.check_rows.add(counterfeit())
            with time_from(lambda: NOW):
                await catch_up_with_checks(store.follower_rows, rows)
            (case,) = (await store.case_rows.find_page(SERVER, CaseFilter(), 9, NOW)).cases
            assert (case.member_id, case.opened_by) == (owner.member_id, "rule")

    asyncio.run(work())


def test_the_rules_of_a_suspended_member_open_nothing_and_hold_up_no_others(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            rows, settings = store.case_rule_rows, RuleSettings(country="DE")
            owner = await store.member_rows.add(
                SERVER, MemberSent(name="Toys", category="toys", country="DE", products=["toy"]), NOW
            )
            for member_id in (owner.member_id, None):
                await rows.add(SERVER, CaseRuleSent(kind="counterfeit", member_id=member_id, settings=settings), NOW)
            await step(store, "suspension", NOW, member_id=owner.member_id, until=NOW + DAY)
            await store.check_rows.add(counterfeit())
            with time_from(lambda: NOW):
                await asyncio.wait_for(catch_up_with_checks(store.follower_rows, rows), 30)
            cases = (await store.case_rows.find_page(SERVER, CaseFilter(), 9, NOW)).cases
            assert [case.member_id for case in cases] == [None]

    asyncio.run(work())
