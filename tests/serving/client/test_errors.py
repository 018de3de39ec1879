from __future__ import annotations

import httpx
import pytest

from serving.client import ClientError, KeyRefused, ProblemAnswered, RequestRefused, ServerFault, TryLater
from serving.client.errors import problem_of
from serving.schemas.checks import FieldFault, Problem


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "key_invalid", KeyRefused),
        (403, "scope_missing", KeyRefused),
        (404, "check_not_found", RequestRefused),
        (409, "bundle_change_conflict", RequestRefused),
        (409, "idempotency_in_progress", TryLater),
        (413, "photo_too_many_bytes", RequestRefused),
        (422, "unknown_product", RequestRefused),
        (429, "rate_limited", TryLater),
        (500, "internal", ServerFault),
        (502, "http_502", TryLater),
        (503, "overloaded", TryLater),
        (504, "deadline_exceeded", TryLater),
        (507, "http_507", ServerFault),
    ],
)
def test_the_kind_of_an_error_says_what_to_do(status: int, code: str, kind: type[ProblemAnswered]) -> None:
    sent = Problem(type="", title="", status=status, detail="why", code=code, request_id="r")
    problem = problem_of(httpx.Response(status, content=sent.model_dump_json()))
    assert type(problem) is kind
    assert (problem.status, problem.code, problem.detail, problem.request_id) == (status, code, "why", "r")
    assert str(problem) == f"{status} [{code}] why"
    assert isinstance(problem, ClientError)


def test_the_message_has_the_faults_of_fields_and_photos() -> None:
    faults = [
        FieldFault(code="field_required", message="send it", field="listing.product"),
        FieldFault(code="photo_truncated", message="upload it again", photo=1),
    ]
    sent = Problem(type="", title="", status=422, detail="two faults", code="c", request_id="r", errors=faults)
    problem = problem_of(httpx.Response(422, content=sent.model_dump_json()))
    assert problem.errors == tuple(faults)
    assert str(problem) == (
        "422 [c] two faults; listing.product: [field_required] send it; photo 1: [photo_truncated] upload it again"
    )


def test_an_answer_of_a_proxy_is_a_problem_with_its_status() -> None:
    answer = httpx.Response(502, html="<h1>Bad Gateway</h1>", headers={"X-Request-ID": "p"})
    problem = problem_of(answer)
    assert (problem.status, problem.code, problem.request_id) == (502, "http_502", "p")
    assert "Bad Gateway" in problem.detail
    assert type(problem_of(httpx.Response(302))) is RequestRefused


@pytest.mark.parametrize(("temporary", "kind"), [((True, False), TryLater), ((False, False), RequestRefused)])
def test_a_check_whose_photos_may_be_read_later_is_one_to_send_later(
    temporary: tuple[bool, ...], kind: type[ProblemAnswered]
) -> None:
    faults = [FieldFault(code="c", message="", photo=i, temporary=one) for i, one in enumerate(temporary)]
    sent = Problem(type="", title="", status=422, detail="", code="c", request_id="r", errors=faults)
    assert type(problem_of(httpx.Response(422, content=sent.model_dump_json()))) is kind
