"""An example of each body of the service level."""

from __future__ import annotations

from typing import Any, Final

_MEMBER_ID: Final = "01a20a5d-2b11-7c02-8f3e-5a8d0c6b7e10"
_SHARE: Final = {
    "cases": 1000,
    "in_time": 961,
    "late": 18,
    "overdue": 1,
    "pending": 14,
    "withdrawn": 6,
    "share": 0.9806122448979592,
    "low": 0.9699507064937346,
    "high": 0.9875394158104962,
    "meets_benchmark": None,
}


def _group(value: str, name: str | None = None) -> dict[str, Any]:
    return {**_SHARE, "value": value, "name": name}


_LATE: Final = {
    "case_id": "01a20a5d-4b11-7c02-8f3e-5a8d0c6b7e10",
    "created_at": "2026-11-20T09:30:00.000Z",
    "member_id": _MEMBER_ID,
    "product": "korvelle-k1-hair-dryer",
    "country": "DE",
    "state": "upheld",
    "due_at": "2026-11-23T09:30:00.000Z",
    "due_calendar": "holidays 0.109 DE, tzdata 2026f Europe/Berlin",
    "decided_at": "2026-11-23T11:00:00.000Z",
    "late_by_h": 1.5,
}

SERVICE_LEVEL_EXAMPLES: Final[dict[str, Any]] = {
    "ServiceShare": _SHARE,
    "ServiceGroup": _group(_MEMBER_ID, "Korvelle"),
    "ServiceLevel": {
        "at": "2026-11-26T09:30:00.000Z",
        "since": "2026-09-01T00:00:00.000Z",
        "until": None,
        "hours": 24,
        "benchmark": 0.97,
        "total": _SHARE,
        "by_member": [_group(_MEMBER_ID, "Korvelle")],
        "by_category": [_group("home_appliances")],
        "by_country": [_group("DE")],
        "by_week": [_group("2026-11-16")],
    },
    "LateCase": _LATE,
    "LateCasePage": {"cases": [_LATE], "next_cursor": _LATE["case_id"]},
}
SERVICE_LEVEL_CSV_EXAMPLE: Final = (
    "group,value,name,cases,in_time,late,overdue,pending,withdrawn,share,low,high,meets_benchmark\r\n"
    "total,,,1000,961,18,1,14,6,0.9806122448979592,0.9699507064937346,0.9875394158104962,\r\n"
)
LATE_CSV_EXAMPLE: Final = (
    "case_id,created_at,member_id,product,country,state,due_at,due_calendar,decided_at,late_by_h\r\n"
    "01a20a5d-4b11-7c02-8f3e-5a8d0c6b7e10,2026-11-20T09:30:00.000Z,01a20a5d-2b11-7c02-8f3e-5a8d0c6b7e10,"
    "korvelle-k1-hair-dryer,DE,upheld,2026-11-23T09:30:00.000Z,"
    '"holidays 0.109 DE, tzdata 2026f Europe/Berlin",2026-11-23T11:00:00.000Z,1.5\r\n'
)
