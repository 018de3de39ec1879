from __future__ import annotations

import datetime

import pytest

from serving.cases.misuse import MisuseFigures, is_warned, propose

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
