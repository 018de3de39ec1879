"""`touchstone members`: add, list and remove members of a store, and set their products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from serving.clock import utc_now
from serving.commands.account_store import STORE, AccountStore, find_member_id, run_on
from serving.principal import COMMAND_LINE

if TYPE_CHECKING:
    from serving.schemas.accounts import Member

app = typer.Typer(add_completion=False, no_args_is_help=True)
Store = Annotated[str, STORE]


@app.callback()
def members() -> None:
    """Add, list and remove members of a store, and set their products; the server may run meanwhile."""


@app.command()
def add(
    store: Store,
    name: Annotated[str, typer.Argument(help="Name of the brand owner.")],
    category: Annotated[str, typer.Option(help="Its industry, such as footwear; docs/accounts.md lists the twelve.")],
    country: Annotated[str, typer.Option(help="Its country, as two letters of ISO 3166-1.")],
    product: Annotated[list[str] | None, typer.Option(help="A product of its own; give it once for each.")] = None,
) -> None:
    """Add a member and print its id."""
    from serving.schemas.accounts import MemberSent

    async def work(accounts: AccountStore) -> Member:
        sent = MemberSent.model_validate(
            {"name": name, "category": category, "country": country, "products": product or []}
        )
        return await accounts.member_rows.add(COMMAND_LINE, sent, utc_now())

    typer.echo(run_on(store, work).member_id)


@app.command(name="list")
def list_members(store: Store) -> None:
    """List the members by name."""

    async def work(accounts: AccountStore) -> list[Member]:
        return await accounts.member_rows.find_all(COMMAND_LINE)

    for member in run_on(store, work):
        products = ", ".join(member.products) or "no products"
        typer.echo(f"{member.member_id}  {member.name}  {member.category}  {member.country}  {products}")


@app.command()
def products(
    store: Store,
    member: Annotated[str, typer.Argument(metavar="MEMBER", help="Name or id of the member.")],
    product: Annotated[
        list[str] | None, typer.Argument(metavar="[PRODUCT]...", help="All its products from now on.")
    ] = None,
) -> None:
    """Set the products of a member; without any, it has none."""

    async def work(accounts: AccountStore) -> Member:
        member_id = await find_member_id(accounts, member)
        return await accounts.member_rows.set_products(COMMAND_LINE, member_id, product or [])

    changed = run_on(store, work)
    typer.echo(f"{changed.name}: {', '.join(changed.products) or 'no products'}")


@app.command()
def remove(
    store: Store,
    member: Annotated[str, typer.Argument(metavar="MEMBER", help="Name or id of the member.")],
) -> None:
    """Remove a member with its keys, users and webhooks, and cancel its jobs; its checks stay."""

    async def work(accounts: AccountStore) -> str:
        member_id = await find_member_id(accounts, member)
        await accounts.member_removal.remove(COMMAND_LINE, member_id, utc_now())
        return member_id

    typer.echo(f"{run_on(store, work)} is removed")
