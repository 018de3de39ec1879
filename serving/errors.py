"""The errors of serving, each with a stable `code` and its HTTP status.

TouchstoneError (vision)
 └─ ServingError
     ├─ RequestRefused          4xx: the caller must change the request
     │   ├─ JsonMalformed, MultipartMalformed, MediaTypeUnsupported, ContentEncodingUnsupported
     │   ├─ RequestTooLarge, UploadTimedOut
     │   ├─ HttpMalformed, HeadTimedOut, HeadTooLarge: refused by the protocol, before the app is called
     │   ├─ RequestInvalid (errors: one entry a field), QueryParameterUnknown
     │   ├─ UrlPhotosUnsupported, Base64Invalid, CursorInvalid
     │   ├─ KeyRequired, KeyInvalid, ForeignSite
     │   ├─ CheckNotFound, ReviewNotFound, PhotoNotFound, EvidenceNotFound, ReferenceNotFound, StoreDisabled
     │   ├─ BundleNotFound, BundleNameAmbiguous, BundleChangeConflict, NothingToRollBack
     │   ├─ CandidateNotFound, CandidateMismatch, CandidateInvalid, CandidateChecksumMismatch, CandidateFormatUnknown
     │   └─ IdempotencyKeyInvalid, IdempotencyKeyReused, IdempotencyInProgress
     ├─ Unimplemented           501: a part of HTTP that is not served here; refused by the protocol, too
     │   └─ MethodNotImplemented, TransferEncodingUnsupported
     └─ Unavailable             503: the caller may retry after `retry_after_s`
         ├─ TooManyRequests (429): RateLimited, ConcurrencyLimited
         ├─ Overloaded, MemoryFull, TooManyConnections, ComputeTimedOut
         ├─ DeadlineUnreachable, DeadlineExceeded (504)
         └─ StoreUnavailable
"""

from __future__ import annotations

from collections.abc import Sequence
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


class UrlPhotosUnsupported(RequestRefused):
    code: ClassVar[str] = "url_photos_unsupported"
    title: ClassVar[str] = "Photos by URL are not fetched"


class Base64Invalid(RequestRefused):
    code: ClassVar[str] = "base64_invalid"
    title: ClassVar[str] = "A photo is not valid base64"


class CursorInvalid(RequestRefused):
    code: ClassVar[str] = "cursor_invalid"
    title: ClassVar[str] = "Unknown cursor"


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


class CheckNotFound(RequestRefused):
    code: ClassVar[str] = "check_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such check"


class ReviewNotFound(RequestRefused):
    code: ClassVar[str] = "review_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such decision"


class PhotoNotFound(RequestRefused):
    code: ClassVar[str] = "photo_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such photo"


class EvidenceNotFound(RequestRefused):
    code: ClassVar[str] = "evidence_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No evidence for this photo"


class ReferenceNotFound(RequestRefused):
    code: ClassVar[str] = "reference_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such reference"


class StoreDisabled(RequestRefused):
    code: ClassVar[str] = "store_disabled"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "This server has no store"


class BundleNotFound(RequestRefused):
    code: ClassVar[str] = "bundle_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such bundle"


class BundleNameAmbiguous(RequestRefused):
    code: ClassVar[str] = "bundle_name_ambiguous"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Two bundles have this name"


class BundleChangeConflict(RequestRefused):
    """Another change of bundles is in progress, or was made first."""

    code: ClassVar[str] = "bundle_change_conflict"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Another change came first"


class NothingToRollBack(RequestRefused):
    code: ClassVar[str] = "nothing_to_roll_back"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "Nothing to roll back"


class CandidateNotFound(RequestRefused):
    code: ClassVar[str] = "candidate_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such candidate"


class CandidateMismatch(RequestRefused):
    """A valid bundle that may not replace this one: it has another name or other products."""

    code: ClassVar[str] = "candidate_mismatch"
    title: ClassVar[str] = "The candidate does not match"


class CandidateInvalid(RequestRefused):
    code: ClassVar[str] = "candidate_invalid"
    title: ClassVar[str] = "The candidate cannot be loaded"


class CandidateChecksumMismatch(RequestRefused):
    code: ClassVar[str] = "candidate_checksum_mismatch"
    title: ClassVar[str] = "The candidate was changed after it was sealed"


class CandidateFormatUnknown(RequestRefused):
    code: ClassVar[str] = "candidate_format_unknown"
    title: ClassVar[str] = "The candidate has another format version"


class IdempotencyKeyInvalid(RequestRefused):
    code: ClassVar[str] = "idempotency_key_invalid"
    title: ClassVar[str] = "The Idempotency-Key cannot be used"


class IdempotencyKeyReused(RequestRefused):
    code: ClassVar[str] = "idempotency_key_reused"
    title: ClassVar[str] = "The Idempotency-Key belongs to another request"


class IdempotencyInProgress(RequestRefused):
    code: ClassVar[str] = "idempotency_in_progress"
    status: ClassVar[int] = 409
    title: ClassVar[str] = "The same request is still running"


class Unimplemented(ServingError):
    """The request asks for a part of HTTP that is not served here."""

    code: ClassVar[str] = "unimplemented"
    status: ClassVar[int] = 501
    title: ClassVar[str] = "Not implemented"


class MethodNotImplemented(Unimplemented):
    code: ClassVar[str] = "method_not_implemented"
    title: ClassVar[str] = "Unknown method"


class TransferEncodingUnsupported(Unimplemented):
    code: ClassVar[str] = "transfer_encoding_unsupported"
    title: ClassVar[str] = "Unsupported Transfer-Encoding"


class Unavailable(ServingError):
    """The server can't answer now; the same request may succeed after `retry_after_s`."""

    code: ClassVar[str] = "unavailable"
    status: ClassVar[int] = 503
    title: ClassVar[str] = "Not available now"

    def __init__(self, message: str, *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooManyRequests(Unavailable):
    """The caller is over a rate limit."""

    code: ClassVar[str] = "too_many_requests"
    status: ClassVar[int] = 429
    title: ClassVar[str] = "Too many requests"


class RateLimited(TooManyRequests):
    code: ClassVar[str] = "rate_limited"
    title: ClassVar[str] = "Too many checks per second"


class ConcurrencyLimited(TooManyRequests):
    code: ClassVar[str] = "concurrency_limited"
    title: ClassVar[str] = "Too many checks at once"


class Overloaded(Unavailable):
    code: ClassVar[str] = "overloaded"
    title: ClassVar[str] = "The queue is full"


class ComputeTimedOut(Unavailable):
    """A photo was not decoded and judged within its time limit."""

    code: ClassVar[str] = "compute_timed_out"
    title: ClassVar[str] = "A photo took too long"


class MemoryFull(Unavailable):
    code: ClassVar[str] = "memory_full"
    title: ClassVar[str] = "Too many bytes of requests in memory"


class TooManyConnections(Unavailable):
    code: ClassVar[str] = "too_many_connections"
    title: ClassVar[str] = "Too many connections"


class DeadlineUnreachable(Unavailable):
    code: ClassVar[str] = "deadline_unreachable"
    title: ClassVar[str] = "The deadline can't be met"


class DeadlineExceeded(Unavailable):
    code: ClassVar[str] = "deadline_exceeded"
    status: ClassVar[int] = 504
    title: ClassVar[str] = "The deadline passed"


class StoreUnavailable(Unavailable):
    code: ClassVar[str] = "store_unavailable"
    title: ClassVar[str] = "The store cannot be reached"
