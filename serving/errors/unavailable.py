"""What a server cannot answer now."""

from __future__ import annotations

from typing import ClassVar

from serving.errors.base import Unavailable


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


class TooManyJobs(TooManyRequests):
    code: ClassVar[str] = "too_many_jobs"
    title: ClassVar[str] = "Too many unfinished jobs"


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
