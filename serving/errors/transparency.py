"""Errors of a marketplace's duties."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.requests import RequestInvalid


class StatementRefused(RequestInvalid):
    """A statement of reasons breaks a field rule of the database, or has what may be personal data."""

    code: ClassVar[str] = "statement_refused"
    title: ClassVar[str] = "The statement of reasons is refused"


class QuarterInvalid(RequestInvalid):
    code: ClassVar[str] = "quarter_invalid"
    title: ClassVar[str] = "Not a quarter or year"
