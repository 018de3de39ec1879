"""Changes of bundles reach the other servers of a store, and one that can't follow says why."""

from __future__ import annotations

import concurrent.futures
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from serving.client import Client
from serving.deployments.slots import LoadedBundle, Slot
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.deploying import activate, post, versions
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.servers.running import Running

Start = Callable[..., Running]
LIMIT_S = 30.0  # it takes some 10 ms; this only ends a test that fails


@pytest.fixture
def database(postgresql: PostgresqlServer) -> Iterator[str]:
    with postgresql.store() as address:
        yield address


@pytest.fixture
def join(database: str, start: Start, tmp_path: Path) -> Callable[[Path], Running]:
    """Start another server of one database, which outlives them, and one photo storage."""
    shared = {"database": database, "photos": str(tmp_path / "photos"), "threads": 1}
    return lambda bundles_folder: start(bundles_folder=bundles_folder, **shared)


@pytest.fixture
def pair(join: Callable[[Path], Running], candidates: Path, tmp_path: Path) -> tuple[Running, Running]:
    other = tmp_path / "other_candidates"
    shutil.copytree(candidates, other)
    return join(candidates), join(other)


def serving_versions(site: Running) -> list[str | None]:
    """The versions of the active, previous, shadow and canary bundles."""
    with Client(site.url) as client:
        return versions(client.bundle("tiny").state())


def reach(site: Running, wanted: list[str | None]) -> None:
    end = time.monotonic() + LIMIT_S
    while serving_versions(site) != wanted:
        assert time.monotonic() < end, serving_versions(site)
        time.sleep(0.02)


def not_followed(site: Running) -> list[dict[str, str]]:
    found: list[dict[str, str]] = site.http.get("/v1/bundles").json()["not_followed"]
    return found


def test_activation_shadow_canary_and_rollback_reach_the_other_server(pair: tuple[Running, Running]) -> None:
    one, two = pair
    assert activate(one, "v2").status_code == 200
    reach(two, ["2", "1", None, None])
    assert two.answer(jpeg(RED))["bundle"]["version"] == "2"
    assert post(two, "shadow", {"candidate": "v3"}).status_code == 200
    reach(one, ["2", "1", "3", None])
    assert post(one, "canary", {"candidate": "v4", "share": 0.5}).status_code == 200
    reach(two, ["2", "1", "3", "4"])
    assert post(two, "rollback", {"what": "activation"}).status_code == 200
    reach(one, ["1", None, "3", None])
    with Client(one.url) as client:
        assert len(client.bundle("tiny").changes()) == 4  # a server that follows stores nothing


def test_of_two_servers_that_change_at_once_one_wins_and_both_serve_that(pair: tuple[Running, Running]) -> None:
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(activate, pair, ("v2", "v3")))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses in ([200, 200], [200, 409])  # 200 twice where one began after the other had ended
    if 409 in statuses:
        assert {answer.json().get("code") for answer in answers} == {None, "bundle_change_conflict"}
    with Client(pair[0].url) as client:
        latest = client.bundle("tiny").changes()[0].state.active.version
    for site in pair:
        end = time.monotonic() + LIMIT_S
        while serving_versions(site)[0] != latest:
            assert time.monotonic() < end
            time.sleep(0.02)


def test_a_server_that_cannot_load_an_activated_bundle_says_so_and_serves_what_it_has_until_it_can(
    pair: tuple[Running, Running], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, two = pair
    folder = tmp_path / "other_candidates" / "v2"
    folder.rename(tmp_path / "late")
    assert activate(one, "v2").status_code == 200
    end = time.monotonic() + LIMIT_S
    while not not_followed(two):
        assert time.monotonic() < end
        time.sleep(0.02)
    [found] = not_followed(two)
    assert found["name"] == "tiny"
    assert "v2" in found["reason"]
    assert not_followed(one) == []
    assert "cannot be loaded here" in caplog.text
    assert two.http.get("/readyz").status_code == 200
    assert two.answer(jpeg(RED))["bundle"]["version"] == "1"
    (tmp_path / "late").rename(folder)
    assert activate(one, "v3").status_code == 200  # the next change that it can load ends the difference
    reach(two, ["3", "2", None, None])
    assert not_followed(two) == []


def test_a_server_that_starts_later_serves_what_was_activated(
    pair: tuple[Running, Running], join: Callable[[Path], Running], candidates: Path
) -> None:
    one, two = pair
    assert activate(one, "v2").status_code == 200
    assert serving_versions(join(candidates)) == ["2", "1", None, None]
    reach(two, ["2", "1", None, None])


def test_the_other_server_has_the_candidate_in_memory_before_the_change_is_made(
    pair: tuple[Running, Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    candidates = two.services.candidates
    began = threading.Event()
    prepare, prepared = candidates.prepare, []

    def slowly(slot: Slot, candidate: str | None) -> LoadedBundle:
        began.set()
        time.sleep(1.0)  # as a slower machine would take
        prepared.append(prepare(slot, candidate))
        return prepared[-1]

    load = one.services.candidates.load

    def after_the_other_began(slot: Slot, candidate: str | None, sha256: str | None) -> LoadedBundle:
        assert began.wait(LIMIT_S)  # a bundle this small may be loaded before the announcement has arrived
        return load(slot, candidate, sha256)

    monkeypatch.setattr(candidates, "prepare", slowly)
    monkeypatch.setattr(one.services.candidates, "load", after_the_other_began)
    assert activate(one, "v2").status_code == 200
    assert [bundle.candidate for bundle in prepared] == ["v2"]  # the activation waited for it
    reach(two, ["2", "1", None, None])
    assert two.services.switch.current.slots[0].active is prepared[0]
