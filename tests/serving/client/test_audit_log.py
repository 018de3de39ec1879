from __future__ import annotations

from pathlib import Path

from serving.client import Client
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running


def test_entries_are_read_newest_first_and_exported_oldest_first(server: Running, tmp_path: Path) -> None:
    with Client(server.url) as client:
        check_id = client.check([jpeg(seed=1)]).check_id
        for note in ("first", "second"):
            client.review(check_id, "genuine", note)
        entries = list(client.audit_entries(object_kind="check", object_id=check_id))
        print([entry.action for entry in entries])
        assert [entry.sequence for entry in entries] == sorted((entry.sequence for entry in entries), reverse=True)
        assert [entry.action for entry in entries][:2] == ["review.recorded"] * 2
        assert list(client.audit_entries(object_id="absent")) == []
        verified = client.verify_audit_log()
        assert (verified.holds, verified.sequence) == (True, verified.entries)
        client.export_audit_log(tmp_path / "log.jsonl")
        client.export_audit_log(tmp_path / "rest.jsonl", after=entries[1].sequence)
    lines = (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()
    print(len(lines))
    rest = (tmp_path / "rest.jsonl").read_text(encoding="utf-8").splitlines()
    assert rest == lines[-len(rest) :]
    assert rest
