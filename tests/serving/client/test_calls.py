from __future__ import annotations

import datetime
import email.utils

import httpx
import pytest

from serving.client import ProblemAnswered, Retries, Unreachable
from serving.client.calls import Call, part, query
from serving.schemas.checks import Problem

CALL = Call(method="GET", path="/")


def refusal(status: int = 503, code: str = "overloaded", retry_after: str | None = None) -> httpx.Response:
    problem = Problem(type="", title="", status=status, detail="", code=code, request_id="r")
    headers = [] if retry_after is None else [(b"Retry-After", retry_after.encode("latin-1"))]
    return httpx.Response(status, content=problem.model_dump_json(), headers=headers)


def in_seconds(seconds: float) -> str:
    moment = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return email.utils.format_datetime(moment, usegmt=True)


def test_retry_after_is_honoured_up_to_a_limit_and_backoff_grows() -> None:
    retries = Retries(attempts=9, first_wait_s=1.0, longest_wait_s=8.0)

    def wait(attempt: int, retry_after: str | None = None) -> float:
        return retries.wait_s(CALL, refusal(retry_after=retry_after), attempt, 0)

    assert wait(1, "3") == 3.0
    assert wait(1, "9999") == 8.0
    assert wait(1, in_seconds(3600)) == 8.0
    assert 3 < wait(1, in_seconds(6)) < 6.5
    assert wait(1, in_seconds(-60)) == 0
    for no_time in (None, "soon", "-1", "1.5", "²", "", f"Fri, 31 Dec 1999 23:59:59 +{'9' * 20}"):
        assert 0.5 <= wait(1, no_time) <= 1.0
    assert 2.0 <= wait(3) <= 4.0
    assert 4.0 <= wait(8) <= 8.0


def test_a_call_that_is_not_repeatable_is_sent_again_only_where_it_never_arrived() -> None:
    retries = Retries(attempts=3, first_wait_s=0.001)
    once = Call(method="DELETE", path="/", repeatable=False)
    assert retries.wait_s(once, httpx.ConnectError("refused"), 1, 0) >= 0
    with pytest.raises(Unreachable, match=r"DELETE /: no answer after 1 attempt \(ReadError: reset\)"):
        retries.wait_s(once, httpx.ReadError("reset"), 1, 0)
    with pytest.raises(Unreachable, match="no answer after 3 attempts"):
        retries.wait_s(once, httpx.ConnectError("refused"), 3, 0)
    assert retries.wait_s(CALL, httpx.ReadError("reset"), 1, 0) >= 0
    assert retries.wait_s(once, refusal(429, "rate_limited"), 1, 0) >= 0
    for status in (502, 503, 504):  # a proxy may have sent it on
        with pytest.raises(ProblemAnswered):
            retries.wait_s(once, refusal(status), 1, 0)


@pytest.mark.parametrize("error", [httpx.UnsupportedProtocol("ftp"), httpx.LocalProtocolError("illegal header")])
def test_what_the_caller_got_wrong_is_not_retried(error: httpx.RequestError) -> None:
    with pytest.raises(Unreachable, match="1 attempt "):
        Retries().wait_s(CALL, error, 1, 0)


@pytest.mark.parametrize(
    ("status", "code", "retried"),
    [
        (429, "rate_limited", True),
        (503, "overloaded", True),
        (504, "deadline_exceeded", True),
        (409, "idempotency_in_progress", True),
        (409, "bundle_change_conflict", False),
        (404, "check_not_found", False),
        (500, "internal", False),
    ],
)
def test_only_what_may_succeed_later_is_retried(status: int, code: str, retried: bool) -> None:
    answer = refusal(status, code)
    if retried:
        assert Retries().wait_s(CALL, answer, 1, 0) > 0
    with pytest.raises(ProblemAnswered) as caught:
        Retries(attempts=1).wait_s(CALL, answer, 1, 0)
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (status, code, "r")
    if not retried:
        with pytest.raises(ProblemAnswered):
            Retries().wait_s(CALL, answer, 1, 0)


def test_no_attempt_starts_after_the_time_for_all_of_them() -> None:
    retries = Retries(attempts=99, first_wait_s=1.0, within_s=10.0)
    assert retries.wait_s(CALL, refusal(retry_after="3"), 1, spent_s=6.9) == 3
    with pytest.raises(ProblemAnswered, match="overloaded"):
        retries.wait_s(CALL, refusal(retry_after="3"), 1, spent_s=7.0)
    with pytest.raises(Unreachable):
        retries.wait_s(CALL, httpx.ReadError("reset"), 4, spent_s=9.9)
    assert retries.left_s(spent_s=9.0, timeout_s=60) == 1
    assert retries.left_s(spent_s=1.0, timeout_s=5) == 5
    assert Retries().left_s(spent_s=1e6, timeout_s=5) == 5


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"within_s": 0}, {"within_s": float("nan")}])
def test_retries_that_allow_no_attempt_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Retries(**wrong)  # type: ignore[arg-type]


def test_a_timed_call_names_its_timeout_and_waiting_servers_get_more_time() -> None:
    arguments = Call(method="POST", path="/", timed=True, headers={"a": "b"}).arguments(7.5, None)
    assert arguments["headers"] == {"a": "b", "Request-Timeout": "7.5"}
    assert arguments["timeout"] == 7.5
    assert Call(method="GET", path="/", waits_s=30).arguments(7.5, None)["timeout"] == 37.5
    assert CALL.arguments(1, None)["headers"] == {}


def test_ids_are_quoted_in_addresses() -> None:
    assert part("../x y") == "..%2Fx%20y"


def test_parameters_that_are_not_set_are_left_out_and_times_are_written_in_utc() -> None:
    east = datetime.datetime(2026, 11, 26, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
    given = {"outcome": "review", "reviewed": False, "product": None, "min_uncertainty": 0.5, "since": east}
    assert query(given) == {
        "outcome": "review", "reviewed": "false", "min_uncertainty": "0.5", "since": "2026-11-25T23:00:00.000Z",
    }  # fmt: skip
    with pytest.raises(ValueError, match="since is 2026-11-26 00:00:00, a time without a zone"):
        query({"since": datetime.datetime(2026, 11, 26)})
