from __future__ import annotations

import time
import uuid

from serving.checks.check_id import new_check_id


def test_an_id_is_a_uuid_of_version_7_with_the_time_in_front() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(new_check_id())
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after


def test_ids_sort_by_time() -> None:
    ids = []
    for _ in range(5):
        ids.append(new_check_id())
        time.sleep(0.002)
    assert ids == sorted(ids)


def test_ids_do_not_repeat() -> None:
    assert len({new_check_id() for _ in range(10_000)}) == 10_000
