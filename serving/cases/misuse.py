"""Misuse: what is proposed where a member frequently sends manifestly unfounded notices. An operator decides.

Regulation (EU) 2022/2065 (DSA), Art. 23: the processing of notices is suspended for a reasonable time, after a warning,
for who frequently submits notices that are manifestly unfounded. It asks to weigh the number, the share, the gravity
and, where it can be seen, the intention: the first two are computed here, the others are for the operator to judge.
"""

from __future__ import annotations

import datetime
from typing import Final

from serving.cases.clocks.periods import months_after
from serving.errors import NotSuspended, WarningMissing
from serving.schemas.checks import utc_text
from serving.schemas.enforcement.standing import MisuseProposal, MisuseStatus, MisuseStepKind
from serving.store.cases.standing_values import MemberMisuse, MisuseFigures

UNFOUNDED: Final = "manifestly_unfounded"  # the reason code of a rejection that says so
RECORD_MONTHS: Final = 3
FREQUENT_COUNT: Final = 5
FREQUENT_SHARE: Final = 0.1


def record_start(now: datetime.datetime) -> datetime.datetime:
    """Give the moment from which figures at `now` (UTC) count, and after which an older warning is no prior one."""
    return datetime.datetime.combine(months_after(now.date(), -RECORD_MONTHS), now.timetz())


def propose(figures: MisuseFigures, warned_at: datetime.datetime | None, now: datetime.datetime) -> MisuseProposal:
    """Give what the figures speak for: a warning first; a suspension where it went on after one in force."""
    if not is_frequent(figures):
        return "nothing"
    if not is_warned(warned_at, now):
        return "warning"
    return "suspension" if figures.unfounded_since_warning else "nothing"


def is_warned(warned_at: datetime.datetime | None, now: datetime.datetime) -> bool:
    """Whether a warning is in force: it is for three months."""
    return warned_at is not None and warned_at >= record_start(now)


def is_frequent(figures: MisuseFigures) -> bool:
    """Whether at least five in three months, and at least 10 % of what was decided, were manifestly unfounded."""
    return figures.unfounded >= FREQUENT_COUNT and (figures.share or 0.0) >= FREQUENT_SHARE


def require_allowed(kind: MisuseStepKind, member: MemberMisuse, now: datetime.datetime) -> None:
    """Raise WarningMissing for a suspension without a warning in force, NotSuspended where there is none to lift."""
    if kind == "suspension" and not is_warned(member.warned_at, now):
        raise WarningMissing(
            "a suspension needs a warning of the last three months; give one, and say what must change"
        )
    if kind == "lifting" and member.suspended_until is None:
        raise NotSuspended("this member is not suspended; nothing was lifted")


def status_of(member: MemberMisuse, now: datetime.datetime) -> MisuseStatus:
    """Give a member's figures with what they speak for."""
    figures = member.figures
    return MisuseStatus(
        member_id=member.member_id,
        name=member.name,
        decided=figures.decided,
        unfounded=figures.unfounded,
        unfounded_since_warning=figures.unfounded_since_warning,
        share=figures.share,
        warned_at=None if member.warned_at is None else utc_text(member.warned_at),
        suspended_until=None if member.suspended_until is None else utc_text(member.suspended_until),
        proposal=propose(figures, member.warned_at, now),
    )
