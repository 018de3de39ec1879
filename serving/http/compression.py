"""Compresses what GET and HEAD answer, where it is text and long enough to gain; photos are compressed already.

Answers to POST stay as they are: a verdict of one photo has 1 kB, and compressing it would only delay it. BREACH, which
guesses a secret from compressed lengths, finds none: no answer has the key or another secret of its reader, there are
no cookies, and a page elsewhere can't send the key.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS = ("GET", "HEAD")
MIN_BYTES = 1024  # below it, one network packet carries either
LEVEL = 6  # zlib's default: of the OpenAPI document, level 9 makes 5 % less in three times the time
THREAD_BYTES = 32 * 1024  # from here on compressed off the event loop: it takes a millisecond
_NOT_WANTED = re.compile(r"q=0(?:\.0*)?")


class Compression:
    """Wraps the app; picks gzip or nothing, and says so to caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != "http" or scope["method"] not in METHODS:
            return self._app(scope, receive, send)
        if takes_gzip(Headers(scope=scope).get("accept-encoding", "")):
            gzip = GZipResponder(self._app, MIN_BYTES, compresslevel=LEVEL, thread_minimum_size=THREAD_BYTES)
            return gzip(scope, receive, _for_caches(send))
        return IdentityResponder(self._app, MIN_BYTES)(scope, receive, _for_caches(send))


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client takes gzip, by name or by `*`, and not with a weight of zero (RFC 9110, 12.5.3)."""
    wanted: dict[str, bool] = {}
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.partition(";")
        wanted[coding.strip()] = not _NOT_WANTED.fullmatch(weight.strip())
    return wanted.get("gzip", wanted.get("*", False))


def _for_caches(send: Send) -> Send:
    """Mark a compressed answer's ETag as weak, since its bytes are others, and a 304 as the answer it stands for."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            if message["status"] == 304:
                headers.add_vary_header("Accept-Encoding")
            etag = headers.get("etag", "W/")
            if "content-encoding" in headers and not etag.startswith("W/"):
                headers["etag"] = f"W/{etag}"
        await send(message)

    return sending
