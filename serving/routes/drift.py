"""Drift: how the latest windows of checks compare with the bundles' validation."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from serving.checks.service import bundle_used
from serving.monitoring.drift import DriftMonitor, MeasureDrift, TestedWindow
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.openapi.contract import problems
from serving.schemas.checks import utc_text
from serving.schemas.drift import BundleDrift, Drift, DriftMeasure, DriftWindow
from serving.services import services_of

router = APIRouter(prefix="/v1/drift", tags=["bundles"])


@router.get("", responses=problems(401), summary="Whether checks still look like the bundles' validation")
async def get_drift(request: Request, caller: Annotated[Principal, Depends(require("read"))]) -> Drift:
    """Give the latest windows of each bundle that serves, compared measure by measure with its validation.

    A window is of all products of its bundle, so a member's key gets those of the bundles that know no others.
    """
    monitors = services_of(request).instrumentation.drift.monitors
    visible = [one for one in monitors if caller.sees_all(one.detector.bundle.metadata.products)]
    return Drift(bundles=[_bundle(monitor) for monitor in visible])


def _bundle(monitor: DriftMonitor) -> BundleDrift:
    settings = monitor.settings
    return BundleDrift(
        bundle=bundle_used(monitor.detector),
        validation_listings=None if monitor.sample is None else len(monitor.sample.product),
        measures=list(monitor.references),
        window_listings=settings.window_listings,
        window_s=settings.window_s,
        false_alarms_per_window=settings.false_alarms_per_window,
        filled=monitor.filled,
        windows=[_window(tested) for tested in reversed(monitor.windows)],
    )


def _window(tested: TestedWindow) -> DriftWindow:
    return DriftWindow(
        opened_at=utc_text(tested.opened_at),
        closed_at=utc_text(tested.closed_at),
        listings=tested.listings,
        seen=tested.seen,
        alarm=tested.alarm,
        measures=[_measure(one) for one in tested.measures],
    )


def _measure(one: MeasureDrift) -> DriftMeasure:
    return DriftMeasure(
        measure=one.measure,
        psi=round(one.psi, 4),
        psi_by_chance=round(one.psi_by_chance, 4),
        p_value=one.p_value,
        shifted=one.shifted,
        edges=list(one.edges),
        validation_shares=[round(share, 4) for share in one.validation_shares],
        window_shares=[round(share, 4) for share in one.window_shares],
    )
