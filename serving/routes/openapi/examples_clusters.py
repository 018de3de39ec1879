"""An example of each body of clusters."""

from __future__ import annotations

from typing import Any, Final

from serving.routes.openapi.examples_cases import CASE_EXAMPLES

_ONE, _OTHER = "5f0c8a4be1d24d7f9c3b8e21a7d64013", "9a1b7c33f0e84b6c8d2e5f7190ab34cd"
_LINK_ID: Final = "c2d0f6a1b7e94c538f1d2a3b4c5d6e7f"
_CHECK_ID: Final = "01a20a5a-9c11-7b0e-8d53-1f0c2be87c40"
_WHEN: Final = "2026-11-26T09:30:00.000Z"
_SUMMARY: Final = {
    "cluster_id": "01a20a5d-3e57-7681-a417-f8bcda188f15",
    "created_at": _WHEN,
    "updated_at": _WHEN,
    "sellers": 2,
    "listings": 2,
    "values": [{"currency": "EUR", "amount": 79.8}],
    "products": ["korvelle-k1-hair-dryer"],
    "kinds": ["contact"],
    "first_check_at": "2026-11-02T08:12:44.120Z",
    "last_check_at": _WHEN,
}
_LINK: Final = {
    "link_id": _LINK_ID,
    "left": _ONE,
    "right": _OTHER,
    "kind": "contact",
    "strength": "joins",
    "values": 1,
    "why": "Both give the same contact: phone …018. 2 sellers here have it.",
    "examples": [
        {
            "left_check_id": _CHECK_ID,
            "left_photo": None,
            "right_check_id": "01a20a5b-11c0-7d3e-9a44-0c2be87c4031",
            "right_photo": None,
        }
    ],
}
_SELLER: Final = {
    "seller_key": _ONE,
    "seller_id": "s-88",
    "listings": 1,
    "values": [{"currency": "EUR", "amount": 39.9}],
    "outcomes": {"counterfeit": 1},
    "confirmed_counterfeit": 1,
    "first_check_at": _WHEN,
    "last_check_at": _WHEN,
    "x": 0.12,
    "y": 0.88,
}
_LISTING: Final = {
    "listing_key": "0d3f5b7190ab34cd9a1b7c33f0e84b6c",
    "seller_key": _ONE,
    "listing_id": "4711",
    "check_id": _CHECK_ID,
    "product": "korvelle-k1-hair-dryer",
    "outcome": "counterfeit",
    "decision": "counterfeit",
    "authenticity": 0.031,
    "url": "https://shop.example/4711",
    "amount": 39.9,
    "currency": "EUR",
    "first_check_at": _WHEN,
    "last_check_at": _WHEN,
    "x": 0.35,
    "y": 0.97,
}
_NODES: Final = {"seller_nodes": [_SELLER], "listing_nodes": [_LISTING], "links": [_LINK]}
_REMOVED: Final = {
    "removal_id": 3,
    "link_id": _LINK_ID,
    "kind": "contact",
    "left": _ONE,
    "left_seller_id": "s-88",
    "right": _OTHER,
    "right_seller_id": "s-91",
    "reason": "The number is that of a forwarder whom both use.",
    "removed_at": _WHEN,
    "restored_at": None,
}
CLUSTER_EXAMPLES: Final[dict[str, Any]] = {
    "ClusterPage": {"clusters": [_SUMMARY], "currencies": ["EUR"], "next_cursor": None},
    "ClusterDetail": {**_SUMMARY, **_NODES, "left_out": {"sellers": 0, "listings": 0, "links": 0}},
    "ClusterReport": {
        **_SUMMARY, **_NODES, "generated_at": _WHEN, "outcomes": {"counterfeit": 2}, "confirmed_counterfeit": 1,
    },
    "ClusterCasesSent": {"ground": "trademark", "country": "DE", "statement": "One ring: the same photos and number."},
    "ClusterCases": {"cases": [CASE_EXAMPLES["Case"]], "left_out": 0},
    "LinkRemovalSent": {"reason": "The number is that of a forwarder whom both use."},
    "RemovedLink": _REMOVED,
    "RemovedLinkPage": {"removed_links": [_REMOVED], "next_cursor": None},
}  # fmt: skip
