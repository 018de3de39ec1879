from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi import Request
from starlette.types import Message

from serving.checks.request import CheckRequest
from serving.errors import (
    Base64Invalid,
    ContentEncodingUnsupported,
    JsonMalformed,
    MediaTypeUnsupported,
    RequestInvalid,
    RequestTooLarge,
    UploadTimedOut,
)
from serving.http.check_body import MAX_DEPTH, MAX_LISTING_BYTES, parse_json, read_check, read_json, read_optional_json
from serving.schemas.accounts import RotationSent
from serving.schemas.checks import Listing, ReviewSent, WithdrawalSent
from tests.serving.servers.raw_http import BOUNDARY, multipart

MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def request_of(
    *pieces: bytes, content_type: str, length: int | None = None, ends: bool = True, encodings: Sequence[str] = ()
) -> Request:
    """A request whose body arrives in pieces, and then ends or stalls."""
    headers = [(b"content-type", content_type.encode())]
    headers += [(b"content-encoding", encoding.encode()) for encoding in encodings]
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    messages: Iterator[Message] = iter(
        {"type": "http.request", "body": piece, "more_body": not ends or index < len(pieces) - 1}
        for index, piece in enumerate(pieces)
    )

    async def receive() -> Message:
        try:
            return next(messages)
        except StopIteration:
            await asyncio.Event().wait()
            raise AssertionError("unreachable") from None

    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


def read(request: Request, *, max_bytes: int = 10**6, timeout_s: float = 30.0) -> CheckRequest:
    return asyncio.run(read_check(request, max_bytes=max_bytes, timeout_s=timeout_s))


def as_json(body: dict[str, Any]) -> Request:
    return request_of(json.dumps(body).encode(), content_type="application/json")


PHOTOS = {"photos": [{"base64": base64.b64encode(b"one").decode()}, {"base64": base64.b64encode(b"two").decode()}]}
LISTING = {"listing_id": "l", "seller_id": "s", "product": "toy", "views": ["front", None], "attributes": {"a": [1]}}
EXPECTED = CheckRequest(
    photos=(b"one", b"two"),
    listing_id="l",
    seller_id="s",
    product="toy",
    views=("front", None),
    attributes={"a": [1]},
)


@pytest.mark.parametrize("body", [{**PHOTOS, **LISTING}, {**PHOTOS, "listing": LISTING}], ids=["beside", "under"])
def test_a_json_check_has_its_listing_beside_the_photos_or_under_listing(body: dict[str, Any]) -> None:
    assert read(as_json(body)) == EXPECTED


def test_a_multipart_check_is_the_same_in_whatever_pieces_it_arrives() -> None:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="listing"\r\n\r\n'.encode()
    body = head + json.dumps(LISTING).encode() + b"\r\n" + multipart(b"one", b"two")
    for size in (1, 10, len(body)):
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        assert read(request_of(*pieces, content_type=MULTIPART)) == EXPECTED


@pytest.mark.parametrize("length", [None, 2000])
def test_a_body_over_the_limit_is_refused_by_its_length_or_while_it_arrives(length: int | None) -> None:
    request = request_of(b"x" * 600, b"x" * 600, content_type="application/json", length=length)
    with pytest.raises(RequestTooLarge, match="more than 1000 bytes"):
        read(request, max_bytes=1000)


def test_a_stalled_body_times_out() -> None:
    with pytest.raises(UploadTimedOut, match="1 bytes did"):
        read(request_of(b"{", content_type="application/json", ends=False), timeout_s=0.05)


@pytest.mark.parametrize("content_type", ["", "text/plain", "image/jpeg"])
def test_another_content_type_is_refused(content_type: str) -> None:
    with pytest.raises(MediaTypeUnsupported):
        read(request_of(b"", content_type=content_type))
    with pytest.raises(MediaTypeUnsupported):
        asyncio.run(read_json(request_of(b"{}", content_type=content_type), ReviewSent, max_bytes=10, timeout_s=1))


@pytest.mark.parametrize("content_type", ["", "application/json", "application/x-www-form-urlencoded"])
def test_an_empty_body_stands_for_the_defaults_where_every_field_has_one(content_type: str) -> None:
    async def read_rotation(body: bytes, kind: str) -> RotationSent:
        return await read_optional_json(request_of(body, content_type=kind), RotationSent, max_bytes=100, timeout_s=1)

    assert asyncio.run(read_rotation(b"", content_type)) == RotationSent()
    assert asyncio.run(read_rotation(b'{"overlap_s": 1}', "application/json")).overlap_s == 1
    with pytest.raises(MediaTypeUnsupported):
        asyncio.run(read_rotation(b'{"overlap_s": 1}', "text/plain"))


def test_attributes_are_limited_in_depth_and_finite() -> None:
    nested: Any = 1
    for _ in range(MAX_DEPTH - 1):
        nested = [nested]
    assert read(as_json({**PHOTOS, "attributes": {"a": nested}})).attributes == {"a": nested}
    with pytest.raises(RequestInvalid, match=f"nested deeper than {MAX_DEPTH}"):
        read(as_json({**PHOTOS, "attributes": {"a": [nested]}}))
    with pytest.raises(RequestInvalid, match="not finite"):
        read(request_of(b'{"photos": [], "attributes": {"a": 1e999}}', content_type="application/json"))


def test_a_listing_is_limited_in_size_however_it_is_sent() -> None:
    large = {"attributes": {"a": "x" * MAX_LISTING_BYTES}}
    with pytest.raises(RequestTooLarge):
        read(as_json({**PHOTOS, **large}))
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="listing"\r\n\r\n'.encode()
    with pytest.raises(RequestTooLarge):
        read(request_of(head + json.dumps(large).encode() + b"\r\n" + multipart(b"one"), content_type=MULTIPART))


@pytest.mark.parametrize("text", ["!!!", "AAA", "data:image/jpeg;base64,AAAA"])
def test_a_photo_that_is_not_base64_is_named(text: str) -> None:
    with pytest.raises(Base64Invalid, match=r"photos\.1\.base64"):
        read(as_json({"photos": [PHOTOS["photos"][0], {"base64": text}]}))


def test_a_url_sent_as_base64_is_refused_with_the_place_for_urls() -> None:
    with pytest.raises(Base64Invalid, match="send it as url instead"):
        read(as_json({"photos": [{"base64": "https://photos.example/1.jpg"}]}))


def test_every_wrong_field_is_listed_and_the_first_three_are_in_the_message() -> None:
    wrong = {"listing_id": 1, "seller_id": 2, "product": 3, "views": 4}
    with pytest.raises(RequestInvalid) as caught:
        parse_json(Listing, json.dumps(wrong).encode())
    assert [field for field, _ in caught.value.errors] == list(wrong)
    assert "product" in caught.value.message
    assert "views" not in caught.value.message
    with pytest.raises(JsonMalformed):
        parse_json(Listing, b"{")


def test_a_long_name_of_an_unknown_field_is_repeated_in_part() -> None:
    with pytest.raises(RequestInvalid) as refused:
        parse_json(Listing, json.dumps({"x" * 1_000_000: 1}).encode())
    assert refused.value.errors[0][0] == "x" * 100 + "…"
    assert len(str(refused.value)) < 300


def test_the_words_of_a_check_of_our_own_stand_alone() -> None:
    with pytest.raises(RequestInvalid, match=r"^body: name the review by review_id or by idempotency_key"):
        parse_json(WithdrawalSent, b"{}")


@pytest.mark.parametrize("encodings", [["gzip"], ["deflate"], ["BR"], ["zstd"], ["gzip, gzip"], ["identity", "x-own"]])
@pytest.mark.parametrize("content_type", ["application/json", MULTIPART])
def test_an_encoded_body_is_refused_before_it_arrives(encodings: list[str], content_type: str) -> None:
    never = request_of(content_type=content_type, encodings=encodings, ends=False)
    with pytest.raises(ContentEncodingUnsupported, match=f"Content-Encoding is {encodings[-1]}"):
        read(never)
    with pytest.raises(ContentEncodingUnsupported):
        asyncio.run(
            read_json(
                request_of(content_type="application/json", encodings=encodings, ends=False),
                ReviewSent,
                max_bytes=100,
                timeout_s=1.0,
            )
        )


@pytest.mark.parametrize("encoding", ["identity", "Identity ", ""])
def test_the_encoding_that_changes_nothing_is_read(encoding: str) -> None:
    body = json.dumps(PHOTOS).encode()
    assert read(request_of(body, content_type="application/json", encodings=[encoding])).photos == (b"one", b"two")
