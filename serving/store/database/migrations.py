"""Brings the tables of a database up to date, by the migrations that it does not have yet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from vision.errors import ConfigError

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

FOLDER = Path(__file__).parents[1] / "migrations"
LOCK = 0x746F756368  # any number that no other program's advisory lock has
TEXT_COLUMNS = text(
    "SELECT table_name, column_name, character_maximum_length FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND data_type IN ('character varying', 'text') "
    "AND collation_name IS DISTINCT FROM 'C' ORDER BY table_name, column_name"
)


class SchemaUnknown(ConfigError):
    """The tables were made by a newer version of Touchstone."""

    code = "schema_unknown"


def find_revisions(connection: Connection) -> tuple[str | None, str]:
    """Give the schema of the tables, None where there are none, and the newest that this version knows."""
    from alembic.migration import MigrationContext

    newest = _scripts().get_current_head()
    assert newest is not None
    return MigrationContext.configure(connection).get_current_revision(), newest


def migrate(engine: Engine, revision: str = "head") -> None:
    """Run the migrations up to a revision in one transaction; raises SchemaUnknown for tables of a newer version.

    Servers that start at once wait for each other, and the first one migrates. Where nothing is to be done, nothing is
    written, so a server's own role need not own the tables.
    """
    from alembic import command  # takes 0.1 s, which importing the app need not cost

    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        scripts = _scripts()
        current, newest = find_revisions(connection)
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise SchemaUnknown(
                f"store: its tables are of schema {current}, and this version of Touchstone knows none after {newest}; "
                "nothing was changed. Install the version that made them, or a newer one"
            )
        if current != (newest if revision == "head" else revision):
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
            if connection.dialect.name == "postgresql":
                _sort_by_code_point(connection)


def _scripts() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def _sort_by_code_point(connection: Connection) -> None:
    """Give every text column the collation "C", which is SQLite's order and needs no library of the system.

    Another one would sort ids in an order of its own, and an upgrade of the system could change it below the indexes.
    """
    for table, column, length in connection.execute(TEXT_COLUMNS).all():
        kind = "text" if length is None else f"varchar({length})"
        connection.exec_driver_sql(f'ALTER TABLE "{table}" ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"')
