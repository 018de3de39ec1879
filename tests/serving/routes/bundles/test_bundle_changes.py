from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from serving.client import Client
from tests.builders.bundle import write_tiny_bundle
from tests.builders.references import BLUE as BLUE_CROP
from tests.builders.references import RED as RED_CROP
from tests.builders.references import add_tiny_references
from tests.serving.builders.candidate_bundles import (
    write_candidates,
)
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.servers.deploying import activate, post, version_of
from tests.serving.servers.running import Running

Start = Callable[..., Running]


def test_a_change_is_stored_with_its_author_and_reason(start: Start, candidates: Path) -> None:
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
def test_an_invalid_change_is_refused_with_its_code(
    site: Running, action: str, body: dict[str, Any], code: str
) -> None:
    assert post(site, action, body).json()["code"] == code


def test_an_unknown_name_and_a_name_of_two_bundles_are_refused(start: Start, tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "a", products=("toy",))
    write_tiny_bundle(tmp_path / "b", products=("ball",))
    site = start(bundle=(tmp_path / "a", tmp_path / "b"))
    assert activate(site, "v2").json()["code"] == "bundle_name_ambiguous"
    assert site.http.get("/v1/bundles/nope/state").json()["code"] == "bundle_not_found"


def test_a_change_requires_the_key(start: Start, candidates: Path) -> None:
    site = start(bundles_folder=candidates, api_key="secret")
    assert httpx.post(f"{site.url}/v1/bundles/tiny/activate", json={"candidate": "v2"}).status_code == 401


def test_without_a_store_a_change_works_and_is_answered_as_not_durable(start: Start, candidates: Path) -> None:
    site = start(bundles_folder=candidates, store="none")
    changed = activate(site, "v2").json()
    assert (changed["durable"], version_of(site)) == (False, "2")
    assert post(site, "shadow", {"candidate": "v3"}).json()["code"] == "store_disabled"
    assert post(site, "canary", {"candidate": "v3", "share": 1}).status_code == 200


def test_what_an_open_page_shows_of_an_old_check_stays_after_a_change(start: Start, tmp_path: Path) -> None:
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
