"""Fetches photos by URL: each within its limits, in parallel, and each failure is that photo's alone."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import email.utils
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol, TypeVar

from serving.errors import Overloaded
from serving.fetch.addresses import AddressRules
from serving.fetch.config import FetchSettings
from serving.fetch.content import is_web_page
from serving.fetch.errors import (
    FetchDenied,
    FetchError,
    FetchHostFailed,
    FetchNotFound,
    FetchRedirectInvalid,
    FetchStatusUnexpected,
    FetchThrottled,
    FetchTimedOut,
    FetchTooManyRedirects,
    FetchWebPage,
)
from serving.fetch.exchange import Exchange, ExchangeLimits, HostAnswer
from serving.fetch.network import CheckedBackend, Connector, Resolver
from serving.fetch.slots import Slots
from serving.fetch.url import HttpUrl, follow_redirect, parse_url
from serving.principal import Principal
from vision.counting import counted
from vision.errors import PhotoError

T = TypeVar("T")
Fetching = AbstractAsyncContextManager[list[bytes | PhotoError]]
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
LATER: Final = frozenset({429, 503})
DEFAULT_WAIT_S: Final = 1.0  # before the one retry, where the host names no time


class Memory(Protocol):
    """Counts the bytes that a server holds."""

    def take(self, count: int) -> None:
        """Hold more bytes; raises MemoryFull."""
        ...

    def release(self, count: int) -> None:
        """Hold fewer."""
        ...


class Fetcher:
    """Fetches photos by the settings; used from one event loop.

    Tests replace the resolver and the connector; `tls` has the authorities that are trusted, the system's by default.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        max_bytes: int,
        memory: Memory,
        resolver: Resolver | None = None,
        connector: Connector | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._memory = memory
        self._hosts = settings.host_rules
        in_all, per_host = settings.max_at_once, settings.max_at_once_per_host
        self._slots = Slots(in_all=in_all, per_host=per_host)
        self._background_slots = Slots(in_all=max(1, in_all // 2), per_host=max(1, per_host // 2))
        limits = ExchangeLimits(
            max_bytes=max_bytes,
            connect_timeout_s=settings.connect_timeout_s,
            read_timeout_s=settings.read_timeout_s,
        )
        tls = ssl.create_default_context() if tls is None else tls

        def exchange(rules: AddressRules) -> Exchange:
            return Exchange(CheckedBackend(rules, resolver=resolver, connector=connector), tls, limits)

        self._operator_exchange = exchange(settings.address_rules)
        self._member_exchange = exchange(settings.address_rules.without_exceptions())

    def fetch_all(self, urls: Sequence[str], caller: Principal) -> Fetching:
        """Fetch URLs at once: the bytes of each, or its error, in their order; held in memory while the block runs.

        Private networks that the settings allow are the operator's to reach, and no member's.
        Raises MemoryFull where they do not fit into memory now, and Overloaded where one could not begin in time.
        """
        return self._fetch_all(urls, _Held(self._memory, self._slots.hold, self._exchange_of(caller)))

    def fetch_all_in_background(self, urls: Sequence[str], caller: Principal) -> Fetching:
        """As `fetch_all`, for what can wait: together they take at most half of the places, so that others find one."""
        return self._fetch_all(urls, _Held(self._memory, self._hold_in_background, self._exchange_of(caller)))

    def _exchange_of(self, caller: Principal) -> Exchange:
        return self._operator_exchange if caller.is_operator else self._member_exchange

    @contextlib.asynccontextmanager
    async def _fetch_all(self, urls: Sequence[str], held: _Held) -> AsyncIterator[list[bytes | PhotoError]]:
        try:
            yield await _gather([self._fetch(url, held) for url in urls])
        finally:
            held.release()

    @contextlib.asynccontextmanager
    async def _hold_in_background(self, host: str) -> AsyncIterator[None]:
        async with self._background_slots.hold(host), self._slots.hold(host):
            yield

    async def _fetch(self, url: str, held: _Held) -> bytes | PhotoError:
        progress = _Progress()
        try:
            async with asyncio.timeout(self._settings.timeout_s) as limit:
                return await self._follow(parse_url(url), progress, held, limit)
        except TimeoutError as error:
            if progress.waits:
                raise Overloaded(
                    f"photos are fetched already, {self._settings.max_at_once_per_host} at once from one host and "
                    f"{self._settings.max_at_once} in all, and none ended in time; send the same again later",
                    retry_after_s=2,
                ) from error
            return progress.explain(FetchTimedOut(f"the photo did not arrive within {self._settings.timeout_s:g} s"))
        except FetchError as error:
            return progress.explain(error)
        except PhotoError as error:
            return error

    async def _follow(self, url: HttpUrl, progress: _Progress, held: _Held, limit: asyncio.Timeout) -> bytes:
        """Ask for a URL and for what it redirects to, each judged anew; once more where a host asks to come later."""
        retried = False
        while True:
            self._hosts.require(url)
            answer = await self._ask(url, progress, held)
            if answer.status in REDIRECTS:
                url = self._redirect(url, answer, progress)
            elif answer.status in LATER and not retried:
                retried = True
                await asyncio.sleep(_wait_s(answer, limit))
            elif answer.status == 200:
                if is_web_page(answer.body):
                    raise FetchWebPage("the URL gives a web page, not a photo: send the address of the photo itself")
                return answer.body
            else:
                raise _status_error(answer.status)

    async def _ask(self, url: HttpUrl, progress: _Progress, held: _Held) -> HostAnswer:
        progress.waits = True
        async with held.hold_place(url.host):
            progress.waits = False
            return await held.exchange.get(url, held.take)

    def _redirect(self, url: HttpUrl, answer: HostAnswer, progress: _Progress) -> HttpUrl:
        if progress.redirects == self._settings.max_redirects:
            raise FetchTooManyRedirects(f"more than {self._settings.max_redirects} redirects: send the photo's address")
        if b"location" not in answer.headers:
            raise FetchRedirectInvalid(f"the host answers {answer.status} without a Location to go to")
        target = follow_redirect(url, answer.headers[b"location"])
        progress.redirects += 1
        return target


class _Progress:
    """How far a fetch is."""

    __slots__ = ("redirects", "waits")

    def __init__(self) -> None:
        self.redirects = 0
        self.waits = False  # for a place, not for the host

    def explain(self, error: FetchError) -> FetchError:
        """Say of an error that it is not about the URL that was sent."""
        if self.redirects == 0 or isinstance(error, FetchTooManyRedirects):
            return error
        return type(error)(f"after {counted(self.redirects, 'redirect')}: {error.message}")


class _Held:
    """What one check fetches by, and what it holds: the bytes that it fetched, and a place for each fetch that runs."""

    __slots__ = ("_count", "_memory", "exchange", "hold_place")

    def __init__(
        self, memory: Memory, hold_place: Callable[[str], AbstractAsyncContextManager[None]], exchange: Exchange
    ) -> None:
        self.hold_place = hold_place  # of a host
        self.exchange = exchange
        self._memory = memory
        self._count = 0

    def take(self, count: int) -> None:
        self._memory.take(count)
        self._count += count

    def release(self) -> None:
        self._memory.release(self._count)
        self._count = 0


async def _gather(work: Sequence[Awaitable[T]]) -> list[T]:
    """Run all at once; where one raises, or this is cancelled, the others end before it is raised."""
    tasks = [asyncio.ensure_future(piece) for piece in work]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _wait_s(answer: HostAnswer, limit: asyncio.Timeout) -> float:
    """Seconds until the retry; raises FetchThrottled where they are more than the photo has left."""
    wait_s = _retry_after_s(answer.headers.get(b"retry-after"))
    ends_at = limit.when()
    left_s = 0.0 if ends_at is None else ends_at - asyncio.get_running_loop().time()
    if wait_s >= left_s:
        raise FetchThrottled(f"the host answers {answer.status} and asks to come back in {wait_s:.0f} s")
    return wait_s


def _retry_after_s(sent: bytes | None) -> float:
    """The seconds of a Retry-After, which are digits or a date (RFC 9110, 10.2.3)."""
    text = (sent or b"").strip().decode("ascii", "replace")
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # a number in it may be larger than a date can have
        return DEFAULT_WAIT_S
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return max(0.0, (moment - datetime.datetime.now(datetime.UTC)).total_seconds())


def _status_error(status: int) -> FetchError:
    kind: Callable[[str], FetchError]
    if status in (404, 410):
        kind = FetchNotFound
    elif status in (401, 403, 407):
        kind = FetchDenied
    elif status in LATER:
        kind = FetchThrottled
    elif status >= 500:
        kind = FetchHostFailed
    else:
        kind = FetchStatusUnexpected
    return kind(f"the host answers {status}")
