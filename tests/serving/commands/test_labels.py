from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from serving.commands.labels import app
from serving.store.photos.location import PHOTO_FOLDER
from serving.store.photos.photo_files import photo_path
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.object_storage import Bucket
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.servers.running import Running


def checked(server: Running, photos: list[bytes], decisions: list[str], **listing: Any) -> str:
    check_id: str = server.answer(*photos, listing=listing)["check_id"]
    for decision in decisions:
        assert server.http.post(f"/v1/checks/{check_id}/review", json={"decision": decision}).status_code == 201
    return check_id


def test_the_command_prints_what_was_written_and_what_was_left_out(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    server = start()
    lost = jpeg(seed=1)
    checked(server, [lost, jpeg(seed=2)], ["genuine"], listing_id="a")
    checked(server, [jpeg(seed=3)], ["cant_tell"], listing_id="b")
    (tmp_path / "store" / PHOTO_FOLDER / photo_path(hashlib.sha256(lost).hexdigest())).unlink()
    done = CliRunner().invoke(app, ["export", str(tmp_path / "store"), str(tmp_path / "new" / "out.csv")])
    assert done.exit_code == 0, done.output
    assert "1 genuine; photos: 1" in done.output
    assert "1 listings whose latest review is cant_tell" in done.output
    assert "1 photos that the store no longer has" in done.output


def test_the_labels_of_a_database_have_their_photos_from_the_bucket(
    postgresql: PostgresqlServer, bucket: Bucket, start: Callable[..., Running], tmp_path: Path
) -> None:
    with postgresql.store() as database:
        server = start(database=database, photos=bucket.location, object_storage=bucket.settings)
        checked(server, [jpeg(seed=2)], ["genuine"], listing_id="a")
        out = tmp_path / "new" / "out.csv"
        storage = ("--set", f"endpoint={bucket.endpoint}", "--set", "allow_http=true")
        refused = CliRunner().invoke(app, ["export", database, str(out)])
        assert "name where its photos are" in str(refused.exception)
        done = CliRunner().invoke(app, ["export", database, str(out), "--photos", bucket.location, *storage])
        assert done.exit_code == 0, done.output
        assert "1 genuine; photos: 1" in done.output
        [copy] = (tmp_path / "new" / "out_photos").iterdir()
        assert copy.read_bytes() == jpeg(seed=2)
        server.stop()
