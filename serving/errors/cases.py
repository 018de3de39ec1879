"""Errors of takedown cases, their calendars, and the standing of those who notify."""

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


class CalendarUnknown(RequestRefused):
    """No due time can be computed: the country has no calendar of holidays, or no time zone."""

    code: ClassVar[str] = "calendar_unknown"
    title: ClassVar[str] = "The country's calendar is not known"


class NotifierSuspended(RequestRefused):
    """The member's notices are not processed for a time, because of misuse."""

    code: ClassVar[str] = "notifier_suspended"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "The member's notices are suspended"


class WarningMissing(RequestRefused):
    """A suspension is asked for without a warning before it."""

    code: ClassVar[str] = "warning_missing"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "A warning comes before a suspension"


class NotSuspended(RequestRefused):
    """A suspension is to be lifted that there is not."""

    code: ClassVar[str] = "not_suspended"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The member is not suspended"


class TrustedFlaggerNotFound(RequestRefused):
    code: ClassVar[str] = "trusted_flagger_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such trusted flagger"
