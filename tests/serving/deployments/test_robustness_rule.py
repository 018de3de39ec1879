"""The setting `robustness`: which bundles it refuses to serve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from serving.deployments.robustness_rule import RobustnessRule, refuse_by_robustness
from serving.deployments.slots import load_bundles
from serving.errors import CandidateBeyondLimits
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.builders.robustness import robustness_summary
from tests.serving.servers.deploying import post, version_of
from tests.serving.servers.running import run_in_thread
from vision.bundle.robustness import RobustnessSummary

WITHIN, BEYOND = robustness_summary(), robustness_summary(changed=12)
INCOMPLETE = replace(WITHIN, evidence_inside=None)


@pytest.mark.parametrize(
    ("rule", "refused"),
    [("mark", []), ("refuse_beyond", [BEYOND]), ("require_within", [BEYOND, INCOMPLETE, None])],
)
def test_a_rule_refuses_its_states(rule: RobustnessRule, refused: list[RobustnessSummary | None]) -> None:
    for summary in (WITHIN, BEYOND, INCOMPLETE, None):
        if summary in refused:
            with pytest.raises(CandidateBeyondLimits, match=f"candidate 'v2' is refused .* {rule!r}"):
                refuse_by_robustness(summary, rule, "candidate 'v2'")
        else:
            refuse_by_robustness(summary, rule, "candidate 'v2'")


def test_a_server_does_not_start_with_a_bundle_that_it_refuses(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "tiny", robustness=BEYOND)
    settings = ServeSettings(bundle=(tmp_path / "tiny",), robustness="refuse_beyond")
    with pytest.raises(CandidateBeyondLimits, match=r"the bundle of the settings .* 7 points more than the limit"):
        load_bundles(settings.bundle, settings.bundle_options)
    load_bundles(settings.bundle, replace(settings, robustness="mark").bundle_options)


def test_a_candidate_beyond_its_limits_is_refused_with_its_code_and_marked_without_the_rule(tmp_path: Path) -> None:
    write_tiny_bundle(tmp_path / "tiny", robustness=WITHIN)
    write_tiny_bundle(tmp_path / "candidates" / "v2", version="2", robustness=BEYOND)
    write_tiny_bundle(tmp_path / "candidates" / "v3", version="3")
    settings = ServeSettings(
        bundle=(tmp_path / "tiny",),
        store=str(tmp_path / "store"),
        bundles_folder=tmp_path / "candidates",
        threads=1,
        robustness="refuse_beyond",
    )
    with run_in_thread(settings) as site:
        found = site.http.get("/v1/bundles/tiny/candidates").json()
        assert {one["candidate"]: one["robustness"] for one in found["candidates"]} == {
            "v2": "beyond",
            "v3": "not_measured",
        }
        assert [(one["candidate"], one["code"]) for one in found["rejected"]] == [("v2", "candidate_beyond_limits")]
        for action, more in (("activate", {}), ("shadow", {}), ("canary", {"share": 0.5})):
            refused = post(site, action, {"candidate": "v2", **more})
            assert (refused.status_code, refused.json()["code"]) == (422, "candidate_beyond_limits")
            assert "crop changes 12 % of verdicts" in refused.json()["detail"].replace("Crop", "crop")
        assert version_of(site) == "1"
        answered = post(site, "activate", {"candidate": "v3"}).json()
        assert answered["active"]["robustness"]["state"] == "not_measured"
    with run_in_thread(replace(settings, robustness="mark", store=str(tmp_path / "other"))) as site:
        answered = post(site, "activate", {"candidate": "v2"}).json()
        robustness = answered["active"]["robustness"]
        assert robustness["state"] == "beyond"
        assert "hangs on more than the product" in robustness["text"]
        assert robustness["beyond"][0]["limit"] == "verdicts_changed"
        assert answered["previous"]["robustness"]["state"] == "within"
