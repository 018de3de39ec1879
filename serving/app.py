"""The web application: routes, middlewares and pages around the services."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Mapping

from fastapi import FastAPI

from serving.audit_log.entry import new_entry
from serving.deployments.follower import follow_changes
from serving.errors import Unavailable
from serving.http.body_memory import BodyMemoryLimit
from serving.http.compression import Compression
from serving.http.request_log import RequestLogging
from serving.http.root_path import RootPath, refuse_unclear_root_path
from serving.http.trusted_host import TrustedHost
from serving.pages.routes import PAGE_PATHS, mount_pages
from serving.principal import SERVER
from serving.routes.api import make_api
from serving.services import Services, open_services
from serving.settings import ServeSettings
from serving.store.deletion.cleanup import clean_periodically
from serving.store.store import Store

log = logging.getLogger("touchstone.serving")


def create_app(settings: ServeSettings) -> FastAPI:
    """Build the app with its bundles loaded and its store open; raises TouchstoneError where that fails."""
    app = make_api(_run_services)
    mount_pages(app)
    if settings.root_path:
        refuse_unclear_root_path(settings.root_path, [*app.openapi()["paths"], *PAGE_PATHS])
    services = open_services(settings)
    app.state.services = services
    if settings.api_key is None and not settings.allow_open:  # until there is a key, only its address keeps others out
        app.add_middleware(TrustedHost, authenticator=services.authenticator)
    app.add_middleware(BodyMemoryLimit, memory=services.body_memory)
    instrumentation = services.instrumentation
    app.add_middleware(RequestLogging, metrics=instrumentation.metrics, tracing=instrumentation.tracing)
    app.add_middleware(Compression)
    if settings.root_path:  # outermost: it hands on another scope, and RequestLogging reads the route from its own
        app.add_middleware(RootPath, root_path=settings.root_path)
    return app


@contextlib.asynccontextmanager
async def _run_services(app: FastAPI) -> AsyncIterator[None]:
    """Restore activated bundles, run the background tasks while the app runs, and close the services at the end."""
    services: Services = app.state.services
    await services.authenticator.close_if_keys_exist()
    await services.switch.restore()
    background = [asyncio.create_task(services.authenticator.watch())]
    if services.store is not None:
        await _record_start(services.store, services.changed_settings)
        cleanup = clean_periodically(services.store, services.retention, event_days=services.event_days)
        background.append(asyncio.create_task(cleanup))
        background.append(asyncio.create_task(follow_changes(services.switch, services.store.deployment_rows)))
        if services.store.running_keys is not None:
            background.append(asyncio.create_task(services.store.running_keys.renew_periodically()))
    if services.enforcement is not None:
        background += map(asyncio.create_task, services.enforcement.background())
    if services.jobs is not None:
        background.append(asyncio.create_task(services.jobs.run()))
    if services.dispatcher is not None:
        background.append(asyncio.create_task(services.dispatcher.run()))
    if services.shadow is not None:
        background.append(asyncio.create_task(services.shadow.run()))
    try:
        yield
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        with contextlib.suppress(Unavailable):
            await services.authenticator.flush_uses()
        await asyncio.to_thread(services.close)


async def _record_start(store: Store, changed: Mapping[str, str]) -> None:
    """Add the settings of this server to the audit log; a store that takes no writes now may still be read."""
    entry = new_entry(SERVER, "server.started", "server", socket.gethostname(), {"settings": dict(changed)})
    try:
        await store.audit_rows.append(entry)
    except Unavailable as error:
        log.warning("the start was not recorded in the audit log: %s", error)
