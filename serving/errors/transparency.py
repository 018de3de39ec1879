"""Errors of a marketplace's duties."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused
from serving.errors.requests import RequestInvalid


class StatementRefused(RequestInvalid):
    """A statement of reasons breaks a field rule of the database, or has what may be personal data."""

    code: ClassVar[str] = "statement_refused"
    title: ClassVar[str] = "The statement of reasons is refused"


class QuarterInvalid(RequestInvalid):
    code: ClassVar[str] = "quarter_invalid"
    title: ClassVar[str] = "Not a quarter or year"


class StatementNotFound(RequestRefused):
    code: ClassVar[str] = "statement_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such statement of reasons"


class StatementSent(RequestRefused):
    """A statement that the database has cannot be changed."""

    code: ClassVar[str] = "statement_sent"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The statement was sent already"


class ComplaintNotFound(RequestRefused):
    code: ClassVar[str] = "complaint_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such complaint"


class ComplaintTooLate(RequestRefused):
    """The window of six months since the decision was communicated has passed."""

    code: ClassVar[str] = "complaint_too_late"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The window for complaints has passed"


class ComplaintNotPossible(RequestRefused):
    """There is no decision against this side of the case, or it has a complaint already."""

    code: ClassVar[str] = "complaint_not_possible"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "No complaint is possible"


class ComplaintDecided(RequestRefused):
    code: ClassVar[str] = "complaint_decided"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The complaint was decided already"


class PersonRequired(RequestRefused):
    """A complaint is not decided by automated means alone (Art. 20(6)): the key must belong to a named user or key."""

    code: ClassVar[str] = "person_required"
    status: ClassVar[int] = 403
    title: ClassVar[str] = "A person must decide"


class BuyersNoticeNotDue(RequestRefused):
    """No buyers are to be informed: no listing of the case is taken down, or another law than the EU's applies."""

    code: ClassVar[str] = "buyers_notice_not_due"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "No buyers are to be informed"


class ReportNotFound(RequestRefused):
    """The operator has not published figures of this quarter."""

    code: ClassVar[str] = "report_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No published report"


class QuarterNotOver(RequestRefused):
    code: ClassVar[str] = "quarter_not_over"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The quarter is not over"


class ReportChangeSmall(RequestRefused):
    """Another version of a quarter would show a change of 1 to 4, which tells what small counts are hidden for."""

    code: ClassVar[str] = "report_change_small"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The change since the last version is too small"


class ReportPdfDisabled(RequestRefused):
    """PDF needs the extra `documents`, which is not installed here."""

    code: ClassVar[str] = "report_pdf_disabled"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "This server makes no PDF"
