"""Errors of jobs and of their lines."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused


class JobNotFound(RequestRefused):
    code: ClassVar[str] = "job_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such job"


class JobLineNotFound(RequestRefused):
    code: ClassVar[str] = "job_line_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "The job has no such line"


class JobNotRunning(RequestRefused):
    """The job is not in a state in which this can be done."""

    code: ClassVar[str] = "job_not_running"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The job does not run"


class JobEmpty(RequestRefused):
    code: ClassVar[str] = "job_empty"
    title: ClassVar[str] = "The job has no lines"


class JobTooLong(RequestRefused):
    code: ClassVar[str] = "job_too_long"
    status: ClassVar[int] = 413
    title: ClassVar[str] = "The job has too many lines"


class LineTooLong(RequestRefused):
    code: ClassVar[str] = "line_too_long"
    title: ClassVar[str] = "The line is too long"


class ListingSplit(RequestRefused):
    code: ClassVar[str] = "listing_split"
    title: ClassVar[str] = "The listing's rows are not together"


class LineAbandoned(RequestRefused):
    """Several servers ended while they had the line in hand: it may be what ended them."""

    code: ClassVar[str] = "line_abandoned"
    title: ClassVar[str] = "Servers ended on this line"


class LineParked(RequestRefused):
    """Of a check sent again by its key, after it was sent to be judged later and could not be judged."""

    code: ClassVar[str] = "line_parked"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The check could not be judged"


class LineCancelled(RequestRefused):
    code: ClassVar[str] = "line_cancelled"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The job was cancelled before this line"
