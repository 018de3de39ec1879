"""Requests made up from the OpenAPI document, such that fit it and such that don't: no answer is unforeseen.

An answer fits the document, is never a 500, and reveals nothing about the machine. What was answered with 200 is
readable afterwards. `TOUCHSTONE_FUZZ=2000 pytest tests/serving/cross_cutting/test_api_fuzz.py` makes that many of each
kind, with another seed each time.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from serving.settings import ServeSettings
from tests.serving.builders.candidate_bundles import write_candidates
from tests.serving.builders.sample_photos import jpeg
from tests.serving.builders.webhooks import loopback_settings
from tests.serving.contract.api_document import api_document
from tests.serving.contract.leaks import leaks_of, without_start_settings
from tests.serving.servers.running import Running, run_in_thread

LONGER: Final = os.environ.get("TOUCHSTONE_FUZZ")
EXAMPLES: Final = int(LONGER or 15)
AnyCase = schemathesis.Case[Any]
KEY: Final = "a-key-for-the-fuzz"
CHECKS: Final = [
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]
SCHEMA: Final = schemathesis.openapi.from_dict(api_document())
OPERATIONS: Final = [result.ok() for result in SCHEMA.get_all_operations() if isinstance(result, Ok)]
MODES: Final = (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE)
LINE: Final = json.dumps({"photos": [{"base64": base64.b64encode(jpeg(size=(64, 64))).decode()}]}).encode()
MANIFEST: Final = b"photo,listing\nhttp://127.0.0.1/1.jpg,4711\n"
TO_MAKE: Final[dict[str, tuple[str, dict[str, Any]]]] = {  # things of which a new one costs little, by their ids
    "key_id": ("/v1/keys", {"label": "l", "scopes": ["read"]}),
    "member_id": ("/v1/members", {"name": "Member {}", "category": "toys", "country": "DK"}),
    "user_id": ("/v1/users", {"name": "User", "email": "user{}@shop.example"}),
    "webhook_id": ("/v1/webhooks", {"url": "http://127.0.0.1:9/", "types": ["webhook.test"]}),
}
LATER: Final = ("deadline_unreachable", "deadline_exceeded", "overloaded")  # 503 and 504, as documented


class Fuzzed:
    """A server under fuzz, and the checks that it answered and nobody deleted."""

    def __init__(self, server: Running, folders: tuple[Path, ...]) -> None:
        self.server = server
        self.folders = folders
        self.session = requests.Session()
        self.answered: dict[str, dict[str, Any]] = {}
        self.sellers: dict[str, str | None] = {}  # by check
        self.jobs: dict[str, dict[str, Any]] = {}
        self.requests = 0

    def call(self, case: AnyCase) -> None:
        """Send it and check the answer."""
        self.requests += 1
        headers = {"Authorization": f"Bearer {KEY}"}
        response = case.call(base_url=self.server.url, session=self.session, headers=headers, timeout=60)
        case.validate_response(response, checks=CHECKS)
        media_type = response.headers.get("content-type", [""])[0]
        problem = response.json() if media_type in ("application/json", "application/problem+json") else {}
        seen = (case.formatted_path, response.status_code, response.content[:500])
        assert response.status_code < 500 or problem["code"] in LATER, seen
        plain = {name: values[0] for name, values in response.headers.items()}
        text = response.text if problem else ""
        if case.path.startswith("/v1/audit-log"):
            text = without_start_settings(text)
        assert leaks_of(text, plain, *self.folders) == [], seen
        if response.status_code == 200 and (case.method, case.path) == ("POST", "/v1/checks"):
            self.answered[problem["check_id"]] = problem
            self.sellers[problem["check_id"]] = self._seller_of(problem["check_id"])
        if response.status_code < 300 and (case.method, case.path) == ("POST", "/v1/erasures"):
            self._forget_checks_of(case.body)
        if response.status_code == 202 and case.method == "POST" and case.path in ("/v1/jobs", "/v1/checks"):
            self.jobs[problem["job_id"]] = problem
        if response.status_code == 204:
            self.answered.pop(case.path_parameters.get("check_id", ""), None)
            self.jobs.pop(case.path_parameters.get("job_id", ""), None)

    def _seller_of(self, check_id: str) -> str | None:
        seller: str | None = self.server.http.get(f"/v1/checks/{check_id}").json()["seller_id"]
        return seller

    def _forget_checks_of(self, erasure: Any) -> None:
        """Take out the checks that an erasure deletes: made-up sellers such as `0` come again."""
        seller_id = erasure["seller_id"].strip()
        for check_id in [one for one in self.answered if self.sellers.get(one) == seller_id]:
            del self.answered[check_id]

    def known(self, name: str, method: str) -> Any:
        """A value that the server knows for a part of an address; to delete, one of its own."""
        if name == "check_id":
            return self._known_of(self.answered, method, self._new_check)
        if name == "job_id":
            return self._known_of(self.jobs, method, self._new_job)
        if name in TO_MAKE:
            route, body = TO_MAKE[name]
            unique = {field: text.format(self.requests) for field, text in body.items() if isinstance(text, str)}
            made = self.server.http.post(route, json={**body, **unique})
            assert made.status_code == 201, made.text
            return made.json()[name]
        return {"name": "tiny", "index": 0, "line": 1}.get(name, "x")

    def _known_of(self, ids: dict[str, Any], method: str, make: Callable[[], None]) -> str:
        if not ids or method == "DELETE":
            make()
        return list(ids)[-1]

    def _new_check(self) -> None:
        answer = self.server.answer(jpeg(seed=self.requests, size=(64, 64)))
        self.answered[answer["check_id"]] = answer

    def _new_job(self) -> None:
        sent = self.server.http.post("/v1/jobs", content=LINE, headers={"Content-Type": "application/x-ndjson"})
        self.jobs[sent.json()["job_id"]] = sent.json()


@pytest.fixture(scope="module")
def fuzzed(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    folder = tmp_path_factory.mktemp("fuzz")
    candidates = write_candidates(folder / "candidates")
    settings = ServeSettings(
        bundle=(tiny_bundle,),
        store=str(folder / "store"),
        bundles_folder=candidates,
        api_key=KEY,
        webhooks=dataclasses.replace(loopback_settings([9]), max_endpoints=10_000),
    )
    with run_in_thread(settings) as server:
        fuzzed = Fuzzed(server, (folder, tiny_bundle))
        yield fuzzed
        fuzzed.session.close()


def test_every_operation_of_the_document_is_tried() -> None:
    paths = api_document()["paths"]
    documented = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert {operation.label for operation in OPERATIONS} == documented


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_made_up_requests_get_documented_answers(
    fuzzed: Fuzzed, operation: schemathesis.APIOperation[Any, Any, Any, Any]
) -> None:
    before = fuzzed.requests
    try_operation(fuzzed, operation)
    assert fuzzed.requests > before


def try_operation(fuzzed: Fuzzed, operation: schemathesis.APIOperation[Any, Any, Any, Any]) -> None:
    """Send what the document allows, and what it doesn't."""
    takes_anything = bool(list(operation.iter_parameters())) or bool(operation.body)
    for mode in MODES if takes_anything else MODES[:1]:

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=LONGER is None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), deep=st.booleans())
        def try_one(case: AnyCase, deep: bool) -> None:
            if deep:  # past the 404: at a check, a bundle and a photo that are there
                for name in case.path_parameters or {}:
                    case.path_parameters[name] = fuzzed.known(name, case.method)
                put_photo(case)
            wait_little(case)
            fuzzed.call(case)

        try_one()


def wait_little(case: AnyCase) -> None:
    """No request that waits for what will not happen."""
    waits_s = (case.query or {}).get("wait_s")
    if isinstance(waits_s, int | float) and 0 < waits_s <= 20:
        case.query["wait_s"] = 0.01


def put_photo(case: AnyCase) -> None:
    """A photo in the place of made-up bytes, and nothing that says what it has to show; a line in that of a job's."""
    if (case.method, case.path) == ("POST", "/v1/jobs") and isinstance(case.body, str | bytes):
        case.body = LINE if case.media_type != "text/csv" else MANIFEST
        return
    if not isinstance(case.body, dict) or not isinstance(case.body.get("photos"), list):
        return
    body: dict[str, Any] = case.body
    photo = jpeg(seed=1, size=(64, 64))
    is_json = case.media_type == "application/json"
    body["photos"] = [{"base64": base64.b64encode(photo).decode()} if is_json else photo]
    for name in ("listing", "product", "views"):
        body.pop(name, None)


@pytest.mark.slow
def test_what_was_answered_under_fuzz_is_readable(fuzzed: Fuzzed) -> None:
    assert fuzzed.server.check(jpeg(seed=5)).status_code == 200
    if len(fuzzed.answered) <= 5:  # the operations were tried on another server, or not at all
        try_operation(fuzzed, next(one for one in OPERATIONS if one.label == "POST /v1/checks"))
    assert len(fuzzed.answered) > 5
    for check_id, answer in fuzzed.answered.items():
        again = fuzzed.server.http.get(f"/v1/checks/{check_id}").json()
        assert {name: again.get(name) for name in answer} == answer
        assert fuzzed.server.http.get(answer["photos"][0]["evidence_url"]).status_code == 200
    if not fuzzed.jobs:
        try_operation(fuzzed, next(one for one in OPERATIONS if one.label == "POST /v1/jobs"))
    assert fuzzed.jobs
    for job_id, job in fuzzed.jobs.items():
        assert fuzzed.server.http.get(f"/v1/jobs/{job_id}").json()["lines"] == job["lines"]
    print(f"{fuzzed.requests} requests, {len(fuzzed.answered)} checks read back")
