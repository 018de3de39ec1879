"""Bundles: which ones serve, with their products, thresholds and measured figures."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.checks.service import bundle_used
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.bundles.robustness import describe_robustness
from serving.routes.openapi.contract import SHORTLY, problems
from serving.schemas.loaded_bundles import (
    BundleList,
    BundleLoaded,
    BundleNotFollowed,
    ErrorShare,
    Performance,
    ProductThresholds,
)
from serving.schemas.measured import MeasuredFigure, MeasuredRate
from serving.services import services_of
from vision.bundle.measured import read_measured
from vision.bundle.measured_value import MeasuredValue
from vision.bundle.metadata import BundleMetadata, ErrorBound, Thresholds
from vision.detector import Detector
from vision.errors import BundleError
from vision.json_dataclass import to_json_table

Reader = Annotated[Principal, Depends(require("read"))]
router = APIRouter(prefix="/v1/bundles", tags=["bundles"])


@router.get("", responses=problems(401), summary="The bundles that serve")
async def list_bundles(request: Request, caller: Reader) -> BundleList:
    """Give every bundle that serves with its products, thresholds and measured figures.

    A member's key gets those that know its products, each with these products alone.
    """
    visible = services_of(request).bundles.visible_to(caller)
    reasons = services_of(request).switch.not_followed
    return BundleList(
        bundles=[describe_bundle(caller, slot.active.detector) for slot in visible],
        not_followed=[
            BundleNotFollowed(name=slot.name, reason=reasons[slot.name]) for slot in visible if slot.name in reasons
        ],
    )


@router.get(
    "/{name:path}/references/{reference_id}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **problems(401, 404, 422)},
    summary="A reference crop",
)
async def get_reference(request: Request, name: str, reference_id: str, caller: Reader) -> Response:
    """Give a reference of a loaded bundle as a small JPEG."""
    image = await asyncio.to_thread(services_of(request).bundles.find_reference, caller, name, reference_id)
    return Response(image, media_type="image/jpeg", headers=SHORTLY)


def describe_bundle(caller: Principal, detector: Detector) -> BundleLoaded:
    """Give a bundle with the products that the caller sees, their thresholds, and the measured figures.

    Figures over all products are left out where the caller does not see them all.
    """
    metadata, graph = detector.bundle.metadata, detector.scorer.graph
    products = list(filter(caller.sees, metadata.products))
    whole = caller.sees_all(metadata.products)
    used = bundle_used(detector)
    shares = {product: graph.counterfeit_share_for(product) for product in products} | {
        product: share for product, share in detector.counterfeit_share.items() if product in products
    }
    return BundleLoaded(
        name=used.name,
        version=used.version,
        sha256=used.sha256,
        graph=used.graph,
        created_at=metadata.created_at,
        products=products,
        required_views=list(metadata.required_views),
        authenticity_kind=metadata.authenticity_kind,
        label_kind=metadata.label_kind,
        counterfeit_share=shares,
        performance=_performance(metadata) if whole else None,
        robustness=describe_robustness(metadata.robustness, whole=whole),
        thresholds={product: _thresholds(graph.thresholds_for(product)) for product in products},
        one_photo_thresholds={
            product: _thresholds(graph.thresholds_for(product, one_photo=True)) for product in products
        },
        metrics=to_json_table(metadata.metrics) if whole else {},
    )


def _thresholds(found: Thresholds) -> ProductThresholds:
    return ProductThresholds(
        counterfeit_below=found.counterfeit_below,
        genuine_above=found.genuine_above,
        genuine_flagged=_share(found.genuine_flagged),
        counterfeit_passed=_share(found.counterfeit_passed),
        source=found.source,
    )


def _share(bound: ErrorBound) -> ErrorShare:
    return ErrorShare(
        limit=bound.limit,
        n=bound.n,
        errors=bound.errors,
        upper=bound.upper,
        guaranteed=bound.guaranteed,
        kind="no_data" if not bound.n else "guaranteed" if bound.guaranteed else "estimate",
    )


def _performance(metadata: BundleMetadata) -> Performance | None:
    """Give what was measured; None also where an older or foreign program wrote figures that cannot be read."""
    try:
        measured = read_measured(metadata)
    except BundleError:
        return None
    if measured is None:
        return None
    rates = (measured.coverage, measured.genuine_flagged, measured.counterfeit_passed)
    decided, flagged, passed = (
        None if measured.decides_in_sample else MeasuredRate.model_validate(_numbers(rate)) for rate in rates
    )
    return Performance(
        measured_on=measured.source,
        on=measured.on,
        kind="measured" if measured.source == "test_set" else "estimate",
        test_set=measured.test_set,
        genuine=measured.listing.genuine,
        counterfeit=measured.listing.counterfeit,
        auroc=MeasuredFigure.model_validate(_numbers(measured.listing.auroc)),
        decided=decided,
        genuine_flagged=flagged,
        counterfeit_passed=passed,
    )


def _numbers(measured: MeasuredValue) -> dict[str, object]:
    return to_json_table(measured)  # NaN is null
