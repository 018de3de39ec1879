"""Errors of checks, what belongs to them, and Idempotency-Keys."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import RequestRefused, ServingError


class CheckNotFound(RequestRefused):
    code: ClassVar[str] = "check_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such check"


class ErasureNotFound(RequestRefused):
    code: ClassVar[str] = "erasure_not_found"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "No such erasure"


class SellerErased(RequestRefused):
    """A line of a job was deleted with the other data of its seller, before it was judged."""

    code: ClassVar[str] = "seller_erased"
    status: ClassVar[int] = 410
    title: ClassVar[str] = "The seller's data was erased"


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


class PhotoDamaged(ServingError):
    """The photo storage gives other bytes than were stored; asking again does not help."""

    code: ClassVar[str] = "photo_damaged"
    title: ClassVar[str] = "The stored photo is damaged"


class StoreDisabled(RequestRefused):
    code: ClassVar[str] = "store_disabled"
    status: ClassVar[int] = 404
    title: ClassVar[str] = "This server has no store"


class UrlPhotosUnsupported(RequestRefused):
    code: ClassVar[str] = "url_photos_unsupported"
    title: ClassVar[str] = "Photos by URL are not fetched"


class Base64Invalid(RequestRefused):
    code: ClassVar[str] = "base64_invalid"
    title: ClassVar[str] = "A photo is not valid base64"


class CursorInvalid(RequestRefused):
    code: ClassVar[str] = "cursor_invalid"
    title: ClassVar[str] = "Unknown cursor"


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
