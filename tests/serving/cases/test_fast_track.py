from __future__ import annotations

import datetime

import pytest

from serving.cases.fast_track import MIN_DECIDED, evaluate, record_start
from serving.store.cases.standing_values import Record, StandingChange, Status
from vision.binomial import wilson_bounds

NOW = datetime.datetime(2026, 5, 31, 4, tzinfo=datetime.UTC)
IN_THREE_MONTHS = datetime.datetime(2026, 8, 31, 4, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


# decided, upheld, counter-notices won; standing before; standing after and why, None where it stays
@pytest.mark.parametrize(
    ("decided", "upheld", "won", "before", "after", "reason"),
    [
        # earned: from 35 decided cases, 90 % upheld, 5 % counter-notices
        (0, 0, 0, "standard", None, None),
        (1, 1, 0, "standard", None, None),
        (34, 34, 0, "standard", None, None),
        (35, 35, 0, "standard", "fast", "earned"),
        (35, 32, 0, "standard", "fast", "earned"),  # 91.4 %
        (35, 31, 0, "standard", None, None),  # 88.6 %
        (40, 36, 0, "standard", "fast", "earned"),  # exactly 90 %
        (100, 90, 4, "standard", "fast", "earned"),  # 4.4 %
        (100, 100, 5, "standard", "fast", "earned"),  # exactly 5 %
        (100, 100, 6, "standard", None, None),
        (100, 90, 5, "standard", None, None),  # 5.6 % of the 90 upheld
        (1000, 899, 0, "standard", None, None),
        # lost: a large record below a limit
        (100, 90, 0, "fast", None, None),
        (100, 89, 0, "fast", "out", "upheld_too_few"),
        (35, 31, 0, "fast", "out", "upheld_too_few"),
        (100, 100, 5, "fast", None, None),
        (100, 100, 6, "fast", "out", "counter_notices_too_many"),
        (100, 80, 40, "fast", "out", "upheld_too_few"),
        # a small one only where it proves as much
        (1, 0, 0, "fast", "out", "upheld_too_few"),  # upper end 79 %
        (1, 1, 0, "fast", None, None),
        (2, 1, 0, "fast", None, None),  # upper end 90.5 %
        (10, 8, 0, "fast", None, None),  # upper end 94.3 %
        (10, 7, 0, "fast", "out", "upheld_too_few"),  # upper end 89.2 %
        (20, 20, 1, "fast", None, None),  # lower end 0.9 %
        (20, 20, 4, "fast", "out", "counter_notices_too_many"),  # lower end 8.1 %
        (20, 20, 3, "fast", "out", "counter_notices_too_many"),  # lower end 5.2 %
        (20, 20, 2, "fast", None, None),  # lower end 2.8 %
        # counter-notices of cases that were decided before the three months
        (0, 0, 1, "fast", "out", "counter_notices_too_many"),
        (0, 0, 0, "fast", "standard", "nothing_decided"),
    ],
)
def test_a_record_leads_to_a_standing(
    decided: int, upheld: int, won: int, before: str, after: str | None, reason: str | None
) -> None:
    status = Status(standing="fast" if before == "fast" else "standard")
    change = evaluate(status, Record(decided=decided, upheld=upheld, counter_notices_won=won), NOW)
    assert (None if change is None else change.status.standing) == after
    assert (None if change is None else change.reason_code) == reason
    if after == "out":
        assert change is not None
        assert change.status.until == IN_THREE_MONTHS


GOOD, BAD = Record(decided=50, upheld=50), Record(decided=50, upheld=10)


@pytest.mark.parametrize(
    ("record", "now", "after", "reason"),
    [
        (GOOD, IN_THREE_MONTHS - SECOND, None, None),  # out is out
        (BAD, IN_THREE_MONTHS - SECOND, None, None),
        (GOOD, IN_THREE_MONTHS, "fast", "earned"),
        (BAD, IN_THREE_MONTHS, "standard", "out_is_over"),
        (Record(), IN_THREE_MONTHS, "standard", "out_is_over"),
    ],
)
def test_who_is_out_is_out_for_three_months(
    record: Record, now: datetime.datetime, after: str | None, reason: str | None
) -> None:
    change = evaluate(Status(standing="out", until=IN_THREE_MONTHS), record, now)
    assert (None if change is None else change.status.standing) == after
    assert (None if change is None else change.reason_code) == reason


def test_the_least_number_of_cases_is_where_a_perfect_record_proves_the_share() -> None:
    assert wilson_bounds(MIN_DECIDED, MIN_DECIDED)[0] >= 0.9
    assert wilson_bounds(MIN_DECIDED - 1, MIN_DECIDED - 1)[0] < 0.9


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2026-05-31T04:00+00:00", "2026-02-28T04:00+00:00"),
        ("2024-05-31T04:00+00:00", "2024-02-29T04:00+00:00"),
        ("2026-01-15T23:59+00:00", "2025-10-15T23:59+00:00"),
    ],
)
def test_a_record_counts_from_three_months_before(now: str, start: str) -> None:
    assert record_start(datetime.datetime.fromisoformat(now)) == datetime.datetime.fromisoformat(start)


@pytest.mark.parametrize("reason", ["earned", "upheld_too_few", "counter_notices_too_many"])
def test_a_member_learns_why_with_the_figures(reason: str) -> None:
    record = {
        "earned": Record(decided=50, upheld=49, counter_notices_won=1),
        "upheld_too_few": Record(decided=50, upheld=30, counter_notices_won=1),
        "counter_notices_too_many": Record(decided=50, upheld=50, counter_notices_won=9),
    }[reason]
    status = Status(standing="standard" if reason == "earned" else "fast")
    change = evaluate(status, record, NOW)
    assert isinstance(change, StandingChange)
    assert change.reason_code == reason
    text = change.reason
    assert f"50 cases were decided, {record.upheld} of them upheld" in text
    assert "35 decided cases, at least 90% upheld" in text
    assert ("until 2026-08-31 04:00 UTC" in text) == (reason != "earned")
