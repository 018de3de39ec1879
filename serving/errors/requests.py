"""Errors of a request as such: its HTTP, its body, its fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from serving.errors.base import RequestRefused, Unimplemented


class JsonMalformed(RequestRefused):
    code: ClassVar[str] = "json_malformed"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Not valid JSON"


class MultipartMalformed(RequestRefused):
    code: ClassVar[str] = "multipart_malformed"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Not valid multipart/form-data"


class MediaTypeUnsupported(RequestRefused):
    code: ClassVar[str] = "media_type_unsupported"
    status: ClassVar[int] = 415
    title: ClassVar[str] = "Unsupported content type"


class ContentEncodingUnsupported(RequestRefused):
    code: ClassVar[str] = "content_encoding_unsupported"
    status: ClassVar[int] = 415
    title: ClassVar[str] = "Unsupported Content-Encoding"


class RequestTooLarge(RequestRefused):
    code: ClassVar[str] = "request_too_large"
    status: ClassVar[int] = 413
    title: ClassVar[str] = "The request is too large"


class UploadTimedOut(RequestRefused):
    code: ClassVar[str] = "upload_timed_out"
    status: ClassVar[int] = 408
    title: ClassVar[str] = "The upload took too long"


class HttpMalformed(RequestRefused):
    code: ClassVar[str] = "http_malformed"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Not valid HTTP"


class HeadTimedOut(RequestRefused):
    code: ClassVar[str] = "head_timed_out"
    status: ClassVar[int] = 408
    title: ClassVar[str] = "The request's head took too long"


class HeadTooLarge(RequestRefused):
    code: ClassVar[str] = "head_too_large"
    status: ClassVar[int] = 431
    title: ClassVar[str] = "The request's head is too large"


class RequestInvalid(RequestRefused):
    """A field is missing, unknown or of the wrong type; `errors` has pairs of a field and its message."""

    code: ClassVar[str] = "request_invalid"
    title: ClassVar[str] = "A field is invalid"

    def __init__(self, message: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.errors = tuple(errors)


class QueryParameterUnknown(RequestInvalid):
    code: ClassVar[str] = "query_parameter_unknown"
    title: ClassVar[str] = "Unknown query parameter"


class MethodNotImplemented(Unimplemented):
    code: ClassVar[str] = "method_not_implemented"
    title: ClassVar[str] = "Unknown method"


class TransferEncodingUnsupported(Unimplemented):
    code: ClassVar[str] = "transfer_encoding_unsupported"
    title: ClassVar[str] = "Unsupported Transfer-Encoding"
