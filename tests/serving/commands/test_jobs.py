from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serving.client.jobs import write_lines
from serving.commands.jobs import app
from tests.serving.builders.sample_photos import BLUE, RED, jpeg, truncated_jpeg
from tests.serving.servers.running import Running


def run(server: Running, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--url", server.url], env={"TOUCHSTONE_API_KEY": None})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "listings.jsonl"
    photos = {"red": jpeg(RED), "blue": jpeg(BLUE), "broken": truncated_jpeg()}
    with path.open("wb") as stream:
        write_lines([{"listing_id": name, "photos": [photo]} for name, photo in photos.items()], stream)
    return path


def test_a_job_is_sent_followed_read_and_replayed(server: Running, file: Path) -> None:
    sent = run(server, "submit", str(file), "--name", "mine", "--wait")
    assert sent.exit_code == 0, sent.output
    job_id, status = sent.stdout.splitlines()
    assert status == f"{job_id} completed: 3 of 3 lines, 1 genuine, 1 counterfeit, 1 parked"
    assert run(server, "status", job_id).stdout == f"{status}\n"
    results = [json.loads(line) for line in run(server, "results", job_id).stdout.splitlines()]
    assert sorted(result["listing_id"] for result in results) == ["blue", "broken", "red"]
    rest = run(server, "results", job_id, "--after", results[0]["cursor"], "--follow").stdout.splitlines()
    assert [json.loads(line) for line in rest] == results[1:]
    assert run(server, "replay", job_id, "3").stdout.startswith(f"{job_id} running: 2 of 3 lines")
    assert run(server, "status", job_id, "--wait").stdout == f"{status}\n"


def test_the_same_file_with_the_same_key_is_the_same_job_and_it_is_cancelled(server: Running, file: Path) -> None:
    first, second = (run(server, "submit", str(file), "--idempotency-key", "k").stdout for _ in range(2))
    assert first == second
    job_id = first.strip()
    run(server, "status", job_id, "--wait")
    cancelled = run(server, "cancel", job_id)
    assert (cancelled.exit_code, cancelled.stdout) == (1, "")
    assert cancelled.stderr.startswith("error [job_not_running]: ")


def test_errors_are_one_line_with_their_code(server: Running, tmp_path: Path) -> None:
    absent = run(server, "status", "no-such-job")
    assert (absent.exit_code, absent.stdout) == (1, "")
    assert absent.stderr.startswith("error [job_not_found]: ")
    assert len(absent.stderr.splitlines()) == 1
    no_server = CliRunner().invoke(app, ["cancel", "x", "--url", "http://127.0.0.1:9"])
    assert (no_server.exit_code, no_server.stderr.split(":")[0]) == (1, "error [unreachable]")
    assert run(server, "submit", str(tmp_path / "absent")).exit_code == 2
    wrong = CliRunner().invoke(app, ["status", "x", "--url", "127.0.0.1:8000"])
    assert (wrong.exit_code, "write it with http://" in wrong.stderr) == (2, True)
