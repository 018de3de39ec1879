"""Examples of the bodies of jobs; tests validate every one against its schema."""

from __future__ import annotations

import json
from typing import Any, Final

from serving.routes.openapi.examples import EXAMPLES

_JOB_ID: Final = "01a20a5d-3e57-7681-a417-f8bcda188f16"
_OUTCOMES: Final = {"genuine": 812, "counterfeit": 34, "review": 51, "insufficient": 2, "unsupported": 0}
_JOB: Final = {
    "job_id": _JOB_ID,
    "kind": "listings",
    "name": "changed listings of Thursday",
    "state": "running",
    "held": False,
    "created_by": "open",
    "created_at": "2026-11-26T09:30:00.000Z",
    "cancelled_at": None,
    "completed_at": None,
    "lines": 1200,
    "left": 300,
    "counts": {"waiting": 296, "running": 4, "judged": 899, "parked": 1, "cancelled": 0, "outcomes": _OUTCOMES},
    "lines_per_s": 61.5,
    "seconds_left": 4.9,
}
_JUDGED: Final = {
    "line": 1,
    "listing_id": "4711",
    "state": "judged",
    "attempts": 1,
    "check": EXAMPLES["Check"],
    "error": None,
    "cursor": "1",
}
_PARKED: Final = {
    "line": 2,
    "listing_id": "4712",
    "state": "parked",
    "attempts": 0,
    "check": None,
    "error": {
        "code": "too_many_photos",
        "message": "a check takes at most 12 photos, not 13: send the clearest ones.",
    },
    "cursor": "2",
}

# By the name of the schema.
JOB_EXAMPLES: Final[dict[str, Any]] = {
    "Job": _JOB,
    "JobCounts": _JOB["counts"],
    "JobOutcomes": _OUTCOMES,
    "JobPage": {"jobs": [_JOB], "next_cursor": None},
    "JobResult": _PARKED,
    "LineFault": _PARKED["error"],
    "ReplaySent": {"lines": [2, 17]},
}
JOB_LINES_EXAMPLE: Final = (
    '{"listing_id": "4711", "photos": [{"base64": "…"}]}\n{"listing_id": "4712", "photos": [{"base64": "…"}]}\n'
)
MANIFEST_EXAMPLE: Final = (
    "photo,listing,product\n"
    "https://shop.example/4711/front.jpg,4711,korvelle-k1-hair-dryer\n"
    "https://shop.example/4711/label.jpg,4711,korvelle-k1-hair-dryer\n"
)
JOB_RESULTS_EXAMPLE: Final = "".join(json.dumps(result) + "\n" for result in (_JUDGED, _PARKED))
