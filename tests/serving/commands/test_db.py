from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from serving.commands.db import app
from serving.store.photos.location import PHOTO_FOLDER
from serving.store.store import open_store
from tests.serving.builders.old_store import write_old_store
from tests.serving.builders.stores import Place, photo_names
from tests.serving.servers.postgresql import PostgresqlServer
from vision.errors import ConfigError

COMMAND = [sys.executable, "-c", "from serving.commands.db import app; app()"]


@pytest.fixture
def database(postgresql: PostgresqlServer) -> Iterator[str]:
    with postgresql.database() as address:
        yield address


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_a_store_is_migrated_once_and_its_folder_must_be_free(tmp_path: Path) -> None:
    folder = write_old_store(tmp_path / "old")
    assert f"{folder} was migrated from schema 0005 to" in run("migrate", folder).output
    assert "already" in run("migrate", folder).output
    store = open_store(folder)
    refused = run("migrate", folder)
    assert isinstance(refused.exception, ConfigError)
    assert "another server uses" in refused.exception.message
    store.close()
    assert isinstance(run("migrate", tmp_path / "nothing").exception, ConfigError)


def test_a_database_is_migrated_and_named_without_its_password(database: str) -> None:
    with_password = database.replace("touchstone@", "touchstone:s3cret@")
    done = run("migrate", with_password)
    assert "was migrated from schema None to" in done.output
    assert "s3cret" not in done.output
    missing = run("migrate", with_password.replace("/test_", "/none_"))
    assert isinstance(missing.exception, ConfigError)
    assert "does not exist" in missing.exception.message
    assert "s3cret" not in missing.exception.message


def test_a_store_is_copied_with_its_photos(tmp_path: Path, database: str) -> None:
    folder = write_old_store(tmp_path / "old")
    run("migrate", folder)
    done = run("copy", folder, database, "--photos", tmp_path / "new")
    assert done.exit_code == 0, done.output
    assert "checks: 7 rows, SHA-256 " in done.output
    assert "3 photos copied, 0 were there" in done.output
    assert photo_names(tmp_path / "new") == photo_names(folder)
    assert Place(folder=folder).dump() == Place(folder=folder, database=database).dump()
    store = open_store(tmp_path / "new", database_url=database)
    store.close()
    next((folder / PHOTO_FOLDER).rglob("*/*")).unlink()
    again = run("copy", folder, database, "--photos", tmp_path / "other")
    assert again.exit_code == 1
    assert "is missing in the store and was not copied" in again.output


def test_a_copy_that_is_killed_twice_ends_with_every_row_once(
    tmp_path: Path, database: str, postgresql: PostgresqlServer
) -> None:
    folder = write_old_store(tmp_path / "old", checks=900)
    run("migrate", folder)
    name = database.rpartition("/")[2]
    for kill_at in (1, 1200):
        process = subprocess.Popen([*COMMAND, "copy", str(folder), database], stderr=subprocess.DEVNULL)
        while process.poll() is None and count(postgresql, name) < kill_at:
            time.sleep(0.05)
        process.kill()
        assert process.wait() != 0, "it ended before it was killed"
        assert 0 < count(postgresql, name) <= 2700
    done = subprocess.run([*COMMAND, "copy", str(folder), database], check=True, capture_output=True, text=True)
    assert "checks: 900 rows" in done.stdout
    assert Place(folder=folder).dump() == Place(folder=folder, database=database).dump()


def count(postgresql: PostgresqlServer, database: str) -> int:
    tables = postgresql.run(database, "SELECT to_regclass('checks') IS NOT NULL AND to_regclass('photos') IS NOT NULL")
    if tables != [(True,)]:
        return 0
    found = postgresql.run(database, "SELECT (SELECT count(*) FROM checks) + (SELECT count(*) FROM photos)")
    return int(found[0][0])
