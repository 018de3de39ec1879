from __future__ import annotations

import pytest

from serving.store.cases.standing_values import MisuseFigures, Record


@pytest.mark.parametrize(
    ("record", "upheld_share", "counter_share"),
    [
        (Record(), None, None),
        (Record(decided=4, upheld=3, counter_notices_won=1), 0.75, 1 / 3),
        (Record(decided=2, upheld=0), 0.0, None),
        (Record(counter_notices_won=2), None, 1.0),
        (Record(decided=1, upheld=1, counter_notices_won=3), 1.0, 1.0),
    ],
)
def test_shares_of_a_record(record: Record, upheld_share: float | None, counter_share: float | None) -> None:
    assert (record.upheld_share, record.counter_share) == (upheld_share, counter_share)


def test_a_share_of_no_notices_is_none() -> None:
    assert MisuseFigures().share is None
    assert MisuseFigures(decided=8, unfounded=2).share == 0.25
