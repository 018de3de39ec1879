"""`touchstone db`: bring the tables of a store up to date, and copy a store from SQLite to PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from serving.store.photos.photo_copy import PhotosCopied

app = typer.Typer(add_completion=False, no_args_is_help=True)
DATABASE_VARIABLE = "TOUCHSTONE_DATABASE"


@app.callback()
def db() -> None:
    """Migrate the database of a store, or copy a store from SQLite to PostgreSQL."""


@app.command()
def migrate(
    store: Annotated[
        str,
        typer.Argument(
            metavar="STORE",
            envvar=DATABASE_VARIABLE,
            help="Folder of the store, or the address of its database: postgresql://USER@HOST/NAME.",
        ),
    ],
) -> None:
    """Bring the tables up to date, as a server does when it starts; useful where its own role may not change tables."""
    from serving.store.database.migrations import find_revisions
    from serving.store.database.migrations import migrate as migrate_tables
    from serving.store.database.named_store import connect_store

    with _locked(store), _disposed(connect_store(store)) as engine, _refusals(store):
        with engine.connect() as connection:
            before, newest = find_revisions(connection)
        migrate_tables(engine)
    done = f"is at schema {newest} already" if before == newest else f"was migrated from schema {before} to {newest}"
    typer.echo(f"{_shown(store)} {done}")


@app.command()
def copy(
    store: Annotated[
        Path, typer.Argument(metavar="STORE", help="Folder of the store on SQLite; no server may use it.")
    ],
    database: Annotated[
        str,
        typer.Argument(
            metavar="DATABASE",
            envvar=DATABASE_VARIABLE,
            help="Address of an empty PostgreSQL database, or of one that an interrupted copy began to fill.",
        ),
    ],
    photos: Annotated[
        str | None,
        typer.Option(
            metavar="LOCATION",
            help="Where the photos go, as `photos` in the settings: another folder, or s3://BUCKET/PREFIX. Without it "
            "they stay in the store's folder.",
        ),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set one key of object_storage, such as endpoint=URL."),
    ] = None,
) -> None:
    """Copy a store from SQLite to PostgreSQL, and compare each table; run it again after an interruption."""
    from serving.store.database.migrations import migrate as migrate_tables
    from serving.store.database.named_store import connect_store
    from serving.store.database.postgresql import connect, parse_address
    from serving.store.database.table_copy import copy_tables, count_rows

    with _locked(str(store)), _disposed(connect_store(str(store))) as source:
        with _disposed(connect(parse_address(database))) as target, _refusals(database):
            migrate_tables(target)
            with _progress("rows", count_rows(source)) as advance:
                tables = copy_tables(source, target, advance)
        copied = None if photos is None else _copy_photos(source, store, photos, overrides or [])
    for table in tables:
        typer.echo(f"{table.name}: {table.rows} rows, SHA-256 {table.sha256}")
    typer.echo(f"{_shown(database)} has all that {store} has, which was not changed")
    if copied is not None:
        _report_photos(copied, str(photos))


def _copy_photos(source: Engine, store: Path, location: str, overrides: list[str]) -> PhotosCopied:
    from serving.store.photos.location import open_photo_storage
    from serving.store.photos.object_storage import ObjectStorageSettings
    from serving.store.photos.photo_copy import copy_photos, count_photos
    from vision.config.read import configure

    settings = configure(ObjectStorageSettings, {}, overrides)
    with contextlib.ExitStack() as opened:
        storages = []
        for place in (str(store), location):
            storages.append(open_photo_storage(place, settings, shared=True).photos)
            opened.callback(storages[-1].close)
        advance = opened.enter_context(_progress("photos", count_photos(source)))
        return copy_photos(source, storages[0], storages[1], advance)


def _report_photos(copied: PhotosCopied, location: str) -> None:
    typer.echo(f"{location}: {copied.copied} photos copied, {copied.present} were there")
    for what, sha256s in (("missing in the store", copied.missing), ("damaged in the store", copied.damaged)):
        for sha256 in sha256s:
            typer.echo(f"photo {sha256} is {what} and was not copied", err=True)
    if copied.missing or copied.damaged:
        raise typer.Exit(1)


@contextlib.contextmanager
def _locked(store: str) -> Iterator[None]:
    """Keep servers from the folder of a store meanwhile; raises ConfigError where one uses it."""
    from serving.store.database.folder_lock import lock_folder
    from serving.store.database.named_store import is_address

    if is_address(store) or not Path(store).is_dir():
        yield
    else:
        with lock_folder(Path(store)):
            yield


@contextlib.contextmanager
def _disposed(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def _refusals(store: str) -> Iterator[None]:
    from sqlalchemy.exc import DBAPIError

    from vision.errors import ConfigError

    try:
        yield
    except DBAPIError as error:
        raise ConfigError(f"store: {_shown(store)} cannot be used ({str(error.orig).strip()})") from error


def _shown(store: str) -> str:
    """Name a store without its password."""
    from serving.store.database.shown_address import shown_address

    return shown_address(store)


@contextlib.contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], object]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda more: progress.advance(task, more)
