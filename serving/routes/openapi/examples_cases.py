"""An example of each body of takedown cases."""

from __future__ import annotations

from typing import Any, Final

_CASE_ID: Final = "01a20a5d-3e57-7681-a417-f8bcda188f15"
_TIME: Final = "2026-11-26T09:30:00.000Z"
_DUE: Final = "2026-11-27T09:30:00.000Z"
_PRODUCT: Final = "korvelle-k1-hair-dryer"
_SUMMARY: Final = {
    "case_id": _CASE_ID,
    "created_at": _TIME,
    "member_id": "01a20a11-0c11-7b0e-8d53-1f0c2be87c40",
    "opened_by": "member",
    "rule_id": None,
    "product": _PRODUCT,
    "ground": "trademark",
    "country": "DE",
    "jurisdiction": "EU",
    "state": "in_review",
    "version": 2,
    "fast_track": False,
    "due_at": _DUE,
    "is_late": False,
    "paused_since": None,
    "decided_at": None,
    "decided_in_time": None,
    "closed_at": None,
    "reason_code": None,
    "reason": "",
    "listing_count": 1,
}
_MOVE: Final = {
    "sequence": 1,
    "at": _TIME,
    "from_state": None,
    "to_state": "received",
    "actor": "notifier",
    "actor_name": "k7Yq2mP9xW4nB8cD",
    "reason_code": None,
    "reason": "",
    "due_at": _DUE,
}
_EVIDENCE: Final = {
    "evidence_id": "01a20a5d-3e59-7681-a417-f8bcda188f15",
    "at": _TIME,
    "text": "Bought from the maker; the invoice is in the photo.",
    "photos": 1,
}
_CASE: Final = {
    **_SUMMARY,
    "statement": "The logo is a copy of ours; we do not make this colour.",
    "due_calendar": "holidays 0.109 DE 2026",
    "paused_s": 0.0,
    "allowed_moves": [{"to": "upheld", "needs_reason": False}, {"to": "rejected", "needs_reason": True}],
    "listings": [
        {
            "position": 0,
            "listing_id": "4711",
            "seller_id": "s-88",
            "url": "https://shop.example/4711",
            "check_id": "01a20a5a-9c11-7b0e-8d53-1f0c2be87c40",
            "check_outcome": "counterfeit",
            "check_authenticity": 0.03,
            "check_deleted": False,
            "value": {"amount": 89.9, "currency": "EUR"},
            "removed_at": None,
        }
    ],
    "moves": [_MOVE, {**_MOVE, "sequence": 2, "from_state": "received", "to_state": "in_review", "actor": "operator"}],
    "waiting": [{"kind": "due_soon", "at": "2026-11-27T05:30:00.000Z"}, {"kind": "overdue", "at": _DUE}],
    "evidence": [_EVIDENCE],
    "notices": [
        {
            "notice_id": "01a20a5d-3e58-7681-a417-f8bcda188f15",
            "recipient": "notifier",
            "kind": "receipt",
            "at": _TIME,
            "text": f"Your notice of 2026-11-26 was received and has the number {_CASE_ID}.",
            "opened_at": None,
        }
    ],
}
_LINK: Final = "/notices/Jq0n0bq4m0m9S5oQ7b1y3mV8c2kXwZr6tUeYhLpDfGs"
_OF_SELLER: Final = {"seller_id": "s-88", "positions": [0], "seller_link": _LINK}
CASES_CSV_EXAMPLE: Final = f"case_id,created_at,member_id,…\r\n{_CASE_ID},{_TIME},,…\r\n"
_RULE_SETTINGS: Final = {
    "max_authenticity": 0.02,
    "upheld_cases": 3,
    "days": 180,
    "products": None,
    "country": "DE",
    "ground": "trademark",
}
_RULE: Final = {
    "rule_id": "01a20a5d-3e60-7681-a417-f8bcda188f15",
    "created_at": _TIME,
    "kind": "counterfeit",
    "member_id": None,
    "settings": _RULE_SETTINGS,
    "enabled": True,
}
CASES_TABLE_EXAMPLE: Final = (
    "reference,product,country,listing_id,seller_id,url,value_amount,value_currency\r\n"
    f"A-1,{_PRODUCT},DE,4711,s-88,https://shop.example/4711,89.90,EUR\r\n"
)
RULES_CSV_EXAMPLE: Final = (
    "rule_id,created_at,kind,…\r\n01a20a5d-4b11-7d02-9c8e-6d0f3a1b2c45,2026-11-20T09:30:00.000Z,counterfeit,…\r\n"
)
CASE_EXAMPLES: Final[dict[str, Any]] = {
    "Case": _CASE,
    "CaseCounts": {
        "total": 120,
        "undecided": 14,
        "late": 1,
        "paused": 2,
        "state": [{"value": "closed", "cases": 90}, {"value": "received", "cases": 14}],
        "product": [{"value": _PRODUCT, "cases": 120}],
        "country": [{"value": "DE", "cases": 120}],
        "opened_by": [{"value": "member", "cases": 120}],
    },
    "CasesReceived": {
        "dry_run": False,
        "rows": 100_000,
        "opened": 99_997,
        "existing": 0,
        "bad": 3,
        "faults": [{"line": 17, "column": "country", "code": "request_invalid", "reason": "no country of ISO 3166-1"}],
        "faults_left_out": 0,
    },
    "CaseRule": _RULE,
    "CaseRuleChange": {"enabled": False},
    "CaseRuleList": {"rules": [_RULE]},
    "CaseRuleSent": {"kind": "counterfeit", "settings": {"max_authenticity": 0.02, "country": "DE"}},
    "CasePage": {"cases": [_SUMMARY], "next_cursor": None},
    "CaseSent": {
        "country": "DE",
        "ground": "trademark",
        "statement": "The logo is a copy of ours; we do not make this colour.",
        "listings": [
            {
                "check_id": "01a20a5a-9c11-7b0e-8d53-1f0c2be87c40",
                "url": "https://shop.example/4711",
                "value": {"amount": 89.9, "currency": "EUR"},
            }
        ],
    },
    "MoveSent": {"to": "rejected", "version": 2, "reason_code": "genuine", "reason": "The colour is sold in Japan."},
    "MovedCase": {**_CASE, "state": "forwarded", "version": 4, "seller_link": _LINK, "seller_links": [_OF_SELLER]},
    "MovesSent": {
        "to": "upheld",
        "reason": "The same photo as in three cases before.",
        "cases": [{"case_id": _CASE_ID, "version": 2}],
    },
    "MovesMade": {
        "moved": [{"case_id": _CASE_ID, "state": "upheld", "version": 3, "seller_link": None, "seller_links": []}],
        "refused": [{"case_id": "x", "code": "case_not_found", "detail": "no case has the id 'x'"}],
    },
    "EvidenceSent": {
        "text": "Bought from the maker; the invoice is in the photo.",
        "photos": [{"base64": "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBD"}],
    },
    "SellerLink": _OF_SELLER,
    "SellerLinkMade": {"seller_link": _LINK},
    "SellerComplaintSent": {"text": "The listing shows the maker's own product, bought from its own shop."},
    "SellerNotice": {
        "case_id": _CASE_ID,
        "product": _PRODUCT,
        "ground": "trademark",
        "country": "DE",
        "jurisdiction": "EU",
        "state": "counter_notice",
        "at": _TIME,
        "subject": f"Listings restricted: {_CASE_ID}",
        "text": "A decision of 2026-11-26 restricts what you offer. …",
        "can_answer": True,
        "answer_until": None,
        "sent": [_EVIDENCE],
        "outcomes": [
            {"at": _TIME, "subject": f"The decision stays: {_CASE_ID}", "text": "Your answer was examined. …"}
        ],
    },
    "QuestionSent": {"text": "Which of the three photos shows the copied logo?", "version": 2},
}
