"""How members stand as notifiers, as CSV: fast track with its changes, misuse with its steps, trusted flaggers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv
from serving.schemas.enforcement.standing import (
    FastTrackChange,
    FastTrackStatus,
    MisuseStatus,
    MisuseStep,
    TrustedFlagger,
)

RECORD_COLUMNS: Final = ("decided", "upheld", "counter_notices_won", "upheld_share", "counter_share")
STATUS_COLUMNS: Final = (
    "subject_kind", "subject_id", "member_id", "name", "standing", "since", "until", "evaluated_at", *RECORD_COLUMNS,
)  # fmt: skip
CHANGE_COLUMNS: Final = (
    "change_id", "at", "subject_kind", "subject_id", "member_id", "from_standing", "to_standing", "until",
    "reason_code", "reason", *RECORD_COLUMNS,
)  # fmt: skip
MISUSE_COLUMNS: Final = (
    "member_id", "name", "decided", "unfounded", "unfounded_since_warning", "share", "warned_at", "suspended_until",
    "proposal",
)  # fmt: skip
STEP_COLUMNS: Final = (
    "step_id", "member_id", "kind", "at", "until", "lifted_at", "reason", "decided", "unfounded",
)  # fmt: skip
FLAGGER_COLUMNS: Final = ("member_id", "authority", "country", "since", "until")


def statuses_csv(statuses: Iterable[FastTrackStatus]) -> str:
    """Give one line a standing on fast track, below the column names."""
    return answers_csv(STATUS_COLUMNS, statuses)


def changes_csv(changes: Iterable[FastTrackChange]) -> str:
    """Give one line a change of standing, below the column names."""
    return answers_csv(CHANGE_COLUMNS, changes)


def misuse_csv(members: Iterable[MisuseStatus]) -> str:
    """Give one line a member with its figures of misuse, below the column names."""
    return answers_csv(MISUSE_COLUMNS, members)


def steps_csv(steps: Iterable[MisuseStep]) -> str:
    """Give one line a step against misuse, below the column names."""
    return answers_csv(STEP_COLUMNS, steps)


def flaggers_csv(flaggers: Iterable[TrustedFlagger]) -> str:
    """Give one line a trusted flagger, below the column names."""
    return answers_csv(FLAGGER_COLUMNS, flaggers)
