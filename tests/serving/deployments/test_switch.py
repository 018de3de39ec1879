"""Bundles change while the server runs: nothing is dropped, nothing broken gets in, and a restart keeps it."""

from __future__ import annotations

import asyncio
import concurrent.futures
import gc
import signal
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving.client import AsyncClient, Client, ProblemAnswered
from serving.schemas.bundles import BundlesOfName
from tests.builders.bundle import write_tiny_bundle
from tests.builders.references import BLUE as BLUE_CROP
from tests.builders.references import RED as RED_CROP
from tests.builders.references import add_tiny_references
from tests.serving.builders.candidate_bundles import (
    let_load,
    wait_until_loading,
    write_candidates,
    write_refused,
    write_slow,
)
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.running import Running, files_of, run_in_process

Start = Callable[..., Running]


@pytest.fixture
def candidates(tmp_path: Path) -> Path:
    return write_candidates(tmp_path / "candidates")


@pytest.fixture
def site(start: Start, candidates: Path) -> Running:
    return start(bundles_folder=candidates, threads=1)


@pytest.fixture
def client(site: Running) -> Iterator[Client]:
    with Client(site.url) as client:
        yield client


def post(site: Running, action: str, body: dict[str, Any]) -> httpx.Response:
    return site.http.post(f"/v1/bundles/tiny/{action}", json=body)


def activate(site: Running, candidate: str) -> httpx.Response:
    return post(site, "activate", {"candidate": candidate})


def version_of(site: Running, **listing: Any) -> str:
    version: str = site.answer(jpeg(RED), listing=listing or None)["bundle"]["version"]
    return version


def versions(found: BundlesOfName) -> list[str | None]:
    state = found.state
    return [None if one is None else one.version for one in (state.active, state.previous, state.shadow, state.canary)]


def test_an_activated_bundle_answers_and_one_call_takes_it_back(site: Running, client: Client) -> None:
    assert site.answer(jpeg(RED))["outcome"] == "genuine"
    assert versions(client.bundle("tiny").activate("v2", by="mara", note="better on labels")) == ["2", "1", None, None]
    answer = site.answer(jpeg(RED))
    assert (answer["outcome"], answer["bundle"]["version"]) == ("counterfeit", "2")
    assert [bundle.version for bundle in client.bundles().bundles] == ["2"]
    assert versions(client.bundle("tiny").roll_back("activation")) == ["1", None, None, None]
    assert site.answer(jpeg(RED))["outcome"] == "genuine"
    with pytest.raises(ProblemAnswered, match="nothing_to_roll_back"):
        client.bundle("tiny").roll_back("activation")  # sent twice, it must not bring v2 back


def test_who_changed_what_and_why_is_kept(start: Start, candidates: Path) -> None:
    site = start(bundles_folder=candidates, api_key="secret")
    with Client(site.url, api_key="secret") as client:
        bundle = client.bundle("tiny")
        bundle.activate("v2", by="mara", note="better on labels")
        bundle.roll_back("activation", by="ole")
        back, forth = bundle.changes()
    assert (forth.action, forth.changed_by, forth.note) == ("activate", "mara", "better on labels")
    assert (back.action, back.changed_by, back.state.active.version) == ("roll_back_activation", "ole", "1")
    assert forth.caller == back.caller != "open"
    assert "secret" not in forth.caller


def test_activating_what_is_active_changes_nothing(client: Client) -> None:
    first = client.bundle("tiny").activate("v2")
    assert client.bundle("tiny").activate("v2") == first
    assert len(client.bundle("tiny").changes()) == 1


def test_the_bundle_of_the_settings_comes_back_by_null(client: Client) -> None:
    client.bundle("tiny").activate("v2")
    client.bundle("tiny").activate("v3")
    assert versions(client.bundle("tiny").activate(None)) == ["1", "3", None, None]


def test_no_request_fails_and_none_is_answered_by_halves_while_bundles_change(site: Running, client: Client) -> None:
    stop = threading.Event()
    answers: list[tuple[int, str, str]] = []

    def send(seed: int) -> None:
        with httpx.Client(base_url=site.url, timeout=30) as http:
            while not stop.is_set():
                response = http.post("/v1/checks", files=files_of([jpeg(RED, seed=seed), jpeg(RED, seed=seed + 1)]))
                told = response.json()
                answers.append((response.status_code, told["bundle"]["version"], told["outcome"]))

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        senders = [pool.submit(send, seed) for seed in range(6)]
        try:
            for candidate in ("v2", "v3", "v4", "v2", "v3"):
                seen = len(answers)
                client.bundle("tiny").activate(candidate)
                while len(answers) < seen + 12:  # so that each bundle answers under load
                    assert not any(sender.done() for sender in senders)
            client.bundle("tiny").roll_back("activation")
        finally:
            stop.set()
        for sender in senders:
            sender.result()
    assert {status for status, _, _ in answers} == {200}
    assert {version for _, version, _ in answers} >= {"2", "3", "4"}
    assert {(version, outcome) for _, version, outcome in answers} <= {
        ("1", "genuine"), ("2", "counterfeit"), ("3", "genuine"), ("4", "counterfeit"),
    }  # fmt: skip


def test_what_cannot_serve_is_refused_by_its_code_and_the_old_one_goes_on(
    site: Running, candidates: Path, caplog: pytest.LogCaptureFixture
) -> None:
    refused = write_refused(candidates)
    for action, more in (("activate", {}), ("shadow", {}), ("canary", {"share": 0.5})):
        answered = {name: post(site, action, {"candidate": name, **more}) for name in refused}
        assert {name: response.json()["code"] for name, response in answered.items()} == refused
        assert all(str(candidates.parent) not in response.text for response in answered.values())
    assert version_of(site) == "1"
    assert site.http.get("/v1/bundles/tiny/changes").json()["changes"] == []


def test_a_candidate_of_another_sha256_than_asked_for_is_refused(client: Client) -> None:
    (v2,) = [found for found in client.bundle("tiny").candidates() if found.candidate == "v2"]
    with pytest.raises(ProblemAnswered, match="candidate_mismatch"):
        client.bundle("tiny").activate("v3", sha256=v2.sha256)
    assert versions(client.bundle("tiny").activate("v2", sha256=v2.sha256))[0] == "2"


def test_candidates_are_the_folders_that_hold_a_bundle_of_this_name(client: Client, candidates: Path) -> None:
    write_refused(candidates)
    (candidates / "scribble").mkdir()
    (candidates / "scribble" / "bundle.json").write_text("{")
    found = client.bundle("tiny").candidates()
    assert [one.candidate for one in found if one.candidate.startswith("v")] == ["v2", "v3", "v4"]
    assert {"scribble", "nothing", "other-name"}.isdisjoint(one.candidate for one in found)
    assert [one.candidate for one in found if not one.known_format] == ["tomorrows"]


@pytest.mark.parametrize(
    ("action", "body", "code"),
    [
        ("activate", {}, "request_invalid"),
        ("activate", {"candidate": "v2", "path": "/etc"}, "request_invalid"),
        ("activate", {"candidate": "v2", "sha256": "x"}, "request_invalid"),
        ("canary", {"candidate": "v2"}, "request_invalid"),
        ("canary", {"candidate": "v2", "share": 0}, "request_invalid"),
        ("canary", {"candidate": "v2", "share": 1.5}, "request_invalid"),
        ("rollback", {"what": "everything"}, "request_invalid"),
        ("rollback", {"what": "canary"}, "nothing_to_roll_back"),
        ("rollback", {"what": "shadow"}, "nothing_to_roll_back"),
    ],
)
def test_a_change_that_does_not_fit_is_refused(site: Running, action: str, body: dict[str, Any], code: str) -> None:
    assert post(site, action, body).json()["code"] == code


def test_an_unknown_name_and_a_name_of_two_bundles_are_refused(start: Start, tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a", products=("toy",))
    write_tiny_bundle(tmp_path / "b", products=("ball",))
    site = start(bundle=(tmp_path / "a", tmp_path / "b"))
    assert activate(site, "v2").json()["code"] == "bundle_name_ambiguous"
    assert site.http.get("/v1/bundles/nope/state").json()["code"] == "bundle_not_found"


def test_without_a_folder_of_candidates_nothing_can_be_brought_in(server: Running) -> None:
    assert activate(server, "v2").json()["code"] == "candidate_not_found"
    assert server.http.get("/v1/bundles/tiny/candidates").json() == {"candidates": []}


def test_the_key_is_asked_for(start: Start, candidates: Path) -> None:
    site = start(bundles_folder=candidates, api_key="secret")
    assert httpx.post(f"{site.url}/v1/bundles/tiny/activate", json={"candidate": "v2"}).status_code == 401


def test_while_a_candidate_loads_checks_are_answered_and_another_change_is_told_to_wait(
    site: Running, candidates: Path
) -> None:
    pipe = write_slow(candidates)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(activate, site, "slow")
        opened = wait_until_loading(pipe)
        assert activate(site, "v2").json()["code"] == "bundle_change_conflict"
        assert version_of(site) == "1"
        let_load(pipe, opened)
        assert first.result().status_code == 200
    assert version_of(site) == "slow"


def test_a_rollback_waits_for_no_load_and_the_load_is_then_refused(site: Running, candidates: Path) -> None:
    pipe = write_slow(candidates)
    assert activate(site, "v2").status_code == 200
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        late = pool.submit(activate, site, "slow")
        opened = wait_until_loading(pipe)
        assert post(site, "rollback", {"what": "activation"}).status_code == 200
        let_load(pipe, opened)
        assert late.result().json()["code"] == "bundle_change_conflict"
    assert version_of(site) == "1"


def test_a_caller_that_leaves_while_a_candidate_loads_does_not_stop_the_change(site: Running, candidates: Path) -> None:
    pipe = write_slow(candidates)
    with httpx.Client(base_url=site.url, timeout=0.5) as impatient, pytest.raises(httpx.ReadTimeout):
        impatient.post("/v1/bundles/tiny/activate", json={"candidate": "slow"})
    let_load(pipe, wait_until_loading(pipe))
    while version_of(site) != "slow":
        pass


def test_a_bundle_that_can_no_longer_be_rolled_back_to_leaves_the_memory(site: Running, client: Client) -> None:
    first = weakref.ref(site.services.bundles.slots[0].active.detector.scorer)
    client.bundle("tiny").activate("v2")
    version_of(site)
    assert first() is not None
    client.bundle("tiny").activate("v3")
    version_of(site)
    gc.collect()
    assert first() is None


def test_a_restart_brings_back_everything_that_was_changed(start: Start, candidates: Path) -> None:
    one = start(bundles_folder=candidates)
    with Client(one.url) as client:
        bundle = client.bundle("tiny")
        bundle.activate("v2")
        bundle.shadow("v3")
        before = bundle.canary("v4", 0.25)
    one.stop()
    two = start(bundles_folder=candidates)
    with Client(two.url) as client:
        assert client.bundle("tiny").state() == before
        assert versions(client.bundle("tiny").roll_back("activation"))[0] == "1"


def test_settings_that_name_another_bundle_go_before_what_was_activated(
    start: Start, candidates: Path, tmp_path: Path
) -> None:
    one = start(bundles_folder=candidates)
    activate(one, "v2")
    one.stop()
    write_tiny_bundle(tmp_path / "newer", version="5")
    two = start(bundles_folder=candidates, bundle=(tmp_path / "newer",))
    assert version_of(two) == "5"
    two.stop()
    three = start(bundles_folder=candidates)  # the old settings again: what they once led to is over
    assert version_of(three) == "1"


def test_an_activated_bundle_that_is_gone_at_the_restart_is_told_and_comes_back_when_it_does(
    start: Start, candidates: Path
) -> None:
    one = start(bundles_folder=candidates)
    activate(one, "v2")
    one.stop()
    (candidates / "v2").rename(candidates / "away")
    two = start(bundles_folder=candidates)
    assert version_of(two) == "1"
    assert two.http.get("/v1/bundles/tiny/changes").json()["changes"][0]["action"] == "restore_failed"
    two.stop()
    (candidates / "away").rename(candidates / "v2")
    assert version_of(start(bundles_folder=candidates)) == "2"


def test_without_a_store_a_change_works_and_the_answer_says_that_it_does_not_last(
    start: Start, candidates: Path
) -> None:
    site = start(bundles_folder=candidates, store="none")
    changed = activate(site, "v2").json()
    assert (changed["durable"], version_of(site)) == (False, "2")
    assert post(site, "shadow", {"candidate": "v3"}).json()["code"] == "store_disabled"
    assert post(site, "canary", {"candidate": "v3", "share": 1}).status_code == 200


@pytest.mark.slow
def test_a_kill_while_a_candidate_loads_leaves_what_was_activated_before(
    tiny_bundle: Path, tmp_path: Path, candidates: Path
) -> None:
    pipe = write_slow(candidates)
    chosen = f"bundles_folder={candidates}"
    with run_in_process(tmp_path, tiny_bundle, chosen) as (process, url), httpx.Client(base_url=url) as http:
        http.post("/v1/bundles/tiny/activate", json={"candidate": "v2"}).raise_for_status()
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            lost = pool.submit(http.post, "/v1/bundles/tiny/activate", json={"candidate": "slow"}, timeout=60)
            with open(wait_until_loading(pipe), "wb"):  # noqa: PTH123  # a descriptor
                process.send_signal(signal.SIGKILL)
                process.wait(timeout=30)
            assert isinstance(lost.exception(), httpx.TransportError)
    with run_in_process(tmp_path, tiny_bundle, chosen) as (_, url):
        check = httpx.post(f"{url}/v1/checks", files=files_of([jpeg(RED)])).json()
        assert check["bundle"]["version"] == "2"


def test_a_canary_answers_its_share_and_a_listing_always_meets_the_same_bundle(site: Running, client: Client) -> None:
    client.bundle("tiny").canary("v2", 0.3)
    canary = site.services.bundles.slots[0].canary
    assert canary is not None
    among = [f"l-{index}" for index in range(4000) if canary.includes(f"l-{index}")]
    assert 0.27 < len(among) / 4000 < 0.33  # four standard deviations
    others = [f"l-{index}" for index in range(8) if f"l-{index}" not in among]
    for _ in range(2):
        assert {version_of(site, listing_id=listing) for listing in among[:3]} == {"2"}
        assert {version_of(site, listing_id=listing) for listing in others[:3]} == {"1"}
    assert version_of(site) == "1"  # no listing_id: nothing says what belongs together
    client.bundle("tiny").canary("v2", 0.8)
    more = site.services.bundles.slots[0].canary
    assert more is not None
    assert all(more.includes(listing) for listing in among), "a larger share keeps the listings that it had"
    client.bundle("tiny").roll_back("canary")
    assert version_of(site, listing_id=among[0]) == "1"


def test_what_an_open_page_shows_of_an_old_check_outlives_the_switch(start: Start, tmp_path: Path) -> None:
    sealed, _ = add_tiny_references(
        write_tiny_bundle(tmp_path / "stocked"), [("genuine", RED_CROP), ("counterfeit", BLUE_CROP)]
    )
    site = start(bundle=(sealed.folder,), bundles_folder=write_candidates(tmp_path / "candidates"))
    photo = f"/v1/checks/{site.answer(jpeg(RED))['check_id']}/photos/0"
    before = site.http.get(f"{photo}/crops").json()
    evidence = site.http.get(f"{photo}/evidence").content
    activate(site, "v2")
    assert site.http.get(before["crops"][0]["nearest_genuine"]["url"]).status_code == 200
    assert site.http.get(f"{photo}/evidence").content == evidence
    after = site.http.get(f"{photo}/crops").json()
    assert [crop["box"] for crop in after["crops"]] == [crop["box"] for crop in before["crops"]]
    assert after["references_bundle"] is None  # v2 has no references


def test_the_async_client_changes_bundles_too(site: Running) -> None:
    async def work() -> list[list[str | None]]:
        async with AsyncClient(site.url) as client:
            bundle = client.bundle("tiny")
            (v2, *_) = await bundle.candidates()
            seen = [versions(await bundle.activate(v2.candidate, sha256=v2.sha256, by="ole"))]
            seen.append(versions(await bundle.shadow("v3")))
            seen.append(versions(await bundle.canary("v4", 0.1)))
            seen.append(versions(await bundle.roll_back("shadow")))
            assert versions(await bundle.state()) == seen[-1]
            assert [change.action for change in await bundle.changes()][-1] == "activate"
            assert (await bundle.comparison()).shadow_sha256 is None
            return seen

    assert asyncio.run(work()) == [
        ["2", "1", None, None], ["2", "1", "3", None], ["2", "1", "3", "4"], ["2", "1", None, "4"],
    ]  # fmt: skip


def test_the_metrics_show_what_answers_and_no_longer_what_did(site: Running, client: Client) -> None:
    def shown() -> set[str]:
        lines = site.http.get("/metrics").text.splitlines()
        info = [line for line in lines if line.startswith("touchstone_bundle_info{")]
        return {line.partition('version="')[2].partition('"')[0] for line in info}

    client.bundle("tiny").canary("v2", 0.5)
    assert shown() == {"1", "2"}
    client.bundle("tiny").activate("v3")
    assert shown() == {"3"}
