"""An example of each body of a marketplace's duties."""

from __future__ import annotations

import json
from typing import Any, Final

_CASE_ID: Final = "01a20a5d-3e57-7681-a417-f8bcda188f15"
_STATEMENT: Final = {
    "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
    "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
    "illegal_content_legal_ground": "Regulation (EU) 2017/1001 on the European Union trade mark, Article 9.",
    "illegal_content_explanation": "The listing offers goods that infringe a registered trade mark.",
    "content_type": ["CONTENT_TYPE_PRODUCT"],
    "category": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    "category_specification": ["KEYWORD_TRADEMARK_INFRINGEMENT"],
    "territorial_scope": ["DE"],
    "content_date": "2026-03-01",
    "application_date": "2026-03-09",
    "decision_facts": "The listing offers goods as korvelle-k1-hair-dryer.",
    "source_type": "SOURCE_ARTICLE_16",
    "automated_detection": "Yes",
    "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
    "puid": f"{_CASE_ID}-0-3",
}
STATEMENT_LINE: Final = json.dumps(_STATEMENT, sort_keys=True) + "\n"
REPORT_CSV_EXAMPLE: Final = (
    "quarter,version,table,key,value,low,high,n,hidden\r\n2026-Q1,1,requests_by_source,total,200,,,,false\r\n"
)
STATEMENTS_CSV_EXAMPLE: Final = (
    f"statement_id,case_id,position,…\r\n01a20a5d-4b11-7d02-9c8e-6d0f3a1b2c45,{_CASE_ID},0,…\r\n"
)
COMPLAINTS_CSV_EXAMPLE: Final = (
    f"complaint_id,case_id,side,decision,…\r\n01a20a5d-4b11-7d02-9c8e-6d0f3a1b2c45,{_CASE_ID},seller,upheld,…\r\n"
)
ANNUAL_EXAMPLE: Final = (
    "Applicability,Service,Indicator,Value\r\nAll,Market,Name of the service provider,Market Ltd\r\n"
)
_REASONS: Final = {
    "statement_id": "01a20a5d-4b11-7d02-9c8e-6d0f3a1b2c44",
    "case_id": _CASE_ID,
    "position": 0,
    "created_at": "2026-03-09T08:31:00.000Z",
    "state": "sent",
    "attempts": 1,
    "due_at": None,
    "sent_at": "2026-03-09T08:32:00.000Z",
    "database_uuid": "7d0d0f7c-3ba9-45ba-966a-ec621eb17225",
    "status": 201,
    "answer": "",
    "facts_added": "",
    "statement": _STATEMENT,
}
_FIGURES: Final = {
    "tables": [
        {
            "key": "requests_by_source",
            "total": {"key": "total", "count": 200, "hidden": False},
            "cells": [
                {"key": "member", "count": 180, "hidden": False},
                {"key": "own", "count": 20, "hidden": False},
            ],
        }
    ],
    "shares": [{"key": "in_time", "share": 0.9341, "low": 0.8883, "high": 0.9619, "n": 182, "hidden": False}],
    "median_hours": 11.3,
    "listings_restricted": 300,
    "counter_notices": None,
    "reinstated": 6,
    "estimates": [{"key": "precision", "value": 0.91, "low": 0.85, "high": 0.95, "n": 80, "hidden": False}],
    "rule": "Counts of 1 to 4 are hidden.",
}
_COMPLAINT: Final = {
    "complaint_id": "01a20a5d-5c22-7e13-8d9f-7e1f4b2c3d55",
    "case_id": _CASE_ID,
    "side": "seller",
    "decision": "upheld",
    "decision_sequence": 3,
    "created_at": "2026-03-12T10:00:00.000Z",
    "text": "The goods were bought from the brand itself.",
    "state": "open",
    "decided_at": None,
    "decided_by": None,
    "reason": "",
    "case_state": "forwarded",
}

TRANSPARENCY_EXAMPLES: Final[dict[str, Any]] = {
    "TransparencyReport": {
        "quarter": "2026-Q1",
        "since": "2026-01-01T00:00:00.000Z",
        "until": "2026-04-01T00:00:00.000Z",
        "version": 1,
        "computed_at": "2026-04-02T09:00:00.000Z",
        "published_at": "2026-04-02T09:00:00.000Z",
        "figures": _FIGURES,
    },
    "PublishedReportList": {
        "reports": [{"quarter": "2026-Q1", "version": 1, "published_at": "2026-04-02T09:00:00.000Z"}]
    },
    "ReasonsStatement": _REASONS,
    "ReasonsStatementPage": {
        "statements": [_REASONS],
        "next_cursor": None,
        "counts": {"sent": 1},
        "sends": True,
    },
    "StatementFactsSent": {"facts": "The grille has 14 bars where the genuine one has 12."},
    "Complaint": _COMPLAINT,
    "ComplaintList": {"complaints": [_COMPLAINT], "redress": "A certified body for settlement out of court."},
    "ComplaintPage": {"complaints": [_COMPLAINT], "next_cursor": None},
    "ComplaintSent": {"side": "seller", "text": "The goods were bought from the brand itself."},
    "ComplaintDecisionSent": {"outcome": "reversed", "reason": "The invoice shows that the goods are genuine."},
    "BuyersNoticeSent": {"way": "individually", "buyers": 41},
    "BuyersNotice": {
        "case_id": _CASE_ID,
        "product": "korvelle-k1-hair-dryer",
        "aware_at": "2026-03-09T08:30:00.000Z",
        "bought_since": "2025-09-09T08:30:00.000Z",
        "listings": [
            {
                "listing_id": "l-1",
                "seller_id": "s-88",
                "url": None,
                "bought_since": "2025-09-09T08:30:00.000Z",
                "bought_until": "2026-03-09T08:30:00.000Z",
            }
        ],
        "text": "You bought goods that were found to be illegal.",
        "recorded_at": None,
        "way": None,
        "buyers": None,
    },
}
