"""An example of each body of the audit log and of erasures."""

from __future__ import annotations

import json
from typing import Any, Final

_ENTRY: Final = {
    "format": 1,
    "sequence": 1,
    "created_at": "2026-11-26T09:30:00.000Z",
    "action": "review.recorded",
    "actor": {"name": "ts_4mXk2", "key_id": "4mXk2", "user_id": None, "member_id": None},
    "member_id": None,
    "object": {"kind": "check", "id": "01a20a5d-3e57-7681-a417-f8bcda188f15"},
    "details": {"review_id": 7, "decision": "counterfeit", "product": "korvelle-k1-hair-dryer"},
    "private_sha256": "2538f0a93005a6be9d305574d26f847f3057d499f7010f97706dbcaf67803c19",
    "previous_hash": "0" * 64,
    "hash": "3b0e7b3134e5f61769790c4af8f89869d43500da1863b5982297b90ada3854a6",
    "private": {
        "salt": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "values": {"address": "192.0.2.7", "request_id": "5f1c0a9be77d4e21"},
    },
}
AUDIT_LINE: Final = json.dumps(_ENTRY, separators=(",", ":")) + "\n"

AUDIT_EXAMPLES: Final[dict[str, Any]] = {
    "AuditPage": {
        "entries": [_ENTRY],
        "next_cursor": None,
        "head": {"sequence": 1, "hash": _ENTRY["hash"]},
    },
    "AuditVerification": {
        "holds": True,
        "reason": None,
        "entries": 1,
        "sequence": 1,
        "head": _ENTRY["hash"],
        "private_missing": 0,
        "complete": True,
    },
    "ErasureSent": {"seller_id": "s-88"},
    "ErasureState": {
        "erasure_id": "01a20a5d-3e57-7681-a417-f8bcda188f15",
        "state": "completed",
        "created_at": "2026-11-26T09:30:00.000Z",
        "completed_at": "2026-11-26T09:30:01.250Z",
        "checks": 41,
        "photos": 160,
        "reviews": 12,
        "job_lines": 0,
        "receipt": {"sequence": 1207, "salt": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"},
    },
}
