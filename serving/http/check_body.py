"""Reads request bodies, bounded while they arrive: a check as multipart or JSON, or any small JSON."""

from __future__ import annotations

import asyncio
import base64
import binascii
import dataclasses
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import ErrorDetails
from python_multipart.multipart import parse_options_header

from serving.checks.request import CheckRequest
from serving.errors import (
    Base64Invalid,
    ContentEncodingUnsupported,
    JsonMalformed,
    MediaTypeUnsupported,
    RequestInvalid,
    RequestTooLarge,
    UnsafeText,
    UploadTimedOut,
)
from serving.http.body_memory import STREAMED
from serving.http.multipart import MultipartSplitter, Part
from serving.schemas.checks import CheckSent, Listing, PhotoSent
from serving.schemas.enforcement.plain_text import UNSAFE_TEXT
from serving.schemas.faults import words_of

MAX_LISTING_BYTES = 64 * 1024
MAX_DEPTH = 16  # of `attributes`
MAX_NAME = 100  # characters of a field's name that an error repeats
MULTIPART = "multipart/form-data"
JSON = "application/json"

M = TypeVar("M", bound=BaseModel)


async def read_check(request: Request, *, max_bytes: int, timeout_s: float) -> CheckRequest:
    """Read a check from multipart or JSON; raises RequestRefused with the code that names what is wrong."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    media_type = kind.decode("latin-1").lower()
    if media_type not in (MULTIPART, JSON):
        raise MediaTypeUnsupported(
            f"Content-Type is {media_type or 'missing'}; send {MULTIPART} with parts named photos, or {JSON}"
        )
    if media_type == JSON:
        body = await read_body(request, max_bytes=max_bytes, timeout_s=timeout_s)
        # Off the event loop: a hundred megabytes of base64 take most of a second.
        return await asyncio.to_thread(check_of_json, body)
    splitter = MultipartSplitter(options.get(b"boundary", b""))
    await _receive(request, splitter.feed, max_bytes=max_bytes, timeout_s=timeout_s)
    return _check_of_parts(splitter.finish())


async def read_json(request: Request, kind: type[M], *, max_bytes: int, timeout_s: float) -> M:
    """Read a small JSON body into its schema; raises RequestRefused."""
    _require_json(request)
    return parse_json(kind, await read_body(request, max_bytes=max_bytes, timeout_s=timeout_s))


async def read_optional_json(request: Request, kind: type[M], *, max_bytes: int, timeout_s: float) -> M:
    """As `read_json`; an empty body, of whatever type, stands for the defaults of `kind`, where every field has one."""
    body = await read_body(request, max_bytes=max_bytes, timeout_s=timeout_s)
    if not body:
        return kind()
    _require_json(request)
    return parse_json(kind, body)


async def read_body(request: Request, *, max_bytes: int, timeout_s: float) -> bytes:
    """Read a whole body; raises RequestTooLarge or UploadTimedOut."""
    pieces: list[bytes] = []
    await _receive(request, pieces.append, max_bytes=max_bytes, timeout_s=timeout_s)
    return b"".join(pieces)


async def stream_body(request: Request, take: Callable[[bytes], Awaitable[None]], *, timeout_s: float) -> None:
    """Pass on each piece of a body that is kept nowhere as a whole; the next is read when `take` has this one.

    Raises ContentEncodingUnsupported, UploadTimedOut, and what `take` raises.
    """
    request.scope[STREAMED] = True
    _refuse_encoding(request)
    received = 0
    try:
        async with asyncio.timeout(timeout_s):
            async for piece in request.stream():
                received += len(piece)
                await take(piece)
    except TimeoutError as error:
        raise _timed_out(timeout_s, received) from error


def _require_json(request: Request) -> None:
    media_type = media_type_of(request)
    if media_type != JSON:
        raise MediaTypeUnsupported(f"Content-Type is {media_type or 'missing'}; send {JSON}")


def media_type_of(request: Request) -> str:
    """Give the media type of the body, without its parameters and in lower case; empty where none is named."""
    return parse_options_header(request.headers.get("content-type"))[0].decode("latin-1").lower()


def announced_bytes(request: Request) -> int:
    """Give the Content-Length, 0 where there is none."""
    announced = request.headers.get("content-length", "")
    return int(announced) if announced.isascii() and announced.isdigit() else 0


def parse_json(kind: type[M], text: bytes) -> M:
    """Validate JSON text against its schema; raises JsonMalformed or RequestInvalid naming each field."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        if faults[0]["type"] == "json_invalid":
            raise JsonMalformed(f"the JSON does not parse: {faults[0]['msg']}") from error
        fields = [(_field_of(fault), words_of(fault)) for fault in faults[:20]]
        shown = "; ".join(f"{field or 'body'}: {message}" for field, message in fields[:3])
        kind_of_fault = UnsafeText if faults[0]["type"] == UNSAFE_TEXT else RequestInvalid
        raise kind_of_fault(f"{shown}{' …' if len(fields) > 3 else ''}", fields) from error


def _field_of(fault: ErrorDetails) -> str:
    """Name the field of a fault; an unknown one has the sender's name for it, which may be long."""
    steps = (str(step) for step in fault["loc"])
    return ".".join(step if len(step) <= MAX_NAME else f"{step[:MAX_NAME]}…" for step in steps)


async def _receive(request: Request, take: Callable[[bytes], None], *, max_bytes: int, timeout_s: float) -> None:
    """Pass on each piece of a body.

    Raises ContentEncodingUnsupported, RequestTooLarge by its Content-Length or by what arrives, UploadTimedOut.
    """
    _refuse_encoding(request)
    if announced_bytes(request) > max_bytes:
        raise _too_large(max_bytes)
    received = 0
    try:
        async with asyncio.timeout(timeout_s):
            async for piece in request.stream():
                received += len(piece)
                if received > max_bytes:
                    raise _too_large(max_bytes)
                if piece:  # the last one is empty
                    take(piece)
    except TimeoutError as error:
        raise _timed_out(timeout_s, received) from error


def _refuse_encoding(request: Request) -> None:
    for encoding in request.headers.getlist("content-encoding"):
        if encoding.strip().lower() not in ("", "identity"):
            raise ContentEncodingUnsupported(
                f"Content-Encoding is {encoding}; send the body as it is, without that header"
            )


def _timed_out(timeout_s: float, received: int) -> UploadTimedOut:
    return UploadTimedOut(f"the body did not arrive within {timeout_s:g} s; {received} bytes did")


def _check_of_parts(parts: Sequence[Part]) -> CheckRequest:
    unknown = sorted({part.name for part in parts} - {"photos", "listing"})
    if unknown:
        raise RequestInvalid(
            f"unknown part {unknown[0]!r}; parts are named photos and listing",
            [(name, "unknown part; name it photos or listing") for name in unknown],
        )
    photos = tuple(part.content for part in parts if part.name == "photos")
    listings = [part.content for part in parts if part.name == "listing"]
    if not listings:
        return CheckRequest(photos=photos)
    if len(listings) > 1:
        raise RequestInvalid("more than one part named listing; send one", [("listing", "sent more than once")])
    return _request(_parse_listing(listings[0]), photos)


def _parse_listing(text: bytes) -> Listing:
    if len(text) > MAX_LISTING_BYTES:
        raise RequestTooLarge(f"the listing part has {len(text)} bytes; at most {MAX_LISTING_BYTES} are read")
    return parse_json(Listing, text)


def check_of_json(body: bytes) -> CheckRequest:
    """Read a check from its JSON; raises RequestRefused with the code that names what is wrong."""
    sent = parse_json(CheckSent, body)
    beside = Listing.model_construct(**{name: getattr(sent, name) for name in Listing.model_fields})
    if sent.listing is not None and beside != Listing():
        raise RequestInvalid(
            "listing fields stand both beside photos and under listing; send them in one place",
            [("listing", "sent in two places")],
        )
    listing = sent.listing or beside
    if len(listing.model_dump_json()) > MAX_LISTING_BYTES:
        raise RequestTooLarge(f"the listing has more than {MAX_LISTING_BYTES} bytes")
    request = _request(listing, tuple(_photo_bytes(index, photo) for index, photo in enumerate(sent.photos)))
    urls = tuple(photo.url for photo in sent.photos)
    return request if all(url is None for url in urls) else dataclasses.replace(request, urls=urls)


def _photo_bytes(index: int, photo: PhotoSent) -> bytes:
    """The bytes of a photo, empty for one that is to be fetched."""
    if photo.url is not None:
        if photo.base64 is not None:
            raise RequestInvalid(
                f"photos.{index}: has both base64 and url; send one of them",
                [(f"photos.{index}.url", "sent beside base64")],
            )
        return b""
    if photo.base64 is None:
        raise RequestInvalid(
            f"photos.{index}: has neither base64 nor url", [(f"photos.{index}.base64", "required, and not sent")]
        )
    if photo.base64.startswith(("http://", "https://")):
        raise Base64Invalid(f"photos.{index}.base64: is a URL; send it as url instead, to have the photo fetched")
    try:
        return base64.b64decode(photo.base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Base64Invalid(
            f"photos.{index}.base64: is not standard base64 ({error}); send it without line breaks or a data: prefix"
        ) from error


def _request(listing: Listing, photos: tuple[bytes, ...]) -> CheckRequest:
    fault = _attributes_fault(listing.attributes)
    if fault is not None:
        raise RequestInvalid(f"attributes: {fault}", [("attributes", fault)])
    return CheckRequest(
        photos=photos,
        listing_id=listing.listing_id,
        seller_id=listing.seller_id,
        product=listing.product,
        views=None if listing.views is None else tuple(listing.views),
        attributes=listing.attributes,
    )


def _attributes_fault(attributes: dict[str, JsonValue]) -> str | None:
    if _depth(attributes) > MAX_DEPTH:
        return f"nested deeper than {MAX_DEPTH}"
    try:
        json.dumps(attributes, allow_nan=False)  # pydantic reads 1e999 and NaN, which JSON cannot represent
    except ValueError:
        return "holds a number that is not finite"
    return None


def _depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max((_depth(item) for item in value.values()), default=0)
    if isinstance(value, list):
        return 1 + max((_depth(item) for item in value), default=0)
    return 0


def _too_large(max_bytes: int) -> RequestTooLarge:
    return RequestTooLarge(f"the body has more than {max_bytes} bytes; send smaller or fewer photos")
