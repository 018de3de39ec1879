"""Evidence files over HTTP; what is in them is tested in tests/serving/evidence."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from serving.evidence.config import EvidenceSettings
from serving.evidence.verification.verify import verify_file
from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.evidence.evidence_keys import write_key_pair
from tests.serving.servers.running import Running


@pytest.fixture
def signing(start: Callable[..., Running], tmp_path: Path) -> Running:
    return start(evidence=EvidenceSettings(key=write_key_pair(tmp_path / "keys")))


def test_a_file_is_sent_recorded_and_can_be_verified(signing: Running, tmp_path: Path) -> None:
    check_id = signing.answer(jpeg(RED))["check_id"]
    for kind in ("zip", "pdf"):
        made = signing.http.post(f"/v1/checks/{check_id}/evidence-file", params={"format": kind})
        assert made.status_code == 200, made.text
        assert made.headers["content-type"] == f"application/{kind}"
        assert made.headers["content-disposition"] == f'attachment; filename="evidence-check-{check_id}.{kind}"'
        digest = hashlib.sha256(made.content)
        assert made.headers["content-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
        entry = signing.http.get("/v1/audit-log").json()["entries"][0]
        assert (entry["action"], entry["object"]["id"]) == ("evidence.exported", check_id)
        assert entry["details"] == {"format": kind, "sha256": digest.hexdigest()}
        event = signing.http.get("/v1/events").json()["events"][-1]
        assert (event["type"], event["data"]["sha256"]) == ("evidence.exported", digest.hexdigest())
        out = tmp_path / f"made.{kind}"
        out.write_bytes(made.content)
        verify_file(out)
    signing.http.post(f"/v1/checks/{check_id}/review", json={"decision": "genuine"})
    out, log = tmp_path / "later.zip", tmp_path / "log.jsonl"
    out.write_bytes(signing.http.post(f"/v1/checks/{check_id}/evidence-file").content)
    log.write_bytes(signing.http.get("/v1/audit-log/export").content)
    assert "hashes of the audit log are those of" in verify_file(out, audit_log=log).facts[-1]


def test_a_server_signs_with_a_key_of_its_own_until_one_is_named_and_refuses_another_format(
    server: Running, tmp_path: Path
) -> None:
    check_id = server.answer(jpeg(RED))["check_id"]
    out = tmp_path / "own.zip"
    out.write_bytes(server.http.post(f"/v1/checks/{check_id}/evidence-file").raise_for_status().content)
    assert verify_file(out).signer.startswith("CN=Touchstone on ")
    made = server.http.post(f"/v1/checks/{check_id}/evidence-file", params={"format": "docx"})
    assert (made.status_code, made.json()["code"]) == (422, "request_invalid")
