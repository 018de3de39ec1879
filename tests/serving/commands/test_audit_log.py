from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serving.audit_log.entry import new_entry
from serving.commands.audit_log import app
from serving.principal import SERVER
from tests.serving.builders.stores import opened
from vision.errors import ConfigError


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store whose audit log has six entries."""

    async def work() -> None:
        async with opened(tmp_path / "store") as opened_store:
            for number in range(6):
                entry = new_entry(SERVER, "review.recorded", "check", f"c-{number}", private={"user": "Mara"})
                await opened_store.audit_rows.append(entry)

    asyncio.run(work())
    return tmp_path / "store"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def exported(store: Path, *options: str) -> tuple[Path, str]:
    """The file of an export, and the head that the command printed."""
    out = store.parent / "log.jsonl"
    done = run("export", store, out, *options)
    assert done.exit_code == 0, done.output
    return out, done.output.split()[-1]


def test_an_export_holds_and_ends_with_the_head_that_was_printed(store: Path) -> None:
    out, head = exported(store)
    done = run("verify", out, "--head", head)
    assert done.exit_code == 0
    assert f"6 entries hold; head 6 {head}" in done.output
    assert "only --head" in run("verify", out).output


def change(lines: list[str]) -> list[str]:
    return [line.replace('"c-3"', '"c-4"') for line in lines]


def remove(lines: list[str]) -> list[str]:
    return lines[:3] + lines[4:]


def insert(lines: list[str]) -> list[str]:
    forged = json.loads(lines[3]) | {"sequence": 4, "action": "check.deleted"}
    return [*lines[:3], json.dumps(forged) + "\n", *lines[3:]]


def reorder(lines: list[str]) -> list[str]:
    return [*lines[:3], lines[4], lines[3], lines[5]]


@pytest.mark.parametrize("tamper", [change, remove, insert, reorder])
def test_a_file_that_was_tampered_with_is_refused_with_its_first_broken_line(
    store: Path, tamper: Callable[[list[str]], list[str]]
) -> None:
    out, _ = exported(store)
    out.write_text("".join(tamper(out.read_text().splitlines(keepends=True))))
    done = run("verify", out)
    assert done.exit_code == 1
    assert "line 4: " in done.output
    assert "3 entries before it hold" in done.output


def test_a_removed_end_is_noticed_with_a_head_that_was_noted(store: Path) -> None:
    out, head = exported(store)
    out.write_text("".join(out.read_text().splitlines(keepends=True)[:-1]))
    assert run("verify", out).exit_code == 0
    done = run("verify", out, "--head", head)
    assert done.exit_code == 1
    assert "removed from the end" in done.output


def test_a_later_part_is_verified_after_the_entry_before_it(store: Path) -> None:
    out, _ = exported(store)
    second = json.loads(out.read_text().splitlines()[1])["hash"]
    out, head = exported(store, "--after", "2")
    assert run("verify", out).exit_code == 1
    assert run("verify", out, "--after", second, "--head", head).exit_code == 0


def test_standard_input_is_read(store: Path) -> None:
    out, _ = exported(store)
    assert CliRunner().invoke(app, ["verify", "-"], input=out.read_text()).exit_code == 0
    assert CliRunner().invoke(app, ["verify", "-"], input=b"\xff\n").exit_code == 1


def test_what_cannot_be_read_or_written_is_named(store: Path, tmp_path: Path) -> None:
    assert run("verify", tmp_path / "nothing").exit_code == 2
    assert "64 hexadecimal digits" in run("verify", exported(store)[0], "--head", "abc").output
    for arguments in ((tmp_path, tmp_path / "out"), (store, tmp_path / "no" / "out")):
        failed = run("export", *arguments)
        assert isinstance(failed.exception, ConfigError)
    (tmp_path / "checks.sqlite").touch()
    failed = run("export", tmp_path, tmp_path / "out")
    assert "start its server once" in str(failed.exception)


def test_an_export_of_a_database_that_is_away_shows_no_password(tmp_path: Path) -> None:
    failed = run("export", "postgresql://ann:s3cret@127.0.0.1:1/shop", tmp_path / "log.jsonl")
    assert isinstance(failed.exception, ConfigError)
    assert "postgresql://ann:***@127.0.0.1:1/shop cannot be read" in failed.exception.message
    assert "s3cret" not in failed.exception.message
