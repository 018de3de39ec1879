"""Rate limits of one caller: checks a second, as a token bucket, and concurrent checks.

A caller is an API key. Where the server has none, it is the address that the connection comes from: behind a proxy on
this machine the one in its `X-Forwarded-For`, which uvicorn trusts from loopback only.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from serving.errors import ConcurrencyLimited, RateLimited
from vision.config.read import setting
from vision.errors import ConfigError

MAX_CALLERS = 10_000  # remembered; beyond it the one that was idle for longest is forgotten
IPV6_PREFIX = 64  # a network of this size is one caller: a subscriber has all its addresses
_NO_LIMIT = contextlib.nullcontext()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RateLimitSettings:
    """What one caller may ask for."""

    checks_per_s: float | None = setting(
        None,
        help="Checks a second that one caller may send to this server on average; beyond it 429. Not set: no limit. "
        "Each of several servers counts for itself.",
    )
    burst: int = setting(
        20, help="Checks that a caller may send to this server at once under checks_per_s after a pause."
    )
    concurrent_checks: int | None = setting(
        None,
        help="Checks of one caller that may run at once on this server; beyond it 429. Not set: no limit. Each of "
        "several servers counts for itself.",
    )

    def __post_init__(self) -> None:
        if self.checks_per_s is not None and not 0 < self.checks_per_s < math.inf:
            raise ConfigError(f"checks_per_s: must be above 0, got {self.checks_per_s}")
        if self.burst < 1:
            raise ConfigError(f"burst: must be at least 1, got {self.burst}")
        if self.concurrent_checks is not None and self.concurrent_checks < 1:
            raise ConfigError(f"concurrent_checks: must be at least 1, got {self.concurrent_checks}")


# Of one address at the links of sellers, which need no key: enough for a person, and too little for a flood of photos.
LINK_LIMIT = RateLimitSettings(checks_per_s=0.5, burst=20, concurrent_checks=4)


@dataclasses.dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float
    running: int = 0


class RateLimiter:
    """Counts the checks of each caller; used from the event loop alone."""

    def __init__(
        self, settings: RateLimitSettings, clock: Callable[[], float] = time.monotonic, *, counted: str = "checks"
    ) -> None:
        self._settings = settings
        self._counted = counted
        self._clock = clock
        self._off = settings.checks_per_s is None and settings.concurrent_checks is None
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def hold(self, caller: str) -> AbstractContextManager[None]:
        """Count one check of a caller while it runs; entering raises ConcurrencyLimited or RateLimited."""
        return _NO_LIMIT if self._off else self._hold(caller)

    @contextlib.contextmanager
    def _hold(self, caller: str) -> Iterator[None]:
        bucket = self._bucket_of(caller)
        self._require_concurrency(bucket)
        self._take_token(bucket)
        bucket.running += 1
        try:
            yield
        finally:
            bucket.running -= 1

    def _bucket_of(self, caller: str) -> _Bucket:
        bucket = self._buckets.get(caller)
        if bucket is None:
            if len(self._buckets) >= MAX_CALLERS:
                self._forget_one()
            bucket = self._buckets[caller] = _Bucket(tokens=self._settings.burst, filled_at=self._clock())
        self._buckets.move_to_end(caller)
        return bucket

    def _forget_one(self) -> None:
        for caller, bucket in self._buckets.items():
            if bucket.running == 0:
                del self._buckets[caller]
                return

    def _require_concurrency(self, bucket: _Bucket) -> None:
        limit = self._settings.concurrent_checks
        if limit is not None and bucket.running >= limit:
            raise ConcurrencyLimited(
                f"{bucket.running} of your checks are running on this server and at most {limit} may be; wait until "
                "one of them is answered (limits.concurrent_checks)",
                retry_after_s=1,
            )

    def _take_token(self, bucket: _Bucket) -> None:
        rate, burst = self._settings.checks_per_s, self._settings.burst
        if rate is None:
            return
        now = self._clock()
        bucket.tokens = min(burst, bucket.tokens + rate * (now - bucket.filled_at))
        bucket.filled_at = now
        if bucket.tokens < 1:
            raise RateLimited(
                f"you sent more than {rate:g} {self._counted} a second to this server; send the same again later"
                f"{' (limits.checks_per_s)' if self._counted == 'checks' else ''}",
                retry_after_s=max(1, math.ceil((1 - bucket.tokens) / rate)),
            )
        bucket.tokens -= 1


@functools.lru_cache(maxsize=1024)
def caller_at(address: str | None) -> str:
    """Name the caller behind an address: the address itself, or the network of an IPv6 one."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, IPV6_PREFIX), strict=False))
