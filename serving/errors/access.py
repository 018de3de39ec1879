"""Errors of who calls, and of what a caller may do."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused


class KeyRequired(RequestRefused):
    code: ClassVar[str] = "key_required"
    status: ClassVar[int] = 401
    title: ClassVar[str] = "An API key is required"


class KeyInvalid(RequestRefused):
    code: ClassVar[str] = "key_invalid"
    status: ClassVar[int] = 401
    title: ClassVar[str] = "The API key is not valid"


class KeyExpired(RequestRefused):
    code: ClassVar[str] = "key_expired"
    status: ClassVar[int] = 401
    title: ClassVar[str] = "The API key has expired"


class KeyRevoked(RequestRefused):
    code: ClassVar[str] = "key_revoked"
    status: ClassVar[int] = 401
    title: ClassVar[str] = "The API key was revoked"


class ScopeMissing(RequestRefused):
    """The key is valid and lacks the scope that the route asks for."""

    code: ClassVar[str] = "scope_missing"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "The API key lacks a scope"


class OperatorRequired(RequestRefused):
    """A member's key called what concerns the whole server."""

    code: ClassVar[str] = "operator_required"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "Only the operator may do this"


class CheckOfOthers(RequestRefused):
    """A member's key would delete a check of its products that the operator or another member sent."""

    code: ClassVar[str] = "check_of_others"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "Another one sent this check"


class ForeignSite(RequestRefused):
    """`Host` or `Origin` is not this machine: probably a page of another site in a browser here."""

    code: ClassVar[str] = "foreign_site"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "Not from this machine"


class GrantRefused(RequestRefused):
    """A key would give another one more than it has itself."""

    code: ClassVar[str] = "grant_refused"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "A key gives no more than it has"


class KeyNotFound(RequestRefused):
    code: ClassVar[str] = "key_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such key"


class MemberNotFound(RequestRefused):
    code: ClassVar[str] = "member_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such member"


class UserNotFound(RequestRefused):
    code: ClassVar[str] = "user_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such user"


class MemberNameTaken(RequestRefused):
    code: ClassVar[str] = "member_name_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another member has this name"


class ProductTaken(RequestRefused):
    code: ClassVar[str] = "product_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another member has this product"


class EmailTaken(RequestRefused):
    code: ClassVar[str] = "email_taken"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another user has this e-mail address"


class KeyInactive(RequestRefused):
    """It was revoked, has expired, or was rotated already."""

    code: ClassVar[str] = "key_inactive"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The key cannot be rotated"


class AdminKeyNeeded(RequestRefused):
    code: ClassVar[str] = "admin_key_needed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The operator needs a key of scope admin"
