"""Everything that a running server holds, built once from its settings and handed to the routes."""

from __future__ import annotations

import dataclasses

from fastapi import Request

from serving.admission import Admission
from serving.archive import Archive, open_archive
from serving.bodies import BodyBytes
from serving.bundles import LoadedBundles, load_bundles
from serving.checks import CheckRules, CheckService, bundle_used
from serving.compute import Compute
from serving.errors import StoreDisabled
from serving.metrics import Metrics
from serving.settings import ServeSettings
from vision.photo import PhotoLimits


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The parts of one server; `archive` is None where nothing is kept."""

    settings: ServeSettings
    bundles: LoadedBundles
    compute: Compute
    archive: Archive | None
    metrics: Metrics
    checks: CheckService
    admission: Admission
    body_bytes: BodyBytes

    @property
    def photo_limits(self) -> PhotoLimits:
        """The limits under which stored photos were accepted."""
        return PhotoLimits(max_bytes=self.settings.max_photo_bytes)

    def close(self) -> None:
        """Let running work finish and release everything."""
        self.compute.close()
        if self.archive is not None:
            self.archive.close()


def open_services(settings: ServeSettings) -> Services:
    """Load the bundles and open the store; raises TouchstoneError with what to do."""
    bundles = load_bundles(settings)
    archive = None if settings.store_folder is None else open_archive(settings.store_folder)
    compute = Compute(threads=settings.compute_threads, max_waiting=settings.max_waiting)
    metrics = Metrics()
    metrics.watch_queue(lambda: compute.waiting)
    for detector in bundles.detectors:
        metrics.show_bundle(bundle_used(detector))
    rules = CheckRules(mode=settings.mode, max_photos=settings.max_photos)
    checks = CheckService(bundles=bundles, compute=compute, archive=archive, metrics=metrics, rules=rules)
    return Services(
        settings=settings,
        bundles=bundles,
        compute=compute,
        archive=archive,
        metrics=metrics,
        checks=checks,
        admission=Admission(settings.limits, compute),
        body_bytes=BodyBytes(settings.max_bytes_in_hand),
    )


def services_of(request: Request) -> Services:
    """Give the services of the app that a request came to."""
    services: Services = request.app.state.services
    return services


def archive_of(request: Request) -> Archive:
    """Give the archive; raises StoreDisabled where nothing is kept."""
    archive = services_of(request).archive
    if archive is None:
        raise StoreDisabled('this server runs with store = "none": it answers checks and keeps nothing to read back')
    return archive
