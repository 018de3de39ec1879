"""Which checks open a case by a rule: a pure function, and the work of the follower of checks."""

from __future__ import annotations

import datetime
import functools
from typing import Final

from serving.cases.deadlines import start_clock
from serving.cases.moving import opening_of
from serving.clock import utc_now
from serving.principal import Principal
from serving.schemas.enforcement.case_rules import CaseRule, CaseRuleSent
from serving.schemas.events import EventType
from serving.store.cases.case_rule_rows import CaseRuleRows, CheckSeen
from serving.store.cases.case_values import NewCase, NewListing, Opening
from serving.store.events.followers import FollowerRows, Taken
from serving.store.events.following import catch_up, follow
from serving.store.sortable_id import new_id

CHECKS: Final[tuple[EventType, ...]] = ("check.completed",)
FOLLOWER: Final = "case_rules"
SUSPECTED: Final = ("counterfeit", "review")
CHECKS_AT_ONCE: Final = 50


def matches(rule: CaseRule, check: CheckSeen) -> bool:
    """Whether a check opens a case by a rule."""
    settings = rule.settings
    if settings.products is not None and check.product not in settings.products:
        return False
    if rule.kind == "counterfeit":
        certain = check.authenticity is not None and check.authenticity <= settings.max_authenticity
        return certain and check.outcome == "counterfeit"
    since = check.created_at - datetime.timedelta(days=settings.days)
    recent = [at for at in check.upheld_at if at >= since]
    return check.outcome in SUSPECTED and len(recent) >= settings.upheld_cases


def case_of_rule(rule: CaseRule, check: CheckSeen, now: datetime.datetime) -> tuple[NewCase, Opening] | None:
    """Give the case that a check opens by a rule, None where it opens none."""
    if not matches(rule, check):
        return None
    why = {
        "counterfeit": "A check of the photos found a counterfeit.",
        "repeat_seller": "A check of the photos gave reason to look, and earlier cases of the seller were upheld.",
    }
    new = NewCase(
        opened_by="rule",
        listings=(NewListing(check_id=check.check_id),),
        country=rule.settings.country,
        product=check.product,
        ground=rule.settings.ground,
        statement=why[rule.kind],
        member_id=rule.member_id,
        rule_id=rule.rule_id,
        origin_key=f"rule:{rule.rule_id}:{check.check_id}",
    )
    return new, opening_of(new, new_id(), "server", now)


async def make_rule(rows: CaseRuleRows, principal: Principal, sent: CaseRuleSent, now: datetime.datetime) -> CaseRule:
    """Add a rule; raises MemberNotFound, and CalendarUnknown for a country in which no case can be opened."""
    start_clock(now, sent.settings.country)
    return await rows.add(principal, sent, now)


async def follow_checks(followers: FollowerRows, rows: CaseRuleRows) -> None:
    """Open cases by the rules for each check after it was stored, until cancelled."""
    work = functools.partial(open_by_rules, rows)
    await follow(followers, FOLLOWER, work, types=CHECKS, limit=CHECKS_AT_ONCE)


async def catch_up_with_checks(followers: FollowerRows, rows: CaseRuleRows) -> None:
    """Do what `follow_checks` would with the checks that there are, and come back."""
    work = functools.partial(open_by_rules, rows)
    await catch_up(followers, FOLLOWER, work, types=CHECKS, limit=CHECKS_AT_ONCE)


async def open_by_rules(rows: CaseRuleRows, taken: Taken) -> None:
    """Open the cases of these checks, each at most once a rule, and move the cursor in the same transaction."""
    now = utc_now()
    await rows.open_for(taken, lambda rule, check: case_of_rule(rule, check, now))
