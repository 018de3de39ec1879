"""Calls that change the bundles of a server, and which versions then serve."""

from __future__ import annotations

import time
from typing import Any

import httpx

from serving.client import Client
from serving.schemas.bundles import BundleComparison, BundlesOfName
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.running import Running


def post(site: Running, action: str, body: dict[str, Any]) -> httpx.Response:
    return site.http.post(f"/v1/bundles/tiny/{action}", json=body)


def activate(site: Running, candidate: str) -> httpx.Response:
    return post(site, "activate", {"candidate": candidate})


def version_of(site: Running, **listing: Any) -> str:
    """The version of the bundle that answers a check."""
    version: str = site.answer(jpeg(RED), listing=listing or None)["bundle"]["version"]
    return version


def versions(found: BundlesOfName) -> list[str | None]:
    """The versions of the active, previous, shadow and canary bundles."""
    state = found.state
    return [None if one is None else one.version for one in (state.active, state.previous, state.shadow, state.canary)]


def compared(client: Client, checks: int) -> BundleComparison:
    """The comparison with the shadow once it has judged so many checks."""
    end = time.monotonic() + 60
    while (found := client.bundle("tiny").comparison()).shadow_work.judged < checks:
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found
