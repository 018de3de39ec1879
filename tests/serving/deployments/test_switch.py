"""Bundles change while the server runs: nothing is dropped, nothing broken gets in, and a restart keeps it."""

from __future__ import annotations

import concurrent.futures
import gc
import signal
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from serving.client import Client, ProblemAnswered
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.candidate_bundles import (
    let_load,
    wait_until_loading,
    write_slow,
)
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.deploying import activate, post, version_of, versions
from tests.serving.servers.running import Running, files_of, run_in_process

Start = Callable[..., Running]


def test_an_activated_bundle_answers_and_one_call_rolls_it_back(site: Running, client: Client) -> None:
    assert site.answer(jpeg(RED))["outcome"] == "genuine"
    assert versions(client.bundle("tiny").activate("v2", by="mara", note="better on labels")) == ["2", "1", None, None]
    answer = site.answer(jpeg(RED))
    assert (answer["outcome"], answer["bundle"]["version"]) == ("counterfeit", "2")
    assert [bundle.version for bundle in client.bundles().bundles] == ["2"]
    assert versions(client.bundle("tiny").roll_back("activation")) == ["1", None, None, None]
    assert site.answer(jpeg(RED))["outcome"] == "genuine"
    with pytest.raises(ProblemAnswered, match="nothing_to_roll_back"):
        client.bundle("tiny").roll_back("activation")  # sent twice, it must not bring v2 back


def test_activating_what_is_active_changes_nothing(client: Client) -> None:
    first = client.bundle("tiny").activate("v2")
    assert client.bundle("tiny").activate("v2") == first
    assert len(client.bundle("tiny").changes()) == 1


def test_null_activates_the_bundle_of_the_settings(client: Client) -> None:
    client.bundle("tiny").activate("v2")
    client.bundle("tiny").activate("v3")
    assert versions(client.bundle("tiny").activate(None)) == ["1", "3", None, None]


@pytest.mark.slow
def test_while_bundles_change_no_request_fails_and_each_is_answered_by_one_bundle(
    site: Running, client: Client
) -> None:
    stop = threading.Event()
    answers: list[tuple[int, str, str]] = []

    def send(seed: int) -> None:
        with httpx.Client(base_url=site.url, timeout=30) as http:
            while not stop.is_set():
                response = http.post("/v1/checks", files=files_of([jpeg(RED, seed=seed), jpeg(RED, seed=seed + 1)]))
                answer = response.json()
                answers.append((response.status_code, answer["bundle"]["version"], answer["outcome"]))

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


def test_while_a_candidate_loads_checks_are_answered_and_another_change_is_refused(
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


def test_a_rollback_does_not_wait_for_a_load_which_is_then_refused(site: Running, candidates: Path) -> None:
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


def test_a_bundle_that_can_no_longer_be_rolled_back_to_is_freed(site: Running, client: Client) -> None:
    first = weakref.ref(site.services.bundles.slots[0].active.detector.scorer)
    client.bundle("tiny").activate("v2")
    version_of(site)
    assert first() is not None
    client.bundle("tiny").activate("v3")
    version_of(site)
    gc.collect()
    assert first() is None


def test_a_restart_restores_everything_that_was_changed(start: Start, candidates: Path) -> None:
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


def test_settings_that_name_another_bundle_take_precedence_over_an_activation(
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


def test_an_activated_bundle_that_is_missing_at_a_restart_is_logged_and_restored_at_a_later_one(
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


def test_a_canary_answers_its_share_and_a_listing_always_gets_the_same_bundle(site: Running, client: Client) -> None:
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
