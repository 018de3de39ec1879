from __future__ import annotations

import concurrent.futures
import contextlib
from collections.abc import Callable

import pytest

from serving.errors import ConcurrencyLimited, RateLimited
from serving.http import rate_limit as limits
from serving.http.rate_limit import RateLimiter, RateLimitSettings, caller_at
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import occupied, until
from tests.serving.servers.running import Running
from vision.errors import ConfigError


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_as_many_as_the_rate_allows() -> None:
    clock = Clock()
    callers = RateLimiter(RateLimitSettings(checks_per_s=0.5, burst=3), clock)

    def passed(caller: str) -> bool:
        try:
            with callers.hold(caller):
                return True
        except RateLimited:
            return False

    assert [passed("a") for _ in range(5)] == [True, True, True, False, False]
    assert passed("b"), "another caller has a share of its own"
    clock.now += 2.0
    assert [passed("a") for _ in range(2)] == [True, False]
    clock.now += 1000.0
    assert [passed("a") for _ in range(4)] == [True, True, True, False]


def test_retry_after_is_when_the_next_check_passes() -> None:
    clock = Clock()
    callers = RateLimiter(RateLimitSettings(checks_per_s=0.1, burst=1), clock)
    with callers.hold("a"):
        pass
    clock.now += 3.5
    with pytest.raises(RateLimited) as caught, callers.hold("a"):
        pass
    assert caught.value.retry_after_s == 7
    clock.now += caught.value.retry_after_s
    with callers.hold("a"):
        pass


def test_concurrent_checks_of_a_caller_are_limited_and_a_failed_one_frees_its_place() -> None:
    callers = RateLimiter(RateLimitSettings(concurrent_checks=2))
    with contextlib.suppress(ZeroDivisionError), callers.hold("a"):
        raise ZeroDivisionError
    with callers.hold("a"), callers.hold("a"):
        with pytest.raises(ConcurrencyLimited), callers.hold("a"):
            pass
        with callers.hold("b"):
            pass
    with callers.hold("a"):
        pass


def test_any_number_of_callers_takes_bounded_memory_and_one_with_a_check_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_CALLERS", 10)
    callers = RateLimiter(RateLimitSettings(concurrent_checks=1))
    with callers.hold("first"):
        for number in range(100):
            with callers.hold(f"caller {number}"):
                pass
        assert len(callers._buckets) <= 11
        with pytest.raises(ConcurrencyLimited), callers.hold("first"):
            pass


def test_another_caller_is_admitted_when_all_remembered_ones_have_a_check_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "MAX_CALLERS", 1)
    callers = RateLimiter(RateLimitSettings(concurrent_checks=1))
    with callers.hold("first"), callers.hold("second"):
        for caller in ("first", "second"):
            with pytest.raises(ConcurrencyLimited), callers.hold(caller):
                pass


def test_an_ipv6_subscriber_is_one_caller_and_an_ipv4_address_is_one_however_it_is_written() -> None:
    assert caller_at("2001:db8:1:2:3::4") == caller_at("2001:db8:1:2:ffff::1") != caller_at("2001:db8:1:3::1")
    assert caller_at("::ffff:192.0.2.7") == caller_at("192.0.2.7") != caller_at("192.0.2.8")


@pytest.mark.parametrize("wrong", [{"checks_per_s": 0.0}, {"burst": 0}, {"concurrent_checks": 0}])
def test_a_limit_that_lets_nothing_pass_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        RateLimitSettings(**wrong)  # type: ignore[arg-type]


def test_a_caller_past_its_rate_is_answered_429_with_retry_after(start: Callable[..., Running]) -> None:
    server = start(limits=RateLimitSettings(checks_per_s=0.001, burst=2), store="none")
    photo = jpeg()
    assert [server.check(photo).status_code for _ in range(2)] == [200, 200]
    refused = server.check(photo)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert 900 <= int(refused.headers["retry-after"]) <= 1000
    assert server.http.get("/v1/bundles").status_code == 200, "only checks are counted"


def test_a_caller_past_its_concurrency_is_answered_429(start: Callable[..., Running]) -> None:
    server = start(limits=RateLimitSettings(concurrent_checks=1), store="none", threads=1)
    with concurrent.futures.ThreadPoolExecutor(1) as pool, occupied(server):
        first = pool.submit(server.check, jpeg())
        until(lambda: server.services.compute.waiting > 0)
        second = server.check(jpeg())
        assert (second.status_code, second.json()["code"]) == (429, "concurrency_limited")
        assert second.headers["retry-after"] == "1"
    assert first.result().status_code == 200
    assert server.check(jpeg()).status_code == 200
