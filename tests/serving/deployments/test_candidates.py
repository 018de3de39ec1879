from __future__ import annotations

from pathlib import Path

import pytest

from serving.client import Client, ProblemAnswered
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.candidate_bundles import write_refused
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
    assert server.http.get("/v1/bundles/tiny/candidates").json() == {"candidates": [], "rejected": []}


def test_folders_that_cannot_be_brought_in_are_listed_with_the_reason(site: Running, candidates: Path) -> None:
    def rejected() -> dict[str, tuple[str, str]]:
        found = site.http.get("/v1/bundles/tiny/candidates").json()["rejected"]
        return {one["candidate"]: (one["code"], one["reason"]) for one in found}

    assert rejected() == {}
    refused = write_refused(candidates)
    (candidates / ".git").mkdir()
    (candidates / "notes.txt").write_text("no folder")
    codes = {name: code for name, (code, _) in rejected().items()}
    shown = {"tomorrows", "half", "nothing", "other-product", "other-name"}
    assert codes == {name: refused[name] for name in shown}
    assert "has no bundle.json" in rejected()["nothing"][1]
    assert "lacks model.onnx" in rejected()["half"][1]
    assert "knows ball, toy" in rejected()["other-product"][1]
    for name in ("changed", "wrong", "garbled"):  # only loading finds what is wrong with these
        activate(site, name)
        assert rejected()[name][0] == refused[name]
    assert all(str(candidates) not in reason for _, reason in rejected().values())
    write_tiny_bundle(candidates / "wrong", version="mended")
    assert "wrong" not in rejected(), "it is another bundle now"


def test_a_refused_candidate_that_loads_later_is_no_longer_rejected(site: Running, candidates: Path) -> None:
    card = candidates / "v2" / "card.html"
    sealed = card.read_bytes()
    card.write_bytes(b"changed")
    assert activate(site, "v2").status_code == 422
    assert [one["candidate"] for one in site.http.get("/v1/bundles/tiny/candidates").json()["rejected"]] == ["v2"]
    card.write_bytes(sealed)
    assert activate(site, "v2").status_code == 200
    assert site.http.get("/v1/bundles/tiny/candidates").json()["rejected"] == []
