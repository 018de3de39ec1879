"""Servers for the tests: one shared by those that need no settings of their own, and a way to start others."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from serving.client import Client
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.candidate_bundles import write_candidates
from tests.serving.servers.loopback_only import loopback_only
from tests.serving.servers.object_storage import CREDENTIALS, Bucket, make_bucket, run_simulator
from tests.serving.servers.postgresql import PostgresqlServer, running_postgresql
from tests.serving.servers.running import Running, run_in_thread


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    """A test that would connect to another machine, or ask a name server, fails before it does."""
    with loopback_only():
        yield


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "tiny"
    write_tiny_bundle(folder)
    return folder


@pytest.fixture(scope="module")
def server(tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    store = tmp_path_factory.mktemp("store")
    with run_in_thread(ServeSettings(bundle=(tiny_bundle,), store=str(store))) as running:
        yield running


@pytest.fixture
def start(tiny_bundle: Path, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a server with settings of one's own; all are stopped when the test ends."""
    with contextlib.ExitStack() as servers:

        def start_one(**settings: Any) -> Running:
            chosen = {"bundle": (tiny_bundle,), "store": str(tmp_path / "store"), **settings}
            return servers.enter_context(run_in_thread(ServeSettings(**chosen)))

        yield start_one


@pytest.fixture
def candidates(tmp_path: Path) -> Path:
    return write_candidates(tmp_path / "candidates")


@pytest.fixture
def site(start: Callable[..., Running], candidates: Path) -> Running:
    """A server with one compute thread and the candidates v2, v3 and v4."""
    return start(bundles_folder=candidates, threads=1)


@pytest.fixture
def client(site: Running) -> Iterator[Client]:
    with Client(site.url) as client:
        yield client


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A PostgreSQL server of this worker's own; a test makes its own databases there."""
    with running_postgresql() as server:
        yield server


@pytest.fixture
def aws_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them obstore would ask the metadata service of a cloud, which is not on this machine."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def s3_simulator() -> Iterator[str]:
    """The address of a simulator of S3 (moto) on loopback."""
    with run_simulator() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(s3_simulator: str, aws_credentials: None) -> Bucket:
    """A new bucket of the simulator."""
    return make_bucket(s3_simulator, f"bucket-{secrets.token_hex(4)}")
