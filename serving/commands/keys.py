"""`touchstone keys`: make, list, rotate and revoke API keys in a store, whether or not its server runs."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from serving.clock import utc_now
from serving.commands.account_store import STORE, AccountStore, find_member_id, run_on
from serving.principal import COMMAND_LINE

if TYPE_CHECKING:
    from serving.schemas.accounts import ApiKey, NewApiKey

app = typer.Typer(add_completion=False, no_args_is_help=True)
Store = Annotated[str, STORE]
KeyId = Annotated[str, typer.Argument(metavar="KEY", help="Id of the key, or its beginning as it is listed.")]


@app.callback()
def keys() -> None:
    """Make, list, rotate and revoke API keys in a store; the server may run meanwhile."""


@app.command()
def create(
    store: Store,
    label: Annotated[str, typer.Option(help="What the key is for.")],
    scope: Annotated[list[str], typer.Option(help="check, read, review, bundles or admin; give it once for each.")],
    member: Annotated[
        str | None, typer.Option(help="Name or id of the member whose key it is; else the operator's.")
    ] = None,
    expires_in_days: Annotated[
        int | None, typer.Option(min=1, max=36500, help="Days until the key ends; else it never does.")
    ] = None,
) -> None:
    """Make a key and print it, this once: standard output has the key alone."""
    from serving.schemas.accounts import KeySent

    async def work(accounts: AccountStore) -> NewApiKey:
        sent = KeySent.model_validate(
            {
                "label": label,
                "scopes": scope,
                "member_id": None if member is None else await find_member_id(accounts, member),
                "expires_at": None if expires_in_days is None else _in_days(expires_in_days),
            }
        )
        return await accounts.keys.create(COMMAND_LINE, sent)

    _print_secret(run_on(store, work))


@app.command(name="list")
def list_keys(store: Store) -> None:
    """List the keys, newest first, without their secrets."""

    async def work(accounts: AccountStore) -> list[ApiKey]:
        return await accounts.keys.list(COMMAND_LINE)

    for key in run_on(store, work):
        used = "never used" if key.last_used_at is None else f"used {key.last_used_at}"
        ends = "" if key.expires_at is None else f"  ends {key.expires_at}"
        owner = key.member_name or "operator"
        typer.echo(f"{key.prefix}  {key.state:8}{owner}  {','.join(key.scopes)}  {used}{ends}  {key.label}")


@app.command()
def rotate(
    store: Store,
    key: KeyId,
    overlap_hours: Annotated[
        float, typer.Option(min=0, max=90 * 24, help="Hours for which the old key stays valid.")
    ] = 24,
) -> None:
    """Make a key with the rights of another one and print it; that one ends after the overlap."""
    from serving.schemas.accounts import RotationSent

    async def work(accounts: AccountStore) -> NewApiKey:
        sent = RotationSent(overlap_s=round(overlap_hours * 3600))
        return await accounts.keys.rotate(COMMAND_LINE, _id_of(key), sent)

    _print_secret(run_on(store, work))


@app.command()
def revoke(store: Store, key: KeyId) -> None:
    """Refuse a key from now on, on every server of the store."""

    async def work(accounts: AccountStore) -> ApiKey:
        return await accounts.keys.revoke(COMMAND_LINE, _id_of(key))

    typer.echo(f"{run_on(store, work).prefix} is revoked")


def _print_secret(made: NewApiKey) -> None:
    typer.echo(f"{made.prefix}: {', '.join(made.scopes)}; shown this once, so keep it now", err=True)
    typer.echo(made.key)


def _id_of(key: str) -> str:
    from serving.accounts.key_format import PREFIX

    return key.removeprefix(PREFIX).partition("_")[0]


def _in_days(days: int) -> datetime.datetime:
    return utc_now() + datetime.timedelta(days=days)
