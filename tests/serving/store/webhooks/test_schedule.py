from __future__ import annotations

import datetime
import random

import pytest

from serving.store.webhooks.schedule import DELAYS_S, failed_too_long, next_attempt, pause_after
from tests.serving.builders.new_checks import NOW

HOUR = datetime.timedelta(hours=1)


def test_a_delivery_is_tried_ten_times_over_75_hours() -> None:
    rng, at, attempts = random.Random(1), NOW, 1
    while (following := next_attempt(attempts, at, rng)) is not None:
        delay = (following - at).total_seconds()
        assert abs(delay / DELAYS_S[attempts - 1] - 1) <= 0.1
        at, attempts = following, attempts + 1
    assert attempts == 10
    assert 0.9 * 75.5 * HOUR <= at - NOW <= 1.1 * 75.7 * HOUR
    assert sum(DELAYS_S) == 75 * 3600 + 35 * 60 + 5, "the schedule that the specification gives"


def test_delays_differ_so_that_what_failed_together_is_not_tried_together() -> None:
    rng = random.Random(1)
    assert len({next_attempt(3, NOW, rng) for _ in range(100)}) > 90


@pytest.mark.parametrize(
    ("failures", "retry_after_s", "pause_s"),
    [(1, None, 0), (4, None, 0), (5, None, 5), (6, None, 10), (10, None, 160), (11, None, 300), (9999, None, 300),
     (1, 120.0, 120), (11, 1.0, 300), (1, 0.0, 0), (1, 9e9, 86400)],
)  # fmt: skip
def test_an_endpoint_pauses_after_failures_in_a_row_and_as_long_as_it_asks(
    failures: int, retry_after_s: float | None, pause_s: float
) -> None:
    until = pause_after(failures, retry_after_s, NOW)
    assert ((until or NOW) - NOW).total_seconds() == pause_s
    assert (until is None) == (pause_s == 0)


def test_an_endpoint_may_fail_for_five_days() -> None:
    assert not failed_too_long(NOW, NOW + 5 * 24 * HOUR - datetime.timedelta(seconds=1))
    assert failed_too_long(NOW, NOW + 5 * 24 * HOUR)
