"""What happens at a server leaves its entry in the audit log, in the same transaction."""

from __future__ import annotations

from typing import Any

import httpx

from serving.audit_log.verify import verify_lines
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import occupied
from tests.serving.servers.running import Running
from tests.serving.servers.sent_jobs import ended, line_of, send_job


def entries_about(site: Running, object_id: str) -> list[dict[str, Any]]:
    """Oldest first."""
    found: list[dict[str, Any]] = site.http.get("/v1/audit-log", params={"object_id": object_id}).json()["entries"]
    return found[::-1]


def holds(site: Running) -> bool:
    return verify_lines(site.http.get("/v1/audit-log/export").text.splitlines()).broken is None


def test_a_review_its_withdrawal_and_the_deletion_of_its_check_are_recorded_once_each(server: Running) -> None:
    check_id = server.answer(jpeg(seed=5), listing={"seller_id": "s-1"})["check_id"]
    key = {"Idempotency-Key": "one decision", "X-Request-ID": "from-the-test"}
    for _ in range(2):
        sent = {"decision": "counterfeit", "note": "asked Mara Ødegård"}
        answer = server.http.post(f"/v1/checks/{check_id}/review", json=sent, headers=key)
        assert answer.status_code == 201
    review_id = answer.json()["review_id"]
    for _ in range(2):
        path = f"/v1/checks/{check_id}/review/withdrawal"
        assert server.http.post(path, json={"review_id": review_id}).status_code == 200
    for status in (204, 404):
        assert server.http.delete(f"/v1/checks/{check_id}").status_code == status
    recorded, withdrawn, deleted = entries_about(server, check_id)
    assert [entry["action"] for entry in (recorded, withdrawn, deleted)] == [
        "review.recorded", "review.withdrawn", "check.deleted",
    ]  # fmt: skip
    assert recorded["details"] == {"review_id": review_id, "decision": "counterfeit", "product": "toy"}
    assert recorded["actor"] == {"name": "open", "key_id": None, "user_id": None, "member_id": None}
    assert recorded["private"]["values"] == {"address": "127.0.0.1", "request_id": "from-the-test"}
    assert "Mara" not in server.http.get("/v1/audit-log/export").text
    assert holds(server)


def test_who_cancels_and_deletes_a_job_is_recorded_once_each(server: Running) -> None:
    with occupied(server):
        job_id = send_job(server.http, [line_of("a"), line_of("b")]).json()["job_id"]
        for _ in range(2):
            assert server.http.post(f"/v1/jobs/{job_id}/cancel").status_code == 200
    ended(server.http, f"/v1/jobs/{job_id}")
    for status in (204, 404):
        assert server.http.delete(f"/v1/jobs/{job_id}").status_code == status
    cancelled, deleted = entries_about(server, job_id)
    assert (cancelled["action"], cancelled["object"]["kind"], cancelled["details"]) == ("job.cancelled", "job", {})
    assert (deleted["action"], deleted["details"]) == ("job.deleted", {"lines": 2})
    assert deleted["private"]["values"]["address"] == "127.0.0.1"
    assert holds(server)


def test_what_was_refused_leaves_no_entry(server: Running) -> None:
    check_id = server.answer(jpeg(seed=6))["check_id"]
    assert server.http.post(f"/v1/checks/{check_id}/review", json={"decision": "perhaps"}).status_code == 422
    assert server.http.post(f"/v1/checks/{check_id}/review/withdrawal", json={"review_id": 10**6}).status_code == 404
    assert entries_about(server, check_id) == []


def test_a_change_of_bundles_is_recorded_with_what_serves_after_it(site: Running) -> None:
    sent = {"candidate": "v2", "by": "Mara Ødegård", "note": "better"}
    assert site.http.post("/v1/bundles/tiny/activate", json=sent).status_code == 200
    assert site.http.post("/v1/bundles/tiny/canary", json={"candidate": "v3", "share": 0.25}).status_code == 200
    assert site.http.post("/v1/bundles/tiny/rollback", json={"what": "activation"}).status_code == 200
    activated, canary, rolled_back = entries_about(site, "tiny")
    state = site.http.get("/v1/bundles/tiny/state").json()["state"]
    assert [entry["details"]["change"] for entry in (activated, canary, rolled_back)] == [
        "activate", "canary", "roll_back_activation",
    ]  # fmt: skip
    assert activated["private"]["values"]["by"] == "Mara Ødegård"
    assert canary["details"]["canary_share"] == "0.25"
    assert canary["details"]["active_sha256"] == activated["details"]["active_sha256"] != state["active"]["sha256"]
    assert rolled_back["details"]["active_sha256"] == state["active"]["sha256"]
    assert holds(site)


def test_a_download_is_recorded_by_the_names_of_its_filters_and_not_by_the_ids_in_them(server: Running) -> None:
    answer = server.http.get("/v1/checks.csv", params={"seller_id": "s-77", "outcome": "review"})
    assert answer.status_code == 200
    entry = server.http.get("/v1/audit-log", params={"action": "checks.exported"}).json()["entries"][0]
    assert entry["details"] == {"filters": ["outcome", "seller_id"], "outcome": "review"}


def test_a_start_is_recorded_with_the_settings_that_are_not_the_defaults_and_without_secrets(start: Any) -> None:
    site = start(api_key="the operator's own secret", max_waiting=7)
    headers = {"Authorization": "Bearer the operator's own secret"}
    answer: httpx.Response = site.http.get("/v1/audit-log", params={"action": "server.started"}, headers=headers)
    [entry] = answer.json()["entries"]
    assert entry["actor"]["name"] == "server"
    assert entry["details"]["settings"]["max_waiting"] == "7"
    assert entry["details"]["settings"]["api_key"] == "set"
    assert "port" not in entry["details"]["settings"] or entry["details"]["settings"]["port"] != "8000"
    assert "operator's own secret" not in answer.text
    assert entry["private"] is None


def test_a_change_of_keys_is_recorded_with_where_it_came_from(start: Any) -> None:
    site = start(api_key="the operator's own secret")
    headers = {"Authorization": "Bearer the operator's own secret", "X-Request-ID": "makes-a-key"}
    made = site.http.post("/v1/keys", json={"label": "of Mara", "scopes": ["read"]}, headers=headers)
    assert made.status_code == 201, made.text
    [entry] = site.http.get("/v1/audit-log", params={"action": "key.created"}, headers=headers).json()["entries"]
    assert entry["object"]["kind"] == "key"
    assert {"address": "127.0.0.1", "request_id": "makes-a-key"}.items() <= entry["private"]["values"].items()


def test_changes_of_a_webhook_are_recorded_without_its_address(server: Running) -> None:
    sent = {"url": "https://receiver.example/token-in-the-path"}
    made = server.http.post("/v1/webhooks", json=sent)
    assert made.status_code == 201, made.text
    path = f"/v1/webhooks/{made.json()['webhook_id']}"
    assert server.http.patch(path, json={"description": "of Mara", "enabled": False}).status_code == 200
    assert server.http.post(f"{path}/rotate", json={}).status_code == 200
    assert server.http.delete(path).status_code == 204
    entries = entries_about(server, made.json()["webhook_id"])
    assert [(entry["action"], entry["details"]) for entry in entries] == [
        ("webhook.created", {"enabled": True}),
        ("webhook.changed", {"enabled": False, "changed": ["description", "enabled"]}),
        ("webhook.changed", {"enabled": False, "changed": ["keys"]}),
        ("webhook.deleted", {"enabled": False}),
    ]
    assert "token-in-the-path" not in str(entries)
