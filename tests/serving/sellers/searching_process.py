"""A server's search of the checks of a store, which ends when all of them were searched, or when it is killed."""

from __future__ import annotations

import asyncio
import datetime
from pathlib import Path

from serving.clock import time_from
from serving.services import open_services
from serving.settings import ServeSettings


def run(folder: Path, bundle: Path, now: datetime.datetime) -> None:
    """Search as a server does that starts now."""
    with time_from(lambda: now):
        services = open_services(ServeSettings(bundle=(bundle,), store=str(folder), threads=1, check_store=False))
        assert services.enforcement is not None
        asyncio.run(services.enforcement.investigations.catch_up())
        services.close()
