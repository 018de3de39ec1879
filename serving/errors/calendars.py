"""Errors of the calendars by which due times are computed."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused


class CalendarUnknown(RequestRefused):
    """No due time can be computed: the holidays of this country in this year, or its time zone, are not known."""

    code: ClassVar[str] = "calendar_unknown"
    title: ClassVar[str] = "The country's calendar is not known"
