from __future__ import annotations

import pytest
from typer.testing import CliRunner

from serving.commands.erase import KEY_VARIABLE, app
from serving.store.deletion.erasure import seller_hash
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.running import Running


def test_the_command_prints_what_was_deleted_and_the_receipt(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    server.answer(jpeg(seed=1), listing={"seller_id": "s-1"})
    done = CliRunner().invoke(app, ["seller", "s-1", "--url", server.url])
    assert done.exit_code == 0, done.output
    assert "deleted: 1 checks, 1 photos, 0 reviews, 0 lines of jobs" in done.output
    sequence, salt = done.output.split("entry ")[1].strip().split(", salt ")
    [entry] = server.http.get("/v1/audit-log", params={"action": "seller.erased"}).json()["entries"]
    assert entry["sequence"] == int(sequence)
    assert entry["details"]["seller_sha256"] == seller_hash(salt, "s-1")


def test_what_a_server_refuses_is_printed(server: Running) -> None:
    done = CliRunner().invoke(app, ["seller", "x" * 201, "--url", server.url])
    assert done.exit_code == 1
    assert "not erased: " in done.output
