"""Carries a batch of statements to the DSA transparency database; another carrier may take its place."""

from __future__ import annotations

import datetime
import email.utils
from collections.abc import Sequence
from typing import Final, Protocol

import httpx

from serving.clock import utc_now
from serving.store.transparency.statement_rows import StoredStatement
from serving.transparency.delivery.answers import Answer

MAX_ANSWER_BYTES: Final = 4 * 2**20  # of 100 statements that are given back


class Connector(Protocol):
    """Carries statements; it raises nothing but what cancels it, and says in its answer what went wrong."""

    async def send(self, batch: Sequence[StoredStatement]) -> Answer:
        """Send at most 100 statements in one call."""

    async def close(self) -> None:
        """Close what is open."""


class HttpConnector:
    """Sends to the database's address for several statements, with the account's token, and follows no redirect."""

    def __init__(self, url: str, token: str, timeout_s: float) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            timeout=timeout_s, headers={"Authorization": f"Bearer {token}", "Accept": "application/json"}
        )

    async def send(self, batch: Sequence[StoredStatement]) -> Answer:
        """Send at most 100 statements in one call; an error of the connection is an answer without a status."""
        body = '{"statements":[' + ",".join(one.body for one in batch) + "]}"
        headers = {"Content-Type": "application/json"}
        try:
            async with self._client.stream("POST", self._url, content=body.encode(), headers=headers) as response:
                read = b""
                async for piece in response.aiter_bytes():
                    read += piece
                    if len(read) > MAX_ANSWER_BYTES:
                        return Answer(status=None, text=f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
        except httpx.HTTPError as error:
            return Answer(status=None, text=f"no answer: {type(error).__name__}")
        retry_after_s = _retry_after_s(response.headers.get("retry-after", ""), utc_now())
        return Answer(status=response.status_code, text=read.decode("utf-8", "replace"), retry_after_s=retry_after_s)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _retry_after_s(text: str, now: datetime.datetime) -> float | None:
    """Read `Retry-After`, seconds or a date (RFC 9110); None where there is none that can be read."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=datetime.UTC)
    return max(0.0, (moment - now).total_seconds())
