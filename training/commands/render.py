"""`touchstone render`: make the rendered hair-dryer photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.progress import photo_progress
from training.render.config import RenderConfig
from training.render.contact_sheet import write_contact_sheet
from training.render.plan import plan_listings
from training.render.run import count_photos, render_dataset
from vision.config.read import read_config

app = typer.Typer()


@app.command()
def render(
    config: Annotated[Path, typer.Argument(help="TOML file, such as configs/render.toml.")],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", help="Override one key, as in --set folder=data/mine; repeatable.")
    ] = None,
    contact_sheet: Annotated[
        Path | None, typer.Option(help="Also write a picture of some listings, cues outlined: .jpg or .png.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Render only the first N listings; more can follow.")] = None,
) -> None:
    """Make the rendered hair-dryer photos, with masks and a manifest; a stopped run continues."""
    settings = read_config(RenderConfig, config, overrides or ())
    console = Console()
    total = count_photos(plan_listings(settings)[:limit])
    with photo_progress("rendering", total, console) as advance:
        manifest = render_dataset(settings, limit=limit, advance=advance)
    console.print(f"manifest: {manifest}", soft_wrap=True, markup=False)
    if contact_sheet is not None:
        write_contact_sheet(manifest, contact_sheet)
        console.print(f"contact sheet: {contact_sheet}", soft_wrap=True)
