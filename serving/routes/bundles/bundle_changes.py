"""Changes of bundles while the server runs: activate, shadow, canary, rollback, and how two bundles compare."""

from __future__ import annotations

import asyncio
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query, Request

from serving.checks.shadow import Shadow
from serving.deployments.comparison import compare
from serving.deployments.slots import Slot
from serving.deployments.switch import state_of
from serving.errors import StoreDisabled
from serving.http.check_body import read_json
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.bundles.bundles import describe_bundle
from serving.routes.openapi.contract import json_body, problems
from serving.schemas.bundles import (
    BundleChangeList,
    BundleComparison,
    BundlesOfName,
    CanarySent,
    CandidateFound,
    CandidateList,
    CandidateRejected,
    CandidateSent,
    RollbackSent,
    Sha256,
)
from serving.schemas.checks import Sent
from serving.services import Services, services_of, store_of
from serving.store.deployment_rows import Pair
from vision.bundle.robustness import robustness_state

router = APIRouter(prefix="/v1/bundles/{name:path}", tags=["bundles"])
MAX_BODY_BYTES = 64 * 1024
REFUSALS = problems(400, 401, 404, 408, 409, 413, 415, 422, 503)
S = TypeVar("S", bound=Sent)
Reader = Annotated[Principal, Depends(require("read"))]
Changer = Annotated[Principal, Depends(require("bundles"))]


@router.get("/state", responses=problems(401, 404, 409, 422), summary="What serves under a name")
async def get_state(request: Request, name: str, caller: Reader) -> BundlesOfName:
    """Give the active bundle, the one a rollback brings back, and the shadow and canary beside it."""
    services = services_of(request)
    return _describe(services, caller, services.bundles.find_slot(caller, name))


@router.get("/candidates", responses=problems(401, 404, 409, 422), summary="What may be brought in")
async def list_candidates(request: Request, name: str, caller: Reader) -> CandidateList:
    """Give the bundles of this name in `bundles_folder`, by folder name; none where it is not set."""
    services = services_of(request)
    slot, served = services.bundles.find_slot(caller, name), {slot.name for slot in services.bundles.slots}
    found = await asyncio.to_thread(services.candidates.list, caller, name)
    rejected = await asyncio.to_thread(services.candidates.list_rejected, caller, slot, served)
    return CandidateList(
        rejected=[CandidateRejected(candidate=one.candidate, code=one.code, reason=one.reason) for one in rejected],
        candidates=[
            CandidateFound(
                candidate=one.candidate,
                version=one.version,
                sha256=one.sha256,
                created_at=one.created_at,
                products=list(one.products),
                known_format=one.known_format,
                robustness=robustness_state(one.robustness),
            )
            for one in found
        ],
    )


@router.get("/changes", responses=problems(401, 404, 409, 422, 503), summary="Who changed what, newest first")
async def list_changes(
    request: Request,
    name: str,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=200, description="Changes to give.")] = 50,
) -> BundleChangeList:
    """Give the latest changes of this bundle name, each with what served after it."""
    services_of(request).bundles.find_slot(caller, name)
    return BundleChangeList(changes=await store_of(request).deployment_rows.find_changes(caller, name, limit))


@router.get("/comparison", responses=problems(401, 404, 409, 422, 503), summary="Active bundle and shadow compared")
async def get_comparison(
    request: Request,
    name: str,
    caller: Reader,
    active: Annotated[Sha256 | None, Query(description="sha256 of a bundle; the active one if not given.")] = None,
    shadow: Annotated[Sha256 | None, Query(description="sha256 of a bundle; the shadow if not given.")] = None,
    examples: Annotated[int, Query(ge=0, le=50, description="Checks to give for each product.")] = 12,
) -> BundleComparison:
    """Give how many verdicts differ on the checks that both judged, and which; an earlier pair by its sha256s."""
    services = services_of(request)
    slot = services.bundles.find_slot(caller, name)
    rows = store_of(request).deployment_rows
    work = _shadow_of(services).describe(caller)
    active = active or slot.active.sha256
    shadow = shadow or (None if slot.shadow is None else slot.shadow.sha256)
    if shadow is None:
        return BundleComparison(active_sha256=None, shadow_sha256=None, products=[], shadow_work=work)
    products = await compare(caller, rows, Pair(active_sha256=active, shadow_sha256=shadow), examples)
    return BundleComparison(active_sha256=active, shadow_sha256=shadow, products=products, shadow_work=work)


@router.post("/activate", openapi_extra=json_body(CandidateSent), responses=REFUSALS, summary="Activate a candidate")
async def activate_bundle(request: Request, name: str, caller: Changer) -> BundlesOfName:
    """Load, check and warm up a candidate, then let it answer; no request is dropped, and a refusal changes nothing."""
    services, sent = services_of(request), await _read(request, CandidateSent)
    return _describe(services, caller, await services.switch.activate(caller, name, sent))


@router.post("/shadow", openapi_extra=json_body(CandidateSent), responses=REFUSALS, summary="Shadow with a candidate")
async def shadow_bundle(request: Request, name: str, caller: Changer) -> BundlesOfName:
    """Let a candidate judge the same checks after they are answered; its verdicts are compared and never given."""
    services, sent = services_of(request), await _read(request, CandidateSent)
    _shadow_of(services)
    return _describe(services, caller, await services.switch.shadow(caller, name, sent))


@router.post(
    "/canary", openapi_extra=json_body(CanarySent), responses=REFUSALS, summary="Let a candidate answer a share"
)
async def canary_bundle(request: Request, name: str, caller: Changer) -> BundlesOfName:
    """Let a candidate answer a share of the listings, the same ones each time; `bundle` in an answer says which did."""
    services, sent = services_of(request), await _read(request, CanarySent)
    return _describe(services, caller, await services.switch.canary(caller, name, sent))


@router.post("/rollback", openapi_extra=json_body(RollbackSent), responses=REFUSALS, summary="Take a change back")
async def roll_back_bundle(request: Request, name: str, caller: Changer) -> BundlesOfName:
    """Take back the activation, the canary or the shadow, at once: nothing has to be loaded."""
    services, sent = services_of(request), await _read(request, RollbackSent)
    return _describe(services, caller, await services.switch.roll_back(caller, name, sent))


async def _read(request: Request, kind: type[S]) -> S:
    timeout_s = services_of(request).upload_timeout_s
    return await read_json(request, kind, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)


def _shadow_of(services: Services) -> Shadow:
    if services.shadow is None:
        raise StoreDisabled('this server runs with store = "none": a shadow has nowhere to keep what it says')
    return services.shadow


def _describe(services: Services, caller: Principal, slot: Slot) -> BundlesOfName:
    return BundlesOfName(
        name=slot.name,
        state=state_of(slot),
        active=describe_bundle(caller, slot.active.detector),
        previous=None if slot.previous is None else describe_bundle(caller, slot.previous.detector),
        shadow=None if slot.shadow is None else describe_bundle(caller, slot.shadow.detector),
        canary=None if slot.canary is None else describe_bundle(caller, slot.canary.bundle.detector),
        durable=services.switch.durable,
    )
