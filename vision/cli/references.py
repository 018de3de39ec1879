"""`touchstone references`: see a bundle's references, and erase some of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

app = typer.Typer(add_completion=False, no_args_is_help=True)

BundleFolder = Annotated[Path, typer.Argument(help="The bundle's folder.", metavar="BUNDLE", show_default=False)]


@app.callback()
def references() -> None:
    """See a bundle's reference crops, and erase some of them."""


@app.command("list")
def list_references(bundle: BundleFolder) -> None:
    """List the references: id, label, product, listing, and when one was erased."""
    from vision.bundle.bundle import read_bundle
    from vision.bundle.references import read_references

    bank = read_references(read_bundle(bundle))
    table = Table("id", "label", "product", "listing", "erased")
    for one in bank.references:
        table.add_row(one.id, one.label, escape(one.product), escape(one.listing or ""), one.removed_at or "")
    present = Counter(one.label for one in bank.references if not one.removed_at)
    console = Console()
    if bank.references:
        console.print(table)
    console.print(f"{present['genuine']} genuine and {present['counterfeit']} counterfeit references")


@app.command("remove")
def remove(
    bundle: BundleFolder,
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of references.", metavar="[ID...]")] = None,
    listing: Annotated[list[str] | None, typer.Option(help="Erase all of this listing's; may be repeated.")] = None,
) -> None:
    """Erase references for good and seal the bundle anew.

    The image, the embedding and the listing's name are deleted, and the index keeps that there was one. The bundle's
    sha256 changes. A running server shows an erased one no more; restart it, so that it serves the newly sealed bundle.
    """
    from vision.bundle.references import remove_references

    if not ids and not listing:
        raise typer.BadParameter("name at least one ID or --listing")
    erased = remove_references(bundle, ids or (), listings=listing or ())
    for one in erased:
        typer.echo(f"erased {one.id} ({one.label}, {one.product}, {one.listing})")
    if not erased:
        typer.echo("nothing to do: all of these were erased before")
