"""An example of each body of test buys."""

from __future__ import annotations

from typing import Any, Final

_PLAN_ID: Final = "01a20a5d-3e57-7681-a417-f8bcda188f15"
_BUY_ID: Final = "01a20a5d-3e58-7c11-9d02-6b1f0c2be87c"
_CHECK_ID: Final = "01a1f3c2-9a01-7b0e-8d53-1f0c2be87c40"
_TIME: Final = "2026-11-26T09:30:00.000Z"
_PRODUCT: Final = "korvelle-k1-hair-dryer"
_PLAN_SENT: Final = {
    "since": "2026-10-01T00:00:00Z",
    "until": "2026-11-26T00:00:00Z",
    "product": None,
    "country": "DE",
    "currency": "EUR",
    "budget": 4000.0,
    "default_price": 35.0,
    "shipping": 5.0,
    "min_price": 0.0,
    "max_price": 200.0,
    "random_share": 0.7,
}
_PLAN: Final = {
    **_PLAN_SENT,
    "plan_id": _PLAN_ID,
    "created_at": _TIME,
    "state": "accepted",
    "accepted_at": _TIME,
    "quarter": "2026-Q4",
    "since": "2026-10-01T00:00:00.000Z",
    "until": "2026-11-26T00:00:00.000Z",
    "seed": "6f1c0a9be77d4e21b0f1e2d3c4b5a697",
    "frame_sha256": "2538f0a93005a6be9d305574d26f847f3057d499f7010f97706dbcaf67803c19",
    "frame_size": 3120,
    "strata": [
        {"group": "flagged", "chosen": False, "size": 240, "draws": 20, "probability": 20 / 240, "suspicion": 3.4},
        {"group": "passed", "chosen": False, "size": 2880, "draws": 40, "probability": 40 / 2880, "suspicion": -4.1},
    ],
    "expected_cost": 2400.0,
    "cost": 812.5,
    "counts": {"ordered": 40, "examined": 2, "counterfeit": 18},
}
_SUMMARY: Final = {
    "buy_id": _BUY_ID,
    "plan_id": _PLAN_ID,
    "product": _PRODUCT,
    "check_id": _CHECK_ID,
    "listing_id": "B-77120",
    "seller_id": "seller-31",
    "verdict": "counterfeit",
    "authenticity": 0.08,
    "selection": "random",
    "stratum": 0,
    "probability": 20 / 240,
    "worth": None,
    "expected_cost": 40.0,
    "cost": 38.9,
    "currency": "EUR",
    "state": "counterfeit",
    "version": 5,
    "moved_at": _TIME,
    "case_id": "01a20b11-0c11-7b0e-8d53-1f0c2be87c40",
}
_FINDING: Final = {"point_id": "seal", "result": "fail", "note": "The year is missing."}
_PHOTO: Final = {"index": 0, "sha256": _PLAN["frame_sha256"], "point_id": "seal", "added_at": _TIME}
_POINT: Final = {"point_id": "seal", "text": "The seal shows the year of manufacture.", "decisive": True}
_SHARE: Final = {"share": 0.9, "low": 0.74, "high": 0.97, "lowest": 0.82, "highest": 0.91}

BUYS_CSV_EXAMPLE: Final = f"buy_id,plan_id,state,product,…\r\n{_BUY_ID},{_PLAN_ID},counterfeit,{_PRODUCT},…\r\n"
PLANS_CSV_EXAMPLE: Final = f"plan_id,created_at,state,…\r\n{_PLAN_ID},2026-11-26T09:30:00.000Z,accepted,…\r\n"
ESTIMATES_CSV_EXAMPLE: Final = "quarter,product,figure,share,low,high,…\r\n2026-Q4,,precision,0.9,0.74,0.97,…\r\n"
BUY_EXAMPLES: Final[dict[str, Any]] = {
    "BuyPlanSent": _PLAN_SENT,
    "BuyPlan": _PLAN,
    "BuyPlanPage": {"plans": [_PLAN], "next_cursor": None},
    "BuyMoveSent": {
        "to": "examined",
        "version": 3,
        "reason": "",
        "cost": None,
        "findings": [_FINDING],
    },
    "Buy": {
        **_SUMMARY,
        "checklist_version": 2,
        "findings": [_FINDING],
        "photos": [_PHOTO],
        "moves": [
            {
                "sequence": 1,
                "at": _TIME,
                "from_state": None,
                "to_state": "planned",
                "actor_name": "ts_4mXk2",
                "by_member": False,
                "reason": "",
            }
        ],
        "allowed_moves": ["examined"],
    },
    "BuyPage": {"buys": [_SUMMARY], "next_cursor": None},
    "BuyPhoto": _PHOTO,
    "ChecklistSent": {"version": 1, "points": [_POINT]},
    "Checklist": {"product": _PRODUCT, "version": 2, "created_at": _TIME, "points": [_POINT]},
    "EstimateList": {
        "estimates": [
            {
                "quarter": "2026-Q4",
                "product": None,
                "listings": 3120,
                "purchases": 60,
                "examined": 57,
                "missing": 3,
                "waiting": 0,
                "precision": _SHARE,
                "recall": _SHARE,
                "prevalence": {"share": 0.08, "low": 0.07, "high": 0.1, "lowest": 0.08, "highest": 0.1},
                "strata": [
                    {
                        "plan_id": _PLAN_ID,
                        "group": "flagged",
                        "chosen": False,
                        "size": 240,
                        "probability": 20 / 240,
                        "genuine": 2,
                        "counterfeit": 18,
                        "missing": 0,
                        "waiting": 0,
                    }
                ],
            }
        ]
    },
}
