from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request

from serving.client import Client
from serving.errors import StoreDisabled
from serving.services import Services, open_services, services_of, store_of
from serving.settings import ServeSettings
from tests.serving.servers.running import Running
from vision.errors import BundleError


def test_the_metrics_show_the_bundles_that_answer_and_no_others(site: Running, client: Client) -> None:
    def shown() -> set[str]:
        lines = site.http.get("/metrics").text.splitlines()
        info = [line for line in lines if line.startswith("touchstone_bundle_info{")]
        return {line.partition('version="')[2].partition('"')[0] for line in info}

    client.bundle("tiny").canary("v2", 0.5)
    assert shown() == {"1", "2"}
    client.bundle("tiny").activate("v3")
    assert shown() == {"3"}


@contextlib.contextmanager
def opened(**settings: Any) -> Iterator[Services]:
    services = open_services(ServeSettings(**settings))
    try:
        yield services
    finally:
        services.close()


def test_without_a_store_nothing_is_stored_and_no_shadow_can_run(tiny_bundle: Path) -> None:
    with opened(bundle=(tiny_bundle,), store="none") as services:
        assert (services.store, services.shadow, services.switch.durable) == (None, None, False)
        request = Request({"type": "http", "app": SimpleNamespace(state=SimpleNamespace(services=services))})
        assert services_of(request) is services
        with pytest.raises(StoreDisabled):
            store_of(request)


def test_with_a_store_both_are_there_and_closing_releases_the_folder(tiny_bundle: Path, tmp_path: Path) -> None:
    for _ in range(2):
        with opened(bundle=(tiny_bundle,), store=str(tmp_path / "store"), threads=3) as services:
            assert services.store is not None
            assert services.shadow is not None
            assert services.compute.threads == 3
            assert services.bundles is services.switch.current


def test_a_bundle_that_cannot_be_loaded_leaves_the_store_unlocked(tiny_bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        open_services(ServeSettings(bundle=(tmp_path / "nowhere",), store=str(tmp_path / "store")))
    with opened(bundle=(tiny_bundle,), store=str(tmp_path / "store")):
        pass
