from __future__ import annotations

import json

import httpx
import pytest

from serving.client import ProblemAnswered, Retries, Unreachable
from serving.client.calls import Call, check_call, delete_call, get_call, list_call, problem_of
from serving.schemas.checks import Problem


def test_retry_after_is_honoured_up_to_a_limit_and_backoff_grows() -> None:
    retries = Retries(attempts=9, first_wait_s=1.0, longest_wait_s=8.0)
    request = httpx.Request("GET", "http://x")
    call = Call(method="GET", path="/")
    body = json.dumps({}).encode()

    def wait(attempt: int, **headers: str) -> float:
        return retries.wait_after_answer(
            call, httpx.Response(503, headers=headers, content=body, request=request), attempt
        )

    assert wait(1, **{"Retry-After": "3"}) == 3.0
    assert wait(1, **{"Retry-After": "9999"}) == 8.0
    assert 0.5 <= wait(1) <= 1.0
    assert 2.0 <= wait(3) <= 4.0
    assert 4.0 <= wait(8) <= 8.0


def test_a_call_that_is_not_repeatable_is_sent_again_only_where_it_never_arrived() -> None:
    retries = Retries(attempts=3, first_wait_s=0.001)
    call = delete_call("c")
    assert retries.wait_after_error(call, httpx.ConnectError("refused"), 1) >= 0
    with pytest.raises(Unreachable, match="no answer after 1 attempts"):
        retries.wait_after_error(call, httpx.ReadError("reset"), 1)
    with pytest.raises(Unreachable, match="no answer after 3 attempts"):
        retries.wait_after_error(call, httpx.ConnectError("refused"), 3)
    assert retries.wait_after_error(get_call("c"), httpx.ReadError("reset"), 1) >= 0


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
    problem = Problem(type="", title="", status=status, detail="", code=code, request_id="r")
    answer = httpx.Response(status, content=problem.model_dump_json())
    call = get_call("c")
    if retried:
        assert Retries().wait_after_answer(call, answer, 1) > 0
    with pytest.raises(ProblemAnswered) as caught:
        Retries(attempts=1).wait_after_answer(call, answer, 1)
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (status, code, "r")
    if not retried:
        with pytest.raises(ProblemAnswered):
            Retries().wait_after_answer(call, answer, 1)


def test_an_answer_of_a_proxy_is_a_problem_with_its_status() -> None:
    answer = httpx.Response(502, html="<h1>Bad Gateway</h1>", headers={"X-Request-ID": "p"})
    problem = problem_of(answer)
    assert (problem.status, problem.code, problem.request_id) == (502, "http_502", "p")
    assert "Bad Gateway" in problem.detail


def test_a_check_is_one_multipart_call_with_its_key_and_timeout() -> None:
    call = check_call([b"a", b"b"], {"product": "toy"}, "key", 7.5)
    assert call.headers == {"Idempotency-Key": "key", "Request-Timeout": "7.5"}
    assert call.repeatable, "the key makes it so"
    request = httpx.Client().build_request(**{**call.arguments(), "url": "http://x/"})
    body = request.read()
    assert body.count(b'name="photos"') == 2
    assert b'{"product": "toy"}' in body


def test_ids_are_quoted_in_addresses_and_filters_that_are_not_set_are_left_out() -> None:
    assert get_call("../x").path == "/v1/checks/..%2Fx"
    call = list_call({"outcome": "review", "reviewed": False, "product": None}, sort="newest", cursor=None)
    assert call.params == {"outcome": "review", "reviewed": "false", "sort": "newest"}
