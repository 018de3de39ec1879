"""A PostgreSQL of one's own: Debian's binaries, a new cluster in a temporary folder, loopback and a socket."""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from serving.store.database.migrations import migrate
from serving.store.database.postgresql import connect, parse_address

OLDEST = 15
START_S = 60
TEMPLATE = "migrated"


class PostgresqlServer:
    """A running cluster, whose databases the tests make; it trusts every local connection."""

    def __init__(self, folder: Path, port: int, *, survives_power_cuts: bool) -> None:
        self.folder = folder
        self.port = port
        # Without fsync a commit still survives the server's death, since the system has it; databases are made faster.
        settings = [
            "listen_addresses=127.0.0.1",
            "shared_buffers=32MB",
            f"fsync={'on' if survives_power_cuts else 'off'}",
        ]
        self._options = [option for setting in settings for option in ("-c", setting)]
        self._binaries = _find_binaries()
        self._account = _account()
        self._numbers = itertools.count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the cluster's files."""
        if self._account:
            os.chown(self.folder, self._account["user"], self._account["group"])
        made: list[str | Path] = [self._binaries / "initdb", "-D", self.folder / "data", "-U", "touchstone"]
        # With a locale that orders words as people do, as most clusters have: the store's order must not depend on it.
        subprocess.run(
            [*made, "-A", "trust", "-E", "UTF8", "--locale-provider=icu", "--icu-locale=en", "--locale=C"],
            **self._quiet(),
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command: list[str | Path] = [self._binaries / "postgres", "-D", self.folder / "data", "-k", self.folder]
        command += ["-p", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                [*command, *self._options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **self._account,
            )  # fmt: skip
        self._process = process
        until = time.monotonic() + START_S
        while True:
            try:
                self.run("postgres", "SELECT 1")
                return
            except psycopg.OperationalError:
                if process.poll() is not None or time.monotonic() > until:
                    raise AssertionError((self.folder / "log").read_text()[-2000:]) from None
                time.sleep(0.05)

    def stop(self, *, kill: bool = False) -> None:
        """Stop the server, dropping its connections; `kill` as a power cut would."""
        if self._process is not None:
            subprocess.run(
                [self._binaries / "pg_ctl", "stop", "-D", self.folder / "data", "-m", "immediate" if kill else "fast"],
                **self._quiet(),
            )
            self._process.wait(30)
            self._process = None

    def address(self, database: str) -> str:
        return f"postgresql://touchstone@127.0.0.1:{self.port}/{database}"

    def run(self, database: str, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement, and give its rows."""
        with psycopg.connect(self.address(database), autocommit=True) as connection:
            cursor = connection.execute(sql.SQL(statement))
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """Make a database, give its address, and drop it."""
        name = f"test_{next(self._numbers)}"
        self.run("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        yield self.address(name)
        self.run("postgres", f"DROP DATABASE {name} WITH (FORCE)")

    @contextlib.contextmanager
    def store(self) -> Iterator[str]:
        """As `database`, with the tables of the store."""
        if not self.run("postgres", f"SELECT 1 FROM pg_database WHERE datname = '{TEMPLATE}'"):
            self.run("postgres", f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
            engine = connect(parse_address(self.address(TEMPLATE)))
            migrate(engine)
            engine.dispose()
        with self.database(TEMPLATE) as address:
            yield address

    def _quiet(self) -> dict[str, Any]:
        return {"check": True, "stdout": subprocess.DEVNULL, "cwd": self.folder, **self._account}


@contextlib.contextmanager
def running_postgresql(*, survives_power_cuts: bool = False) -> Iterator[PostgresqlServer]:
    """Start a server, and remove it with all of its databases."""
    folder = Path(tempfile.mkdtemp(prefix="touchstone-pg-"))
    try:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = PostgresqlServer(folder, port, survives_power_cuts=survives_power_cuts)
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop(kill=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> dict[str, Any]:
    """Whom to run it as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            return {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    raise AssertionError("PostgreSQL does not run as root, and there is no account postgres or nobody")


def _find_binaries() -> Path:
    """The newest installed one of Debian's folders, else that of the path."""
    versions = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdecimal()]
    for folder in sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True):
        if int(folder.parent.name) >= OLDEST and (folder / "postgres").exists():
            return folder
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise AssertionError(f"PostgreSQL {OLDEST} or newer is not installed; .ci/postgresql does that")
