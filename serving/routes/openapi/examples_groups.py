"""An example of each body of working groups."""

from __future__ import annotations

from typing import Any, Final

_GROUP_ID: Final = "01a20a5d-3e57-7681-a417-f8bcda188f20"
_MEMBER_ID: Final = "01a20a5d-3e57-7681-a417-f8bcda188f21"
_CHECK_ID: Final = "01a20a5d-3e57-7681-a417-f8bcda188f15"
_TIME: Final = "2026-11-26T09:30:00.000Z"
_SHARES: Final = [{"kind": "photo_hash", "product": "korvelle-k1-hair-dryer"}]
_TERMS: Final = "Members share what confirmed counterfeits have in common, to find them sooner and for nothing else."
_AGREEMENT_SENT: Final = {
    "terms_version": 1,
    "shares": _SHARES,
    "asks": ["photo_hash", "seller_id"],
    "contact": "brand-protection@korvelle.example",
    "watch": False,
}
_AGREEMENT: Final = {
    "agreement": 1,
    "member_id": _MEMBER_ID,
    "agreed_at": _TIME,
    "terms_version": 1,
    "shares": _SHARES,
    "asks": ["photo_hash", "seller_id"],
    "named": True,
    "watch": False,
    "ended_at": None,
}
_GROUP: Final = {
    "group_id": _GROUP_ID,
    "name": "Hair care",
    "category": "home_appliances",
    "created_at": _TIME,
    "terms_version": 1,
    "terms": _TERMS,
    "members": 5,
    "state": "joined",
    "agreement": _AGREEMENT,
    "agreement_outdated": False,
}
_MEMBER: Final = {
    "member_id": _MEMBER_ID,
    "name": "Korvelle",
    "state": "joined",
    "contact": "brand-protection@korvelle.example",
    "invited_at": _TIME,
    "joined_at": _TIME,
    "items": 41,
}
_ITEM: Final = {
    "item_id": "01a20a5d-3e57-7681-a417-f8bcda188f22",
    "kind": "photo_hash",
    "product": "korvelle-k1-hair-dryer",
    "check_id": _CHECK_ID,
    "photo": 0,
    "bundle_sha256": None,
    "member_id": _MEMBER_ID,
    "shared_at": _TIME,
    "agreement": 1,
    "terms_version": 1,
    "confirmed_by": "review",
    "matches": 3,
    "last_matched_on": "2026-11-26",
}
GROUP_EXAMPLES: Final[dict[str, Any]] = {
    "GroupSent": {"name": "Hair care", "category": "home_appliances", "terms": _TERMS},
    "TermsSent": {"terms": _TERMS},
    "InvitationSent": {"member_id": _MEMBER_ID},
    "AgreementSent": _AGREEMENT_SENT,
    "Agreement": _AGREEMENT,
    "AgreementList": {"agreements": [_AGREEMENT]},
    "Group": _GROUP,
    "GroupList": {"groups": [_GROUP]},
    "GroupMember": _MEMBER,
    "GroupMemberList": {"members": [_MEMBER]},
    "ItemsSent": {"check_id": _CHECK_ID, "kinds": ["photo_hash"]},
    "ItemsShared": {
        "items": [_ITEM],
        "skipped": [{"kind": "photo_hash", "photo": 1, "reason": "photo_flat"}],
    },
    "GroupItemPage": {"items": [_ITEM], "next_cursor": None},
    "WithdrawalOfItems": {"check_id": _CHECK_ID},
    "ItemsWithdrawn": {"withdrawn": 1},
    "GroupQuestion": {"seller_id": "s-88", "contacts": ["+45 1234 5678"]},
    "GroupAnswer": {
        "known": True,
        "matches": [
            {
                "group_id": _GROUP_ID,
                "group_name": "Hair care",
                "kind": "seller_id",
                "distance": "equal",
                "distance_limit": 0,
                "min_givers": 2,
                "ask": [{"name": "Korvelle", "contact": "brand-protection@korvelle.example"}],
            }
        ],
        "kinds": [
            {"kind": "embedding", "coverage": "not_asked", "other_bundles": False},
            {"kind": "photo_hash", "coverage": "nothing_to_compare", "other_bundles": False},
            {"kind": "seller_contact", "coverage": "not_asked", "other_bundles": False},
            {"kind": "seller_id", "coverage": "all", "other_bundles": False},
        ],
        "answered_at": _TIME,
        "questions_left": 498,
    },
}
GROUPS_CSV_EXAMPLE: Final = (
    f"group_id,name,category,created_at,…\r\n{_GROUP_ID},Hair care,home_appliances,{_TIME},…\r\n"
)
MEMBERS_CSV_EXAMPLE: Final = "member_id,name,state,…\r\n01a20a5d-2b11-7c02-8f3e-5a8d0c6b7e10,Korvelle,joined,…\r\n"
AGREEMENTS_CSV_EXAMPLE: Final = (
    f"member_id,agreement,agreed_at,…\r\n01a20a5d-2b11-7c02-8f3e-5a8d0c6b7e10,1,{_TIME},…\r\n"
)
ITEMS_CSV_EXAMPLE: Final = (
    "item_id,kind,product,check_id,…\r\n"
    f"01a20a5d-3e57-7681-a417-f8bcda188f22,photo_hash,korvelle-k1-hair-dryer,{_CHECK_ID},…\r\n"
)
