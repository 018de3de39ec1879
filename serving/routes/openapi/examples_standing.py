"""An example of each body of the service level, fast track, trusted flaggers and misuse."""

from __future__ import annotations

from typing import Any, Final

_MEMBER_ID: Final = "01a20a5d-2b11-7c02-8f3e-5a8d0c6b7e10"
_ID: Final = "01a20a5d-4b11-7c02-8f3e-5a8d0c6b7e10"
_TIME: Final = "2026-11-26T04:00:00.000Z"
_FIGURES: Final = {
    "decided": 240,
    "upheld": 234,
    "counter_notices_won": 3,
    "upheld_share": 0.975,
    "counter_share": 0.01282051282051282,
}
_STATUS: Final = {
    **_FIGURES,
    "subject_kind": "member",
    "subject_id": _MEMBER_ID,
    "member_id": _MEMBER_ID,
    "name": "Korvelle",
    "standing": "fast",
    "since": "2026-09-01T04:00:00.000Z",
    "until": None,
    "evaluated_at": _TIME,
}
_CHANGE: Final = {
    **_FIGURES,
    "change_id": _ID,
    "at": _TIME,
    "subject_kind": "member",
    "subject_id": _MEMBER_ID,
    "member_id": _MEMBER_ID,
    "from_standing": "standard",
    "to_standing": "fast",
    "until": None,
    "reason_code": "earned",
    "reason": "New cases are dealt with first from now on. In the 3 months before, 240 cases were decided, 234 of them "
    "upheld, and 3 counter-notices succeeded. Fast track asks for 35 decided cases, at least 90% upheld, and at most "
    "5% as many successful counter-notices as cases upheld.",
}
_FLAGGER_SENT: Final = {
    "authority": "Bundesnetzagentur, Digital Services Coordinator",
    "country": "DE",
    "since": "2026-03-01",
    "until": None,
}
_FLAGGER: Final = {**_FLAGGER_SENT, "member_id": _MEMBER_ID}
_STEP_SENT: Final = {
    "kind": "warning",
    "reason": "Six of your last 40 notices were about genuine products of your own retailers. Check first.",
    "days": None,
}
_STEP: Final = {
    "step_id": _ID,
    "member_id": _MEMBER_ID,
    "kind": "warning",
    "at": _TIME,
    "until": None,
    "lifted_at": None,
    "reason": _STEP_SENT["reason"],
    "decided": 40,
    "unfounded": 6,
}
_MISUSE: Final = {
    "member_id": _MEMBER_ID,
    "name": "Korvelle",
    "decided": 40,
    "unfounded": 6,
    "unfounded_since_warning": 0,
    "share": 0.15,
    "warned_at": None,
    "suspended_until": None,
    "proposal": "warning",
}
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

STANDING_EXAMPLES: Final[dict[str, Any]] = {
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
    "FastTrackStatus": _STATUS,
    "FastTrackPage": {
        "min_decided": 35,
        "min_upheld_share": 0.9,
        "max_counter_share": 0.05,
        "statuses": [_STATUS],
        "next_cursor": None,
    },
    "FastTrackChange": _CHANGE,
    "FastTrackChangePage": {"changes": [_CHANGE], "next_cursor": None},
    "FastTrackEvaluated": {"evaluated": 140, "changed": 2},
    "TrustedFlaggerSent": _FLAGGER_SENT,
    "TrustedFlagger": _FLAGGER,
    "TrustedFlaggers": {"trusted_flaggers": [_FLAGGER]},
    "MisuseStepSent": _STEP_SENT,
    "MisuseStep": _STEP,
    "MisuseStepPage": {"steps": [_STEP], "next_cursor": None},
    "MisuseStatus": _MISUSE,
    "MisuseList": {"frequent_count": 5, "frequent_share": 0.1, "members": [_MISUSE]},
}
FAST_TRACK_CSV_EXAMPLE: Final = (
    "subject_kind,subject_id,member_id,name,standing,since,until,evaluated_at,decided,upheld,counter_notices_won,"
    "upheld_share,counter_share\r\n"
    f"member,{_MEMBER_ID},{_MEMBER_ID},Korvelle,fast,2026-09-01T04:00:00.000Z,,{_TIME},240,234,3,0.975,"
    "0.01282051282051282\r\n"
)
CHANGES_CSV_EXAMPLE: Final = f"change_id,at,subject_kind,subject_id,…\r\n{_ID},{_TIME},member,{_MEMBER_ID},…\r\n"
MISUSE_CSV_EXAMPLE: Final = f"member_id,name,decided,unfounded,…\r\n{_MEMBER_ID},Korvelle,40,6,…\r\n"
FLAGGERS_CSV_EXAMPLE: Final = (
    f"member_id,authority,country,since,until\r\n{_MEMBER_ID},Bundesnetzagentur,DE,2026-01-01,\r\n"
)
STEPS_CSV_EXAMPLE: Final = f"step_id,member_id,kind,at,…\r\n{_ID},{_MEMBER_ID},warning,{_TIME},…\r\n"
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
