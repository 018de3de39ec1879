"""An example of each body that the HTTP contract describes; tests validate every one against its schema."""

from __future__ import annotations

from typing import Any, Final

from serving.routes.openapi.examples_accounts import ACCOUNT_EXAMPLES
from serving.routes.openapi.examples_audit import AUDIT_EXAMPLES
from serving.routes.openapi.examples_buys import BUY_EXAMPLES
from serving.routes.openapi.examples_cases import CASE_EXAMPLES
from serving.routes.openapi.examples_clusters import CLUSTER_EXAMPLES
from serving.routes.openapi.examples_groups import GROUP_EXAMPLES
from serving.routes.openapi.examples_robustness import ROBUSTNESS_EXAMPLE
from serving.routes.openapi.examples_standing import STANDING_EXAMPLES
from serving.routes.openapi.examples_transparency import TRANSPARENCY_EXAMPLES
from serving.routes.openapi.examples_webhooks import WEBHOOK_EXAMPLES

_SHA256: Final = "5f2b8c1e9d3a47606b1f0e2d4c8a9b7351d6e8f0a2c4b6d8e0f1a3b5c7d9e1f3"
_OTHER_SHA256: Final = "a1c3e5f7092b4d6f8103a5c7e9f1b3d5f7092b4d6f8103a5c7e9f1b3d5f7092b"
_CHECK_ID: Final = "01a20a5d-3e57-7681-a417-f8bcda188f15"
_TIME: Final = "2026-11-26T09:30:00.000Z"

_LISTING: Final = {
    "listing_id": "4711",
    "seller_id": "s-88",
    "product": "korvelle-k1-hair-dryer",
    "views": ["front", None],
    "attributes": {"price": 89.9, "url": "https://shop.example/4711"},
}
_BUNDLE_USED: Final = {"name": "hair-dryers", "version": "20261126.013242", "sha256": _SHA256, "graph": "fp32"}
_CHECK: Final = {
    "check_id": _CHECK_ID,
    "listing_id": "4711",
    "product": "korvelle-k1-hair-dryer",
    "outcome": "counterfeit",
    "authenticity": 0.03,
    "thresholds": {"counterfeit_below": 0.21, "genuine_above": 0.78},
    "authenticity_kind": "calibrated",
    "counterfeit_share": 0.5,
    "novelty": None,
    "advisory": False,
    "reasons": [{"code": "looks_counterfeit", "message": "the photos look like those of counterfeits", "photo": 0}],
    "photos": [
        {
            "index": 0,
            "sha256": _OTHER_SHA256,
            "outcome": "counterfeit",
            "authenticity": 0.02,
            "quality": [],
            "novelty": None,
            "matches": [],
            "evidence_url": f"/v1/checks/{_CHECK_ID}/photos/0/evidence",
            "product_share": 0.46,
            "outline_url": f"/v1/checks/{_CHECK_ID}/photos/0/outline",
            "error": None,
        }
    ],
    "bundle": _BUNDLE_USED,
    "created_at": _TIME,
    "elapsed_ms": 31.2,
}
_REVIEW: Final = {
    "review_id": 7,
    "decision": "counterfeit",
    "note": "word mark too wide",
    "created_at": _TIME,
    "withdrawn_at": None,
}
_CHECK_RECORD: Final = {
    **_CHECK,
    "seller_id": "s-88",
    "views": ["front"],
    "attributes": {"price": 89.9},
    "reviews": [_REVIEW],
    "withdrawn_reviews": [],
}
_REFERENCE: Final = {
    "reference_id": "ec7bd747d275e06c",
    "label": "genuine",
    "product": "korvelle-k1-hair-dryer",
    "listing": "hd-00043",
    "similarity": 0.698,
    "url": "/v1/bundles/hair-dryers/references/ec7bd747d275e06c",
}
_ERROR_SHARE: Final = {"limit": 0.05, "n": 150, "errors": 2, "upper": 0.0473, "guaranteed": False, "kind": "estimate"}
_THRESHOLDS: Final = {
    "counterfeit_below": -0.18,
    "genuine_above": 0.3,
    "genuine_flagged": _ERROR_SHARE,
    "counterfeit_passed": _ERROR_SHARE,
    "source": "out_of_fold",
}
_BUNDLE_LOADED: Final = {
    **_BUNDLE_USED,
    "created_at": "2026-11-26T01:32:42Z",
    "products": ["korvelle-k1-hair-dryer"],
    "required_views": [],
    "authenticity_kind": "calibrated",
    "label_kind": "rendered",
    "counterfeit_share": {"korvelle-k1-hair-dryer": 0.5},
    "performance": {
        "measured_on": "test_set",
        "on": "60 genuine and 60 counterfeit test listings (split = test)",
        "kind": "measured",
        "test_set": "split = test",
        "genuine": 60,
        "counterfeit": 60,
        "auroc": {"value": 0.8944, "low": 0.8304, "high": 0.9463},
        "decided": {"value": 0.625, "low": 0.5358, "high": 0.7065, "hits": 75, "n": 120},
        "genuine_flagged": {"value": 0.0833, "low": 0.0361, "high": 0.1807, "hits": 5, "n": 60},
        "counterfeit_passed": {"value": 0.05, "low": 0.0171, "high": 0.137, "hits": 3, "n": 60},
    },
    "robustness": ROBUSTNESS_EXAMPLE,
    "thresholds": {"korvelle-k1-hair-dryer": _THRESHOLDS},
    "one_photo_thresholds": {"korvelle-k1-hair-dryer": _THRESHOLDS},
    "metrics": {},
}
_ACTIVE: Final = {"candidate": None, "version": "20261126.013242", "sha256": _SHA256}
_SHADOW: Final = {"candidate": "2026-12", "version": "20261201.080000", "sha256": _OTHER_SHA256}
_STATE: Final = {
    "configured_sha256": _SHA256,
    "active": _ACTIVE,
    "previous": None,
    "shadow": _SHADOW,
    "canary": None,
    "canary_share": None,
}
_CHANGED_BY: Final = {"by": "mara", "note": "fewer flagged, see the comparison"}
_CANDIDATE: Final = {**_CHANGED_BY, "candidate": "2026-12", "sha256": _OTHER_SHA256}

# By the name of the schema.
EXAMPLES: Final[dict[str, Any]] = {
    **WEBHOOK_EXAMPLES,
    **ACCOUNT_EXAMPLES,
    **AUDIT_EXAMPLES,
    **TRANSPARENCY_EXAMPLES,
    **CASE_EXAMPLES,
    **BUY_EXAMPLES,
    **GROUP_EXAMPLES,
    **CLUSTER_EXAMPLES,
    **STANDING_EXAMPLES,
    "Alive": {"status": "alive"},
    "BundleChangeList": {
        "changes": [
            {
                "change_id": 3,
                "created_at": _TIME,
                "action": "shadow",
                "caller": "open",
                "changed_by": "mara",
                "note": "retrained in December",
                "state": _STATE,
            }
        ]
    },
    "BundleComparison": {
        "active_sha256": _SHA256,
        "shadow_sha256": _OTHER_SHA256,
        "products": [
            {
                "product": "korvelle-k1-hair-dryer",
                "checks": 400,
                "changed": 1,
                "share_changed": {"share": 0.0025, "low": 0.0004, "high": 0.014},
                "crossed": 0,
                "outcomes": [
                    {"active": "review", "shadow": "review", "checks": 399},
                    {"active": "review", "shadow": "genuine", "checks": 1},
                ],
                "authenticity_move": {"n": 400, "mean": 0.01, "mean_absolute": 0.02},
                "examples": [
                    {
                        "check_id": _CHECK_ID,
                        "listing_id": "4711",
                        "active_outcome": "review",
                        "shadow_outcome": "genuine",
                        "active_authenticity": 0.71,
                        "shadow_authenticity": 0.82,
                    }
                ],
            }
        ],
        "shadow_work": {"judged": 400, "dropped": 12, "failed": 0, "waiting": 0},
    },
    "BundleList": {"bundles": [_BUNDLE_LOADED], "not_followed": []},
    "BundleNotFollowed": {
        "name": "hair-dryers",
        "reason": "bundles_folder has no folder '2026-11'; GET …/candidates lists those it has",
    },
    "BundlesOfName": {
        "name": "hair-dryers",
        "state": {**_STATE, "shadow": None},
        "active": _BUNDLE_LOADED,
        "previous": None,
        "shadow": None,
        "canary": None,
        "durable": True,
    },
    "CanarySent": {**_CANDIDATE, "share": 0.05},
    "CandidateList": {
        "candidates": [
            {
                **_SHADOW,
                "created_at": "2026-12-01T08:00:00Z",
                "products": ["korvelle-k1-hair-dryer"],
                "known_format": True,
                "robustness": "within",
            }
        ],
        "rejected": [
            {
                "candidate": "notes",
                "code": "candidate_invalid",
                "reason": "candidate 'notes' has no bundle.json that can be read",
            }
        ],
    },
    "CandidateSent": _CANDIDATE,
    "Check": _CHECK,
    "CheckCounts": {
        "total": 12,
        "queue": 3,
        "product": [{"value": "korvelle-k1-hair-dryer", "checks": 12}],
        "outcome": [{"value": "genuine", "checks": 9}, {"value": "review", "checks": 3}],
        "decision": [{"value": "none", "checks": 12}],
        "seller_id": [{"value": "s-88", "checks": 4}],
    },
    "CheckPage": {"checks": [_CHECK_RECORD], "next_cursor": None},
    "CheckRecord": _CHECK_RECORD,
    "CheckSent": {**_LISTING, "photos": [{"base64": "/9j/4AAQSkZJRg=="}, {"base64": "/9j/4AAQSkZJRg=="}]},
    "Drift": {
        "bundles": [
            {
                "bundle": _BUNDLE_USED,
                "validation_listings": 300,
                "measures": ["authenticity"],
                "window_listings": 300,
                "window_s": 3600.0,
                "false_alarms_per_window": 0.001,
                "filled": 17,
                "windows": [
                    {
                        "opened_at": _TIME,
                        "closed_at": "2026-11-26T10:30:00.000Z",
                        "listings": 300,
                        "seen": 300,
                        "alarm": False,
                        "measures": [
                            {
                                "measure": "authenticity",
                                "psi": 0.03,
                                "psi_by_chance": 0.06,
                                "p_value": 0.41,
                                "shifted": False,
                                "edges": [0.5],
                                "validation_shares": [0.5, 0.5],
                                "window_shares": [0.52, 0.48],
                            }
                        ],
                    }
                ],
            }
        ]
    },
    "Listing": _LISTING,
    "PhotoMarks": {
        "marks": [
            {
                "standard": "C2PA",
                "kind": "generated",
                "text": "C2PA manifest of Example Imaging, signature holds: the picture was generated by a program",
            }
        ],
        "note": "A mark is a reason to look, never proof: anyone can write one, and most sites remove them.",
    },
    "PhotoCrops": {
        "crops": [
            {
                "box": [0.4, 0.2, 0.7, 0.5],
                "contribution": -0.31,
                "nearest_genuine": _REFERENCE,
                "nearest_counterfeit": None,
            }
        ],
        "references_bundle": _BUNDLE_USED,
    },
    "Problem": {
        "type": "urn:touchstone:problem:unknown_product",
        "title": "The check was refused",
        "status": 422,
        "detail": "product 'air_force_2' is not loaded here; known: air_force_1, air_max_90",
        "code": "unknown_product",
        "request_id": "5f1c0a9be77d4e21",
        "errors": [],
    },
    "Readiness": {"status": "ready", "bundle": "ok", "store": "ok"},
    "Review": _REVIEW,
    "ReviewSent": {"decision": "counterfeit", "note": "word mark too wide"},
    "RollbackSent": {**_CHANGED_BY, "what": "activation"},
    "WithdrawalSent": {"review_id": 7},
}
MULTIPART_EXAMPLE: Final = {"photos": ["the bytes of front.jpg", "the bytes of label.jpg"], "listing": _LISTING}
CSV_EXAMPLE: Final = f"check_id,created_at,listing_id,…\r\n{_CHECK_ID},{_TIME},4711,…\r\n"

# What a problem of each status may say: title, detail and code.
PROBLEM_EXAMPLES: Final = {
    400: ("Not valid JSON", "the JSON does not parse: expected value at line 1 column 1", "json_malformed"),
    401: (
        "An API key is required",
        "send the key as `Authorization: Bearer KEY`",
        "key_required",
    ),
    403: ("The API key lacks a scope", "this API key lacks the scope admin; it has read", "scope_missing"),
    404: ("No such check", "no check has the id 'x'; it was never made here, or it was deleted", "check_not_found"),
    408: ("The upload took too long", "the body did not arrive within 60 s; 1024 bytes did", "upload_timed_out"),
    409: (
        "The same request is still running",
        "the first request with this Idempotency-Key still runs",
        "idempotency_in_progress",
    ),
    413: (
        "The request is too large",
        "the body has more than 104857600 bytes; send fewer photos",
        "request_too_large",
    ),
    415: ("Unsupported content type", "Content-Type is text/plain; send application/json", "media_type_unsupported"),
    422: (
        "Unknown query parameter",
        "unknown parameter 'outcom': did you mean outcome?",
        "query_parameter_unknown",
    ),
    429: ("Too many checks per second", "more than 10 checks a second; wait 1 s", "rate_limited"),
    503: ("The queue is full", "64 photos wait; send the same request again in 2 s", "overloaded"),
    504: ("The deadline passed", "the check was not judged within 2 s, and nothing was kept", "deadline_exceeded"),
}


def problem_example(status: int) -> dict[str, Any]:
    """Give a problem of this status."""
    title, detail, code = PROBLEM_EXAMPLES[status]
    return {
        "type": f"urn:touchstone:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "5f1c0a9be77d4e21",
        "errors": [],
    }
