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


class ForeignSite(RequestRefused):
    """`Host` or `Origin` is not this machine: probably a page of another site in a browser here."""

    code: ClassVar[str] = "foreign_site"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "Not from this machine"
