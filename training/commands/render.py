"""`touchstone render`: make the rendered hair-dryer photos."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from training.render.config import RenderConfig
from training.render.contact_sheet import write_contact_sheet
from training.render.run import render_dataset
from vision.config import read_config

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
    """Make the rendered hair-dryer photos, with masks and a manifest; a stopped run goes on where it was."""
    settings = read_config(RenderConfig, config, overrides or ())
    console = Console()
    columns = (
        TextColumn("photos"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("photos", total=None, speed="")

        def report(before: int, finished: int, wanted: int) -> None:
            elapsed_s = bar.tasks[task].elapsed or 0.0
            speed = finished / elapsed_s if elapsed_s else 0.0
            left_s = (wanted - before - finished) / speed if speed else 0.0
            shown = f"{speed:.2f} photos/s, {_duration(left_s)} left"
            bar.update(task, total=wanted, completed=before + finished, speed=shown)

        manifest = render_dataset(settings, limit=limit, report=report)
    console.print(f"manifest: {manifest}", soft_wrap=True)
    if contact_sheet is not None:
        write_contact_sheet(manifest, contact_sheet)
        console.print(f"contact sheet: {contact_sheet}", soft_wrap=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
