"""What the commands on members and keys share: the store that an argument names, and who they act as."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import typer
from pydantic import ValidationError

from serving.accounts.authentication import Authenticator
from serving.accounts.keys import Keys
from serving.errors import MemberNotFound, ServingError
from serving.principal import COMMAND_LINE
from serving.settings import read_serve_settings
from serving.store.database.database import Database
from serving.store.database.named_store import DATABASE_FILE
from serving.store.database.postgresql import open_postgresql
from serving.store.database.shown_address import shown_address
from serving.store.database.sqlite import open_sqlite
from serving.store.key_rows import KeyRows
from serving.store.member_removal import MemberRemoval
from serving.store.member_rows import MemberRows
from vision.errors import ConfigError

T = TypeVar("T")
STORE = typer.Argument(
    metavar="STORE",
    help="Folder of the store, address of its database (postgresql://USER@HOST/NAME), or the server's settings file.",
)


class AccountStore:
    """The members and keys of a store."""

    def __init__(self, database: Database) -> None:
        self.member_rows = MemberRows(database)
        self.member_removal = MemberRemoval(database)
        rows = KeyRows(database)
        authenticator = Authenticator(None, rows)
        authenticator.is_open = False  # who has the store can always make a key: the first may be of any kind
        self.keys = Keys(rows, authenticator)


def run_on(store: str, work: Callable[[AccountStore], Awaitable[T]]) -> T:
    """Run `work` on the store; raises ConfigError with what to do, also for what the server would refuse."""

    async def run(database: Database) -> T:
        return await work(AccountStore(database))

    with _opened(store) as database:
        try:
            return asyncio.run(run(database))
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(step) for step in fault["loc"])
            raise ConfigError(f"{field}: {fault['msg']}") from error
        except ServingError as error:
            raise ConfigError(error.message) from error


async def find_member_id(accounts: AccountStore, named: str) -> str:
    """Give the id of a member by its name or id; raises MemberNotFound."""
    members = await accounts.member_rows.find_all(COMMAND_LINE)
    for member in members:
        if named in (member.member_id, member.name):
            return member.member_id
    raise MemberNotFound(f"no member has the name or id {named[:80]!r}; `touchstone members list` has those there are")


@contextlib.contextmanager
def _opened(store: str) -> Iterator[Database]:
    folder, address = _place_of(store)
    database = open_postgresql(address) if address else open_sqlite(folder / DATABASE_FILE, check=False)
    try:
        yield database
    finally:
        database.close()


def _place_of(store: str) -> tuple[Path, str]:
    """Give the folder and the address of the database; the settings' folder is made, so that a key can come first."""
    if store.startswith(("postgresql:", "postgres:")):
        return Path(), store
    path = Path(store)
    if path.suffix == ".toml":
        settings = read_serve_settings(path)
        folder = settings.store_folder
        if folder is None:
            raise ConfigError(f'{store}: has store = "none", so it keeps no keys; set TOUCHSTONE_API_KEY instead')
        folder.mkdir(parents=True, exist_ok=True)
        return folder, settings.database
    if not (path / DATABASE_FILE).is_file():
        raise ConfigError(
            f"store: {shown_address(store)} holds no {DATABASE_FILE}; name the store's folder or the settings file"
        )
    return path, ""
