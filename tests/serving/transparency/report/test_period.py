from __future__ import annotations

import pytest

from serving.errors import QuarterInvalid
from serving.transparency.report.period import quarter_of, year_of


@pytest.mark.parametrize(
    ("name", "since", "until", "last_day"),
    [
        ("2026-Q1", "2026-01-01", "2026-04-01", "2026-03-31"),
        ("2026-Q4", "2026-10-01", "2027-01-01", "2026-12-31"),
        ("2028-Q1", "2028-01-01", "2028-04-01", "2028-03-31"),
        ("9998-Q4", "9998-10-01", "9999-01-01", "9998-12-31"),
    ],
)
def test_a_quarter_has_three_months_in_utc(name: str, since: str, until: str, last_day: str) -> None:
    quarter = quarter_of(name)
    assert quarter.since.isoformat() == f"{since}T00:00:00+00:00"
    assert quarter.until.isoformat() == f"{until}T00:00:00+00:00"
    assert quarter.last_day.isoformat() == last_day


@pytest.mark.parametrize(
    "name", ["2026", "2026-Q5", "2026-q1", "26-Q1", "1999-Q1", "9999-Q4", "9999-Q1", "2026-Q1 ", "２０２６-Q1", ""]
)
def test_anything_else_is_no_quarter(name: str) -> None:
    with pytest.raises(QuarterInvalid, match="write it like 2026-Q1"):
        quarter_of(name)


def test_a_year_is_its_four_quarters() -> None:
    year = year_of("2026")
    assert (year.since, year.until) == (quarter_of("2026-Q1").since, quarter_of("2026-Q4").until)
    with pytest.raises(QuarterInvalid, match="write it like 2026"):
        year_of("2026-Q1")
    with pytest.raises(QuarterInvalid, match="from 2000 to 9998"):
        year_of("9999")
