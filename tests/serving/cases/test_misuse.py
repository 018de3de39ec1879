from __future__ import annotations

import datetime

import pytest

from serving.cases.misuse import is_warned, propose, require_allowed, status_of
from serving.errors import NotSuspended, WarningMissing
from serving.store.cases.standing_values import MemberMisuse, MisuseFigures

NOW = datetime.datetime(2026, 5, 31, 4, tzinfo=datetime.UTC)
RECENT = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
LONG_AGO = datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC)


@pytest.mark.parametrize(
    ("decided", "unfounded", "since_warning", "warned_at", "proposal"),
    [
        (0, 0, 0, None, "nothing"),
        (1, 1, 0, None, "nothing"),  # once is not frequently
        (4, 4, 0, None, "nothing"),
        (5, 5, 0, None, "warning"),
        (50, 5, 0, None, "warning"),  # exactly 10 %
        (51, 5, 0, None, "nothing"),
        (1000, 99, 0, None, "nothing"),
        (1000, 100, 0, None, "warning"),
        (50, 20, 20, None, "warning"),  # never without a warning before
        (50, 20, 20, LONG_AGO, "warning"),  # one from before the three months is none
        (50, 20, 0, RECENT, "nothing"),  # warned, and none since
        (50, 20, 1, RECENT, "suspension"),
        (500, 20, 5, RECENT, "nothing"),  # warned, and no longer frequently
    ],
)
def test_figures_speak_for_a_step(
    decided: int, unfounded: int, since_warning: int, warned_at: datetime.datetime | None, proposal: str
) -> None:
    figures = MisuseFigures(decided=decided, unfounded=unfounded, unfounded_since_warning=since_warning)
    assert propose(figures, warned_at, NOW) == proposal


def test_a_warning_is_in_force_for_three_months() -> None:
    warned = datetime.datetime(2026, 2, 28, 4, tzinfo=datetime.UTC)
    assert is_warned(warned, NOW)
    assert not is_warned(warned, NOW + datetime.timedelta(seconds=1))
    assert not is_warned(None, NOW)


def member(**values: datetime.datetime | None) -> MemberMisuse:
    known: dict[str, datetime.datetime | None] = {"warned_at": None, "suspended_until": None, **values}
    figures = MisuseFigures(decided=50, unfounded=6, unfounded_since_warning=2)
    return MemberMisuse(
        member_id="m", name="Toys", figures=figures,
        warned_at=known["warned_at"], suspended_until=known["suspended_until"],
    )  # fmt: skip


def test_a_suspension_needs_a_warning_and_a_lifting_a_suspension() -> None:
    require_allowed("warning", member(), NOW)
    require_allowed("suspension", member(warned_at=RECENT), NOW)
    require_allowed("lifting", member(suspended_until=NOW), NOW)
    for warned_at in (None, LONG_AGO):
        with pytest.raises(WarningMissing):
            require_allowed("suspension", member(warned_at=warned_at), NOW)
    with pytest.raises(NotSuspended):
        require_allowed("lifting", member(warned_at=RECENT), NOW)


def test_a_member_is_shown_with_its_figures_and_the_proposal() -> None:
    status = status_of(member(warned_at=RECENT), NOW)
    assert (status.share, status.proposal, status.warned_at) == (0.12, "suspension", "2026-03-01T00:00:00.000Z")
    assert status.suspended_until is None
