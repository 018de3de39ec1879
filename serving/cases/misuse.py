"""Misuse: what is proposed where a member frequently sends manifestly unfounded notices. An operator decides.

Regulation (EU) 2022/2065 (DSA), Art. 23: the processing of notices is suspended for a reasonable time, after a warning,
for who frequently submits notices that are manifestly unfounded. It asks to weigh the number, the share, the gravity
and, where it can be seen, the intention: the first two are computed here, the others are for the operator to judge.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Final, Literal

from serving.cases.clocks.periods import months_after

UNFOUNDED: Final = "manifestly_unfounded"  # the reason code of a rejection that says so
RECORD_MONTHS: Final = 3
FREQUENT_COUNT: Final = 5
FREQUENT_SHARE: Final = 0.1
MIN_DAYS: Final = 1
MAX_DAYS: Final = 180
MisuseProposal = Literal["nothing", "warning", "suspension"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MisuseFigures:
    """What was decided of a member's notices in the three months before.

    `unfounded` are those rejected as manifestly unfounded; `unfounded_since_warning` those of them after the warning
    that is in force.
    """

    decided: int = 0
    unfounded: int = 0
    unfounded_since_warning: int = 0

    @property
    def share(self) -> float | None:
        """Of the decided notices, those manifestly unfounded; None of none."""
        return self.unfounded / self.decided if self.decided else None

    @property
    def is_frequent(self) -> bool:
        """At least five in three months, and at least 10 % of what was decided."""
        return self.unfounded >= FREQUENT_COUNT and (self.share or 0.0) >= FREQUENT_SHARE


def record_start(now: datetime.datetime) -> datetime.datetime:
    """Give the moment from which figures at `now` (UTC) count, and after which an older warning is no prior one."""
    return datetime.datetime.combine(months_after(now.date(), -RECORD_MONTHS), now.timetz())


def propose(figures: MisuseFigures, warned_at: datetime.datetime | None, now: datetime.datetime) -> MisuseProposal:
    """Give what the figures speak for: a warning first; a suspension where it went on after one in force."""
    if not figures.is_frequent:
        return "nothing"
    if not is_warned(warned_at, now):
        return "warning"
    return "suspension" if figures.unfounded_since_warning else "nothing"


def is_warned(warned_at: datetime.datetime | None, now: datetime.datetime) -> bool:
    """Whether a warning is in force: it is for three months."""
    return warned_at is not None and warned_at >= record_start(now)
