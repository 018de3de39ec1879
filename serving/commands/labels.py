"""`touchstone labels export STORE OUT.csv`: reviewers' decisions as a training manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def labels() -> None:
    """Turn reviews into training labels."""


@app.command()
def export(
    store: Annotated[
        str,
        typer.Argument(
            metavar="STORE", help="Folder of the store, or the address of its database: postgresql://USER@HOST/NAME."
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT.csv", help="Manifest to write; photos are copied beside it.")],
    photos: Annotated[
        str,
        typer.Option(
            metavar="LOCATION",
            help="Where the photos are, as `photos` in the settings: a folder, or s3://BUCKET/PREFIX. Without it they "
            "are in the store's folder.",
        ),
    ] = "",
    overrides: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Set one key of object_storage, such as endpoint=URL."),
    ] = None,
) -> None:
    """Write reviewed checks as a manifest, with their photos beside it; the server may run meanwhile."""
    from serving.reviews.label_export import export_labels
    from serving.store.photos.object_storage import ObjectStorageSettings
    from vision.config.read import configure

    settings = configure(ObjectStorageSettings, {}, overrides or [])
    exported = export_labels(store, out, photos=photos, object_storage=settings)
    found = ", ".join(f"{count} {label}" for label, count in sorted(exported.listings.items())) or "none"
    typer.echo(f"{out}: listings: {found}; photos: {exported.photos}")
    if exported.undecided:
        typer.echo(f"left out: {exported.undecided} listings whose latest review is cant_tell")
    if exported.photos_missing:
        typer.echo(f"left out: {exported.photos_missing} photos that the store no longer has")
