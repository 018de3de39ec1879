"""Health: whether the process lives, whether it can answer checks, and its metrics."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from serving.errors import ComputeTimedOut, StoreUnavailable
from serving.principal import Principal
from serving.routes.auth import require, require_operator
from serving.routes.openapi.contract import problems
from serving.schemas.checks import Alive, Readiness
from serving.services import services_of

router = APIRouter(tags=["health"])


@router.get("/healthz", responses=problems(503), summary="Alive")
async def get_health(request: Request) -> Alive:
    """Say that the process answers at all; 503 where every compute thread hangs, which only a restart ends."""
    compute = services_of(request).compute
    if compute.hangs:
        raise ComputeTimedOut("every compute thread hangs; restart this process", retry_after_s=30)
    return Alive()


@router.get("/readyz", responses={503: {"model": Readiness}}, summary="Ready")
async def get_readiness(request: Request, response: Response) -> Readiness:
    """Say whether checks can be answered: bundles loaded, store reachable. No key is asked, and nothing else told."""
    services = services_of(request)
    store = "ok" if services.store is not None else "none"
    if services.store is not None:
        try:
            await services.store.ping()
        except StoreUnavailable as error:
            store = error.message
    ready = store in ("ok", "none") and not services.compute.hangs
    response.status_code = 200 if ready else 503
    return Readiness(status="ready" if ready else "not_ready", bundle="ok", store=store)


@router.get("/metrics", response_class=Response, responses=problems(401), summary="Prometheus metrics")
async def get_metrics(request: Request, caller: Annotated[Principal, Depends(require("read"))]) -> Response:
    """Give counts and times in Prometheus's text format, to the operator alone: they count everybody's checks."""
    require_operator(caller)
    return Response(services_of(request).instrumentation.metrics.as_text(), media_type=CONTENT_TYPE_LATEST)
