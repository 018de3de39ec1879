from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving.routes.api import FILE, OPEN_PATHS
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.contract.api_document import api_document
from tests.serving.contract.contract_changes import breaking_changes
from tests.serving.servers.running import Running, run_in_thread

REGENERATE = "run `python -m serving.routes.api` and commit serving/openapi.json"


ROUTES = {
    "POST /v1/checks",
    "GET /v1/checks",
    "GET /v1/checks/counts",
    "GET /v1/clusters",
    "GET /v1/clusters.csv",
    "GET /v1/clusters/{cluster_id}",
    "POST /v1/clusters/{cluster_id}/cases",
    "GET /v1/clusters/{cluster_id}/report",
    "GET /v1/clusters/{cluster_id}/report.csv",
    "POST /v1/clusters/{cluster_id}/links/{link_id}/removal",
    "GET /v1/removed-links",
    "GET /v1/removed-links.csv",
    "POST /v1/removed-links/{removal_id}/restoration",
    "GET /v1/fast-track",
    "GET /v1/fast-track.csv",
    "GET /v1/fast-track/changes",
    "GET /v1/fast-track/changes.csv",
    "POST /v1/fast-track/evaluations",
    "GET /v1/trusted-flaggers",
    "GET /v1/trusted-flaggers.csv",
    "PUT /v1/members/{member_id}/trusted-flagger",
    "DELETE /v1/members/{member_id}/trusted-flagger",
    "GET /v1/misuse",
    "GET /v1/misuse.csv",
    "GET /v1/misuse/steps.csv",
    "GET /v1/misuse/steps",
    "POST /v1/members/{member_id}/misuse-steps",
    "GET /v1/service-level",
    "GET /v1/service-level.csv",
    "GET /v1/service-level/late",
    "GET /v1/service-level/late.csv",
    "GET /v1/audit-log",
    "POST /v1/erasures",
    "GET /v1/erasures/{erasure_id}",
    "GET /v1/audit-log/export",
    "GET /v1/audit-log/verification",
    "GET /v1/checks.csv",
    "GET /v1/checks/{check_id}",
    "DELETE /v1/checks/{check_id}",
    "POST /v1/checks/{check_id}/review",
    "POST /v1/checks/{check_id}/review/withdrawal",
    "GET /v1/checks/{check_id}/photos/{index}",
    "GET /v1/checks/{check_id}/photos/{index}/evidence",
    "GET /v1/checks/{check_id}/photos/{index}/outline",
    "GET /v1/checks/{check_id}/photos/{index}/crops",
    "GET /v1/checks/{check_id}/photos/{index}/renditions/{side_px}",
    "POST /v1/jobs",
    "GET /v1/jobs",
    "GET /v1/jobs/{job_id}",
    "DELETE /v1/jobs/{job_id}",
    "POST /v1/jobs/{job_id}/cancel",
    "POST /v1/jobs/{job_id}/replay",
    "GET /v1/jobs/{job_id}/results",
    "GET /v1/jobs/{job_id}/lines/{line}",
    "GET /v1/bundles",
    "GET /v1/bundles/{name}/references/{reference_id}",
    "GET /v1/bundles/{name}/state",
    "GET /v1/bundles/{name}/candidates",
    "GET /v1/bundles/{name}/changes",
    "GET /v1/bundles/{name}/comparison",
    "POST /v1/bundles/{name}/activate",
    "POST /v1/bundles/{name}/shadow",
    "POST /v1/bundles/{name}/canary",
    "POST /v1/bundles/{name}/rollback",
    "GET /v1/drift",
    "POST /v1/cases",
    "GET /v1/cases",
    "GET /v1/cases/counts",
    "GET /v1/cases.csv",
    "GET /v1/cases/{case_id}",
    "POST /v1/cases/{case_id}/moves",
    "POST /v1/cases/{case_id}/question",
    "POST /v1/cases/{case_id}/answer",
    "POST /v1/cases/moves",
    "POST /v1/case-rules",
    "GET /v1/case-rules",
    "GET /v1/case-rules.csv",
    "PATCH /v1/case-rules/{rule_id}",
    "DELETE /v1/case-rules/{rule_id}",
    "POST /v1/cases/{case_id}/seller-link",
    "GET /v1/cases/{case_id}/evidence/{evidence_id}/photos/{index}",
    "GET /v1/case-notices/{token}",
    "POST /v1/case-notices/{token}",
    "POST /v1/case-notices/{token}/complaints",
    "POST /v1/cases/bulk",
    "GET /v1/statements-of-reasons",
    "GET /v1/statements-of-reasons.csv",
    "GET /v1/statements-of-reasons/export",
    "GET /v1/statements-of-reasons/{statement_id}",
    "PUT /v1/statements-of-reasons/{statement_id}/facts",
    "GET /v1/cases/{case_id}/complaints",
    "POST /v1/cases/{case_id}/complaints",
    "GET /v1/complaints",
    "GET /v1/complaints.csv",
    "POST /v1/complaints/{complaint_id}/decision",
    "GET /v1/cases/{case_id}/buyers-notice",
    "POST /v1/cases/{case_id}/buyers-notice",
    "GET /v1/transparency",
    "GET /v1/transparency/{quarter}",
    "GET /v1/transparency/{quarter}.csv",
    "GET /v1/transparency/{quarter}.pdf",
    "GET /v1/transparency/{quarter}/draft",
    "POST /v1/transparency/{quarter}/publish",
    "POST /v1/transparency/{quarter}/withdraw",
    "GET /v1/transparency/annual/{year}/{part}.csv",
    "POST /v1/test-buys/plans",
    "GET /v1/test-buys/plans",
    "GET /v1/test-buys/plans.csv",
    "GET /v1/test-buys/plans/{plan_id}",
    "POST /v1/test-buys/plans/{plan_id}/acceptance",
    "GET /v1/test-buys/estimates",
    "GET /v1/test-buys/estimates.csv",
    "GET /v1/test-buys",
    "GET /v1/test-buys.csv",
    "GET /v1/test-buys/{buy_id}",
    "POST /v1/test-buys/{buy_id}/moves",
    "POST /v1/test-buys/{buy_id}/photos",
    "GET /v1/test-buys/{buy_id}/photos/{index}",
    "GET /v1/test-buys/checklists/{product}",
    "PUT /v1/test-buys/checklists/{product}",
    "GET /v1/events",
    "POST /v1/webhooks",
    "GET /v1/webhooks",
    "GET /v1/webhooks/{webhook_id}",
    "PATCH /v1/webhooks/{webhook_id}",
    "DELETE /v1/webhooks/{webhook_id}",
    "POST /v1/webhooks/{webhook_id}/rotate",
    "POST /v1/webhooks/{webhook_id}/test",
    "GET /v1/webhooks/{webhook_id}/deliveries",
    "POST /v1/webhooks/{webhook_id}/replay",
    "GET /v1/checks/{check_id}/photos/{index}/marks",
    "POST /v1/checks/{check_id}/evidence-file",
    "POST /v1/cases/{case_id}/evidence-file",
    "POST /v1/clusters/{cluster_id}/evidence-file",
    "GET /v1/keys",
    "POST /v1/keys",
    "GET /v1/keys/current",
    "POST /v1/keys/{key_id}/rotate",
    "POST /v1/keys/{key_id}/revoke",
    "GET /v1/members",
    "POST /v1/members",
    "DELETE /v1/members/{member_id}",
    "PUT /v1/members/{member_id}/products",
    "GET /v1/users",
    "POST /v1/users",
    "DELETE /v1/users/{user_id}",
    "POST /v1/groups",
    "GET /v1/groups",
    "GET /v1/groups.csv",
    "GET /v1/groups/{group_id}",
    "DELETE /v1/groups/{group_id}",
    "PUT /v1/groups/{group_id}/terms",
    "GET /v1/groups/{group_id}/members",
    "GET /v1/groups/{group_id}/members.csv",
    "POST /v1/groups/{group_id}/members",
    "DELETE /v1/groups/{group_id}/members/{member_id}",
    "PUT /v1/groups/{group_id}/agreement",
    "GET /v1/groups/{group_id}/agreement",
    "DELETE /v1/groups/{group_id}/agreement",
    "GET /v1/groups/{group_id}/agreements",
    "GET /v1/groups/{group_id}/agreements.csv",
    "POST /v1/groups/{group_id}/items",
    "GET /v1/groups/{group_id}/items",
    "GET /v1/groups/{group_id}/items.csv",
    "POST /v1/groups/{group_id}/withdrawals",
    "POST /v1/groups/{group_id}/questions",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
}


@pytest.fixture(scope="module")
def committed() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def current() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(api_document()))
    return document


def test_nothing_that_callers_rely_on_was_taken_away(committed: dict[str, Any], current: dict[str, Any]) -> None:
    changes = breaking_changes(committed, current)
    assert changes == [], (
        "these changes break callers; bring them under /v2, or say so in CHANGELOG.md and " + REGENERATE
    )


def test_the_committed_document_is_that_of_the_code(committed: dict[str, Any], current: dict[str, Any]) -> None:
    assert current == committed, f"the contract grew: {REGENERATE}"


def test_the_running_server_serves_the_document(server: Running, committed: dict[str, Any]) -> None:
    assert server.http.get("/openapi.json").json() == committed
    assert server.http.get("/docs").status_code == 200


def test_the_contract_has_exactly_its_routes(current: dict[str, Any]) -> None:
    routes = {f"{method.upper()} {path}" for path, found in current["paths"].items() for method in found}
    assert routes == ROUTES


def test_every_route_documents_that_a_foreign_site_is_refused(current: dict[str, Any]) -> None:
    operations = [operation for found in current["paths"].values() for operation in found.values()]
    assert all("application/problem+json" in operation["responses"]["403"]["content"] for operation in operations)


def test_every_reference_in_the_document_leads_somewhere(current: dict[str, Any]) -> None:
    text = json.dumps(current)
    for name in {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in current["components"]["schemas"]
    assert "HTTPValidationError" not in text, "a route describes FastAPI's own errors; ours are problems"


def test_no_list_of_named_values_is_limited_to_fewer_than_there_are(current: dict[str, Any]) -> None:
    limited = [
        (found["maxItems"], items["enum"])
        for found in _objects_of(current)
        if "maxItems" in found and "enum" in (items := _resolve(current, found.get("items", {})))
    ]
    assert len(limited) > 3
    assert [(limit, values) for limit, values in limited if limit < len(values)] == []


def _objects_of(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects_of(part)


def _resolve(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def remove_path(document: dict[str, Any]) -> None:
    del document["paths"]["/v1/bundles"]


def remove_method(document: dict[str, Any]) -> None:
    del document["paths"]["/v1/checks/{check_id}"]["delete"]


def remove_answered_field(document: dict[str, Any]) -> None:
    del document["components"]["schemas"]["PhotoAnswer"]["properties"]["evidence_url"]


def make_answered_field_optional(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Check"]["required"].remove("outcome")


def require_sent_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Listing"].setdefault("required", []).append("seller_id")


def remove_sent_field(document: dict[str, Any]) -> None:
    del document["components"]["schemas"]["ReviewSent"]["properties"]["note"]


def answer_a_new_outcome(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Check"]["properties"]["outcome"]["enum"].append("maybe")


def take_fewer_decisions(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["ReviewSent"]["properties"]["decision"]["enum"].remove("cant_tell")


def remove_parameter(document: dict[str, Any]) -> None:
    document["paths"]["/v1/checks"]["get"]["parameters"].pop(0)


def require_parameter(document: dict[str, Any]) -> None:
    document["paths"]["/v1/checks"]["post"]["parameters"][0]["required"] = True


def change_type(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Check"]["properties"]["elapsed_ms"]["type"] = "string"


def stop_taking_json(document: dict[str, Any]) -> None:
    del document["paths"]["/v1/checks"]["post"]["requestBody"]["content"]["application/json"]


def ask_for_a_key(document: dict[str, Any]) -> None:
    document["paths"]["/healthz"]["get"]["security"] = [{"api_key": []}]


BREAKS = (
    remove_path, remove_method, remove_answered_field, make_answered_field_optional, require_sent_field,
    remove_sent_field, answer_a_new_outcome, take_fewer_decisions, remove_parameter, require_parameter, change_type,
    stop_taking_json, ask_for_a_key,
)  # fmt: skip


@pytest.mark.parametrize("break_it", BREAKS, ids=lambda break_it: break_it.__name__)
def test_a_breaking_change_is_found(current: dict[str, Any], break_it: Callable[[dict[str, Any]], None]) -> None:
    broken = copy.deepcopy(current)
    break_it(broken)
    assert breaking_changes(current, broken) != []


def test_additions_are_no_breaking_changes(current: dict[str, Any]) -> None:
    grown = copy.deepcopy(current)
    schemas = grown["components"]["schemas"]
    grown["paths"]["/v1/new"] = {"get": {"responses": {"200": {"description": "new"}}}}
    schemas["Check"]["properties"]["new_field"] = {"type": "string"}
    schemas["Check"]["required"].append("new_field")
    schemas["Listing"]["properties"]["new_wish"] = {"type": "string"}
    schemas["ReviewSent"]["properties"]["decision"]["enum"].append("later")
    parameter = {"in": "query", "name": "new", "required": False, "schema": {"type": "string"}}
    grown["paths"]["/v1/checks"]["get"]["parameters"].append(parameter)
    assert breaking_changes(current, grown) == []


def test_what_the_contract_calls_open_asks_for_no_key_where_others_do(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    settings = ServeSettings(bundle=(tmp_path / "bundle",), store=str(tmp_path / "store"), api_key="a key", threads=1)
    with run_in_thread(settings) as site, httpx.Client(base_url=site.url) as anyone:
        assert anyone.get("/v1/checks").status_code == 401
        answers = {path: anyone.get(path.format(token="t", quarter="2026-Q1")).status_code for path in OPEN_PATHS}
        assert {path for path, status in answers.items() if status == 401} == set()
        assert anyone.get("/v1/transparency?versoin=1").json()["code"] == "query_parameter_unknown"
