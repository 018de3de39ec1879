from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from serving.commands.evidence import app
from serving.evidence.config import EvidenceSettings
from serving.evidence.offline import export_offline
from serving.evidence.verification.verify import verify_file
from tests.serving.builders.sample_photos import jpeg
from tests.serving.evidence.evidence_keys import write_key_pair
from tests.serving.servers.running import Running
from vision.errors import ConfigError


def test_a_check_is_exported_without_a_server_and_the_export_is_recorded(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start(store=str(tmp_path / "store"))
    check_id = server.answer(jpeg())["check_id"]
    server.stop()
    key = write_key_pair(tmp_path)
    for name in ("made.pdf", "made.zip"):
        arguments = ["export", str(tmp_path / "store"), str(tmp_path / name), "--key", str(key), "--check", check_id]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
        assert verify_file(tmp_path / name).facts or name == "made.pdf"
    archive = zipfile.ZipFile(tmp_path / "made.zip")
    assert archive.read("checks/001/photo-00-received.jpg") == jpeg()
    assert b"evidence.exported" in archive.read("audit-log/entries.jsonl")  # of the PDF, made before


def test_what_is_no_store_and_what_names_nothing_is_refused(tmp_path: Path) -> None:
    settings = EvidenceSettings(key=write_key_pair(tmp_path))
    with pytest.raises(ConfigError, match=r"holds no checks\.sqlite"):
        export_offline(str(tmp_path / "none"), tmp_path / "a.zip", settings, kind="check", object_id="c-1")
    assert not (tmp_path / "none").exists()
    for arguments in (["a.zip", "--key", "k"], ["a.txt", "--key", "k", "--check", "c"]):
        assert CliRunner().invoke(app, ["export", "store", *arguments]).exit_code == 2
