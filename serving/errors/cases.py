"""Errors of takedown cases."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused
from serving.errors.requests import RequestInvalid


class CaseNotFound(RequestRefused):
    code: ClassVar[str] = "case_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such case"


class CaseNoticeNotFound(RequestRefused):
    code: ClassVar[str] = "case_notice_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such notice"


class CaseRuleNotFound(RequestRefused):
    code: ClassVar[str] = "case_rule_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such rule"


class CaseMoveNotAllowed(RequestRefused):
    """The state machine has no such move, or not by this caller."""

    code: ClassVar[str] = "case_move_not_allowed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The case can't be moved so"


class CaseChanged(RequestRefused):
    """Somebody else moved the case since the caller looked."""

    code: ClassVar[str] = "case_changed"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The case was changed meanwhile"


class CaseCheckMissing(RequestRefused):
    """A case is to be opened on a check that was deleted, or never was."""

    code: ClassVar[str] = "case_check_missing"
    title: ClassVar[str] = "A check of the case is not there"


class UnsafeText(RequestInvalid):
    """A text has characters that make it look like another one."""

    code: ClassVar[str] = "unsafe_text"
    title: ClassVar[str] = "A text has hidden characters"
