from __future__ import annotations

import datetime

import pytest

from serving.errors import RequestInvalid
from serving.http.query_time import read_time


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-01-31", 0),
        ("2026-01-31T12:00:00Z", 12),
        ("2026-01-31T12:00:00", 12),
        ("2026-01-31T12:00:00+02:00", 10),
        ("2026-01-31T12:00:00 02:00", 10),
    ],
)
def test_a_time_is_read_as_utc(text: str, hour: int) -> None:
    assert read_time("since", text) == datetime.datetime(2026, 1, 31, hour, tzinfo=datetime.UTC)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "0001-01-01T00:00:00+05:00", "9" * 400])
def test_what_is_no_time_is_refused_by_the_name_of_its_parameter(text: str) -> None:
    with pytest.raises(RequestInvalid, match=r"since: .* is not a time") as raised:
        read_time("since", text)
    assert [field for field, _ in raised.value.errors] == ["since"]
