"""An example of each body of members, users and API keys."""

from __future__ import annotations

from typing import Any, Final

_MEMBER_ID: Final = "01a20a5d-2b11-7c02-8f3e-5a8d0c6b7e10"
_USER_ID: Final = "01a20a5d-2c40-7d6a-b6cf-0f2a1b3c4d5e"
_TIME: Final = "2026-11-26T09:30:00.000Z"
_EXPIRES: Final = "2027-11-26T00:00:00.000Z"
_PRODUCTS: Final = ["korvelle-k1-hair-dryer"]
_MEMBER_SENT: Final = {"name": "Korvelle", "category": "home_appliances", "country": "DK", "products": _PRODUCTS}
_MEMBER: Final = {**_MEMBER_SENT, "member_id": _MEMBER_ID, "created_at": _TIME}
_USER_SENT: Final = {"name": "Mara Holm", "email": "mara@korvelle.example", "member_id": _MEMBER_ID}
_USER: Final = {**_USER_SENT, "user_id": _USER_ID, "created_at": _TIME}
_KEY: Final = {
    "key_id": "4mXk2Zp9Qw7R",
    "prefix": "touchstone_4mXk2Zp9Qw7R",
    "label": "listing pipeline",
    "scopes": ["check", "read"],
    "member_id": _MEMBER_ID,
    "member_name": "Korvelle",
    "user_id": _USER_ID,
    "created_at": _TIME,
    "expires_at": _EXPIRES,
    "revoked_at": None,
    "last_used_at": None,
    "replaced_by": None,
    "state": "active",
}

ACCOUNT_EXAMPLES: Final[dict[str, Any]] = {
    "ApiKey": _KEY,
    "Caller": {
        "key_id": "4mXk2Zp9Qw7R",
        "member_id": _MEMBER_ID,
        "scopes": ["check", "read"],
        "products": _PRODUCTS,
        "expires_at": _EXPIRES,
    },
    "KeyList": {"keys": [_KEY]},
    "KeySent": {
        "label": "listing pipeline",
        "scopes": ["check", "read"],
        "member_id": _MEMBER_ID,
        "user_id": _USER_ID,
        "expires_at": _EXPIRES,
    },
    "Member": _MEMBER,
    "MemberList": {"members": [_MEMBER]},
    "MemberSent": _MEMBER_SENT,
    "NewApiKey": {**_KEY, "key": f"touchstone_4mXk2Zp9Qw7R_{'0' * 43}000000"},
    "ProductsSent": {"products": _PRODUCTS},
    "RotationSent": {"overlap_s": 86400},
    "User": _USER,
    "UserList": {"users": [_USER]},
    "UserSent": _USER_SENT,
}
