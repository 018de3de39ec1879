"""Makes one attempt at a delivery: a signed POST, and what its answer means.

What cannot be connected to has the code of fetching (`serving.fetch.errors`); what was answered has one of these.
"""

from __future__ import annotations

import asyncio
import datetime
import email.utils
import ssl
import time
from collections.abc import Iterable
from importlib.metadata import version
from typing import Final

import anyio
import httpcore

from serving.clock import utc_now
from serving.fetch.errors import (
    FetchConnectFailed,
    FetchConnectionLost,
    FetchError,
    FetchResponseInvalid,
    FetchTimedOut,
    FetchTlsFailed,
)
from serving.fetch.hosts import HostRules
from serving.fetch.network import CheckedBackend
from serving.fetch.url import HttpUrl
from serving.store.webhooks.delivery_rows import AttemptMade, Target
from serving.webhook_signature import sign
from serving.webhooks.config import WebhookSettings
from serving.webhooks.endpoint_url import require_url

DELIVERED, ANSWER_CUT = "delivered", "delivered_answer_cut"
REDIRECTED, GONE, THROTTLED, UNAVAILABLE = "redirected", "gone", "throttled", "unavailable"
REJECTED, SERVER_ERROR, UNEXPECTED = "rejected", "server_error", "status_unexpected"
USER_AGENT: Final = f"Touchstone/{version('touchstone')} (webhooks)"
MAX_ANSWER_BYTES: Final = 4096  # read of an answer
MAX_ANSWER_LENGTH: Final = 1000  # characters kept of it
ANSWER_TIMEOUT_S: Final = 2.0  # of the answer's body: its status has arrived, so nothing depends on it
KEEP_ALIVE_S: Final = 5.0
MAX_CONNECTIONS: Final = 1000
_CODES: Final = (
    (httpcore.TimeoutException, FetchTimedOut.code),
    (httpcore.ConnectError, FetchConnectFailed.code),
    (httpcore.RemoteProtocolError, FetchResponseInvalid.code),
    (httpcore.NetworkError, FetchConnectionLost.code),
)


class Sender:
    """Sends to the addresses that the rules permit, by connections that last a few seconds between two deliveries.

    Members' endpoints have connections of their own, so that none is to where the operator alone may deliver.
    """

    def __init__(
        self,
        backend: httpcore.AsyncNetworkBackend,
        *,
        member_backend: httpcore.AsyncNetworkBackend,
        hosts: HostRules,
        allow_http: bool,
        timeout_s: float,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        tls = ssl.create_default_context() if tls is None else tls
        self._operator_pool = _pool_of(backend, tls)
        self._member_pool = _pool_of(member_backend, tls)
        self._hosts = hosts
        self._allow_http = allow_http
        self._timeout_s = timeout_s

    async def send(self, target: Target, event_id: str, body: bytes) -> AttemptMade:
        """Make one attempt; it raises nothing but what cancels it."""
        started_at, start = utc_now(), time.perf_counter()
        status: int | None = None
        answer, retry_after_s = "", None
        try:
            url = require_url(target.url, self._hosts, allow_http=self._allow_http)
            async with asyncio.timeout(self._timeout_s):
                status, code, answer, retry_after_s = await self._post(url, target, event_id, body, started_at)
        except FetchError as error:
            code = error.code
        except TimeoutError:
            code = FetchTimedOut.code
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
            code = _code_of(error)
        return AttemptMade(
            started_at=started_at,
            duration_ms=round(1000 * (time.perf_counter() - start)),
            status=status,
            code=code,
            answer=answer,
            delivered=code in (DELIVERED, ANSWER_CUT),
            gone=code == GONE,
            retry_after_s=retry_after_s,
        )

    async def close(self) -> None:
        """Close the connections that are kept."""
        await self._operator_pool.aclose()
        await self._member_pool.aclose()

    async def _post(
        self, url: HttpUrl, target: Target, event_id: str, body: bytes, now: datetime.datetime
    ) -> tuple[int, str, str, float | None]:
        headers: dict[bytes | str, bytes | str] = {
            "Host": url.host_header,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "User-Agent": USER_AGENT,
            "webhook-id": event_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": sign(target.keys, webhook_id=event_id, timestamp=now, body=body),
        }
        request = httpcore.Request(
            method="POST",
            url=httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
            headers=headers,
            content=body,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._timeout_s)},
        )
        pool = self._operator_pool if target.of_operator else self._member_pool
        response = await pool.handle_async_request(request)
        try:
            read, is_whole = await _read_some(response)
        finally:
            await response.aclose()
        code = _meaning_of(response.status)
        if code == DELIVERED and not is_whole:
            code = ANSWER_CUT
        retry_after_s = None
        if code in (THROTTLED, UNAVAILABLE):
            retry_after_s = _retry_after_s(response.headers, now)
        return response.status, code, _readable(read), retry_after_s


def open_sender(settings: WebhookSettings) -> Sender:
    """Make a sender by the settings, which verifies TLS by the system's authorities."""
    return Sender(
        CheckedBackend(settings.address_rules),
        member_backend=CheckedBackend(settings.address_rules.without_exceptions()),
        hosts=settings.host_rules,
        allow_http=settings.allow_http,
        timeout_s=settings.timeout_s,
    )


def _pool_of(backend: httpcore.AsyncNetworkBackend, tls: ssl.SSLContext) -> httpcore.AsyncConnectionPool:
    return httpcore.AsyncConnectionPool(
        ssl_context=tls,
        max_connections=MAX_CONNECTIONS,
        keepalive_expiry=KEEP_ALIVE_S,
        network_backend=backend,
    )


async def _read_some(response: httpcore.Response) -> tuple[bytes, bool]:
    """Give the first bytes of the answer's body, and whether that was all of it."""
    read = b""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            async for piece in response.aiter_stream():
                read += piece
                if len(read) > MAX_ANSWER_BYTES:
                    return read[:MAX_ANSWER_BYTES], False
    except (TimeoutError, httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
        return read, False
    return read, True


def _meaning_of(status: int) -> str:
    if 200 <= status < 300:
        return DELIVERED
    if 300 <= status < 400:
        return REDIRECTED  # not followed: the endpoint's owner named another address
    if status >= 500:
        return UNAVAILABLE if status == 503 else SERVER_ERROR
    return {410: GONE, 429: THROTTLED}.get(status, REJECTED if status >= 400 else UNEXPECTED)


def _code_of(error: Exception) -> str:
    if isinstance(error, httpcore.ConnectError) and _is_of_tls(error):
        return FetchTlsFailed.code
    if isinstance(error, httpcore.RemoteProtocolError) and "disconnected" in str(error):
        return FetchConnectionLost.code
    return next((code for kind, code in _CODES if isinstance(error, kind)), FetchConnectionLost.code)


def _is_of_tls(error: BaseException | None) -> bool:
    """Whether a connection failed after TCP: httpcore has one error for both."""
    while error is not None:
        if isinstance(error, (ssl.SSLError, anyio.EndOfStream, anyio.BrokenResourceError)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _retry_after_s(headers: Iterable[tuple[bytes, bytes]], now: datetime.datetime) -> float | None:
    """Read `Retry-After`, seconds or a date (RFC 9110); None where there is none that can be read."""
    text = next((value for name, value in headers if name.lower() == b"retry-after"), b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a number in it may be larger than a date can have
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return max(0.0, (moment - now).total_seconds())


def _readable(data: bytes) -> str:
    """Give an answer's text without control characters, which the log of deliveries shows."""
    text = data.decode("utf-8", "replace")
    return "".join(one if one.isprintable() or one == "\n" else " " for one in text)[:MAX_ANSWER_LENGTH]
