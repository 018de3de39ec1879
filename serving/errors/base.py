"""The roots of serving's errors: what each kind means to the caller."""

from __future__ import annotations

from typing import ClassVar

from vision.errors import TouchstoneError


class ServingError(TouchstoneError):
    """The root of serving's errors, each answered with a problem."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"


class RequestRefused(ServingError):
    """The request is wrong; the message has what to change."""

    status: ClassVar[int] = 422
    title: ClassVar[str] = "The request was refused"


class Unimplemented(ServingError):
    """The request asks for a part of HTTP that is not served here."""

    code: ClassVar[str] = "unimplemented"
    status: ClassVar[int] = 501
    title: ClassVar[str] = "Not implemented"


class Unavailable(ServingError):
    """The server can't answer now; the same request may succeed after `retry_after_s`."""

    code: ClassVar[str] = "unavailable"
    status: ClassVar[int] = 503
    title: ClassVar[str] = "Not available now"

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
