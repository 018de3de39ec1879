from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serving.commands.evidence import app
from serving.evidence.signing.keys import CERTIFICATE_FILE
from tests.serving.evidence.evidence_keys import key_pair, log_text, small_pdf, small_zip, stamper_pem


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.zip"
    path.write_bytes(small_zip())
    return path


def test_keys_writes_a_pair_and_prints_what_to_publish(tmp_path: Path) -> None:
    done = run("keys", tmp_path / "k", "--name", "Example Market")
    assert done.exit_code == 0, done.output
    fingerprint = done.output.split()[-1]
    (tmp_path / "report.pdf").write_bytes(small_pdf())
    other = run("verify", tmp_path / "report.pdf", "--key", tmp_path / "k" / CERTIFICATE_FILE)
    assert other.exit_code == 1
    assert fingerprint in other.output


def test_verify_says_what_holds_and_what_it_does_not_show(file: Path, tmp_path: Path) -> None:
    alone = run("verify", file)
    assert alone.exit_code == 0, alone.output
    assert "every byte is as it was signed" in alone.output
    assert "not shown: without --key" in alone.output
    (tmp_path / "log.jsonl").write_text(log_text())
    (tmp_path / "authority.pem").write_bytes(stamper_pem())
    colons = ":".join(key_pair().fingerprint.upper()[at : at + 2] for at in range(0, 64, 2))
    known = run(
        "verify",
        file,
        "--key",
        colons,
        "--audit-log",
        tmp_path / "log.jsonl",
        "--authority",
        tmp_path / "authority.pem",
    )
    assert known.exit_code == 0, known.output
    assert "as --key has it" in known.output
    assert "an authority that you trust" in known.output
    assert "not shown" not in known.output


def test_verify_ends_with_1_where_a_byte_was_changed(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    done = run("verify", file)
    assert done.exit_code == 1
    assert "DOES NOT HOLD" in done.output


@pytest.mark.parametrize("arguments", [("none.zip",), ("evidence.zip", "--key", "no-hash")])
def test_what_names_no_file_is_a_mistake_of_the_caller(file: Path, arguments: tuple[str, ...]) -> None:
    done = run("verify", file.parent / arguments[0], *arguments[1:])
    assert done.exit_code == 2
