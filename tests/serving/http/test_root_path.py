"""The path under which a proxy shows the server: in pages, answers and the contract, whether it is stripped or not."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving.app import create_app
from serving.client import Client
from serving.http.root_path import refuse_unclear_root_path
from serving.settings import ServeSettings
from tests.serving.builders.crops import write_stocked_bundle
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.servers.proxy import shown_under
from tests.serving.servers.running import Running, files_of, run_in_process, run_in_thread
from vision.errors import ConfigError

ROOT = "/touchstone"


@pytest.fixture(scope="module")
def rooted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with references and a root path."""
    folder = tmp_path_factory.mktemp("rooted")
    bundle = write_stocked_bundle(folder / "bundle")[0]
    settings = ServeSettings(bundle=(bundle,), store=str(folder / "store"), threads=1, root_path=ROOT)
    with run_in_thread(settings) as running:
        yield running


@pytest.fixture(scope="module", params=[True, False], ids=["stripped", "left in place"])
def shown(rooted: Running, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address at which a proxy shows it."""
    with shown_under(ROOT, rooted.url, strips=request.param) as address:
        yield address


def paths_in(value: Any) -> list[str]:
    """Every string of an answer that is a path from the host."""
    if isinstance(value, dict):
        return [path for item in value.values() for path in paths_in(item)]
    if isinstance(value, list):
        return [path for item in value for path in paths_in(item)]
    return [value] if isinstance(value, str) and value.startswith("/") else []


def test_every_address_in_an_answer_opens_through_the_proxy(shown: str) -> None:
    origin = shown.removesuffix(ROOT)
    made = httpx.post(f"{shown}/v1/checks", files=files_of([jpeg(BLUE)], {"product": "toy"}), timeout=60).json()
    check = f"{shown}/v1/checks/{made['check_id']}"
    answers = [made, *(httpx.get(address).json() for address in (check, f"{shown}/v1/checks"))]
    crops = httpx.get(f"{check}/photos/0/crops", timeout=60).json()
    for answer in (*answers, crops):
        found = paths_in(answer)
        assert found
        for path in found:
            assert path.startswith(f"{ROOT}/"), path
            assert httpx.get(origin + path).status_code == 200, path


def test_the_client_works_through_the_proxy(shown: str) -> None:
    with Client(shown) as client:
        check = client.check([jpeg(RED)], product="toy")
        assert client.get(check.check_id).photos[0].evidence_url == check.photos[0].evidence_url
        assert client.evidence(check.check_id, 0).startswith(b"\x89PNG")


def test_the_contract_names_the_path_as_its_server(shown: str) -> None:
    assert httpx.get(f"{shown}/openapi.json").json()["servers"] == [{"url": ROOT}]


def test_an_unknown_address_is_a_page_for_a_browser_and_a_problem_for_a_program(shown: str) -> None:
    for path, accept, kind in (
        ("/nowhere", "text/html", "text/html; charset=utf-8"),
        ("/nowhere", "*/*", "application/problem+json"),
        ("/v1/nowhere", "text/html", "application/problem+json"),
    ):
        answer = httpx.get(shown + path, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (404, kind)


def test_a_kept_check_follows_the_server_to_another_path(tiny_bundle: Path, tmp_path: Path) -> None:
    settings = ServeSettings(bundle=(tiny_bundle,), store=str(tmp_path / "store"), root_path="/before")
    with run_in_thread(settings) as server:
        made = server.check(jpeg(), headers={"Idempotency-Key": "k"}).json()
    with run_in_thread(dataclasses.replace(settings, root_path="/after")) as server:
        again = server.check(jpeg(), headers={"Idempotency-Key": "k"}).json()
    assert (made["check_id"], paths_in(made)[0].split("/")[1]) == (again["check_id"], "before")
    assert paths_in(again) == [path.replace("/before/", "/after/") for path in paths_in(made)]


def test_the_path_itself_and_calls_past_the_proxy_are_answered(rooted: Running) -> None:
    pages = [rooted.http.get(path).text for path in (ROOT, f"{ROOT}/", "/")]
    assert pages[0] == pages[1] == pages[2]
    assert f'href="{ROOT}/checks"' in pages[0]
    assert rooted.http.get("/healthz").status_code == rooted.http.get(f"{ROOT}/healthz").status_code == 200
    assert rooted.http.get(f"{ROOT}checks").status_code == 404


def test_requests_are_counted_by_their_route(rooted: Running) -> None:
    for path in ("/v1/bundles", f"{ROOT}/v1/bundles"):
        rooted.http.get(path)
    metrics = rooted.http.get("/metrics").text
    counted = re.search(r'requests_total{method="GET",route="/v1/bundles",status="200"} (\S+)', metrics)
    assert counted is not None
    assert float(counted[1]) >= 2


def test_the_printed_address_has_the_path_and_opens(tiny_bundle: Path, tmp_path: Path) -> None:
    with run_in_process(tmp_path, tiny_bundle, f"root_path={ROOT}") as (_, address):
        assert address.endswith(ROOT)
        assert httpx.get(f"{address}/").status_code == 200


@pytest.mark.parametrize("root_path", ["touchstone", "/", "/a/", "/a//b", "/a b", "/../a", "//host", "/a?b", "/ü"])
def test_what_is_no_plain_path_is_refused(root_path: str) -> None:
    with pytest.raises(ConfigError, match="root_path"):
        refuse_unclear_root_path(root_path, [])


@pytest.mark.parametrize("root_path", ["/checks", "/v1/behind", "/static", "/docs", "/healthz"])
def test_a_path_that_begins_like_one_of_the_servers_own_is_refused(tiny_bundle: Path, root_path: str) -> None:
    with pytest.raises(ConfigError, match="begins like an address of this server's own"):
        create_app(ServeSettings(bundle=(tiny_bundle,), store="none", root_path=root_path))
