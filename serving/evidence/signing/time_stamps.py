"""Time stamps by RFC 3161: asked for at an authority over HTTP, and read."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
from collections.abc import Sequence
from typing import Final

import httpx
from asn1crypto import cms, tsp, x509
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko.sign.timestamps.common_utils import set_tsp_headers
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from serving.errors import EvidenceFileInvalid, TimeStampUnavailable

MAX_ANSWER_BYTES: Final = 64 * 1024


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class StampedTime:
    """A time stamp that holds: when, by whom, and whether that authority is one that the verifier named."""

    at: datetime.datetime
    authority: str
    trusted: bool


class HttpTimeStamper(TimeStamper):
    """Asks an authority at a URL of the settings. Another way to one is another TimeStamper of pyHanko."""

    def __init__(self, url: str, timeout_s: float) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._url, self._timeout_s = url, timeout_s

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send a request; raises TimeStampUnavailable."""
        headers = set_tsp_headers({})
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                httpx.AsyncClient(timeout=self._timeout_s) as client,
                client.stream("POST", self._url, content=req.dump(), headers=headers) as answer,
            ):
                body = await _read(answer)
            found = tsp.TimeStampResp.load(body, strict=True)
            _ = found.native["status"]  # parsed as it is read: what is no answer of this kind fails here
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, KeyError, TypeError) as error:
            raise TimeStampUnavailable(
                "the authority of evidence.time_stamp_url gave no time stamp "
                f"({str(error) or type(error).__name__}); ask again later",
                retry_after_s=30,
            ) from error
        return found


async def _read(answer: httpx.Response) -> bytes:
    if answer.status_code != 200:
        raise ValueError(f"HTTP status {answer.status_code}")
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise ValueError(f"more than {MAX_ANSWER_BYTES} bytes")
    return body


def stamp_sha256(stamper: TimeStamper, digest: bytes) -> bytes:
    """Give the DER of a time-stamp token of a SHA-256; raises TimeStampUnavailable."""
    try:
        token = asyncio.run(stamper.async_timestamp(digest, "sha256"))
    except OSError as error:  # pyHanko's TimestampRequestError is one
        raise TimeStampUnavailable(
            f"the time-stamp authority refused ({error}); see evidence.time_stamp_url", retry_after_s=30
        ) from error
    dumped: bytes = token.dump()
    return dumped


def read_time_stamp(token: bytes, digest: bytes, authorities: Sequence[x509.Certificate]) -> StampedTime:
    """Read a token and verify that it is of this SHA-256; raises EvidenceFileInvalid where it does not hold."""
    context = ValidationContext(trust_roots=list(authorities), allow_fetching=False)
    try:
        signed = cms.ContentInfo.load(token, strict=True)["content"]
        found = asyncio.run(validate_tst_signed_data(signed, context, lambda name: digest if name == "sha256" else b""))
        holds = found["intact"] and found["valid"]
        at, certificate = found["timestamp"], found["signing_cert"]
    except (SignatureValidationError, ValueError, KeyError, TypeError) as error:
        raise EvidenceFileInvalid(f"the time stamp cannot be read ({error})") from error
    if not holds:
        raise EvidenceFileInvalid("the time stamp does not hold: it is of other bytes, or was changed")
    return StampedTime(
        at=at, authority=certificate.subject.human_friendly, trusted=found["trust_problem_indic"] is None
    )
