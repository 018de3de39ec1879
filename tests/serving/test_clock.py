"""The time that everything of the server is dated by."""

from __future__ import annotations

import datetime

from serving.clock import time_from, utc_now
from serving.store.sortable_id import new_id, time_of

MOMENT = datetime.datetime(2031, 5, 17, 8, 30, tzinfo=datetime.UTC)


def test_ids_follow_the_time_that_is_set_and_the_systems_again_afterwards() -> None:
    with time_from(lambda: MOMENT):
        assert utc_now() == MOMENT
        assert time_of(new_id()) == MOMENT
    assert abs(utc_now() - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(hours=1)


def test_a_source_within_another_gives_way_to_it() -> None:
    later = MOMENT + datetime.timedelta(days=1)
    with time_from(lambda: MOMENT):
        with time_from(lambda: later):
            assert utc_now() == later
        assert utc_now() == MOMENT
