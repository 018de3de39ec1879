"""The services of a running server, built once from its settings and passed to the routes."""

from __future__ import annotations

import dataclasses
import functools
import random
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fastapi import Request

from serving.accounts.authentication import Authenticator
from serving.cases.seller_side import SellerSide
from serving.cases.service import Cases
from serving.cases.standing_service import FastTrack
from serving.checks.pictures import Pictures
from serving.checks.service import CheckRules, CheckService, bundle_used
from serving.checks.shadow import Shadow
from serving.compute.executor import LOWEST_PRIORITY, Compute
from serving.deployments.candidates import Candidates
from serving.deployments.slots import LoadedBundles, load_bundles
from serving.deployments.switch import DeploymentSwitch
from serving.enforcement import Enforcement, open_enforcement
from serving.errors import StoreDisabled
from serving.evidence.service import EvidenceFiles
from serving.groups.service import WorkingGroups
from serving.http.body_memory import BodyMemory
from serving.http.check_body import check_of_json
from serving.http.rate_limit import RateLimiter
from serving.jobs.reception import LineReader
from serving.jobs.service import JobService
from serving.monitoring.drift import DriftMonitors
from serving.monitoring.instrumentation import Instrumentation
from serving.monitoring.metrics import Metrics
from serving.monitoring.tracing import Tracing, open_tracing
from serving.sellers.investigations import Investigations
from serving.settings import ServeSettings, changed_settings
from serving.store.retention import Retention
from serving.store.store import Store, open_store
from serving.test_buys.service import BuyService
from serving.transparency.duties import Duties
from serving.webhooks.config import WebhookSettings
from serving.webhooks.dispatcher import Dispatcher
from serving.webhooks.endpoints import Endpoints
from vision.photo.decode import PhotoLimits

if TYPE_CHECKING:
    from serving.fetch.fetcher import Fetcher
    from serving.webhooks.sender import Sender

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of one server; `store` and what needs it are None where nothing is kept."""

    authenticator: Authenticator
    max_photos: int
    max_request_bytes: int
    upload_timeout_s: float
    photo_limits: PhotoLimits  # under which stored photos were accepted
    retention: Retention
    event_days: int
    changed_settings: Mapping[str, str]  # those that differ from the defaults, for the audit log
    switch: DeploymentSwitch
    candidates: Candidates
    compute: Compute
    store: Store | None
    instrumentation: Instrumentation
    checks: CheckService
    pictures: Pictures | None
    enforcement: Enforcement | None
    shadow: Shadow | None
    jobs: JobService | None
    rate_limiter: RateLimiter
    body_memory: BodyMemory
    endpoints: Endpoints | None
    dispatcher: Dispatcher | None  # also None where the settings leave deliveries to other servers

    @property
    def bundles(self) -> LoadedBundles:
        """The bundles that serve now; read it once where two reads must agree."""
        return self.switch.current

    def close(self) -> None:
        """Wait for running work and close everything."""
        self.compute.close()
        if self.jobs is not None:
            self.jobs.close()
        if self.shadow is not None:
            self.shadow.close()
        if self.enforcement is not None:
            self.enforcement.close()
        if self.instrumentation.tracing is not None:
            self.instrumentation.tracing.close()
        if self.store is not None:
            self.store.close()


def open_services(settings: ServeSettings) -> Services:
    """Load the bundles and open the store; raises TouchstoneError with what to do."""
    tracing, bundles = open_tracing(settings.telemetry), load_bundles(settings.bundle, settings.bundle_options)
    store = None if settings.store_folder is None else _open_store(settings.store_folder, settings)
    try:
        return _open_on(store, bundles, tracing, settings)
    except BaseException:
        if store is not None:
            store.close()
        raise


def _open_on(store: Store | None, bundles: LoadedBundles, tracing: Tracing | None, settings: ServeSettings) -> Services:
    compute = _open_compute(settings)
    body_memory = BodyMemory(settings.max_bytes_in_hand)
    metrics = _open_metrics(compute, body_memory)
    instrumentation = Instrumentation(
        metrics=metrics, tracing=tracing, drift=DriftMonitors(settings.drift, metrics.drift)
    )
    candidates = Candidates(settings.bundles_folder, settings.bundle_options)
    deployment_rows = None if store is None else store.deployment_rows
    switch = DeploymentSwitch(
        bundles, candidates, deployment_rows, functools.partial(_observe_bundles, instrumentation)
    )
    shadow = None
    if deployment_rows is not None:
        shadow = Shadow(switch=switch, compute=compute, deployment_rows=deployment_rows, metrics=metrics)
    checks_on = functools.partial(
        CheckService,
        switch=switch,
        store=store,
        instrumentation=instrumentation,
        rules=CheckRules(mode=settings.mode, max_photos=settings.max_photos),
        shadow=shadow,
        fetcher=_open_fetcher(settings, body_memory),
    )
    jobs = None if store is None else _open_jobs(settings, store, compute, checks_on, metrics)
    pictures, enforcement = None, None
    if store is not None:
        pictures = Pictures(store=store, compute=compute, limits=settings.photo_limits)
        enforcement = open_enforcement(settings, store, pictures=pictures, compute=compute, switch=switch)
    return Services(
        authenticator=Authenticator(settings.api_key, None if store is None else store.key_rows),
        max_photos=settings.max_photos,
        max_request_bytes=settings.max_request_bytes,
        upload_timeout_s=settings.upload_timeout_s,
        photo_limits=settings.photo_limits,
        retention=Retention(days=settings.retention_days, settings=settings.retention),
        event_days=settings.webhooks.event_days,
        changed_settings=changed_settings(settings),
        switch=switch,
        candidates=candidates,
        compute=compute,
        store=store,
        instrumentation=instrumentation,
        checks=checks_on(compute=compute),
        pictures=pictures,
        enforcement=enforcement,
        shadow=shadow,
        jobs=jobs,
        rate_limiter=RateLimiter(settings.limits),
        body_memory=body_memory,
        endpoints=None if store is None else Endpoints(store.endpoint_rows, settings.webhooks),
        dispatcher=None if store is None else _open_dispatcher(settings, store, metrics),
    )


def _open_metrics(compute: Compute, body_memory: BodyMemory) -> Metrics:
    metrics = Metrics()
    metrics.watch_compute(threads=compute.threads, depth=lambda: compute.waiting, busy=lambda: compute.busy)
    metrics.watch_body_bytes(lambda: body_memory.held)
    return metrics


def _open_compute(settings: ServeSettings) -> Compute:
    return Compute(
        threads=settings.compute_threads,
        max_waiting=settings.max_waiting,
        timeout_s=settings.photo_timeout_s,
        niceness=settings.compute_niceness,
    )


def _open_store(folder: Path, settings: ServeSettings) -> Store:
    return open_store(
        folder,
        database_url=settings.database,
        check=settings.check_store,
        photos=settings.photos,
        object_storage=settings.object_storage,
    )


def _open_fetcher(settings: ServeSettings, memory: BodyMemory) -> Fetcher | None:
    if not settings.fetch.enabled:
        return None
    from serving.fetch.fetcher import Fetcher  # with its HTTP client: for the servers that fetch

    return Fetcher(settings.fetch, max_bytes=settings.max_photo_bytes, memory=memory)


def _open_jobs(
    settings: ServeSettings, store: Store, compute: Compute, checks_on: Callable[..., CheckService], metrics: Metrics
) -> JobService:
    lines_compute = Compute(
        threads=compute.threads,
        max_waiting=sys.maxsize,  # JobService takes few lines at once
        timeout_s=settings.photo_timeout_s,
        niceness=LOWEST_PRIORITY,
    )
    return JobService(
        store=store,
        checks=checks_on(compute=lines_compute),
        compute=compute,
        lines_compute=lines_compute,
        reader=LineReader(read_check=check_of_json, max_photos=settings.max_photos),
        settings=settings.jobs,
        metrics=metrics.jobs,
        alone=not store.is_shared,
    )


def _open_dispatcher(settings: ServeSettings, store: Store, metrics: Metrics) -> Dispatcher | None:
    if not settings.webhooks.enabled:
        return None
    return Dispatcher(
        event_rows=store.event_rows,
        delivery_rows=store.delivery_rows,
        make_sender=functools.partial(_open_sender, settings.webhooks),
        settings=settings.webhooks,
        metrics=metrics.webhooks,
        rng=random.Random(),
    )


def _open_sender(settings: WebhookSettings) -> Sender:
    from serving.webhooks.sender import open_sender  # with its HTTP client: for the servers that deliver

    return open_sender(settings)


def _observe_bundles(instrumentation: Instrumentation, bundles: LoadedBundles) -> None:
    """Count and monitor the bundles that answer checks: active ones and canaries."""
    answering = [slot.active for slot in bundles.slots]
    answering += [slot.canary.bundle for slot in bundles.slots if slot.canary is not None]
    instrumentation.metrics.show_bundles([bundle_used(bundle.detector) for bundle in answering])
    instrumentation.drift.set_bundles((bundle.detector, bundle.sample) for bundle in answering)


def services_of(request: Request) -> Services:
    """Give the services of the app that a request came to."""
    services: Services = request.app.state.services
    return services


def store_of(request: Request) -> Store:
    """Give the store; raises StoreDisabled where nothing is kept."""
    return _kept(services_of(request).store)


def jobs_of(request: Request) -> JobService:
    """Give the jobs; raises StoreDisabled where nothing is kept."""
    return _kept(services_of(request).jobs)


def enforcement_of(request: Request) -> Enforcement:
    """Give the parts by which verdicts become action; raises StoreDisabled where nothing is kept."""
    return _kept(services_of(request).enforcement)


def fast_track_of(request: Request) -> FastTrack:
    """Give fast track; raises StoreDisabled where nothing is kept."""
    return enforcement_of(request).fast_track


def cases_of(request: Request) -> Cases:
    """Give the takedown cases; raises StoreDisabled where nothing is kept."""
    return enforcement_of(request).cases


def buys_of(request: Request) -> BuyService:
    """Give the test buys; raises StoreDisabled where nothing is kept."""
    return enforcement_of(request).test_buys


def seller_side_of(request: Request) -> SellerSide:
    """Give the notices behind sellers' links; raises StoreDisabled where nothing is kept."""
    return enforcement_of(request).seller_side


def pictures_of(request: Request) -> Pictures:
    """Give what draws stored photos; raises StoreDisabled where nothing is kept."""
    return _kept(services_of(request).pictures)


def evidence_files_of(request: Request) -> EvidenceFiles:
    """Give what makes evidence files; raises StoreDisabled where nothing is kept."""
    return enforcement_of(request).evidence_files


def endpoints_of(request: Request) -> Endpoints:
    """Give what makes and changes webhooks; raises StoreDisabled where nothing is kept."""
    return _kept(services_of(request).endpoints)


def duties_of(request: Request) -> Duties:
    """Give the duties of a marketplace; raises StoreDisabled where nothing is kept."""
    return enforcement_of(request).duties


def groups_of(request: Request) -> WorkingGroups:
    """Give what members do in working groups; raises StoreDisabled where nothing is kept."""
    return enforcement_of(request).groups


def investigations_of(request: Request) -> Investigations:
    """Give what finds clusters of sellers; raises StoreDisabled where nothing is kept."""
    return enforcement_of(request).investigations


def _kept(part: T | None) -> T:
    if part is None:
        raise StoreDisabled('this server runs with store = "none": it answers checks and keeps nothing to read back')
    return part
