"""What is known of members and rules as notifiers: values without rules."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from serving.schemas.enforcement.standing import Standing, StandingReason, SubjectKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A member or a rule; `member_id` is the member, or that of the rule, None for a rule of the operator."""

    kind: SubjectKind
    subject_id: str
    member_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of the cases of a member or of a rule in the months before an evaluation.

    `decided` and `upheld` count first decisions; `counter_notices_won` the cases that were reinstated after the
    seller's counter-notice, whenever they were decided.
    """

    decided: int = 0
    upheld: int = 0
    counter_notices_won: int = 0

    @property
    def upheld_share(self) -> float | None:
        """Of the decided cases, those upheld; None of none."""
        return self.upheld / self.decided if self.decided else None

    @property
    def counter_share(self) -> float | None:
        """Counter-notices that succeeded, as a share of the cases upheld, at most 1; None where there is neither."""
        base = max(self.upheld, self.counter_notices_won)
        return self.counter_notices_won / base if base else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where a member or a rule stands. `until` is when `out` ends, None for the others."""

    standing: Standing = "standard"
    until: datetime.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChange:
    """Another standing, and why: as a code, and in words for the member."""

    status: Status
    reason_code: StandingReason
    reason: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberMisuse:
    """A member's figures, the warning in force, and until when it is suspended; None where it is not."""

    member_id: str
    name: str | None
    figures: MisuseFigures
    warned_at: datetime.datetime | None
    suspended_until: datetime.datetime | None
