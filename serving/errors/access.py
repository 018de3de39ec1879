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


class ForeignSite(RequestRefused):
    """`Host` or `Origin` is not this machine: probably a page of another site in a browser here."""

    code: ClassVar[str] = "foreign_site"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "Not from this machine"
