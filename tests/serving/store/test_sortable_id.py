from __future__ import annotations

import datetime
import time
import uuid

from serving.store.sortable_id import first_id_at, new_id, time_of


def test_an_id_is_a_uuid_of_version_7_with_the_time_in_front() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_id())
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after


def test_ids_sort_by_time() -> None:
    ids = []
    for _ in range(5):
        ids.append(new_id())
        time.sleep(0.002)
    assert ids == sorted(ids)


def test_ids_do_not_repeat() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_an_id_gives_the_time_at_which_it_was_made() -> None:
    before = datetime.datetime.now(datetime.UTC)
    made = new_id()
    assert abs(time_of(made) - before) < datetime.timedelta(seconds=5)
    example = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"  # of RFC 9562, A.6
    assert time_of(example) == datetime.datetime(2022, 2, 22, 19, 22, 22, tzinfo=datetime.UTC)


def test_a_moment_parts_the_ids_made_before_it_from_the_later_ones() -> None:
    early = new_id()
    parting = first_id_at(time_of(early) + datetime.timedelta(milliseconds=1))
    assert early < parting
    assert first_id_at(time_of(early)) <= early
    time.sleep(0.002)
    assert new_id() > parting
    assert first_id_at(datetime.datetime(1960, 1, 1, tzinfo=datetime.UTC)) == str(uuid.UUID(int=0))
