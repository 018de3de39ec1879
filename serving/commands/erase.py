"""`touchstone erase seller ID`: have a server erase a seller's data."""

from __future__ import annotations

import os
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)
KEY_VARIABLE = "TOUCHSTONE_API_KEY"
LONGEST_S = 3600.0


@app.callback()
def erase() -> None:
    """Erase what a server has of a seller."""


@app.command()
def seller(
    seller_id: Annotated[str, typer.Argument(metavar="ID", help="The seller's id, exactly as in its checks.")],
    url: Annotated[str, typer.Option(help="Address of the server.")] = "http://127.0.0.1:8000",
) -> None:
    """Delete a seller's checks with photos and reviews, and print what proves it; the key is TOUCHSTONE_API_KEY."""
    from serving.client import Client
    from serving.client.errors import ClientError

    try:
        with Client(url, api_key=os.environ.get(KEY_VARIABLE) or None, timeout_s=LONGEST_S) as client:
            done = client.erase_seller(seller_id)
    except ClientError as error:
        typer.echo(f"not erased: {error}", err=True)
        raise typer.Exit(1) from error
    deleted = f"{done.checks} checks, {done.photos} photos, {done.reviews} reviews, {done.job_lines} lines of jobs"
    typer.echo(f"erasure {done.erasure_id} {done.state}; deleted: {deleted}")
    if done.receipt is not None:
        typer.echo(f"receipt, which the server does not keep: entry {done.receipt.sequence}, salt {done.receipt.salt}")
