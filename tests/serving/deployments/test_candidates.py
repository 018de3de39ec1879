from __future__ import annotations

from pathlib import Path

import pytest

from serving.client import Client, ProblemAnswered
from tests.serving.builders.candidate_bundles import (
    write_refused,
)
from tests.serving.servers.deploying import activate, post, version_of, versions
from tests.serving.servers.running import Running


def test_a_bundle_that_cannot_serve_is_refused_by_its_code_and_the_active_one_stays(
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


def test_candidates_are_the_folders_with_a_bundle_of_this_name(client: Client, candidates: Path) -> None:
    write_refused(candidates)
    (candidates / "scribble").mkdir()
    (candidates / "scribble" / "bundle.json").write_text("{")
    found = client.bundle("tiny").candidates()
    assert [one.candidate for one in found if one.candidate.startswith("v")] == ["v2", "v3", "v4"]
    assert {"scribble", "nothing", "other-name"}.isdisjoint(one.candidate for one in found)
    assert [one.candidate for one in found if not one.known_format] == ["tomorrows"]


def test_without_a_folder_of_candidates_there_are_none(server: Running) -> None:
    assert activate(server, "v2").json()["code"] == "candidate_not_found"
    assert server.http.get("/v1/bundles/tiny/candidates").json() == {"candidates": []}
