"""Plans of test buys, and what their findings say of precision and recall."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from serving.checks.idempotency import hash_content, hash_key
from serving.clock import utc_now
from serving.http.check_body import read_json
from serving.http.cursors import id_in, page_of
from serving.principal import Principal
from serving.routes.auth import require, require_operator
from serving.routes.csv_files import MAX_ROWS, csv_file, csv_or_problems
from serving.routes.openapi.contract import json_body, problems
from serving.routes.openapi.examples_buys import ESTIMATES_CSV_EXAMPLE, PLANS_CSV_EXAMPLE
from serving.schemas.enforcement.buy_estimates import EstimateList
from serving.schemas.enforcement.buys import BuyPlan, BuyPlanPage, BuyPlanSent
from serving.services import buys_of, services_of, store_of
from serving.store.idempotency_rows import Claim
from serving.test_buys.plans_csv import plans_csv
from serving.test_buys.results import estimates_csv

router = APIRouter(prefix="/v1/test-buys", tags=["test buys"])
MAX_BODY_BYTES = 64 * 1024
NEVER_STORED = {"Cache-Control": "no-store"}
Reader = Annotated[Principal, Depends(require("read"))]
Writer = Annotated[Principal, Depends(require("cases"))]
PlanId = Annotated[str, Path(max_length=100)]
Quarter = Annotated[str | None, Query(pattern=r"^\d{4}-Q[1-4]$", description="Only this quarter, such as 2026-Q3.")]
Product = Annotated[str | None, Query(max_length=200, description="Only plans of this product.")]


@router.post(
    "/plans",
    status_code=201,
    openapi_extra=json_body(BuyPlanSent),
    responses=problems(400, 401, 403, 404, 408, 409, 413, 415, 422, 503),
    summary="Propose what to buy",
)
async def propose_buys(
    request: Request,
    response: Response,
    caller: Writer,
    idempotency_key: Annotated[str | None, Header(description="Makes a retry safe; send a UUID.")] = None,
) -> BuyPlan:
    """Propose a plan within a budget from the checks of a period; the operator's keys alone may.

    Nothing is bought until it is accepted. A proposal stays on record, also where another one is accepted.
    """
    require_operator(caller)
    buys = buys_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, BuyPlanSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    claim = None
    if idempotency_key is not None:
        key = hash_key(idempotency_key, caller.name)
        claim = Claim(key_sha256=key, fingerprint=hash_content(sent.model_dump(mode="json")))
    recorded = await buys.propose(caller, sent, utc_now(), claim)
    if recorded.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return recorded.plan


@router.get("/plans", responses=problems(401, 403, 404, 422, 503), summary="List plans of test buys")
async def list_buy_plans(
    request: Request,
    response: Response,
    caller: Reader,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Plans in a page.")] = 20,
) -> BuyPlanPage:
    """Give one page of plans, newest first; the operator's keys alone may."""
    require_operator(caller)
    response.headers.update(NEVER_STORED)
    found = await store_of(request).test_buys.plans.find_page(caller, limit + 1, after=id_in(cursor))
    plans, next_cursor = page_of(found, limit, lambda plan: plan.plan_id)
    return BuyPlanPage(plans=plans, next_cursor=next_cursor)


@router.get(
    "/plans.csv",
    response_class=Response,
    responses=csv_or_problems(PLANS_CSV_EXAMPLE, 401, 403, 404, 422, 503),
    summary="Plans of test buys as CSV",
)
async def export_buy_plans(request: Request, caller: Reader) -> Response:
    """Give the newest 10,000 plans as rows of CSV (RFC 4180, UTF-8); the operator's keys alone may."""
    require_operator(caller)
    found = await store_of(request).test_buys.plans.find_page(caller, MAX_ROWS)
    return csv_file(plans_csv(found), "test-buy-plans.csv")


@router.get("/plans/{plan_id}", responses=problems(401, 403, 404, 422, 503), summary="A plan of test buys")
async def get_buy_plan(request: Request, response: Response, plan_id: PlanId, caller: Reader) -> BuyPlan:
    """Give a plan with its strata, its seed, and its purchases by state; the operator's keys alone may."""
    require_operator(caller)
    response.headers.update(NEVER_STORED)
    return await store_of(request).test_buys.plans.find(caller, plan_id)


@router.post("/plans/{plan_id}/acceptance", responses=problems(401, 403, 404, 409, 422, 503), summary="Accept a plan")
async def accept_buy_plan(request: Request, plan_id: PlanId, caller: Writer) -> BuyPlan:
    """Accept a plan: its purchases may be ordered, and members see those of their products."""
    require_operator(caller)
    return await store_of(request).test_buys.plans.accept(caller, plan_id, utc_now())


@router.get("/estimates", responses=problems(401, 404, 422, 503), summary="Precision and recall in production")
async def estimate_buys(
    request: Request, response: Response, caller: Reader, quarter: Quarter = None, product: Product = None
) -> EstimateList:
    """Give precision, recall and prevalence by quarter, from the accepted plans that the caller sees.

    A member sees plans of its products; those over all products are the operator's.
    """
    response.headers.update(NEVER_STORED)
    return await buys_of(request).estimate(caller, quarter, product)


@router.get(
    "/estimates.csv",
    response_class=Response,
    responses=csv_or_problems(ESTIMATES_CSV_EXAMPLE, 401, 404, 422, 503),
    summary="Precision and recall in production as CSV",
)
async def export_buy_estimates(
    request: Request, caller: Reader, quarter: Quarter = None, product: Product = None
) -> Response:
    """Give the estimates with a line for each figure (RFC 4180, UTF-8)."""
    text = estimates_csv(await buys_of(request).estimate(caller, quarter, product))
    return csv_file(text, "test-buy-estimates.csv")
