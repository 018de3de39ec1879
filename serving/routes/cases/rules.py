"""Rules by which checks open takedown cases; they are the operator's."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.cases.rules import make_rule
from serving.cases.rules_csv import rules_csv
from serving.clock import utc_now
from serving.http.check_body import read_json
from serving.routes.auth import require_operator
from serving.routes.cases.cases import Reader, Writer
from serving.routes.csv_files import csv_file, csv_or_problems
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.examples_cases import RULES_CSV_EXAMPLE
from serving.schemas.enforcement.case_rules import CaseRule, CaseRuleChange, CaseRuleList, CaseRuleSent
from serving.services import services_of, store_of

router = APIRouter(prefix="/v1/case-rules", tags=["cases"])
MAX_BODY_BYTES = 256 * 1024
SENT = (400, 401, 404, 408, 413, 415, 422, 503)


@router.post(
    "", status_code=201, openapi_extra=json_body(CaseRuleSent), responses=problems(*SENT), summary="Make a rule"
)
async def create_case_rule(request: Request, caller: Writer) -> CaseRule:
    """Open a case for each check that the rule matches, from now on, and at most one for a check."""
    require_operator(caller)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, CaseRuleSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    return await make_rule(store_of(request).case_rule_rows, caller, sent, utc_now())


@router.get("", responses=problems(401, 404, 422, 503), summary="List rules")
async def list_case_rules(request: Request, caller: Reader) -> CaseRuleList:
    """Give every rule by which checks open cases."""
    require_operator(caller)
    return CaseRuleList(rules=await store_of(request).case_rule_rows.find_all(caller))


@router.get(
    ".csv",
    response_class=Response,
    responses=csv_or_problems(RULES_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="Rules as CSV",
)
async def export_case_rules(request: Request, caller: Reader) -> Response:
    """Give every rule as a row of CSV (RFC 4180, UTF-8)."""
    require_operator(caller)
    return csv_file(rules_csv(await store_of(request).case_rule_rows.find_all(caller)), "case-rules.csv")


@router.patch("/{rule_id}", openapi_extra=json_body(CaseRuleChange), responses=problems(*SENT), summary="Switch a rule")
async def change_case_rule(request: Request, rule_id: str, caller: Writer) -> CaseRule:
    """Switch a rule on or off."""
    require_operator(caller)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, CaseRuleChange, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    return await store_of(request).case_rule_rows.set_enabled(caller, rule_id, enabled=sent.enabled)


@router.delete("/{rule_id}", status_code=204, responses=problems(401, 404, 422, 503), summary="Delete a rule")
async def delete_case_rule(request: Request, rule_id: str, caller: Writer) -> Response:
    """Delete a rule; its cases stay."""
    require_operator(caller)
    await store_of(request).case_rule_rows.delete(caller, rule_id)
    return Response(status_code=204)
